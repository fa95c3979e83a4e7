"""One is not many, in the sentences of the back office and of commands."""

import pytest

from core.text import counted


@pytest.mark.parametrize(("number", "said"), [(0, "0 units"), (1, "1 unit"), (2, "2 units"), (1200, "1,200 units")])
def test_counted(number: int, said: str) -> None:
    assert counted(number, "unit", "units") == said
