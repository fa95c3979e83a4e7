"""The form of the contact page: an e-mail to the shop, once, to be answered by "reply", and not by the thousand."""

import re
from email.message import Message
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from delivery.deliver import deliver
from delivery.models import Delivery
from pages.models import Page
from tests.support.pages import Form, form, messages, text_of

pytestmark = pytest.mark.django_db(transaction=True)

TYPED: Any = {"name": "Ada Lovelace", "email": "ada@example.com", "text": "Where is my order?\nIt is late."}


@pytest.fixture(autouse=True)
def contact_page(settings: Settings) -> Page:
    settings.SHOP_LEGAL_EMAIL, settings.SHOP_NAME = "shop@example.com", "Gift & Co"
    Page.objects.all().delete()
    return Page.objects.create(slug="contact", title="Contact", text="Write to us.", is_published=True)


@pytest.fixture
def opened(client: Client) -> Form:
    return form(client.get("/pages/contact/"), "/pages/contact/")


def sent() -> list[Message]:
    deliver("email")
    return [message.message() for message in mail.outbox]


def test_a_message_reaches_the_shop_and_nobody_else(client: Client, opened: Form) -> None:
    answer = opened.post(client, **TYPED)
    assert (answer.status_code, answer["Location"]) == (303, "/pages/contact/")
    assert messages(client.get("/pages/contact/")) == [
        "Your message is on its way to us. We answer to ada@example.com."
    ]
    (message,) = sent()
    assert (message["To"], message["Reply-To"], message["Cc"], message["Bcc"]) == (
        "shop@example.com",
        "ada@example.com",
        None,
        None,
    )
    assert message["Subject"] == "A message from the contact page of Gift & Co"
    text = str(message.get_payload())
    assert "Ada Lovelace <ada@example.com> wrote by the contact page:" in text
    assert "Where is my order?\nIt is late." in text


def test_the_address_is_forgotten_once_it_is_sent(client: Client, opened: Form) -> None:
    opened.post(client, **TYPED)
    sent()
    delivery = Delivery.objects.get(kind="contact")
    assert (delivery.text, delivery.reply_to, delivery.sent_at is not None) == ("", "", True)


def test_a_form_that_is_sent_twice_is_one_message(client: Client, opened: Form) -> None:
    for _ in range(2):
        assert opened.post(client, **TYPED).status_code == 303
    assert Delivery.objects.count() == 1
    again = form(client.get("/pages/contact/"), "/pages/contact/")
    assert again.fields["key"] != opened.fields["key"]
    again.post(client, **TYPED)
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("changes", [{"text": "Another question."}, {"email": "ada@example.org"}, {"name": "Ada L."}])
def test_a_page_of_before_sends_other_words(client: Client, opened: Form, changes: dict[str, str]) -> None:
    """Who goes back in the browser writes into a form that was sent."""
    opened.post(client, **TYPED)
    opened.post(client, **TYPED | changes)
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "ada@example.com\nBcc: eve@example.com"},
        {"email": "ada@example.com\r\nBcc: eve@example.com"},
        {"email": "ada@example.com, eve@example.com"},
        {"email": "no address"},
        {"email": ""},
        {"name": "Ada\nBcc: eve@example.com"},
        {"text": " "},
        {"text": "x" * 5001},
        {"key": "no key"},
        {"website": "https://spam.example"},
    ],
)
def test_what_makes_no_message_is_refused_and_kept(client: Client, opened: Form, changes: dict[str, str]) -> None:
    answer = opened.post(client, **TYPED | changes)
    assert answer.status_code == 400
    assert Delivery.objects.count() == 0
    if "text" not in changes:
        assert "Where is my order?" in text_of(answer)


def test_a_person_whose_browser_filled_the_trap_can_empty_it(client: Client, opened: Form) -> None:
    page = text_of(opened.post(client, **TYPED, website="x"))
    assert "Please empty this field" in page
    assert "aria-hidden" not in page[page.index("id_website") - 300 : page.index("id_website")]
    assert 'class="trap"' in text_of(client.get("/pages/contact/"))


def test_so_many_an_hour_and_no_more(client: Client, settings: Settings) -> None:
    settings.SHOP_LETTERS_PER_HOUR = 2
    found = [form(client.get("/pages/contact/"), "/pages/contact/").post(client, **TYPED) for _ in range(3)]
    assert [answer.status_code for answer in found] == [303, 303, 429]
    assert Delivery.objects.count() == 2


def test_who_is_logged_in_need_not_type_an_address(client: Client) -> None:
    client.force_login(User.objects.create_user("ada", "ada@example.com", first_name="Ada", last_name="Lovelace"))
    fields = form(client.get("/pages/contact/"), "/pages/contact/").fields
    assert (fields["name"], fields["email"]) == ("Ada Lovelace", "ada@example.com")


def test_a_form_from_elsewhere_sends_nothing() -> None:
    strict: Any = Client(enforce_csrf_checks=True)
    assert strict.post("/pages/contact/", TYPED).status_code == 403
    assert Delivery.objects.count() == 0


def test_the_page_says_who_is_behind_it(client: Client, settings: Settings) -> None:
    settings.SHOP_LEGAL_ADDRESS = "2 High Street\nBath"
    page = text_of(client.get("/pages/contact/"))
    assert re.search(r"<address>.*<br>2 High Street<br>Bath<br>", page)
    assert "no-store" in client.get("/pages/contact/")["Cache-Control"]
