"""Commands on producers, and on the producer of many products."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import User

from core.transactions import command
from inventory.errors import ProducerGone, ProducerInUse, ProducersChangedMeanwhile
from inventory.locks import lock_producers, lock_products
from inventory.models import Producer, Product
from inventory.services.relations import write_relation


@command
def save_producer(*, producer: Producer, fields: Collection[str]) -> None:
    """Insert a new producer, or write these fields of an existing one.

    Raises ValidationError for a value that the model refuses or a responsible person that is missing, and Busy.
    """
    is_new = producer._state.adding
    columns = {column.name for column in producer._meta.concrete_fields}
    producer.clean_fields(exclude=set() if is_new else columns - set(fields))
    producer.clean()
    producer.save(update_fields=None if is_new else fields)


@command
def delete_producer(*, producer: Producer) -> None:
    """Delete a producer that no product has. Raises ProducerInUse and Busy."""
    lock_producers([producer.pk])  # whoever gives it to products has committed, so the next statement sees them
    require_no_products(producer)
    producer.delete()


def require_no_products(producer: Producer) -> None:
    """Raise ProducerInUse where a producer cannot be deleted. 1 query."""
    if count := Product.objects.filter(producer=producer).count():
        raise ProducerInUse(count)


@command
def change_producer(*, seen: Mapping[int, int | None], producer_id: int | None, actor: User) -> int:
    """Give products a producer, or with None none. Returns how many had another one: only these are logged.

    Argument `seen`: by the product's id, the producer that the person saw it to have. 5 queries, however many products.
    Raises ProducersChangedMeanwhile if a product is gone or has another one by now, ProducerGone, and NothingChanged if
    all have it already. Nothing is changed then.
    """
    lock_products(seen)
    producer = next(iter(lock_producers([producer_id])), None) if producer_id else None
    if producer_id and producer is None:
        raise ProducerGone
    return write_relation("producer", seen=seen, row=producer, stale=ProducersChangedMeanwhile, actor=actor)
