"""`run_drill`: stock a variant, let a crowd buy it, and return a `DrillResult` with each rule."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from cart.audit import audit_stock
from cart.models import CartItem
from core.text import counted
from inventory.models import Product, ProductVariant, StockMovement
from inventory.services import move_stock
from tools.oversell_drill.buyers import Answer, Crowd, Outcome
from tools.oversell_drill.plan import DrillPlan


@dataclass
class Watch:
    """Reads the variant's two numbers during the drill and at its end, and records whether they were ever wrong."""

    variant_id: int
    units: int
    went_negative: bool = False
    sum_went_wrong: bool = False

    def look(self) -> tuple[int, int]:
        """Return free and reserved units now. 1 query."""
        free, reserved = ProductVariant.objects.values_list("stock_quantity", "reserved_quantity").get(
            pk=self.variant_id
        )
        self.went_negative |= free < 0 or reserved < 0
        self.sum_went_wrong |= free + reserved != self.units
        return free, reserved


@dataclass(frozen=True)
class DrillResult:
    """Counts of answers, times in milliseconds over all answers, and each rule with whether it held."""

    plan: DrillPlan
    answers: list[Answer]
    lost_processes: int
    rules: dict[str, bool]

    @classmethod
    def of(cls, plan: DrillPlan, crowd: Crowd, watch: Watch) -> "DrillResult":
        """Check every rule after the drill."""
        successes = sum(answer.outcome == Outcome.SUCCESS for answer in crowd.answers)
        _, reserved = watch.look()
        lucky = min(plan.buyers, plan.units)
        rules = {
            f"exactly {counted(lucky, 'buyer', 'buyers')} got a unit": successes == lucky,
            "every buyer got an answer": _all_answered(plan, crowd),
            "stock was never negative": not watch.went_negative,
            f"stock + reserved was always {plan.units}": not watch.sum_went_wrong,
            "reserved is the sum of the lines": reserved == _units_in_lines(watch.variant_id) == successes,
            "the audit finds no difference": audit_stock([watch.variant_id]).is_clean,
        }
        return cls(plan, crowd.answers, crowd.lost, rules)

    @property
    def held(self) -> bool:
        """Whether every rule held."""
        return all(self.rules.values())

    def count(self, outcome: Outcome) -> int:
        return sum(answer.outcome == outcome for answer in self.answers)

    def milliseconds(self, share: float) -> float:
        """Return the time within which this share of the answers came (nearest rank); 0 without answers."""
        times = sorted(answer.milliseconds for answer in self.answers)
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the result in JSON's types."""
        return {
            "buyers": self.plan.buyers,
            "units": self.plan.units,
            "processes": self.plan.processes,
            "successes": self.count(Outcome.SUCCESS),
            "refusals": self.count(Outcome.REFUSAL),
            "busy": self.count(Outcome.BUSY),
            "errors": dict(Counter(answer.error for answer in self.answers if answer.error)),
            "lost_processes": self.lost_processes,
            "retries": sum(answer.retries for answer in self.answers),
            "p50_ms": round(self.milliseconds(0.50), 1),
            "p99_ms": round(self.milliseconds(0.99), 1),
            "rules": self.rules,
            "held": self.held,
        }

    def __str__(self) -> str:
        """The result for a person."""
        facts = self.as_json()
        lost = facts["lost_processes"]
        lines = [
            f"{self.plan}:",
            "  " + ", ".join(f"{facts[name]} {name}" for name in ("successes", "refusals", "busy", "retries")),
            f"  an answer took {facts['p50_ms']} ms (p50), {facts['p99_ms']} ms (p99)",
            *(f"  {counted(count, 'time', 'times')}: {error}" for error, count in facts["errors"].items()),
            *([f"  {counted(lost, 'process', 'processes')} ended before time"] if lost else []),
            *(f"  {'held' if held else 'BROKEN'}: {rule}" for rule, held in facts["rules"].items()),
        ]
        return "\n".join(lines)


def _all_answered(plan: DrillPlan, crowd: Crowd) -> bool:
    answered = [answer for answer in crowd.answers if answer.outcome != Outcome.ERROR]
    return len(answered) == plan.buyers and not crowd.lost


def _units_in_lines(variant_id: int) -> int:
    lines = CartItem.objects.filter(product_variant=variant_id)
    return lines.aggregate(units=Sum("reserved_quantity"))["units"] or 0


def run_drill(plan: DrillPlan, tell: Callable[[str], None]) -> DrillResult:
    """Run a drill in the database that Django is connected to, and leave its rows there.

    `tell` gets lines of progress. Raises TimeoutError when the buyers' processes hang.
    """
    variant = make_variant(plan)
    watch, crowd = Watch(variant.pk, plan.units), Crowd(plan)
    tell(f"starting {plan}")
    crowd.start(variant.pk)
    tell("all are ready; letting them loose at once")
    told = 0

    def look() -> None:
        nonlocal told
        watch.look()
        answered = len(crowd.answers)
        if answered * 10 // plan.buyers > told:
            told = answered * 10 // plan.buyers
            tell(f"{answered} of {plan.buyers} buyers have their answer")

    crowd.release(look)
    return DrillResult.of(plan, crowd, watch)


@transaction.atomic
def make_variant(plan: DrillPlan) -> ProductVariant:
    """Create the variant to buy. Its units come by a stock movement, as in the shop."""
    product = Product.objects.create(number="DRILL", name="Oversell drill", slug="drill")
    variant = ProductVariant.objects.create(
        product=product, sku="DRILL", name="Drill", price=Decimal(1), low_stock_threshold=0
    )
    if plan.units:
        move_stock(
            variant_id=variant.pk,
            delta=plan.units,
            kind=StockMovement.Kind.OPENING,
            reason="Oversell drill",
            cause="oversell_drill",
        )
    return variant
