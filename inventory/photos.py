"""Photographs of products: what staff send is looked at, made anew in our sizes, and named by its content."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.locks import AdvisoryLock

FOLDER = "photos"  # of the storage
LARGEST_FILE = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
# The longest side in pixels: for a card, twice its size on a screen; and for the product's page.
SIZES = {"card": 640, "page": 1400}
# By content: what the file is called, or says of itself, does not count. SVG can carry scripts and is none of these.
_FORMATS = ("JPEG", "PNG", "WEBP")
_PAPER = (255, 253, 248)  # behind what is transparent
_QUALITY = 82


@dataclass(frozen=True)
class Photo:
    """A photograph in all our sizes, and the name that goes with its content."""

    name: str
    files: dict[str, bytes]


def read_photo(upload: BinaryIO, size: int) -> Photo:
    """Check and remake what was sent; `size` is in bytes. Only pixels survive: no place, no camera, no comment.

    Raises ValidationError with a sentence for who sent it.
    """
    if size > LARGEST_FILE:
        raise ValidationError(_("The file is too large: at most 8 MB, please."), code="too_large")
    try:
        # Opening reads the head alone, so a small file that unfolds to gigabytes is known before it does.
        with Image.open(upload, formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_many_pixels()
            picture = _upright(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError) as error:
        message = _("This is no picture that we can read: a JPEG, PNG or WebP file, please.")
        raise ValidationError(message, code="not_a_picture") from error
    files = {name: _encoded(picture, side) for name, side in SIZES.items()}
    return Photo(hashlib.sha256(files["page"]).hexdigest()[:32], files)


def store_photo(photo: Photo) -> str:
    """Store its files, unless they are there; return its name. What is stored never changes, and so may be kept.

    Inside the transaction that writes the name into a product: until it ends, `drop_unnamed_photos` leaves them alone.
    Raises TransactionManagementError outside one.
    """
    AdvisoryLock.PHOTO.acquire([photo_key(photo.name)])
    for size, content in photo.files.items():
        if not default_storage.exists(photo_path(photo.name, size)):
            default_storage.save(photo_path(photo.name, size), ContentFile(content))
    return photo.name


def photo_path(name: str, size: str) -> str:
    """Where in the storage a size of a photograph is."""
    return f"{FOLDER}/{name}-{size}.webp"


def photo_key(name: str) -> int:
    """The key of its advisory lock: 28 bits of its checksum. Two photographs that share it only wait for each other."""
    return int(name[:7], 16)


def _too_many_pixels() -> ValidationError:
    return ValidationError(_("The picture has too many pixels: at most 40 million, please."), code="too_many_pixels")


def _upright(image: Image.Image) -> Image.Image:
    """The pixels on paper, turned as the camera was held."""
    image.draft("RGB", (SIZES["page"], SIZES["page"]))  # a JPEG is unfolded no further than needed
    layer = ImageOps.exif_transpose(image).convert("RGBA")
    layer.thumbnail((SIZES["page"], SIZES["page"]), Image.Resampling.LANCZOS)
    picture = Image.new("RGB", layer.size, _PAPER)
    picture.paste(layer, mask=layer)
    return picture


def _encoded(picture: Image.Image, side: int) -> bytes:
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = BytesIO()
    smaller.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()
