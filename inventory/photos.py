"""Photographs: `read_photo` checks and re-encodes, `store_photo` stores, `drop_unnamed_photos` deletes.

Rows name them in a column, those of products and those that other apps announce by `keep_photos_of`.

A file is named by its content. Removing a photograph from a product deletes no file, since another form with the same
picture may have found the file in the storage and not have committed yet. Only the periodic sweep deletes files.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from core.locks import AdvisoryLock
from inventory.models import Product, ProductPhoto
from inventory.pixels import flat_picture

FOLDER = "photos"  # in the storage
LARGEST_FILE = 8 * 1024 * 1024
# Decoded, a pixel of a PNG takes 4 bytes and one of a WebP 16. A JPEG is decoded no larger than it is needed.
MOST_PIXELS = {"JPEG": 40_000_000, "PNG": 24_000_000, "WEBP": 16_000_000}
# The longest side in pixels. A card's is twice its size on the screen.
SIZES = {"card": 640, "page": 1400}
# Detected by content; the file's name and declared type do not count. SVG is excluded: it can contain scripts.
_FORMATS = tuple(MOST_PIXELS)
_QUALITY = 82


@dataclass(frozen=True)
class Photo:
    """A photograph in all sizes of the shop. Its name is a hash of its content."""

    name: str
    files: dict[str, bytes]


def read_photo(upload: BinaryIO, size: int) -> Photo:
    """Check and re-encode an upload of `size` bytes. Only the pixels are kept: no location, camera or comment.

    Raises ValidationError, with a message for the person who uploaded it.
    """
    if size > LARGEST_FILE:
        raise ValidationError(_("The file is too large: at most 8 MB, please."), code="too_large")
    try:
        # Opening reads only the header, so a small file that decodes to gigabytes is refused before it is decoded.
        with Image.open(upload, formats=_FORMATS) as image:
            _check_header(image)
            picture = flat_picture(image, SIZES["page"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("JPEG") from error
    except (OSError, SyntaxError, ValueError) as error:
        message = _("This is no picture that we can read: a JPEG, PNG or WebP file, please.")
        raise ValidationError(message, code="not_a_picture") from error
    files = {name: _encoded(picture, side) for name, side in SIZES.items()}
    return Photo(hashlib.sha256(files["page"]).hexdigest()[:32], files)


def store_photo(photo: Photo) -> str:
    """Store those files of a photograph that do not exist. Returns its name. A stored file never changes.

    Call it in the transaction that writes the name into a product: `drop_unnamed_photos` keeps the files until it ends.
    Raises TransactionManagementError outside a transaction.
    """
    return store_photos([photo])[0]


def store_photos(photos: Sequence[Photo]) -> list[str]:
    """The same for several. All are locked at once, so that two forms with the same ones cannot wait for each other."""
    AdvisoryLock.PHOTO.acquire([photo_key(photo.name) for photo in photos])
    for photo in photos:
        for size, content in photo.files.items():
            if not default_storage.exists(photo_path(photo.name, size)):
                default_storage.save(photo_path(photo.name, size), ContentFile(content))
    return [photo.name for photo in photos]


def photo_path(name: str, size: str) -> str:
    """Return the path in the storage of a photograph in this size."""
    return f"{FOLDER}/{name}-{size}.webp"


def photo_key(name: str) -> int:
    """Return the key of its advisory lock, 28 bits of its name. Two photographs with one key wait for each other."""
    return int(name[:7], 16)


def _check_header(image: Image.Image) -> None:
    """Refuse a picture that is too large to decode, or that moves."""
    # A JPEG of several pictures (MPO) is one photograph with a small one beside it, and no animation.
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    if image.width * image.height > MOST_PIXELS[kind]:
        raise _too_many_pixels(kind)
    if kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
        raise ValidationError(_("The picture moves: send one of its frames, please."), code="animated")


def _too_many_pixels(kind: str) -> ValidationError:
    message = _("The picture has too many pixels: at most %(most)d million in a %(kind)s file, please.")
    values = {"most": MOST_PIXELS[kind] // 1_000_000, "kind": kind}
    return ValidationError(message % values, code="too_many_pixels")


def _encoded(picture: Image.Image, side: int) -> bytes:
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = BytesIO()
    smaller.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()


# Far more than the clocks of the storage and of a worker can differ.
YOUNGEST = timedelta(hours=1)
# Photographs a run. Each takes a query and up to four calls to the storage: seconds in all, and a task has 20.
MOST = 100
_FILE = re.compile(r"([0-9a-f]{32})-\w+\.webp")
_COLUMNS: list[tuple[type[models.Model], str]] = [(Product, "photo"), (ProductPhoto, "name")]


def keep_photos_of(model: type[models.Model], column: str) -> None:
    """Keep the files of photographs that rows of this model name in this column. Call it in `AppConfig.ready`."""
    _COLUMNS.append((model, column))


def _names() -> Iterator[QuerySet[Any, str]]:
    """The names that rows have, a query for each column."""
    for model, column in _COLUMNS:
        yield model._default_manager.order_by().values_list(column, flat=True)


def drop_unnamed_photos() -> int:
    """Delete the files of photographs that no row names and that were stored more than an hour ago.

    Returns how many photographs were deleted, at most `MOST`; the next run deletes the others. Files with other names
    are not touched.
    """
    # List files before rows, so that a file stored after the queries of rows is not in the list.
    stored = _stored()
    named = {name for names in _names() for name in names}
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
    """Return whether it was deleted. A form that uses it has its lock. A later form waits, then stores it again."""
    if not AdvisoryLock.PHOTO.try_acquire(photo_key(name)):
        return False
    if any(model._default_manager.filter(**{column: name}).exists() for model, column in _COLUMNS):
        return False
    there = [path for path in paths if default_storage.exists(path)]
    limit = timezone.now() - YOUNGEST
    if not there or any(default_storage.get_modified_time(path) > limit for path in there):
        return False
    for path in there:
        default_storage.delete(path)
    return True
