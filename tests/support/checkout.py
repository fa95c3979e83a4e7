"""The steps of a shopper on the pages of checkout. They use only the forms that the pages show."""

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
# The pages' messages when there is nothing to order, and when staff have withdrawn the delivery method.
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
    """Send a form as it is shown, with these fields changed."""
    return client.post(page_form.action, page_form.fields | changes)


def review_form(client: Client) -> Form:
    """Return the form of the review page, which places the order."""
    return form(client.get(REVIEW), REVIEW)


def place(client: Client, provider: str = "invoice") -> Any:
    """Order what is in the cart. Returns the response: a redirect to what comes next."""
    fill(client)
    return review_form(client).post(client, provider=provider)
