"""`Attachment`, a file that goes with an e-mail; `packed` and `unpacked`, its form in the payload of a delivery.

In the row of its message: written in the same INSERT, and forgotten with the rest of the content once it is sent.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Attachment:
    """A file: the name that the receiver sees, its type such as "application/pdf", and its bytes."""

    name: str
    content_type: str
    content: bytes


def packed(attachments: Iterable[Attachment]) -> dict[str, Any] | None:
    """The payload of an e-mail with these files; None without any."""
    rows = [[each.name, each.content_type, b64encode(each.content).decode()] for each in attachments]
    return {"attachments": rows} if rows else None


def unpacked(payload: Mapping[str, Any] | None) -> list[Attachment]:
    """The files in the payload of an e-mail."""
    rows = (payload or {}).get("attachments", [])
    return [Attachment(name, content_type, b64decode(content)) for name, content_type, content in rows]
