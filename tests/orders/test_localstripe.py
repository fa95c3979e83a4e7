"""Refunds against localstripe, a server of others with Stripe's API, as a process of its own.

It is under the GPL, so nothing imports it. It has payment intents, refunds and signed web hooks; it has no Checkout
Sessions, no idempotency keys and no events of refunds. `tests/support/stripe_server.py` has those.
"""

import re
import sys
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe as library
from pytest_django import Settings

from orders.payments import ProviderRefused, RefundRequest, provider_named
from orders.payments.stripe import Stripe
from tests.support import processes
from tests.support.processes import REPOSITORY, LocalProcess
from tests.support.stripe_server import SECRET
from tests.support.waiting import wait_until
from tests.support.web_receiver import WebReceiver
from tools.local.server import free_port

pytestmark = pytest.mark.django_db

KEY = "sk_test_12345"
CARD = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2049, "cvc": "123"}}


@pytest.fixture
def address(tmp_path: Path, settings: Settings) -> Iterator[str]:
    port = free_port()
    process = LocalProcess(
        "localstripe",
        ["localstripe", "--port", str(port), "--from-scratch"],
        tmp_path / "localstripe.log",
        ready_line="Running on",
        env=processes.test_environment(PYTHONUNBUFFERED="1"),
        folder=tmp_path,
    )
    try:
        process.ready()
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, f"http://127.0.0.1:{port}"
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        settings.SHOP_PAYMENT_PROVIDERS = {"stripe": "orders.payments.stripe.Stripe"}
        yield settings.STRIPE_API_BASE
    finally:
        process.stop()


def client(address: str) -> library.StripeClient:
    return library.StripeClient(KEY, base_addresses={"api": address})


def pay(address: str) -> Any:
    """A payment intent of 8.95 that a good card has paid."""
    ours = client(address).v1
    card: Any = CARD
    method = ours.payment_methods.create(card)
    made = ours.payment_intents.create({"amount": 895, "currency": "gbp", "payment_method": method.id})
    return ours.payment_intents.confirm(made.id)


def asked(intent: Any, key: str = "a-1", amount: str = "2.50") -> RefundRequest:
    return RefundRequest(key=key, transaction=intent.id, amount=Decimal(amount), currency="GBP")


def test_a_refund_is_made_once(address: str) -> None:
    """localstripe keeps no idempotency keys: what was made before is found by its metadata."""
    intent, provider = pay(address), provider_named("stripe")
    first = provider.refund(asked(intent))
    assert provider.refund(asked(intent)) == first
    assert provider.refund(asked(intent, "a-2", "6.45")) != first
    made = client(address).v1.refunds.list({"payment_intent": intent.id}).data
    assert sorted(refund.amount for refund in made) == [250, 645]


def test_a_payment_that_does_not_exist(address: str) -> None:
    intent = pay(address)
    intent.id = "pi_of_another_shop"
    with pytest.raises(ProviderRefused):
        provider_named("stripe").refund(asked(intent))


def test_its_web_hooks_have_a_signature_that_counts(address: str) -> None:
    """They tell of payment intents, which are nothing to the shop: what counts is that the signature is right."""
    with WebReceiver() as receiver:
        hook = {"url": receiver.url, "secret": SECRET, "events[]": "payment_intent.succeeded"}
        config = urllib.request.Request(f"{address}/_config/webhooks/shop", urlencode(hook).encode())
        urllib.request.urlopen(config, timeout=30).close()
        pay(address)
        wait_until(lambda: receiver.requests, "the web hook is called")
    body, headers = receiver.bodies[0], receiver.requests[0][1]
    assert b"payment_intent.succeeded" in body
    assert Stripe("stripe").parse_webhook(body, headers) is None


def test_nothing_imports_it() -> None:
    """The GPL of a process that a test starts does not reach the shop; that of an import would."""
    for path in REPOSITORY.rglob("*.py"):
        if ".venv" not in path.parts:
            assert not re.search(r"^\s*(import|from) localstripe", path.read_text(), re.MULTILINE), path
    assert "localstripe" not in sys.modules
