"""What staff send as a photograph: looked at, made anew, refused with a reason."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from PIL import Image
from pytest_django import Settings

from inventory.photos import LARGEST_FILE, SIZES, photo_path, read_photo, store_photo


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def file(kind: str = "JPEG", size: tuple[int, int] = (900, 600), mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


def read(content: bytes) -> dict[str, Image.Image]:
    photo = read_photo(BytesIO(content), len(content))
    return {size: Image.open(BytesIO(made)) for size, made in photo.files.items()}


def refusal(content: bytes) -> str | None:
    with pytest.raises(ValidationError) as caught:
        read_photo(BytesIO(content), len(content))
    return str(caught.value.code)


def png_that_unfolds_to(width: int, height: int) -> bytes:
    """A few bytes whose head promises many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_each_kind_is_made_anew_in_our_sizes(kind: str, mode: str) -> None:
    made = read(file(kind, (3000, 2000), mode))
    assert {size: (image.format, image.mode, max(image.size)) for size, image in made.items()} == {
        size: ("WEBP", "RGB", side) for size, side in SIZES.items()
    }


def test_a_small_one_is_not_enlarged_and_keeps_its_shape() -> None:
    assert {image.size for image in read(file(size=(300, 100))).values()} == {(300, 100)}


def test_what_is_transparent_is_on_paper() -> None:
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    red, green, blue = read(out.getvalue())["card"].getpixel((5, 5))  # type: ignore[misc]
    assert min(red, green, blue) > 240


def test_only_pixels_survive_and_they_stand_upright() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SECRET CAMERA"  # turned by a quarter; who made it
    content = file(size=(600, 300), exif=exif, comment=b"SECRET COMMENT")
    assert b"SECRET" in content
    photo = read_photo(BytesIO(content), len(content))
    assert all(b"SECRET" not in made and b"EXIF" not in made for made in photo.files.values())
    assert read(content)["card"].size == (300, 600)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"\xff\xd8\xff\xe0", file()[:300], file("PNG")[:60],
     file("GIF", mode="P"), file("BMP"), file("TIFF"),
     b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', b"%PDF-1.4", b"GIF89a<script>"],
)  # fmt: skip
def test_what_is_no_jpeg_png_or_webp_is_refused(content: bytes) -> None:
    assert refusal(content) == "not_a_picture"


def test_a_file_that_is_too_large_is_not_even_opened() -> None:
    with pytest.raises(ValidationError, match="at most 8 MB"):
        read_photo(BytesIO(b""), LARGEST_FILE + 1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_what_moves_is_refused(kind: str) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    assert refusal(out.getvalue()) == ("not_a_picture" if kind == "GIF" else "animated")


def test_a_jpeg_with_a_second_picture_is_the_first_one() -> None:
    """As telephones write it, beside a preview or a map of brightness."""
    out = BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20))])
    assert read(out.getvalue())["page"].size == (60, 40)


@pytest.mark.parametrize("size", [(4900, 4898), (6400, 6251), (10_000, 9000), (60_000, 60_000), (2_000_000, 2_000_000)])
def test_a_bomb_is_refused_before_it_unfolds(size: tuple[int, int]) -> None:
    assert refusal(png_that_unfolds_to(*size)) == "too_many_pixels"


@pytest.mark.parametrize(("kind", "code"), [("JPEG", None), ("PNG", "too_many_pixels"), ("WEBP", "too_many_pixels")])
def test_a_jpeg_may_have_more_pixels_than_the_others(kind: str, code: str | None) -> None:
    content = file(kind, (4900, 4898), "L" if kind != "WEBP" else "RGB")
    assert (read(content)["page"].size == (1400, 1399)) if code is None else (refusal(content) == code)


@pytest.mark.django_db
def test_it_is_kept_under_a_name_of_its_content(media: Path) -> None:
    content = file()
    first, second = (read_photo(BytesIO(content), len(content)) for _ in range(2))
    assert store_photo(first) == store_photo(second) == first.name
    other = file(size=(901, 600))
    assert read_photo(BytesIO(other), len(other)).name != first.name
    assert len(list(media.rglob("*.webp"))) == len(SIZES)
    with default_storage.open(photo_path(first.name, "card")) as stored:
        assert stored.read() == first.files["card"]
