"""`card`, the picture of a link to the shop in social networks, which take no SVG: the shop's mark and name as PNG."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)  # of a large card, as Open Graph and Twitter have it
_PAPER, _BAND, _INK = "#faf6ee", "#1d5145", "#22302d"
_LARGEST, _SMALLEST = 110, 40  # of the letters, in pixels
_MARK = 150
_ICON = Path(__file__).parents[1] / "static" / "shop" / "touch-icon.png"


@cache_control(public=True, max_age=86_400)
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """`/social-card.png`"""
    return HttpResponse(_drawn(str(settings.SHOP_NAME)), content_type="image/png")


@lru_cache(maxsize=2)
def _drawn(name: str) -> bytes:
    """The picture: some 40 ms of drawing, once in each process."""
    picture = Image.new("RGB", SIZE, _PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, SIZE[1] - 24, *SIZE), fill=_BAND)
    mark = _mark()
    picture.paste(mark, ((SIZE[0] - _MARK) // 2, 120), mark)
    draw.text((SIZE[0] // 2, 400), name, _INK, font=_fitting(draw, name), anchor="mm")
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _mark() -> Image.Image:
    with Image.open(_ICON) as icon:
        return icon.convert("RGBA").resize((_MARK, _MARK), Image.Resampling.LANCZOS)


def _fitting(draw: ImageDraw.ImageDraw, name: str) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The largest letters with which the name fits. A name that is too long all the same is cut by the picture."""
    for size in range(_LARGEST, _SMALLEST, -10):
        font = ImageFont.load_default(size)
        if draw.textlength(name, font=font) <= SIZE[0] - 160:
            return font
    return ImageFont.load_default(_SMALLEST)
