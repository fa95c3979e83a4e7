"""How much is measured. FULL takes about half an hour. QUICK shows a change in under three minutes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """`seconds` is for each side of a round. With 0 `memory_adds` or 0 `lines`, their measure is left out."""

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
