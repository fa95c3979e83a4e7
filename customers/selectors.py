"""Questions about customers. Each states its query count."""

from django.db.models import QuerySet
from django.db.models.functions import Upper

from core.admin.filters import any_of
from core.typed_words import starts_words
from customers.models import Customer
from orders.models import Order
from orders.selectors import find_orders

MOST_ADDRESSES = 10
_ADDRESS = ("name", "street", "street_2", "city", "postcode", "country")


def find_customers(typed: str) -> QuerySet[Customer]:
    """The customers of whom people mean one: by beginnings of their names, and by what their orders are found by.

    1 query, which reads an index for each of these.
    """
    customers = Customer.objects
    by_order = find_orders(typed).order_by().values(key=Upper("email"))
    return any_of(
        customers.all(),
        customers.filter(starts_words("name", typed)),
        customers.alias(key=Upper("email")).filter(key__in=by_order),
    )


def orders_of_customer(customer: Customer) -> QuerySet[Order]:
    """All orders with the customer's e-mail address, the newest first. 1 query."""
    return Order.objects.filter(email__iexact=customer.email)


def addresses_of_customer(customer: Customer) -> list[list[str]]:
    """The addresses that orders went to, as on a parcel, the latest first; at most 10. 1 query."""
    orders = orders_of_customer(customer).order_by(*_ADDRESS, "-pk").distinct(*_ADDRESS)
    newest_first = sorted(orders, key=lambda order: -order.pk)
    return [order.address_lines for order in newest_first[:MOST_ADDRESSES]]
