"""Two tabs that change the addresses of one account at the same moment: the later one waits for the earlier one."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from orders.errors import TooManyAddresses
from orders.models import SavedAddress
from orders.services import delete_address, save_address, set_default_address
from tests.support.rivals import beside

pytestmark = pytest.mark.django_db(transaction=True)

LOOK = "orders.services.addresses._lock_addresses"
HOME = {"name": "Ada", "street": "1 Lane", "street_2": "", "city": "London", "postcode": "N1 1AA", "country": "GB"}


@pytest.fixture
def ada(make_user: Callable[[str], User]) -> User:
    return make_user("ada")


def save(user: User, street: str) -> int:
    """Save an address. Returns its id, 0 if there are too many."""
    try:
        saved = save_address(user=user, fields=HOME | {"street": street})
    except TooManyAddresses:
        return 0
    assert saved
    return saved.pk


def defaults(user: User) -> list[str]:
    return list(SavedAddress.objects.filter(user=user, is_default=True).values_list("street", flat=True))


def test_of_two_first_addresses_one_is_the_default_one(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rival = beside(monkeypatch, LOOK, lambda: save(ada, "2 Lane"))
    assert save(ada, "1 Lane")
    assert rival.result(30)
    assert (defaults(ada), SavedAddress.objects.count()) == (["1 Lane"], 2)


def test_the_same_form_sent_twice_at_once_keeps_one_address(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    save(ada, "1 Lane")
    rival = beside(monkeypatch, LOOK, lambda: save(ada, "2 Lane"))
    assert save(ada, "2 Lane") == rival.result(30)
    assert SavedAddress.objects.count() == 2


def test_the_last_free_place_is_taken_once(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(19):
        save(ada, f"{number} Lane")
    rival = beside(monkeypatch, LOOK, lambda: save(ada, "98 Lane"))
    assert save(ada, "99 Lane")
    assert rival.result(30) == 0
    assert SavedAddress.objects.count() == 20


def test_of_two_that_become_the_default_one_the_later_one_is_it(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _first, second, third = (save(ada, f"{number} Lane") for number in (1, 2, 3))
    rival = beside(monkeypatch, LOOK, lambda: set_default_address(user=ada, address_id=third))
    assert set_default_address(user=ada, address_id=second)
    assert rival.result(30)
    assert defaults(ada) == ["3 Lane"]


def test_one_that_is_removed_meanwhile_does_not_become_the_default_one(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock the account would have addresses and no default one."""
    first, second, _third = (save(ada, f"{number} Lane") for number in (1, 2, 3))
    rival = beside(monkeypatch, LOOK, lambda: delete_address(user=ada, address_id=second))
    assert delete_address(user=ada, address_id=first)
    assert rival.result(30)
    assert defaults(ada) == ["3 Lane"]
