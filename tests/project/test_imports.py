"""No file of the product imports, by whatever way, one that imports it: not inside a function, nor for types alone.

That imports go down only, import-linter looks at (pyproject.toml).
"""

import tomllib
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest
from django.conf import settings

CONTRACTS = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The files of one circle, in their order; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_files_import_each_other() -> None:
    found = grimp.build_graph(*CONTRACTS["root_packages"], exclude_type_checking_imports=False, cache_dir=None)
    graph = {module: found.find_modules_directly_imported_by(module) for module in found.modules}
    assert len(graph) > 200
    assert circle(graph) == []


@pytest.mark.parametrize(
    ("graph", "length"), [({"a": {"b"}, "b": {"c"}, "c": set()}, 0), ({"a": {"b"}, "b": {"c"}, "c": {"a"}}, 4)]
)
def test_a_circle_is_found(graph: dict[str, set[str]], length: int) -> None:
    assert len(circle(graph)) == length
