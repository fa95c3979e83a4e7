"""Undo, offered beside a message. It travels in the message itself, since a guest has nowhere else to keep it."""

import re
from dataclasses import dataclass

from django.contrib.messages.storage.base import Message
from django.utils.translation import gettext as _

_TAG = re.compile(r"\b(?P<kind>undo|fewer)-(?P<variant>\d{1,18})-(?P<quantity>\d{1,10})\b")


@dataclass(frozen=True)
class Undo:
    """So many units of a variant to put back into the cart, and what the button says."""

    variant_id: int
    quantity: int
    label: str


def undo_tag(variant_id: int, quantity: int) -> str:
    """The tag of a message that offers to put a removed line back."""
    return f"undo-{variant_id}-{quantity}"


def fewer_tag(variant_id: int, quantity: int) -> str:
    """The tag of a message that offers as many of them as there are."""
    return f"fewer-{variant_id}-{quantity}"


def undo_of(message: Message) -> Undo | None:
    """What a message offers, None for most of them."""
    found = _TAG.search(message.extra_tags or "")
    if found is None:
        return None
    quantity = int(found["quantity"])
    label = _("Undo") if found["kind"] == "undo" else _("Take %(count)d instead") % {"count": quantity}
    return Undo(int(found["variant"]), quantity, label)
