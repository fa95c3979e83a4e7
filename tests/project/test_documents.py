"""What the documents name exists: links, paths, modules, commands, targets of make, menus, and the released version."""

import importlib
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

from backoffice.navigation import SECTIONS
from workers.schedule import BEAT_SCHEDULE

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="which documents there are is asked of git")
_COMMENTED = ("monitoring/alerts.yml", ".env.example")
_NOT_OF_A_MODULE = {"cart.locked_at", "cart.retries"}  # what an UPDATE returns; the name of a log
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def listed_in_git(pattern: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return listed.split()


def documents() -> list[str]:
    return listed_in_git("*.md")


def code_spans() -> set[tuple[str, str]]:
    """The document and the text of each `…` in it. What the changelog says of released versions was true then."""
    texts = {name: (ROOT / name).read_text() for name in (*documents(), *_COMMENTED)}
    texts["CHANGELOG.md"] = texts["CHANGELOG.md"].split("## [1.")[0]
    return {(name, span) for name, text in texts.items() for span in re.findall(r"`([^`\n]+)`", text)}


@cache
def tracked() -> set[str]:
    """The repository's files and their folders. What a run leaves beside them differs from machine to machine."""
    return {str(path) for name in listed_in_git(".") for path in (Path(name), *Path(name).parents)}


def in_repository(path: str) -> bool:
    """Whether a path is one of a file or a folder, if it begins with a folder of the repository."""
    return path.split("/")[0] not in tracked() or str(Path(path)) in tracked()


def is_there(dotted: str) -> bool:
    """Whether `app.module.name` or `app.Model` can be imported, or is a field of a model, as in `cart.version`."""
    module, _, name = dotted.rpartition(".")
    if any(dotted.lower() == each._meta.label_lower for each in apps.get_models()):
        return True
    if any(module == each._meta.model_name and hasattr(each, name) for each in apps.get_models()):
        return True
    try:
        return (ROOT / f"{dotted.replace('.', '/')}.py").exists() or hasattr(importlib.import_module(module), name)
    except ModuleNotFoundError:
        return False


def menu_paths() -> set[str]:
    lists = {f"{section} → {title}" for section, entries in SECTIONS.items() for title, *_ in entries}
    return lists | {"Behind the pages → Flower", "Sales → Reports"}


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_between_documents_leads_somewhere() -> None:
    dead = []
    for name in documents():
        document = ROOT / name
        for path, anchor in _LINK.findall(document.read_text()):
            target = (document.parent / path).resolve() if path else document
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(f"{name}: {path}#{anchor}")
    assert dead == []


def test_every_path_in_a_document_is_in_the_repository() -> None:
    spans = code_spans()
    paths = {(name, path) for name, span in spans for path in re.findall(r"(?<![\w/.:~-])[\w.-]+/[\w./-]*", span)}
    assert len(paths) > 50
    assert sorted((name, path) for name, path in paths if not in_repository(path)) == []
    modules = {(name, span) for name, span in spans if re.fullmatch(r"\w+\.py", span)}
    there = {Path(path).name for path in listed_in_git("*.py")}
    assert len(modules) > 10
    assert sorted((name, module) for name, module in modules if module not in there) == []


def test_every_module_that_a_document_names_can_be_imported() -> None:
    """A dotted name that begins with an app."""
    own = "|".join(each.label for each in apps.get_app_configs() if (ROOT / each.label).is_dir())
    named = {(name, dotted) for name, dotted in code_spans() if re.fullmatch(rf"(?:{own})(?:\.[A-Za-z_]\w*)+", dotted)}
    assert len(named) > 20
    unknown = {each for each in named if each[1] not in _NOT_OF_A_MODULE and not is_there(each[1])}
    assert sorted(unknown) == []


def test_every_command_in_a_document_can_be_given() -> None:
    spans = code_spans()
    commands = {(name, word) for name, span in spans for word in re.findall(r"manage\.py ([a-z_]+)", span)}
    targets = {(name, word) for name, span in spans for word in re.findall(r"^make ([a-z][a-z-]*)", span)}
    made = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(commands) > 10
    assert len(targets) > 10
    assert sorted(each for each in commands if each[1] not in get_commands()) == []
    assert sorted(each for each in targets if each[1] not in made) == []


def test_every_menu_path_of_a_document_is_in_the_navigation() -> None:
    """An arrow between two capitals is a path in the back office; "low → out" is none."""
    written = {
        (name, path)
        for name in documents()
        for path in re.findall(r"[A-Z][\w ]*? → [A-Z]\w+(?: [a-z]+)*", (ROOT / name).read_text())
    }
    assert len(written) > 5
    assert [(name, path) for name, path in sorted(written) if not path.startswith(tuple(menu_paths()))] == []


def test_the_changelog_has_the_version_that_runs() -> None:
    released = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert released[0] == settings.SHOP_VERSION


def test_the_images_of_compose_are_tagged_with_the_version_that_runs() -> None:
    tags = re.findall(r"SHOP_VERSION:-([^}]*)", (ROOT / "docker-compose.yml").read_text())
    assert tags
    assert set(tags) == {settings.SHOP_VERSION}


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md")]
    assert len(numbers) == len(set(numbers)) > 10


def test_what_grows_is_bounded_and_served_by_what_there_is() -> None:
    """docs/scaling.md: "…_due" is an index or a constraint whose name ends so, of the table of that line."""
    text = (ROOT / "docs" / "scaling.md").read_text()
    tables = {model._meta.db_table: model._meta for model in apps.get_models()}
    for line in re.findall(r"^\| `(?!orders_\*).*", text, re.MULTILINE):
        table, *names = re.findall(r"`([^`]+)`", line)
        there = [each.name for each in (*tables[table].indexes, *tables[table].constraints)]
        for name in names:
            if name.startswith("sweep_"):
                assert name in BEAT_SCHEDULE
            if name.startswith("…"):
                assert any(each.startswith(table) and each.endswith(name[1:]) for each in there), (table, name)
