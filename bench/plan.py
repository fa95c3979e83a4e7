"""How much is measured: the whole in half an hour or so, or enough to see a change in under three minutes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """`seconds` is how long each side of a round lasts; 0 adds for memory and 0 lines for sizes leave those out."""

    rounds: int
    seconds: float
    pending_rows: int
    memory_adds: tuple[int, int]
    variants: int
    carts: int
    lines: int
    clients: int = 8


FULL = Plan(
    rounds=5,
    seconds=4,
    pending_rows=100_000,
    memory_adds=(1_000, 100_000),
    variants=1_000_000,
    carts=1_000_000,
    lines=5_000_000,
)
QUICK = Plan(rounds=3, seconds=2, pending_rows=20_000, memory_adds=(0, 0), variants=0, carts=0, lines=0)
