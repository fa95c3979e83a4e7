"""A backup, restored, is the shop as it was; what cannot be restored whole changes nothing."""

import io
import json
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F
from pytest_django import Settings

from cart.audit import run_audit
from cart.owners import Owner
from inventory.models import ProductVariant, StockMovement
from inventory.services import move_stock
from tests.support.databases import empty_database
from tests.support.shopping import add, held, stock
from tools.backup import programs, restoring
from tools.backup.saving import write_manifest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    (tmp_path / "media" / "photos").mkdir(parents=True)
    (tmp_path / "media" / "photos" / "one.webp").write_bytes(b"a photograph")
    return tmp_path / "media"


@pytest.fixture
def saved(guest: Owner, variant: ProductVariant, media: Path, tmp_path: Path) -> Path:
    """A backup of a shop in which a guest holds three units of ten."""
    held(guest, variant, 3)
    call_command("backup", tmp_path / "backups")
    (made,) = (tmp_path / "backups").iterdir()
    return made


@pytest.fixture
def elsewhere(saved: Path) -> Iterator[None]:
    """Django is led to an empty database."""
    with empty_database():
        yield


def figures() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {str(model): list(model._base_manager.order_by("pk").values()) for model in apps.get_models()}


def restored(folder: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("restore", folder, *options, stdout=out)
    return out.getvalue()


def test_what_is_restored_is_what_was_saved(
    saved: Path, media: Path, settings: Settings, guest: Owner, variant: ProductVariant, tmp_path: Path
) -> None:
    before = figures()
    assert all(path.stat().st_mode & 0o077 == 0 for path in [saved, *saved.iterdir()])  # it is for its owner alone
    settings.MEDIA_ROOT = str(tmp_path / "restored")
    with empty_database():
        assert "Restored what version" in restored(saved)
        assert figures() == before
        assert run_audit().is_clean
        # The next ids are free, the next unit is counted, and what only grows cannot be rewritten.
        add(guest, variant, 1)
        add(Owner(guest_token=uuid.uuid4()), variant, 1)
        assert stock(variant) == (5, 5)
        move_stock(variant_id=variant.pk, delta=4, kind=StockMovement.Kind.RECEIPT, reason="A parcel")
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            StockMovement.objects.update(delta=F("delta") + 1)
    assert (tmp_path / "restored" / "photos" / "one.webp").read_bytes() == b"a photograph"
    assert stock(variant) == (7, 3)


def end_all_sessions() -> None:
    """Ours, and those of the web servers that browser tests left in this process; they notice, and connect again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    connections.close_all()


def test_a_database_that_has_something_is_kept_unless_told(saved: Path, variant: ProductVariant) -> None:
    ProductVariant.objects.update(name="Changed since")
    end_all_sessions()
    with pytest.raises(CommandError, match="not empty"):
        restored(saved)
    assert ProductVariant.objects.get().name == "Changed since"
    restored(saved, "--force")
    assert ProductVariant.objects.get().name == "Standard"


def test_a_database_in_use_is_left_alone(saved: Path, elsewhere: None) -> None:
    other = connections["default"].copy()
    other.connect()
    try:
        with pytest.raises(CommandError, match="Somebody uses the database"):
            restored(saved, "--force")
    finally:
        other.close()


def test_a_backup_that_is_broken_or_of_a_newer_shop_is_refused(saved: Path, elsewhere: None) -> None:
    for name in ("database.dump", "media.tar", "manifest.json"):
        content = (saved / name).read_bytes()
        (saved / name).write_bytes(content[: len(content) // 2])
        with pytest.raises(CommandError, match=r"missing or broken|is no backup"):
            restored(saved)
        (saved / name).write_bytes(content)
    manifest = json.loads((saved / "manifest.json").read_text())
    manifest["migrations"].append("cart.9999_of_tomorrow")
    (saved / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CommandError, match=r"cart\.9999_of_tomorrow"):
        restored(saved)
    assert connection.introspection.table_names() == []


def test_photographs_stay_in_their_folder(media: Path, tmp_path: Path) -> None:
    for number, name, target in ((1, "link", "/etc/passwd"), (2, "../outside", None)):
        (folder := tmp_path / f"backup-{number}").mkdir()
        call_command("backup", folder)
        (made,) = folder.iterdir()
        with tarfile.open(made / "media.tar", "w") as tar:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = (tarfile.SYMTYPE, target) if target else (tarfile.REGTYPE, "")
            tar.addfile(member)
        write_manifest(made)
        with empty_database(), pytest.raises(CommandError, match=rf"{name} is no file in the folder of photographs"):
            restored(made)


def test_a_dump_that_breaks_off_leaves_all_as_it_was(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At its beginning and near its end. Its checksum is not asked, as if the disk failed while it is read."""
    dump = saved / "database.dump"
    content, before = dump.read_bytes(), figures()
    monkeypatch.setattr(restoring, "read_manifest", lambda folder: None)
    for part in (content[:100], content[:-2000]):
        dump.write_bytes(part)
        end_all_sessions()
        with pytest.raises(CommandError, match="Nothing was restored"):
            restored(saved, "--force")
        assert figures() == before


def test_without_a_pg_dump_that_fits_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs._folder.cache_clear()
    monkeypatch.setattr(programs, "server_version", lambda: 990_000)
    with pytest.raises(CommandError, match="No pg_dump for PostgreSQL 99"):
        call_command("backup", tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
    programs._folder.cache_clear()


def test_the_password_is_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "of the server")
    assert not any("of the server" in each for each in programs.place())
    assert programs.environment()["PGPASSWORD"] == "of the server"


def test_photographs_that_lie_in_no_folder_are_not_left_out_in_silence(
    saved: Path, settings: Settings, tmp_path: Path
) -> None:
    elsewhere = {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    settings.STORAGES = {**settings.STORAGES, **elsewhere}
    before = figures()
    commands: list[list[Any]] = [["backup", tmp_path / "other"], ["restore", saved, "--force"]]
    for command in commands:
        with pytest.raises(CommandError, match=r"Photographs lie in InMemoryStorage.* Nothing was done\."):
            call_command(*command)
    assert (figures(), (tmp_path / "other").exists()) == (before, False)
