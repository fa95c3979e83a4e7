"""The post box: where any room hands in an e-mail, without waiting for a mail server. See docs/post.md.

The post room (`workers/post`) collects it. The site may not import the workers, so what leads there is a signal.
"""

from django.conf import settings
from django.dispatch import Signal

# Arguments: those of `hand_in`. Sent inside the transaction of the change, if there is one.
letter_handed_in = Signal()


def hand_in(*, kind: str, to: str, subject: str, text: str, dedupe_key: str) -> None:
    """Hand in an e-mail to one address; it goes out once this transaction is committed.

    A second one with the same `dedupe_key` (200 characters at most) is dropped.
    """
    letter_handed_in.send(sender=None, kind=kind, to=to, subject=subject, text=text, dedupe_key=dedupe_key)


def link(path: str) -> str:
    """The address of a page for an e-mail: below SHOP_URL, whatever host the request named that an e-mail follows from.

    Rule: OWASP, Forgot Password Cheat Sheet: a link made of the Host header leads where who sent it wants.
    """
    return str(settings.SHOP_URL).rstrip("/") + path
