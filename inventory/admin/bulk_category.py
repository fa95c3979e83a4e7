"""`CategoryAction` and `ProducerAction`: the category or the producer of the chosen products."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core.admin.decorators import action
from inventory.admin.bulk_relation import Relation, change_relation
from inventory.models import Category, Producer, Product
from inventory.services.categories import change_category
from inventory.services.producers import change_producer

_CATEGORY = Relation("category", "categories", "in", Category, "they stay on sale, and are in no category.")
_PRODUCER = Relation("producer", "producers", "of", Producer, "they stay on sale, and their pages name none.")


class CategoryAction:
    """The action for the admin of products."""

    @action(description="Change category…", permissions=["change"])
    def change_category(self, request: HttpRequest, chosen: QuerySet[Product]) -> HttpResponse | None:
        return change_relation(
            *(self, request, chosen, _CATEGORY),
            lambda seen, pk, actor: change_category(seen=seen, category_id=pk, actor=actor),
        )


class ProducerAction:
    """The action for the admin of products."""

    @action(description="Change producer…", permissions=["change"])
    def change_producer(self, request: HttpRequest, chosen: QuerySet[Product]) -> HttpResponse | None:
        return change_relation(
            *(self, request, chosen, _PRODUCER),
            lambda seen, pk, actor: change_producer(seen=seen, producer_id=pk, actor=actor),
        )
