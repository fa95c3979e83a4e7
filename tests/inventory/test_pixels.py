"""The picture that is shown is the one that was sent: every mode, depth, profile and orientation; or it is refused."""

import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from inventory.photos import Photo, read_photo
from inventory.pixels import flat_picture

Colour = tuple[int, int, int]

LEFT, RIGHT = (200, 80, 60), (20, 60, 140)
PAPER = (255, 253, 248)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def two_colours(left: object = LEFT, right: object = RIGHT, mode: str = "RGB") -> Image.Image:
    picture = Image.new(mode, (32, 16), left)  # type: ignore[arg-type]
    picture.paste(right, (16, 0, 32, 16))  # type: ignore[arg-type]
    return picture


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def shown(content: bytes) -> tuple[Colour, Colour]:
    """The colours in the left and in the right half."""
    picture = flat_picture(Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")), 1400)
    assert picture.mode == "RGB"
    return picture.getpixel((4, 8)), picture.getpixel((27, 8))  # type: ignore[return-value]


def is_close(one: Colour, other: Colour, by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def saves(mode: str, kind: str) -> bool:
    try:
        saved(Image.new(mode, (2, 2)), kind)
    except (OSError, ValueError):
        return False
    return True


# In a 16-bit mode 40000 is shown as 156: 65535 is white.
WHITEST = {"I": 65535, "I;16": 65535, "I;16B": 65535}
PAIRS = [(mode, kind) for mode in Image.MODES for kind in ("JPEG", "PNG", "WEBP") if saves(mode, kind)]


@pytest.mark.parametrize(("mode", "kind"), PAIRS)
def test_each_mode_that_a_file_can_have_is_shown_as_it_was_sent(mode: str, kind: str) -> None:
    if mode in WHITEST and kind == "PNG":
        assert shown(saved(Image.new(mode, (32, 16), 40000), kind)) == ((156,) * 3, (156,) * 3)
        return
    source = two_colours().quantize(4) if mode in ("P", "PA") else two_colours("grey", "black")
    source = source.convert("L").convert(mode) if mode in ("F", *WHITEST) else source.convert(mode)
    if kind == "WEBP" and mode == "LAB":
        source = source.convert("RGB")  # Pillow itself stores other colours
    expected = source.convert("RGBA" if "A" in source.getbands() or "a" in source.getbands() else "RGB").convert("RGB")
    left, right = shown(saved(source, kind, **({} if kind == "PNG" else {"quality": 100})))
    assert is_close(left, expected.getpixel((4, 8)))  # type: ignore[arg-type]
    assert is_close(right, expected.getpixel((27, 8)))  # type: ignore[arg-type]


def test_the_modes_of_photographs_are_among_these() -> None:
    assert {("CMYK", "JPEG"), ("I;16", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("1", "PNG"), ("RGBA", "WEBP")} <= set(
        PAIRS
    )


def test_a_gradient_of_16_bits_keeps_its_shades() -> None:
    picture = Image.new("I;16", (256, 1))
    for x in range(256):
        picture.putpixel((x, 0), x * 257)
    made = flat_picture(Image.open(BytesIO(saved(picture, "PNG"))), 1400)
    assert [made.getpixel((x, 0)) for x in range(256)] == [(x, x, x) for x in range(256)]


def png(depth: int, kind: int, row: bytes, *, key: bytes = b"", palette: bytes = b"") -> bytes:
    """A PNG of 32 x 16 pixels with equal rows. Source: https://www.w3.org/TR/png-3/#11Chunks."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 16, depth, kind, 0, 0, 0))
    extra = (chunk(b"PLTE", palette) if palette else b"") + (chunk(b"tRNS", key) if key else b"")
    rows = chunk(b"IDAT", zlib.compress((b"\0" + row) * 16))
    return b"\x89PNG\r\n\x1a\n" + head + extra + rows + chunk(b"IEND", b"")


def halves(left: str, right: str, pixels_a_value: int = 1) -> bytes:
    """A row: 16 pixels of each value, in hexadecimal digits."""
    return bytes.fromhex(left) * (16 // pixels_a_value) + bytes.fromhex(right) * (16 // pixels_a_value)


GREY, RGB, INDEX, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
TWO = bytes.fromhex("102030 405060")


@pytest.mark.parametrize(
    ("content", "left", "right"),
    [
        (png(1, GREY, halves("ff", "00", 8)), (255,) * 3, (0,) * 3),
        (png(1, GREY, halves("ff", "00", 8), key=b"\0\1"), PAPER, (0,) * 3),
        (png(2, GREY, halves("55", "aa", 4)), (85,) * 3, (170,) * 3),
        (png(4, GREY, halves("55", "aa", 2)), (85,) * 3, (170,) * 3),
        (png(8, GREY, halves("40", "80"), key=b"\0\x40"), PAPER, (128,) * 3),
        (png(16, GREY, halves("9c40", "00ff")), (156,) * 3, (1,) * 3),
        (png(8, RGB, halves("405060", "808080"), key=bytes.fromhex("004000500060")), PAPER, (128,) * 3),
        (png(16, RGB, halves("9c4020001000", "800080008000")), (156, 32, 16), (128,) * 3),
        (png(4, INDEX, halves("00", "11", 2), palette=TWO, key=b"\0\xff"), PAPER, (64, 80, 96)),
        (png(8, INDEX, halves("00", "01"), palette=TWO, key=b"\x80"), (135, 142, 148), (64, 80, 96)),
        (png(8, GREY_ALPHA, halves("40ff", "4000")), (64,) * 3, PAPER),
        (png(16, GREY_ALPHA, halves("9c40ffff", "00ff0000")), (156,) * 3, PAPER),
        (png(8, RGBA, halves("405060ff", "40506000")), (64, 80, 96), PAPER),
        (png(16, RGBA, halves("9c4000000000ffff", "00ff000000000000")), (156, 0, 0), PAPER),
    ],
)
def test_each_depth_of_a_png(content: bytes, left: Colour, right: Colour) -> None:
    assert shown(content) == (left, right)


@pytest.mark.parametrize(
    "content",
    [
        png(2, GREY, halves("55", "aa", 4), key=b"\0\1"),
        png(4, GREY, halves("55", "aa", 2), key=b"\0\5"),
        png(16, GREY, halves("9c40", "00ff"), key=bytes.fromhex("9c40")),
        png(16, RGB, halves("9c4020001000", "800080008000"), key=bytes.fromhex("9c4020001000")),
    ],
)
def test_a_transparent_colour_that_is_not_of_8_bits_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(ValidationError, match="Save it with 8 bits for each colour"):
        read_photo(BytesIO(content), len(content))


def with_tags(profile: bytes, tags: dict[bytes, tuple[float, float, float]]) -> bytes:
    """The profile with other colours under these tags. Source: ICC.1:2022, 7.3 and 10.31."""
    made = bytearray(profile)
    for number in range(struct.unpack_from(">I", profile, 128)[0]):
        name, offset, _ = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        if name in tags:
            struct.pack_into(">3i", made, offset + 8, *(round(value * 65536) for value in tags[name]))
    return bytes(made)


# Display P3 has the tone curve of sRGB, and these primaries, adapted to D50. The colours expected are by CSS Color 4.
P3 = with_tags(
    SRGB,
    {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    },
)


def grey_profile() -> bytes:
    """Grey whose numbers are proportional to light. Source: ICC.1:2022, 7.2 and 8.3.4."""
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1.0, 0.8249)))
    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, 256)
    table = struct.pack(">I4sII4sII", 2, b"wtpt", 156, len(white), b"kTRC", 156 + len(white), len(curve))
    head = bytearray(128)
    struct.pack_into(">I", head, 0, 156 + len(white) + len(curve))
    head[8:12], head[12:24], head[36:40] = b"\x02\x40\0\0", b"mntrGRAYXYZ ", b"acsp"
    struct.pack_into(">3i", head, 68, *struct.unpack_from(">3i", white, 8))
    return bytes(head) + table + white + curve


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_colour_profile_is_applied(kind: str) -> None:
    options = {"quality": 100, "icc_profile": P3} if kind != "PNG" else {"icc_profile": P3}
    left, right = shown(saved(two_colours((200, 80, 60), (40, 180, 60)), kind, **options))
    assert is_close(left, (216, 69, 50))
    assert is_close(right, (0, 183, 30))


def test_transparency_and_palette_outlive_their_profile() -> None:
    seen = two_colours((200, 80, 60, 255), (40, 180, 60, 0), "RGBA")
    left, right = shown(saved(seen, "PNG", icc_profile=P3))
    assert (is_close(left, (216, 69, 50)), right) == (True, PAPER)
    assert is_close(shown(saved(two_colours().quantize(4), "PNG", icc_profile=P3))[0], (216, 69, 50))


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_has_its_profile(mode: str) -> None:
    grey = two_colours(128, 0, "L").convert(mode)
    left, right = shown(saved(grey, "PNG", icc_profile=grey_profile()))
    assert (is_close(left, (188, 188, 188), by=2), right) == (True, (0, 0, 0))


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", b"no profile"),
        ("RGB", SRGB[:200]),
        ("RGB", SRGB),
        ("RGB", grey_profile()),
        ("L", P3),
        ("LA", P3),
        ("CMYK", P3),
        ("RGB", with_tags(SRGB, {})[:128] + b"\xff" * 400),
    ],
)
def test_a_profile_that_is_broken_or_of_other_pixels_changes_nothing(mode: str, profile: bytes) -> None:
    kind, picture = ("JPEG" if mode == "CMYK" else "PNG"), two_colours().convert(mode)
    assert shown(saved(picture, kind, icc_profile=profile)) == shown(saved(picture, kind))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_stands_upright(kind: str, orientation: int) -> None:
    source, exif = two_colours("white", "black"), Image.Exif()
    source.paste("black", (0, 0, 8, 16))
    exif[0x0112] = orientation
    content = saved(source, kind, exif=exif)
    upright = (
        ImageOps.exif_transpose(Image.open(BytesIO(content))).convert("L").point(lambda value: 255 * (value > 127))
    )
    made = flat_picture(Image.open(BytesIO(content)), 1400).convert("L").point(lambda value: 255 * (value > 127))
    assert (made.size, made.tobytes()) == (upright.size, upright.tobytes())


@pytest.mark.parametrize("size", [(6001, 40), (40, 6001), (4203, 4203), (1, 3000), (2801, 1)])
def test_strips_make_the_same_picture_as_the_whole(size: tuple[int, int]) -> None:
    whole = Image.linear_gradient("L").resize(size)
    made = flat_picture(Image.open(BytesIO(saved(whole, "PNG"))), 1400).convert("L")
    whole.thumbnail((1400, 1400), Image.Resampling.LANCZOS)
    assert made.size == whole.size
    assert max(abs(a - b) for a, b in zip(made.tobytes(), whole.tobytes(), strict=True)) <= 6


FILES = [
    saved(two_colours(), "JPEG", icc_profile=SRGB),
    saved(two_colours().convert("CMYK"), "JPEG", progressive=True),
    saved(two_colours(LEFT, RIGHT, "RGBA"), "PNG", icc_profile=SRGB),
    saved(two_colours().quantize(4), "PNG", transparency=0),
    saved(two_colours(40000, 300, "I;16"), "PNG"),
    saved(two_colours().convert("RGBA"), "WEBP", icc_profile=SRGB),
]


@settings(max_examples=150)
@given(
    content=st.sampled_from(FILES),
    damage=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=5),
    end=st.integers(1, 10_000),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_file_is_shown_or_refused_and_never_an_error(
    content: bytes, damage: list[tuple[int, int]], end: int
) -> None:
    spoilt = bytearray(content)
    for place, value in damage:
        spoilt[place % len(spoilt)] = value
    spoilt = spoilt[:end]
    with suppress(ValidationError):
        assert isinstance(read_photo(BytesIO(spoilt), len(spoilt)), Photo)


_MEASURE = """
import re, sys
from io import BytesIO
from django.conf import settings
settings.configure(USE_I18N=False)
from PIL import Image
from inventory.pixels import flat_picture
content = sys.stdin.buffer.read()
flat_picture(Image.open(BytesIO(content)), 1).close()
open("/proc/self/clear_refs", "w").write("5")
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
before = peak()
picture = flat_picture(Image.open(BytesIO(content)), 1400)
print(picture.size, peak() - before)
"""


@pytest.mark.parametrize(("kind", "mode", "side"), [("PNG", "RGB", 4898), ("PNG", "RGBA", 4898), ("WEBP", "RGB", 4000)])
def test_how_much_memory_the_largest_take(kind: str, mode: str, side: int) -> None:
    """Nothing is asserted of it: allocators differ."""
    content = saved(Image.new(mode, (side, side)), kind)
    ran = subprocess.run([sys.executable, "-c", _MEASURE], input=content, capture_output=True, check=True)
    size, peak = ran.stdout.decode().rsplit(" ", 1)
    sys.stdout.write(f"{kind} {mode} of {side} x {side} pixels, {len(content)} bytes: {peak.strip()} MB at most\n")
    assert size == "(1400, 1400)"
