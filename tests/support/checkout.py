"""What a shopper does on the pages of checkout, in words. Everything goes by the forms that the pages show."""

from typing import Any

from django.test import Client

from tests.support.pages import Form, form

ADDRESS = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "street": "1 Analytical Row",
    "street_2": "",
    "city": "London",
    "postcode": "N1 1AA",
    "country": "United Kingdom",
}
REVIEW = "/checkout/review/"
# What the pages say where there is nothing to order, and of a way of delivery that staff took off.
EMPTY = "There is nothing in your cart to order. Put something into it first."
GONE = "That way of delivery is not offered any more. Please choose another one."
BOTH = {
    "invoice": "orders.payments.invoice.Invoice",
    "testbank": "demo.testbank.TestBank",
}


def fill(client: Client, **changes: str) -> Any:
    """Fill in and send the address."""
    return send(client, form(client.get("/checkout/"), "/checkout/"), **ADDRESS | changes)


def send(client: Client, page_form: Form, **changes: str) -> Any:
    """Send a form as it stands, but for these fields."""
    return client.post(page_form.action, page_form.fields | changes)


def review_form(client: Client) -> Form:
    """The form that orders, as the last page before shows it."""
    return form(client.get(REVIEW), REVIEW)


def place(client: Client, provider: str = "invoice") -> Any:
    """Order what is in the cart; where the shop leads then."""
    fill(client)
    return review_form(client).post(client, provider=provider)
