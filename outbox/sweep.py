"""What beat starts of the outbox: `wake_for_waiting_rows` makes a lost message cost seconds, `drop_old_runs` tidies."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from outbox.models import EffectRun, OutboxRow
from outbox.registry import registry
from outbox.wakeup import notify_always


def wake_for_waiting_rows(*, longer_than: timedelta) -> list[str]:
    """Wake a worker for every effect that has rows waiting longer than this. Returns the names of the effects.

    Rows of an effect that this version does not know (one that was rolled back, say) are left for the one that does.
    """
    rows = OutboxRow.objects.waiting(longer_than=longer_than).order_by()
    names = [name for name in rows.values_list("effect", flat=True).distinct() if name in registry]
    notify_always(names)
    return names


def drop_old_runs() -> int:
    """Delete runs older than SHOP_EFFECT_RUN_DAYS. Returns how many."""
    oldest = Now() - timedelta(days=settings.SHOP_EFFECT_RUN_DAYS)
    return EffectRun.objects.filter(started_at__lt=oldest).delete()[0]
