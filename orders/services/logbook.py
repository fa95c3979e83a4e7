"""What staff did to orders, in the admin log and in the transaction of the deed."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User

from orders.models import Order, Refund


def note_deed(row: Order | Refund, *, actor: User | None, said: str) -> None:
    """One line in the admin log. None of what customers, payments or the clock did: the order's own log has that."""
    if actor is not None:
        LogEntry.objects.log_actions(actor.pk, [row], CHANGE, said)
