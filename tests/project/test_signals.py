"""docs/signals.md is what the docstrings say, and each signal is sent with exactly the arguments that they list."""

import ast
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tools.signals_page import PAGE, ROOT, SignalDoc, documented_signals, page

SIGNALS = list(documented_signals())


def sent() -> dict[str, list[tuple[str, set[str]]]]:
    """By the name of a signal: where it is sent, and the names of the arguments."""
    found = defaultdict(list)
    for path in _product_files():
        for call in ast.walk(ast.parse(path.read_text())):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="send" | "send_robust"), keywords=keywords
                ):
                    place = f"{path.relative_to(ROOT)}:{call.lineno}"
                    found[name].append((place, {str(keyword.arg) for keyword in keywords}))
    return found


def _product_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split() if not name.startswith(("tests/", "bench/"))]


SENT = sent()


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_a_signal_is_sent_as_it_is_documented(signal: SignalDoc) -> None:
    assert SENT[signal.name]
    wrong = [(place, names) for place, names in SENT[signal.name] if names != {"sender", *signal.arguments}]
    assert wrong == []


def test_no_two_signals_have_the_same_name() -> None:
    assert len({signal.name for signal in SIGNALS}) == len(SIGNALS) > 8


def test_the_page_is_what_the_docstrings_say() -> None:
    assert PAGE.read_text() == page(), "Run `make docs`."
