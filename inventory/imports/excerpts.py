"""`excerpts`: of two long texts, what differs."""

_LONGEST, _AROUND = 300, 40  # characters


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Return both texts, or of longer ones the part from the first difference to the last, with a little around it.

    At most 300 characters each, where one is cut, "…" stands for what is left out.
    """
    if max(len(before), len(after)) <= _LONGEST:
        return before, after
    start = _same(before, after)
    same_end = _same(before[start:][::-1], after[start:][::-1])
    return _part(before, start, same_end), _part(after, start, same_end)


def _same(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _part(text: str, start: int, same_end: int) -> str:
    first = max(0, start - _AROUND)
    last = min(len(text), len(text) - same_end + _AROUND, first + _LONGEST - 2)
    return ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")
