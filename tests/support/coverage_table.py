"""The result of `make coverage`: a line an app, then each branch that no test takes, for the apps in LISTED.

Run in the folder of the measurements: python -m tests.support.coverage_table.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from itertools import groupby
from typing import Any

LISTED = ("cart", "delivery", "inventory", "orders", "outbox")  # apps whose branches are listed one by one

Files = Mapping[str, Mapping[str, Any]]


def main() -> None:
    """Print both to standard output."""
    report = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"]
    files: Files = json.loads(subprocess.run(report, check=True, capture_output=True).stdout)["files"]
    print(*table(files), "", "Branches that no test takes:", *uncovered(files), sep="\n")


def table(files: Files) -> list[str]:
    """Return a line an app: its statements and branches, and the percentage that was run."""
    lines = [f"{'app':12}{'statements':>12}{'run':>8}{'branches':>12}{'taken':>8}"]
    for app, paths in groupby(sorted(files), key=_app):
        sums = [files[path]["summary"] for path in paths]
        statements, run = (sum(row[name] for row in sums) for name in ("num_statements", "covered_lines"))
        branches, taken = (sum(row[name] for row in sums) for name in ("num_branches", "covered_branches"))
        lines.append(f"{app:12}{statements:12}{_share(run, statements)}{branches:12}{_share(taken, branches)}")
    return lines


def uncovered(files: Files) -> list[str]:
    """Return a line for each file with such branches: from line -> to line. A negative number is a function's end."""
    return [
        f"{path}: " + ", ".join(f"{start}->{end}" for start, end in files[path]["missing_branches"])
        for path in sorted(files)
        if _app(path) in LISTED and files[path]["missing_branches"]
    ]


def _app(path: str) -> str:
    return path.partition("/")[0]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:7.1f}%" if whole else f"{'-':>8}"


if __name__ == "__main__":
    main()
