"""Staff find an order by what a customer says on the telephone: number, name, postcode, e-mail address, or SKU."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.roles import CLERK
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order, OrderLine
from orders.numbers import new_number, read_number
from orders.selectors import find_orders
from orders.services import refund_order
from tests.conftest import MakeVariant
from tests.support.ordering import order, pay
from tests.support.shopping import add
from tests.support.staff import member_of

LIST = reverse("admin:orders_order_changelist")
# The rows stay as they are from one example to the next; each sets the columns that it is about.
EACH_ALONE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def clerk(client: Client, db: None) -> Client:
    client.force_login(member_of(CLERK))
    return client


def shown(client: Client, typed: str, where: str = LIST) -> list[int]:
    answer = client.get(f"{where}?q={quote(typed)}")
    assert answer.status_code == 200
    return [row.pk for row in answer.context["cl"].result_list]


def is_found(placed: Order, typed: str, **columns: str) -> bool:
    Order.objects.filter(pk=placed.pk).update(**columns)
    return list(find_orders(typed)) == [placed]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Ada Customer 0", "Customer 0"),
        ("Ada Customer 0", "custom"),
        ("Ada Lovelace", "LOVE ada"),
        ("Ünïcödé Müller", "unicode"),
        ("Ünïcödé Müller", "Ünïc"),
        ("Ünïcödé Müller", "MÜLL"),
        ("U\u0308ni\u0308", "Ünï"),  # the accents as letters of their own, as some telephones send them
        ("José O'Brien", "o'brien"),
        ("José O'Brien", "brien"),
        ("José O\u2019Brien", "O'Brien"),
        ("Anna-Maria Weiß", "maria weiss"),
        ("Søren Łukasz Ærø", "soren lukasz aero"),
        ("SØREN ŁUKASZ ÆRØ", "søren"),
        ("St.John Smith", "john"),
        ("12 Monkeys Ltd.", "12 monk"),
        ("Дарья Петрова", "Пет"),
        ("山田太郎", "山田"),
    ],
)
def test_by_the_beginning_of_each_word_of_the_name(placed: Order, name: str, typed: str) -> None:
    assert is_found(placed, typed, name=name)


@pytest.mark.parametrize(
    "typed", ["ovelace", "Ada Byron", "", " ", "--", "%", "'", "\\", ":*", "&", "a" * 5000, "\ufdfa" * 500]
)
def test_not_by_the_middle_nor_by_another_word_nor_by_marks(placed: Order, typed: str) -> None:
    assert not is_found(placed, typed, name="Ada Lovelace")


LETTERS = st.text(st.sampled_from("abcxyzABCXYZ0189äöüÄÖÜéèñçÅåŠš"), min_size=1, max_size=8)
MARKS = st.sampled_from([" ", "-", "'", "\u2019", ". ", "  ", "/", "_", "\u2013"])


@EACH_ALONE
@given(words=st.lists(LETTERS, min_size=1, max_size=5), mark=MARKS, data=st.data())
def test_any_beginnings_of_any_words_find_it_however_they_are_written(
    placed: Order, words: list[str], mark: str, data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))
    typed = " ".join(word[: data.draw(st.integers(1, len(word)))] for word in chosen)
    bare = "".join(letter for letter in unicodedata.normalize("NFD", typed) if not unicodedata.combining(letter))
    for way in (typed, typed.upper(), bare.lower(), unicodedata.normalize("NFD", typed)):
        assert is_found(placed, way, name=mark.join(words))


@EACH_ALONE
@given(
    name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100),
    typed=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
def test_no_name_is_refused_and_no_search_fails(placed: Order, name: str, typed: str) -> None:
    with transaction.atomic():
        Order.objects.filter(pk=placed.pk).update(name=name, postcode=name[:16])
        list(find_orders(typed))
        list(find_orders(name))


class TestNumbers:
    @given(
        number=st.builds(new_number),
        mark=st.sampled_from(["", "-", " ", " - ", "\u2013", "_"]),
        is_lower=st.booleans(),
        misread=st.sampled_from([("0", "O"), ("0", "o"), ("1", "I"), ("1", "l"), ("1", "1")]),
    )
    def test_any_way_to_write_it_is_read(
        self, number: str, mark: str, is_lower: bool, misread: tuple[str, str]
    ) -> None:
        typed = number.lower() if is_lower else number
        assert read_number(f" {typed.replace('-', mark).replace(*misread)} ") == number

    @pytest.mark.parametrize("typed", ["", "7K3M", "7K3M-Q9T", "7K3M-Q9T22", "7K3M-Q9TU", "Ünïcödés", "7K3M-Q9T\u0662"])
    def test_what_cannot_be_one_is_none(self, typed: str) -> None:
        assert read_number(typed) == ""

    @pytest.mark.parametrize(
        "change", [str.lower, lambda number: number.replace("-", ""), lambda number: f" {number} "]
    )
    def test_it_finds_its_order(self, clerk: Client, placed: Order, change: Any) -> None:
        assert shown(clerk, change(placed.number)) == [placed.pk]
        assert shown(clerk, placed.number[:4]) == []


@pytest.mark.parametrize(
    ("postcode", "typed"),
    [
        ("SW1A 1AA", "sw1a1aa"),
        ("SW1A1AA", "SW1A 1AA"),
        ("sw1a 1aa", "SW1A1AA"),
        ("00-950", "00950"),
        ("1012 AB", "1012ab"),
        ("12345-6789", "123456789"),
    ],
)
def test_by_postcode(placed: Order, postcode: str, typed: str) -> None:
    assert is_found(placed, typed, postcode=postcode)
    assert not is_found(placed, typed[:-1], postcode=postcode)


def test_by_e_mail_address_in_any_case(placed: Order) -> None:
    assert is_found(placed, " ADA@example.COM ", email="Ada@Example.com")
    assert not is_found(placed, "da@example.com", email="Ada@Example.com")


def test_by_sku_in_any_case_as_it_was_ordered(clerk: Client, placed: Order, variant: ProductVariant) -> None:
    OrderLine.objects.update(sku="15034a")
    ProductVariant.objects.filter(pk=variant.pk).update(sku="RENAMED")
    for typed in ("15034A", "15034a"):
        assert shown(clerk, typed) == [placed.pk]
    assert shown(clerk, "RENAMED") == shown(clerk, "1503") == []


class TestOtherLists:
    """The same words find what belongs to an order, and its customer."""

    WORDS = ("müller", "n11aa", "ADA@example.com")

    @pytest.fixture
    def two(self, make_variant: MakeVariant, delivery: DeliveryMethod, make_user: Any) -> list[Order]:
        """An order of Miller, and one of another customer with another address. Both are refunded."""
        orders = [order(add(Owner(user_id=make_user(name).pk), make_variant()), delivery) for name in ("m", "other")]
        for one in orders:
            pay(one)
            refund_order(order_id=one.pk, reason="Lost")
        Order.objects.filter(pk=orders[0].pk).update(name="Zoë Mueller-Müller")
        Order.objects.filter(pk=orders[1].pk).update(name="Bob", email="bob@example.com", postcode="M1 1AA")
        return orders

    @pytest.mark.parametrize("typed", WORDS)
    def test_lines_and_refunds(self, clerk: Client, two: list[Order], typed: str) -> None:
        mine = two[0]
        assert shown(clerk, typed, reverse("admin:orders_orderline_changelist")) == [mine.lines.get().pk]
        assert shown(clerk, typed, reverse("admin:orders_refund_changelist")) == [mine.refunds.get().pk]
        number = mine.number.replace("-", "").lower()
        assert shown(clerk, number, reverse("admin:orders_orderline_changelist")) == [mine.lines.get().pk]

    @pytest.mark.parametrize("typed", WORDS)
    def test_customers(self, client: Client, two: list[Order], typed: str) -> None:
        client.force_login(User.objects.create_superuser("owner"))
        mine, where = two[0], reverse("admin:auth_user_changelist")
        for way in (typed, mine.number, mine.number.replace("-", "").lower()):
            assert shown(client, way, where) == [mine.user_id]
        assert set(shown(client, "OTHER", where)) == {two[1].user_id}


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("lovelace", "orders_order_name_words"),
        ("sw1a 1aa", "orders_order_postcode"),
        ("ada@example.com", "orders_order_email"),
        ("7K3MQ9T2", "orders_order_number"),
    ],
)
def test_each_way_has_an_index(placed: Order, typed: str, index: str) -> None:
    with only_by_bitmap():
        assert index in find_orders(typed).explain()


def test_lines_are_found_by_an_index(placed: Order) -> None:
    with only_by_bitmap():
        assert "orders_orderline_sku" in OrderLine.objects.filter(sku__iexact="15034a").explain()


@contextmanager
def only_by_bitmap() -> Iterator[None]:
    """Of few rows PostgreSQL reads all, of the table or along any index. A bitmap needs the index of a condition."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        yield
