"""The category of many products at once: shown before it is written, all of them or none, each in the log."""

from threading import Event, Thread
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from inventory.admin import bulk_relation
from inventory.errors import CategoriesChangedMeanwhile
from inventory.models import Category, Product
from inventory.services import delete_category
from inventory.services.categories import change_category
from tests.conftest import AtTheSeam
from tests.support.databases import on_its_own_connection, somebody_waits
from tests.support.pages import text_of
from tests.support.shopping import nothing_changes
from tests.support.staff import member_of
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "admin:inventory_product_changelist"


@pytest.fixture
def manager(transactional_db: None) -> Client:
    client = Client()
    client.force_login(member_of(MANAGER, "mary"))
    return client


@pytest.fixture
def garden(transactional_db: None) -> Category:
    return Category.objects.create(name="Garden", slug="garden")


@pytest.fixture
def kitchen(transactional_db: None) -> Category:
    return Category.objects.create(name="Kitchen", slug="kitchen")


def make_products(count: int, category: Category | None = None) -> list[Product]:
    rows = (Product(number=f"P{n:05}", name=f"Pot {n:05}", slug=f"p{n}", category=category) for n in range(count))
    return Product.objects.bulk_create(rows)


@pytest.fixture
def products(garden: Category) -> list[Product]:
    return make_products(3, garden)


def send(client: Client, products: list[Product], **typed: str) -> Any:
    fields = {"action": "change_category", "_selected_action": [str(product.pk) for product in products]}
    return client.post(reverse(LIST), fields | typed)


def previewed(client: Client, products: list[Product], category: str) -> Any:
    """The page that shows what would change, after the one that asks."""
    return send(client, products[:1], category=category, seen=send(client, products).context["seen"])


def write(client: Client, page: Any, **typed: str) -> Any:
    fields = {"category": page.context["form"]["category"].value(), "seen": page.context["seen"], "write": "1"}
    form = {"action": "change_category", "_selected_action": str(page.context["first"])}
    return client.post(reverse(LIST), form | fields | typed, follow=True)


def categories() -> list[str]:
    return [str(product.category) for product in Product.objects.select_related("category").order_by("pk")]


def test_it_shows_what_will_change_then_changes_and_logs_it(
    manager: Client, products: list[Product], kitchen: Category
) -> None:
    Product.objects.filter(pk=products[2].pk).update(category=kitchen)
    with nothing_changes():
        page = previewed(manager, products, str(kitchen.pk))
    assert "2 of 3 will be in Kitchen. They are now in: Garden (2), Kitchen (1)." in text_of(page)
    assert categories() == ["Garden", "Garden", "Kitchen"]
    assert "2 products changed. New category: Kitchen." in text_of(write(manager, page))
    assert categories() == ["Kitchen"] * 3
    logged = LogEntry.objects.order_by("object_id").values_list("object_id", "change_message", "user__username")
    assert list(logged) == [(str(one.pk), "Category: Kitchen", "mary") for one in products[:2]]


def test_into_none(manager: Client, products: list[Product]) -> None:
    page = previewed(manager, products, "")
    assert "3 of 3 will be in No category." in text_of(page)
    assert "New category: none." in text_of(write(manager, page))
    assert categories() == ["None"] * 3
    assert 'name="write"' not in text_of(previewed(manager, products, ""))


@pytest.mark.parametrize("rival", ["moved", "deleted"])
def test_one_stale_row_refuses_all_and_shows_the_new_preview(
    manager: Client, products: list[Product], kitchen: Category, rival: str
) -> None:
    page = previewed(manager, products, str(kitchen.pk))
    row = Product.objects.filter(pk=products[1].pk)
    row.delete() if rival == "deleted" else row.update(category=None)
    answer = write(manager, page)
    told = "a product" if rival == "deleted" else "Pot 00001"
    assert f"Meanwhile the category of {told} was changed. Nothing was written" in text_of(answer)
    assert "Kitchen" not in categories()
    assert not LogEntry.objects.exists()
    assert "changed. New category: Kitchen." in text_of(write(manager, answer))
    assert set(categories()) == {"Kitchen"}


def test_a_category_that_is_deleted_meanwhile_refuses_all(
    manager: Client, products: list[Product], kitchen: Category, at_the_seam: AtTheSeam
) -> None:
    page = previewed(manager, products, str(kitchen.pk))
    at_the_seam("inventory.admin.bulk_category.change_category", lambda: delete_category(category=kitchen))
    assert "This category was deleted meanwhile. Nothing was written" in text_of(write(manager, page))
    assert write(manager, page).status_code == 422
    assert categories() == ["Garden"] * 3


def test_a_colleague_who_does_the_same_is_told_that_it_is_done(
    products: list[Product], kitchen: Category, manager: Client
) -> None:
    seen: dict[int, int | None] = {product.pk: product.category_id for product in products}
    actor = User.objects.get()
    assert change_category(seen=seen, category_id=kitchen.pk, actor=actor) == 3
    with pytest.raises(CategoriesChangedMeanwhile):
        change_category(seen=seen, category_id=kitchen.pk, actor=actor)
    assert LogEntry.objects.count() == 3


@pytest.mark.parametrize(
    "typed", [{"category": "x"}, {"category": "999999"}, {"seen": "1:x"}, {"seen": ""}, {"seen": "x"}, {"seen": "1"}]
)
def test_bad_input_changes_nothing(
    manager: Client, products: list[Product], kitchen: Category, typed: dict[str, str]
) -> None:
    page = previewed(manager, products, str(kitchen.pk))
    answer = write(manager, page, **typed)
    assert answer.status_code == 422 or "Nothing was changed: please choose" in text_of(answer)
    assert categories() == ["Garden"] * 3


def test_thousands_of_the_whole_list_in_as_many_statements_as_ten(manager: Client, kitchen: Category) -> None:
    statements = []
    for count in (10, 5_000):
        Product.objects.all().delete()
        one = make_products(count)[:1]
        first = send(manager, one, select_across="1")
        page = send(manager, one, category=str(kitchen.pk), seen=first.context["seen"])
        assert f"{count:,} of {count:,} will be in Kitchen" in text_of(page)
        with CaptureQueriesContext(
            connection,
        ) as found:
            write(manager, page)
        statements.append(len(found))
        assert Product.objects.filter(category=kitchen).count() == count
    assert statements[1] <= statements[0]  # the first one may read a content type besides
    assert LogEntry.objects.count() == 5_010
    assert "… and 4,600 more." in text_of(page)


def test_too_many_are_refused(manager: Client, products: list[Product], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_relation, "MOST", 2)
    assert send(manager, products).status_code == 302
    assert "Nothing was changed: please choose 1 to 2 products" in text_of(manager.get(reverse(LIST)))


def test_clerks_change_none(products: list[Product], kitchen: Category) -> None:
    clerk = Client()
    clerk.force_login(member_of(CLERK, "anna"))
    seen = f"{products[0].pk}:{products[0].category_id}"
    send(clerk, products, category=str(kitchen.pk), seen=seen, write="1")
    assert categories() == ["Garden"] * 3


def test_a_category_is_deleted_after_whoever_puts_products_into_it(
    manager: Client, products: list[Product], kitchen: Category
) -> None:
    """Else the deletion would break at its commit, by the foreign key of products that it has not seen."""
    seen: dict[int, int | None] = {product.pk: product.category_id for product in products}
    actor, written = User.objects.get(), Event()

    def put() -> None:
        with transaction.atomic():
            change_category(seen=seen, category_id=kitchen.pk, actor=actor)
            written.set()
            wait_until(somebody_waits, "the deletion waits")

    rival = Thread(target=on_its_own_connection, args=(put,))
    rival.start()
    assert written.wait(30)
    assert delete_category(category=kitchen) == 3
    rival.join(30)
    assert not rival.is_alive()
    assert categories() == ["None"] * 3
