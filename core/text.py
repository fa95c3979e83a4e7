"""Numbers in the sentences of the back office and of commands, which are in English."""


def counted(number: int, one: str, many: str) -> str:
    """The number, with the words that suit it: "1 unit", "1,200 units"."""
    return f"{number:,} {one if number == 1 else many}"
