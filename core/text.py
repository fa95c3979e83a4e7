"""`counted`, numbers in sentences of the admin and of commands, which are in English."""


def counted(number: int, one: str, many: str) -> str:
    """The number with the right words: "1 unit", "1,200 units"."""
    return f"{number:,} {one if number == 1 else many}"
