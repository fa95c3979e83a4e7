"""What is written for people is there: every link leads somewhere, and the changelog knows the version."""

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from backoffice.navigation import SECTIONS
from workers.schedule import BEAT_SCHEDULE

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def documents() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return listed.split()


def menu_paths() -> set[str]:
    lists = {f"{section} → {title}" for section, entries in SECTIONS.items() for title, *_ in entries}
    return lists | {"Behind the pages → Flower"}


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="which documents there are is asked of git")
def test_every_link_between_documents_leads_somewhere() -> None:
    dead = []
    for name in documents():
        document = ROOT / name
        for path, anchor in _LINK.findall(document.read_text()):
            target = (document.parent / path).resolve() if path else document
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(f"{name}: {path}#{anchor}")
    assert dead == []


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
