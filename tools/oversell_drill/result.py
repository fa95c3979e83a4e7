"""What came of a drill, and whether every rule held."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from cart.audit import audit_stock
from cart.models import CartItem
from core.text import counted
from inventory.models import ProductVariant
from tools.oversell_drill.buying import Answer, Outcome
from tools.oversell_drill.crowd import Crowd
from tools.oversell_drill.plan import DrillPlan


@dataclass
class Watch:
    """The variant's two numbers, looked at during the drill and at its end: did they ever go wrong?"""

    variant_id: int
    units: int
    went_negative: bool = False
    sum_went_wrong: bool = False

    def look(self) -> tuple[int, int]:
        """Free and reserved units now. 1 query."""
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
        """Look at the variant after the drill."""
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
        """The time within which this share of the answers came (nearest rank); 0 without any."""
        times = sorted(answer.milliseconds for answer in self.answers)
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0

    def as_json(self) -> dict[str, Any]:
        """The result in types that JSON has."""
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
