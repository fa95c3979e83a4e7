"""Files of photographs go once no product names them, and never while a form relies on them."""

import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from inventory import photos as photo_files
from inventory.models import Product
from inventory.photos import SIZES, YOUNGEST, Photo, drop_unnamed_photos, photo_path, read_photo, store_photo
from inventory.services import add_photos
from shop.catalog.pictures import product_picture
from tests.conftest import AtTheSeam, MakeVariant
from tests.inventory.test_photos import file
from tests.shop.test_photos import rearrange, save, upload
from tests.support.databases import on_its_own_connection, somebody_waits
from tests.support.waiting import wait_until
from workers.tasks import sweep_photos

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = YOUNGEST.total_seconds()
CONTENT = file(size=(90, 60))


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def staff(transactional_db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


def photo(width: int = 90) -> Photo:
    content = CONTENT if width == 90 else file(size=(width, 60))
    return read_photo(BytesIO(content), len(content))


@transaction.atomic
def keep(width: int = 90) -> str:
    return store_photo(photo(width))


def age(media: Path, seconds: float) -> None:
    for path in media.rglob("*.webp"):
        os.utime(path, (time.time() - seconds,) * 2)


def stored(media: Path) -> set[str]:
    return {path.name for path in media.rglob("*") if path.is_file()}


def take_away(product: Product) -> None:
    product.photos.all().delete()
    Product.objects.filter(pk=product.pk).update(photo="")


@pytest.fixture
def product(make_variant: MakeVariant, media: Path) -> Product:
    """A product whose photograph was stored two hours ago."""
    product = make_variant(0).product
    add_photos(product=product, photos=[photo()])
    age(media, 2 * HOUR)
    return product


def test_what_nobody_names_goes_after_an_hour_and_not_before(media: Path) -> None:
    keep()
    age(media, HOUR - 60)
    assert (drop_unnamed_photos(), len(stored(media))) == (0, len(SIZES))
    age(media, HOUR + 60)
    assert (sweep_photos(), stored(media), sweep_photos()) == (1, set(), 0)


@pytest.mark.parametrize("how", ["replaced", "removed", "deleted"])
def test_what_was_taken_away_goes_with_the_next_sweep(staff: Client, product: Product, media: Path, how: str) -> None:
    before = stored(media)
    if how == "deleted":
        product.variants.all().delete()
        product.delete()
    elif how == "replaced":
        new = [upload(file(size=(30, 20)))]
        assert rearrange(staff, product, photographs=new, **{"photos-0-DELETE": ["on"]}).status_code == 302
    else:
        assert rearrange(staff, product, **{"photos-0-DELETE": ["on"]}).status_code == 302
    assert before <= stored(media), "open pages still show it"
    assert drop_unnamed_photos() == 1
    assert (len(stored(media)), before & stored(media)) == (len(SIZES) if how == "replaced" else 0, set())


def test_what_another_product_shows_stays(product: Product, make_variant: MakeVariant, media: Path) -> None:
    other = make_variant().product
    Product.objects.filter(pk=other.pk).update(photo=keep())
    take_away(product)
    assert (drop_unnamed_photos(), len(stored(media))) == (0, len(SIZES))
    take_away(other)
    assert (drop_unnamed_photos(), stored(media)) == (1, set())


def test_the_second_photograph_of_a_product_stays(product: Product, media: Path) -> None:
    add_photos(product=product, photos=[photo(40)])
    age(media, 2 * HOUR)
    assert (drop_unnamed_photos(), len(stored(media))) == (0, 2 * len(SIZES))


def test_a_form_that_relies_on_the_files_finds_them_after_its_commit(
    staff: Client, product: Product, make_variant: MakeVariant, media: Path, at_the_seam: AtTheSeam
) -> None:
    """It has seen that they are there. Before it writes its row, the other product loses them and a sweep comes."""
    other = make_variant().product

    def rivals() -> None:
        take_away(product)
        drop_unnamed_photos()

    at_the_seam("inventory.admin.catalog.save_product", rivals)
    assert save(staff, other, photographs=[upload(CONTENT)]).status_code == 302
    other.refresh_from_db()
    assert drop_unnamed_photos() == 0
    assert [staff.get(product_picture(other, size=size)).status_code for size in SIZES] == [200, 200]


def test_a_form_that_comes_while_the_files_are_deleted_stores_them_anew(
    product: Product, make_variant: MakeVariant, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    other, delete, rival = make_variant().product, FileSystemStorage.delete, ThreadPoolExecutor(1)
    take_away(product)
    forms: list[Future[None]] = []

    def delete_while_a_form_comes(storage: FileSystemStorage, path: str) -> None:
        if not forms:
            forms.append(rival.submit(on_its_own_connection, lambda: give_photo(other)))
            wait_until(lambda: somebody_waits() or forms[0].done(), "the form waits, or is done")
        delete(storage, path)

    monkeypatch.setattr(FileSystemStorage, "delete", delete_while_a_form_comes)
    assert drop_unnamed_photos() == 1
    forms[0].result(30)
    assert stored(media) == {f"{photo().name}-{size}.webp" for size in SIZES}


def test_a_form_that_commits_after_the_sweep_read_the_names_keeps_its_files(
    product: Product, media: Path, at_the_seam: AtTheSeam
) -> None:
    take_away(product)
    at_the_seam("inventory.photos._drop", lambda: give_photo(product))
    assert (drop_unnamed_photos(), len(stored(media))) == (0, len(SIZES))


@transaction.atomic
def give_photo(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(photo=store_photo(photo()))


def test_what_has_no_name_of_ours_is_left_alone(media: Path) -> None:
    keep()
    strangers = {"notes.txt", "one.webp", f"{'0' * 32}.webp", f"{'A' * 32}-card.webp", f"x{'0' * 32}-card.webp"}
    for name in strangers:
        (media / "photos" / name).write_bytes(b"x")
    age(media, 2 * HOUR)
    assert (drop_unnamed_photos(), stored(media)) == (1, strangers)


def test_one_size_that_a_killed_sweep_left_goes_too(media: Path) -> None:
    (media / photo_path(keep(), "card")).unlink()
    age(media, 2 * HOUR)
    assert (drop_unnamed_photos(), stored(media)) == (1, set())


def test_a_run_is_bounded_and_the_next_goes_on(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_files, "MOST", 2)
    for width in (10, 20, 30):
        keep(width)
    age(media, 2 * HOUR)
    assert [drop_unnamed_photos() for _ in range(3)] == [2, 1, 0]


def test_a_shop_without_photographs_has_nothing_to_sweep(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "nowhere")
    assert drop_unnamed_photos() == 0
