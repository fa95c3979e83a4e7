"""Writing a letter: a row in the caller's transaction, and a wake-up of the worker after its commit."""

from django.db import transaction

from delivery import wakeup
from delivery.models import Letter


def post(*, kind: str, to: str, subject: str, text: str, html: str = "", dedupe_key: str) -> None:
    """Write an e-mail to one address with the change that it tells of: either both are kept or neither is.

    A letter whose key is known already is not written again. The key is known until SHOP_LETTER_DAYS after its letter
    was sent; name in it the kind, what it is about and, of several recipients, which one.
    A subject of several lines, as templates have them, becomes one. `html` may be empty.
    """
    letter = Letter(kind=kind, to=to, subject=" ".join(subject.split()), text=text, html=html, dedupe_key=dedupe_key)
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    transaction.on_commit(wakeup.notify, robust=True)
