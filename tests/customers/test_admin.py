"""Customers in the back office: how they are found, what their page says, and who may write what."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from customers.models import Customer, CustomerNote
from customers.selectors import addresses_of_customer
from orders.models import Order
from outbox.drain import drain
from tests.backoffice.conftest import As, logged_in_as
from tests.customers.conftest import Buy
from tests.support.admin_pages import filled_in
from tests.support.pages import text_of

__all__ = ["logged_in_as"]
pytestmark = pytest.mark.django_db(transaction=True)

LIST = reverse("admin:customers_customer_changelist")


@pytest.fixture
def ada(buy: Buy) -> Customer:
    """Ada King, who once ordered as Byron from France, and one other customer."""
    buy(name="Ada Byron", country="FR", city="Lyon", postcode="69001"), buy(2, name="Ada King")
    buy(email="bob@example.com", name="Bob Babbage")
    drain("count_customers")
    return Customer.objects.get(email="ada@example.com")


def page_of(customer: Customer) -> str:
    return reverse("admin:customers_customer_change", args=[customer.pk])


def found(client: Client, typed: str) -> list[str]:
    return [row.name for row in client.get(LIST, {"q": typed}).context["cl"].result_list]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("typed", ["king", "ad kin", "ADA@EXAMPLE.COM", "byron", "69 001"])
def test_a_customer_is_found_by_what_people_know(logged_in_as: As, typed: str) -> None:
    assert found(logged_in_as(CLERK), typed) == ["Ada King"]


@pytest.mark.usefixtures("ada")
def test_nobody_is_found_by_what_nobody_has(logged_in_as: As) -> None:
    client = logged_in_as(CLERK)
    assert found(client, "carol") == []
    assert found(client, "ing") == []
    assert found(client, " ") == ["Bob Babbage", "Ada King"]


def test_the_page_has_orders_and_addresses(logged_in_as: As, ada: Customer) -> None:
    said = text_of(logged_in_as(CLERK).get(page_of(ada)))
    for order in Order.objects.filter(email="ada@example.com"):
        assert order.number in said
    assert "Ada King, 1 Analytical Row, London, N1 1AA, United Kingdom" in said
    assert "Ada Byron, 1 Analytical Row, 69001 Lyon, France" in said
    assert "Bob" not in said


def test_an_order_leads_to_its_customer(logged_in_as: As, ada: Customer) -> None:
    bought = Order.objects.filter(email="ada@example.com").latest("pk")
    clerk = logged_in_as(CLERK)
    page = text_of(clerk.get(reverse("admin:orders_order_change", args=[bought.pk])))
    assert f'<a href="{LIST}?q=ada%40example.com">' in page
    assert found(clerk, "ada@example.com") == [ada.name]


def test_an_address_is_named_once_and_the_latest_first(buy: Buy, ada: Customer) -> None:
    buy(name="Ada Byron", country="FR", city="Lyon", postcode="69001")
    assert [lines[0] for lines in addresses_of_customer(ada)] == ["Ada Byron", "Ada King"]


def test_a_clerk_writes_a_note_that_carries_the_name(logged_in_as: As, ada: Customer) -> None:
    client = logged_in_as(CLERK)
    sent = filled_in(client.get(page_of(ada))) | {"notes-0-text": ["Rings twice"]}
    assert client.post(page_of(ada), sent).status_code == 302
    note = CustomerNote.objects.get()
    assert (note.customer, note.text) == (ada, "Rings twice")
    assert note.author is not None
    assert note.author.get_username() == "clerk"
    page = text_of(client.get(page_of(ada)))
    assert "Rings twice" in page
    assert "DatabaseDefault" not in page


def test_a_note_is_not_rewritten(logged_in_as: As, ada: Customer) -> None:
    author = User.objects.create_user("sam")
    note = CustomerNote.objects.create(customer=ada, text="Rings twice", author=author)
    client = logged_in_as(MANAGER)
    sent = filled_in(client.get(page_of(ada))) | {"notes-0-text": ["Never rings"], "notes-0-id": [str(note.pk)]}
    client.post(page_of(ada), sent)
    note.refresh_from_db()
    assert (note.text, note.author) == ("Rings twice", author)


def test_consent_is_recorded_and_logged(logged_in_as: As, ada: Customer) -> None:
    client = logged_in_as(CLERK)
    sent = filled_in(client.get(page_of(ada))) | {"consent": ["News, by telephone, 3 May"]}
    assert client.post(page_of(ada), sent).status_code == 302
    ada.refresh_from_db()
    assert ada.consent == "News, by telephone, 3 May"
    assert LogEntry.objects.get().get_change_message() == "Changed Consent."


def test_only_a_manager_deletes_a_note(logged_in_as: As, ada: Customer) -> None:
    note = CustomerNote.objects.create(customer=ada, text="Rings twice")
    for role, left in ((CLERK, 1), (MANAGER, 0)):
        client = logged_in_as(role)
        typed = {"notes-0-id": [str(note.pk)], "notes-0-DELETE": ["on"]}
        client.post(page_of(ada), filled_in(client.get(page_of(ada))) | typed)
        assert CustomerNote.objects.count() == left


def test_the_file_has_plain_amounts(logged_in_as: As, ada: Customer) -> None:
    form = {"action": "export_csv", "_selected_action": [ada.pk]}
    file = logged_in_as(MANAGER).post(LIST, form)
    rows = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert rows[1].startswith("Ada King,ada@example.com,")
    assert ",2,0.00," in rows[1]
