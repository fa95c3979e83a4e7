"""`manage.py duties`: each duty says how it is met; what misses is named, and then it exits 1."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models.functions import Now
from pytest_django import Settings

from core.duties import read_duties
from delivery.models import Delivery
from inventory.models import NO_WARNINGS, Product
from orders.models import Order
from pages.models import TERMS, Page
from tests.support.producers import make_producer
from withdrawals.services import declare_withdrawal, note_instruction

pytestmark = pytest.mark.django_db

NAMES = [
    "Who sells",
    "Terms",
    "Privacy",
    "Only true scarcity",
    "Withdrawal function",
    "Instruction about the right of withdrawal",
    "Money back within 14 days of a withdrawal",
    "Producer, responsible person and warnings of goods",
    "Lowest price of the 30 days before a reduction",
]


@pytest.fixture
def shop_in_order(settings: Settings) -> None:
    settings.SHOP_LEGAL_ADDRESS = settings.SHOP_RETURN_ADDRESS = "2 Real Street, London"
    settings.SHOP_LEGAL_EMAIL = "ada@shop.example"
    Page.objects.update_or_create(slug=TERMS, defaults={"title": "Terms", "text": "Ours", "is_published": True})


def with_safety_data() -> None:
    Product.objects.update(producer=make_producer(), warnings=NO_WARNINGS)


def missing() -> dict[str, list[str]]:
    return {duty.name: duty.missing for duty in read_duties() if duty.missing}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    try:
        call_command("duties", *arguments)
    except SystemExit as end:
        return int(str(end.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_all_are_there_and_each_says_how_it_is_met() -> None:
    duties = read_duties()
    assert [duty.name for duty in duties] == NAMES
    assert all(duty.law and duty.met_by for duty in duties)


@pytest.mark.usefixtures("shop_in_order")
def test_a_shop_in_order_misses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys)
    assert (code, "Nothing misses." in text, "✗" in text) == (0, True, False)


def test_a_new_shop_is_told_what_misses(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys)
    assert code == 1
    assert "✗ Who sells" in text
    assert "MISSES: the address is the example's: set SHOP_LEGAL_ADDRESS" in text
    code, text = run(capsys, "--json")
    told: list[dict[str, Any]] = json.loads(text)
    assert (code, [duty["name"] for duty in told]) == (1, NAMES)


@pytest.mark.usefixtures("shop_in_order")
def test_goods_without_safety_data(variant: Any) -> None:
    assert list(missing()) == ["Producer, responsible person and warnings of goods"]


@pytest.mark.usefixtures("shop_in_order")
def test_orders_whose_instruction_was_not_sent(placed: Order) -> None:
    with_safety_data()
    assert missing() == {}  # it has a day for it
    Order.objects.update(created_at=Now() - timedelta(days=2))
    assert list(missing()) == ["Instruction about the right of withdrawal"]
    note_instruction(order_id=placed.pk)
    assert missing() == {}


@pytest.mark.usefixtures("shop_in_order")
def test_an_acknowledgement_that_could_not_be_sent(shipped: Order, admin_user: User) -> None:
    with_safety_data()
    line = shipped.lines.first()
    assert line
    declare_withdrawal(order_id=shipped.pk, units={line.pk: 1}, name="Ada", idempotency_key="a key")
    assert missing() == {}
    Delivery.objects.filter(kind="withdrawal").update(is_dead=True)
    assert missing() == {"Withdrawal function": ["1 acknowledgement could not be sent: see Deliveries in the admin"]}
