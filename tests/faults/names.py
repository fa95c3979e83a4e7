"""Names that the tests share with the processes under test, whose modules they must not import."""

COUNTED = "counted"  # events of the effect in `counting`
POISON = "faults.poison"  # the effect in `poison`, and its events
