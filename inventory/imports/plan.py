"""`Plan`: what a file would change, row by row, or what is wrong with it; and the comparison of two plans."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from inventory.imports.excerpts import excerpts
from inventory.imports.models import ImportJob, ImportLine

_MOST_NAMED = 20  # differences that a message names; the preview has them all
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """One change, by line and variant: what of it, from what to what, and the reason that the file gives.

    `pinned`: it may be applied only while `before` is still true. Else it applies to whatever is stored then.
    """

    line: int
    sku: str
    what: str
    before: str
    after: str
    note: str = ""
    pinned: bool = True


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row, said to the person who can correct it."""

    line: int
    sku: str
    message: str


@dataclass(slots=True)
class Plan:
    """The result of checking a file. If it has any error, nothing of the file is applied."""

    rows: int = 0
    differences: list[Difference] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def refuse(self, line: int, sku: str, message: str) -> None:
        self.errors.append(RowError(line, sku, message))

    def lines(self, job: ImportJob) -> Iterator[ImportLine]:
        """The lines of the preview: the errors if there are any, else the differences."""
        if self.errors:
            for error in sorted(self.errors, key=lambda error: error.line):
                yield ImportLine(job=job, line=error.line, sku=error.sku[:100], error=error.message[:_LONGEST])
            return
        for one in self.differences:
            values = {"before": one.before, "after": one.after, "note": one.note[:_LONGEST]}
            yield ImportLine(job=job, line=one.line, sku=one.sku[:100], what=one.what, **values)


def moved_since(shown: Iterable[ImportLine], plan: Plan) -> list[str]:
    """Return a sentence for each line whose difference is no longer the one shown, with both values."""
    then = {(line.line, line.what): (line.sku, line.before, line.after) for line in shown}
    now = {(one.line, one.what): one for one in plan.differences}
    loose = {key for key, one in now.items() if not one.pinned}
    found = []
    for key in sorted((then.keys() | now.keys()) - loose):
        sku, before, after = then.get(key, ("", "", ""))
        one = now.get(key)
        if one is None:
            found.append(f"Line {key[0]}, {sku}: {_change(before, after)} when you looked; it is so already")
        elif key not in then:
            now_so = _change(one.before, one.after)
            found.append(f"Line {key[0]}, {one.sku}: no change when you looked; now {now_so}")
        elif before != one.before:
            looked, stored = excerpts(before, one.before)
            found.append(f"Line {key[0]}, {sku}: {looked} when you looked, {stored} now")
    return found


def _change(before: str, after: str) -> str:
    return " → ".join(excerpts(before, after))


def told(sentences: Iterable[str]) -> str:
    """Return the first 20 of these sentences, a line each, and how many more there are."""
    sentences = list(sentences)
    lines = list(islice(sentences, _MOST_NAMED))
    if more := len(sentences) - len(lines):
        lines.append(f"… and {more:,} more")
    return "\n".join(lines)
