"""`flat_picture`: the pixels of an image file as a browser would show them, small, opaque and in sRGB."""

from io import BytesIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms, ImageOps

_PAPER = (255, 253, 248)  # the background of transparent pictures
_STRIP = 64  # rows of the result that are made at a time
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# The colour space that a profile must have for pixels of these modes.
_SPACES = {"L": "GRAY", "LA": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}


def flat_picture(image: Image.Image, side: int) -> Image.Image:
    """Decode an opened image. Returns it in RGB, at most `side` pixels long and wide, upright as its EXIF data say.

    Where it is transparent it gets a background. Its colour profile is applied, if it has one that can be used.
    Besides the decoded image, memory is used for the small one alone.
    Raises ValidationError for pixels that could not be shown as they are, and what Pillow raises for a broken file.
    """
    _check_key(image)
    image.draft(None, (side, side))  # a JPEG is decoded no larger than needed
    small = _upright(_reduced(image, side), image)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    coloured = _in_srgb(small, image.info.get("icc_profile"))
    if "A" not in coloured.getbands():
        return coloured
    picture = Image.new("RGB", coloured.size, _PAPER)
    picture.paste(coloured, mask=coloured.getchannel("A"))
    return picture


def _reduced(image: Image.Image, side: int) -> Image.Image:
    """The image in 8 bits, reduced by a whole number to no less than 1.5 times the size that is wanted.

    It is converted strip by strip: a converted copy of the whole would take more memory than the image.
    """
    factor = max(1, int(max(image.size) / (1.5 * side)))
    small: Image.Image | None = None
    for top in range(0, image.height, factor * _STRIP):
        box = (0, top, image.width, min(top + factor * _STRIP, image.height))
        strip = _in_eight_bits(image.crop(box)).reduce(factor)
        small = small or Image.new(strip.mode, (strip.width, -(-image.height // factor)))
        small.paste(strip, (0, top // factor))
    assert small is not None  # noqa: S101 - an image has a row
    return small


def _check_key(image: Image.Image) -> None:
    """Refuse a transparent colour of a PNG with other than 8 bits: Pillow compares it with the pixels in 8 bits."""
    has_key = "transparency" in image.info and image.mode not in ("1", "P")
    if has_key and image.tile[0].args != image.mode:  # type: ignore[attr-defined]
        raise _unknown_colours()


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """The same pixels in a mode of `_SPACES`. Raises ValidationError for a mode that cannot be converted exactly."""
    if "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGB")
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):
        # Pillow's own conversion would cut at 255. 65535 becomes 255, and the nearest number is taken.
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.mode in _SPACES:
        return image
    raise _unknown_colours()


def _unknown_colours() -> ValidationError:
    message = _("Its colours cannot be shown as they are. Save it with 8 bits for each colour, in grey or RGB, please.")
    return ValidationError(message, code="unknown_colours")


def _upright(small: Image.Image, image: Image.Image) -> Image.Image:
    small.getexif()[ExifTags.Base.Orientation] = image.getexif().get(ExifTags.Base.Orientation, 1)
    return ImageOps.exif_transpose(small)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in RGB or RGBA. Without a usable profile its numbers are taken as sRGB, as browsers do."""
    has_alpha = "A" in picture.getbands()
    plain = picture.convert("RGBA" if has_alpha else "RGB")
    opaque = picture.convert(picture.mode.removesuffix("A"))
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile or b""))
        if source.profile.xcolor_space.strip() != _SPACES[picture.mode]:
            return plain  # it belongs to other pixels
        converted = ImageCms.profileToProfile(opaque, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile
        return plain
    assert converted is not None  # noqa: S101 - only the conversion in place returns none
    if has_alpha:
        converted.putalpha(picture.getchannel("A"))
    return converted
