"""The addresses that a customer keeps in their account. One of them, if there is any, is the default one."""

from collections.abc import Mapping

from django.contrib.auth.models import User

from core.errors import UserGone
from core.locks import lock_rows
from core.transactions import command
from orders.errors import TooManyAddresses
from orders.models import SavedAddress

MOST_ADDRESSES = 20


@command
def save_address(*, user: User, fields: Mapping[str, str], address_id: int | None = None) -> SavedAddress | None:
    """Insert an address, or replace the customer's own one of this id.

    Arguments: the customer; the columns of `Postal` as they were cleaned by a form; the id of the address to replace.
    The first address becomes the default one. One that is there already is not inserted again: forms are sent twice.
    Returns the address, None if the customer has none of this id.
    Raises TooManyAddresses, UserGone, Busy.
    """
    own = _lock_addresses(user)
    if address_id is not None:
        address = own.get(address_id)
        if address is not None:
            for name, value in fields.items():
                setattr(address, name, value)
            address.save(update_fields=list(fields))
        return address
    if same := next((one for one in own.values() if _same(one, fields)), None):
        return same
    if len(own) >= MOST_ADDRESSES:
        raise TooManyAddresses(MOST_ADDRESSES)
    return SavedAddress.objects.create(user=user, is_default=not own, **fields)


@command
def set_default_address(*, user: User, address_id: int) -> bool:
    """Make one of the customer's addresses the default one. Returns whether there is such an address.

    Raises UserGone, Busy.
    """
    own = _lock_addresses(user)
    if address_id not in own:
        return False
    _make_default(user, address_id)
    return True


@command
def delete_address(*, user: User, address_id: int) -> bool:
    """Delete one of the customer's addresses; of those left, the oldest becomes the default one if none is.

    Returns whether there was such an address. Raises UserGone, Busy.
    """
    own = _lock_addresses(user)
    address = own.pop(address_id, None)
    if address is None:
        return False
    address.delete()
    if address.is_default and own:
        _make_default(user, min(own))
    return True


def _lock_addresses(user: User) -> dict[int, SavedAddress]:
    """Lock the account against changes of its addresses by another tab, and return these by id."""
    if not lock_rows(User, [user.pk]):
        raise UserGone
    return {address.pk: address for address in SavedAddress.objects.filter(user=user)}


def _same(address: SavedAddress, fields: Mapping[str, str]) -> bool:
    return all(getattr(address, name) == value for name, value in fields.items())


def _make_default(user: User, address_id: int) -> None:
    addresses = SavedAddress.objects.filter(user=user)
    addresses.exclude(pk=address_id).filter(is_default=True).update(is_default=False)
    addresses.filter(pk=address_id).update(is_default=True)
