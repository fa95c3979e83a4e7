"""The examples in docs/effects.md and docs/signals.md, run as they stand there."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models.signals import post_save

from analytics.models import AnalyticsEvent
from cart.models import CartItem
from cart.owners import Owner
from cart.services import add_product_to_cart
from core.celery import app
from delivery.deliver import deliver
from delivery.models import Delivery
from inventory.models import StockMovement
from inventory.services import move_stock, refresh_alerts
from inventory.signals import alert_changed
from outbox.drain import drain
from outbox.registry import registry
from tests.conftest import MakeVariant
from tests.support.web_receiver import WebReceiver

pytestmark = pytest.mark.django_db(transaction=True)

DOCUMENTS = Path(__file__).parents[2] / "docs"


def run_example(document: str) -> str:
    """Run the first example of a document as an app would import it; returns its code."""
    code = re.findall(r"```python\n(.*?)```", (DOCUMENTS / document).read_text(), re.DOTALL)[0]
    namespace: dict[str, object] = {"__name__": "example"}
    exec(code, namespace)  # noqa: S102 - the point of the test
    # Signals hold their receivers weakly, and a module that was imported would hold it.
    HELD.append(namespace)
    return textwrap.dedent(code)


HELD: list[dict[str, object]] = []


@pytest.fixture
def example() -> Iterator[str]:
    app.finalize()
    yield run_example("effects.md")
    post_save.disconnect(sender=CartItem, dispatch_uid="offer_discount")
    del registry["offer_discount"]
    app.tasks.pop("offer_discount")


def test_the_example_offers_the_discount_once(example: str, guest: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(50)
    for _ in range(3):
        add_product_to_cart(None, variant.pk, 5, guest_token=guest.guest_token)
    assert drain("offer_discount") == 2
    offer = AnalyticsEvent.objects.get(name="discount_offered")
    assert offer.data == {"percent": 10}


def test_the_example_is_as_short_as_promised(example: str) -> None:
    statements = [line for line in example.splitlines() if line.strip() and not line.startswith(("from ", "import "))]
    assert len(statements) < 20


@pytest.fixture
def chat(settings: Any) -> Iterator[WebReceiver]:
    """A chat that takes messages from outside, and the example that sends them there."""
    with WebReceiver() as receiver:
        settings.CHAT_ADDRESS, settings.DELIVERY_PRIVATE_ADDRESSES = receiver.url, True
        run_example("signals.md")
        yield receiver
    alert_changed.disconnect(dispatch_uid="tell_the_chat")


def test_the_example_tells_the_chat_of_each_change_once(chat: WebReceiver, make_variant: MakeVariant) -> None:
    variant = make_variant(3, threshold=5)
    drain("check_low_stock")
    move_stock(variant_id=variant.pk, delta=-3, kind=StockMovement.Kind.ADJUSTMENT, reason="Broken")
    drain("check_low_stock")
    assert (deliver("web"), deliver("web")) == (2, 0)
    name = f"{variant.sku} {variant.product.name}"
    assert chat.messages == [{"text": f"{name}: low, 3 free"}, {"text": f"{name}: out, 0 free"}]


def test_the_chat_hears_nothing_of_an_alert_that_was_undone(chat: WebReceiver, make_variant: MakeVariant) -> None:
    variant = make_variant(3, threshold=5)
    with transaction.atomic():
        refresh_alerts(variant_ids=[variant.pk])
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert (deliver("web"), chat.messages) == (0, [])
