"""Files as staff upload them, and what the worker makes of them, without a worker where none is needed."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from inventory.imports.applying import advance_import
from inventory.imports.models import ImportJob
from inventory.imports.services import confirm_import, start_import
from inventory.models import Product, ProductVariant, StockMovement

Kind = ImportJob.Kind
Upload = Callable[..., ImportJob]


@pytest.fixture
def manager(db: None) -> User:
    """Whose uploads these are."""
    return User.objects.create_superuser("manager", "manager@example.com", "a long password")


@pytest.fixture
def upload(manager: User) -> Upload:
    """Upload a file of these lines and let it be checked."""

    def start(*lines: str, kind: ImportJob.Kind = Kind.ADJUSTMENTS, name: str = "count.csv") -> ImportJob:
        job = start_import(kind=kind, file_name=name, content="\n".join(lines).encode(), by=manager)
        return advanced(job)

    return start


@pytest.fixture
def confirm(manager: User) -> Callable[[ImportJob], ImportJob]:
    """Confirm the preview of a job; a worker has not come yet."""

    def say_yes(job: ImportJob) -> ImportJob:
        return confirm_import(job_id=job.pk, preview=job.preview, by=manager)

    return say_yes


def advanced(job: ImportJob) -> ImportJob:
    """The job after a worker was there."""
    advance_import(job_id=job.pk)
    job.refresh_from_db()
    return job


def shown(job: ImportJob) -> list[tuple[object, ...]]:
    """The differences of the preview."""
    return list(job.lines.values_list("line", "sku", "what", "before", "after"))


def errors(job: ImportJob) -> dict[int, str]:
    """The row errors by line number."""
    return dict(job.lines.exclude(error="").values_list("line", "error"))


def make_many(count: int, *, stock: int = 10) -> Sequence[ProductVariant]:
    """So many variants, five of a product, each with its opening line in the ledger."""
    products = Product.objects.bulk_create(
        Product(number=f"M{number:05}", name=f"Many {number}", slug=f"many-m{number:05}")
        for number in range(-(-count // 5))
    )
    columns = {"price": Decimal("2.50"), "stock_quantity": stock}
    variants = ProductVariant.objects.bulk_create(
        ProductVariant(product=products[number // 5], sku=f"MANY-{number:05}", name=f"No. {number}", **columns)
        for number in range(count)
    )
    StockMovement.objects.bulk_create(
        StockMovement(variant=variant, kind="opening", delta=stock, balance_after=stock, reason="Opening stock")
        for variant in variants
    )
    return variants
