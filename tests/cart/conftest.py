"""What the tests of cart commands share."""

from collections.abc import Iterator

import pytest

from tests.support.invariants import broken_rules


@pytest.fixture
def rules_hold_at_the_end(db: None) -> Iterator[None]:
    """Fail the test that leaves a unit held twice, lost, or negative."""
    yield
    assert broken_rules() == {}
