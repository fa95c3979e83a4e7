"""Two members of staff who decide at the same moment which tax class is the default one."""

from decimal import Decimal

import pytest

from inventory.errors import DefaultTaxClass
from inventory.models import TaxClass
from inventory.services import delete_tax_class, save_tax_class
from tests.conftest import AtTheSeam
from tests.support.rivals import beside

pytestmark = pytest.mark.django_db(transaction=True)

LOOK = "inventory.services.tax.lock_tax_classes"


def make_default(tax_class: TaxClass) -> None:
    tax_class.is_default = True
    save_tax_class(tax_class=tax_class, fields=["is_default"])


def new(name: str) -> TaxClass:
    return TaxClass(name=name, percent=Decimal(5))


def stored(name: str) -> TaxClass:
    tax_class = new(name)
    tax_class.save()
    return tax_class


@pytest.mark.parametrize("is_new", [True, False], ids=["added", "changed"])
@pytest.mark.parametrize("has_default", [True, False])
def test_of_two_at_once_the_later_one_is_the_default(
    monkeypatch: pytest.MonkeyPatch, is_new: bool, has_default: bool
) -> None:
    if has_default:
        make_default(new("Most goods"))
    ours, theirs = (new(name) if is_new else stored(name) for name in ("Ours", "Theirs"))
    rival = beside(monkeypatch, LOOK, lambda: make_default(theirs))
    make_default(ours)
    rival.result(30)
    assert TaxClass.objects.get(is_default=True) == theirs


def test_one_that_becomes_the_default_meanwhile_is_not_deleted(at_the_seam: AtTheSeam) -> None:
    """Without a default class the goods without a class would have another rate, and nobody would be told."""
    books = stored("Books")
    at_the_seam(LOOK, lambda: make_default(TaxClass.objects.get(pk=books.pk)))
    with pytest.raises(DefaultTaxClass):
        delete_tax_class(tax_class=books)
    assert TaxClass.objects.get().is_default
