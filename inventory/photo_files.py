"""`drop_unnamed_photos`, the sweep of photographs that no product shows any more.

Not at the commit that takes a photograph away: a form that gives the same picture to another product may have seen that
its files are there, and not have committed yet.
"""

import re
from collections.abc import Collection
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.locks import AdvisoryLock
from inventory.models import Product
from inventory.photos import FOLDER, photo_key

# Far more than the clocks of the storage and of a worker differ.
YOUNGEST = timedelta(hours=1)
# Of one run, each with a query and up to four calls to the storage: seconds, where a task has 20.
MOST = 100
_FILE = re.compile(r"([0-9a-f]{32})-\w+\.webp")


def drop_unnamed_photos() -> int:
    """Delete the files of photographs that no product names and that were stored more than an hour ago.

    Returns how many photographs these were, at most `MOST`; the next run has the others. What is in the folder and has
    no name of ours is left alone.
    """
    # Files first: one that a form stores after the look at the rows is not among them.
    stored = _stored()
    named = set(Product.objects.exclude(photo="").values_list("photo", flat=True))
    dropped = 0
    for name in sorted(stored.keys() - named):
        dropped += _drop(name, stored[name])
        if dropped == MOST:
            break
    return dropped


def _stored() -> dict[str, list[str]]:
    """The paths of each photograph, by its name."""
    try:
        _, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:  # nothing was ever stored
        return {}
    stored: dict[str, list[str]] = {}
    for file in files:
        if ours := _FILE.fullmatch(file):
            stored.setdefault(ours[1], []).append(f"{FOLDER}/{file}")
    return stored


@transaction.atomic
def _drop(name: str, paths: Collection[str]) -> bool:
    """Tells whether it was dropped. Who relies on it has its lock; a form that comes later waits and stores it anew."""
    if not AdvisoryLock.PHOTO.try_acquire(photo_key(name)) or Product.objects.filter(photo=name).exists():
        return False
    there = [path for path in paths if default_storage.exists(path)]
    limit = timezone.now() - YOUNGEST
    if not there or any(default_storage.get_modified_time(path) > limit for path in there):
        return False
    for path in there:
        default_storage.delete(path)
    return True
