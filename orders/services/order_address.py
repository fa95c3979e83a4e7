"""`change_address`: where an order goes is changed before it leaves."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from core.countries import country_choices, country_name
from core.transactions import command
from orders.errors import AddressRefused
from orders.locks import lock_order
from orders.models import Order
from orders.models.addresses import POSTAL_FIELDS
from orders.services.transitions import log_deed
from orders.signals import address_changed
from orders.states import State
from orders.tariffs import delivery_prices


def address_is_open(order: Order) -> bool:
    """Whether the address can still be changed: nothing has left, and the order is not over. At most 1 query."""
    return order.state in {State.PLACED, State.PAID} and not order.shipments.exists()


def address_told(order: Order) -> str:
    """The name and address of an order in one line, as its log and a form that may be stale have it."""
    return ", ".join(order.address_lines)


@command
def change_address(*, order_id: int, address: Mapping[str, str], seen: str, actor: User) -> Order:
    """Change the name and address of an order of which nothing has left, and tell the customer by e-mail.

    What was agreed on stays, also if delivery or tax of another country differ. The same address changes nothing.
    Arguments: the columns of POSTAL_FIELDS, as a form cleaned them; `seen`, the address as `address_told` told it when
    the form was made; who changes it.
    Raises AddressRefused (something left, the address changed meanwhile, or the shop does not deliver to that country),
    OrderNotFound, Busy.
    """
    order = lock_order(order_id)
    if not address_is_open(order):
        raise AddressRefused(_("The address cannot be changed any more: something of the order left, or it is over."))
    before = address_told(order)
    is_new_country = address["country"] != order.country
    for name in POSTAL_FIELDS:
        setattr(order, name, address[name])
    after = address_told(order)
    if after == before:
        return order
    if seen != before:
        raise AddressRefused(_("The address was changed since you looked. It is now: %s") % before)
    if is_new_country:
        _refuse_where_nothing_is_delivered(order.country)
    order.save(update_fields=list(POSTAL_FIELDS))
    entry = log_deed(order, actor=actor, note=f"Address changed from {before} to {after}")
    address_changed.send(sender=Order, order=order, entry=entry)
    return order


def _refuse_where_nothing_is_delivered(country: str) -> None:
    if country not in dict(country_choices()) or not delivery_prices().delivers_to(country):
        raise AddressRefused(_("The shop does not deliver to %s.") % country_name(country))
