"""The example in docs/effects.md, run as it stands there."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models.signals import post_save

from analytics.models import AnalyticsEvent
from cart.models import CartItem
from cart.owners import Owner
from cart.services import add_product_to_cart
from core.celery import app
from outbox.drain import drain
from outbox.registry import registry
from tests.conftest import MakeVariant

pytestmark = pytest.mark.django_db(transaction=True)

DOCUMENT = Path(__file__).parents[2] / "docs" / "effects.md"


@pytest.fixture
def example() -> Iterator[str]:
    """Run the document's example as an app would import it; yields its code."""
    app.finalize()
    code = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[0]
    namespace: dict[str, object] = {}
    exec(code, namespace)  # noqa: S102 - the point of the test
    yield textwrap.dedent(code)
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
