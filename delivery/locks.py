"""Row locks of what is to be delivered. See docs/locking.md."""

from collections.abc import Collection

from delivery.models import Letter


def lock_dead_letters(letter_ids: Collection[int]) -> list[Letter]:
    """Lock those of these letters that are dead."""
    dead = Letter.objects.unsent().filter(pk__in=letter_ids, is_dead=True).order_by("pk")
    return list(dead.select_for_update(no_key=True))
