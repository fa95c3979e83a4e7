"""`code_blocks` and `commands` of a document, so that tests can run them as they are written."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_COMMENT = re.compile(r"\s{2,}# .*$", re.MULTILINE)
# Lines that are indented below an empty one. In a list, they are four columns right of its text.
_BLOCK = re.compile(r"(?<=\n\n)(?:(?: {4}|\t).*\n|\n(?= {4}))+")


def code_blocks(document: str, heading: str = "") -> list[str]:
    """Return the indented blocks of a document, without their comments. With `heading`, only those below it."""
    text = (ROOT / document).read_text()
    if heading:
        below = re.split(rf"^#+ {re.escape(heading)}$", text, maxsplit=1, flags=re.MULTILINE)[1]
        text = re.split(r"^#+ ", below, maxsplit=1, flags=re.MULTILINE)[0]
    return [_COMMENT.sub("", textwrap.dedent(block)).strip() for block in _BLOCK.findall(text)]


def commands(document: str) -> list[str]:
    """Return all commands of a document: each line of a block, or a block that is one query."""
    return [each for block in code_blocks(document) for each in ([block] if "SELECT" in block else block.splitlines())]
