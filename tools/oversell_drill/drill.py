"""`run_drill`: a variant with its units, a crowd that buys it, and the result."""

from collections.abc import Callable
from decimal import Decimal

from django.db import transaction

from inventory.models import Product, ProductVariant, StockMovement
from inventory.services import move_stock
from tools.oversell_drill.crowd import Crowd
from tools.oversell_drill.plan import DrillPlan
from tools.oversell_drill.result import DrillResult, Watch


def run_drill(plan: DrillPlan, tell: Callable[[str], None]) -> DrillResult:
    """Run a drill in the database that Django is connected to, and leave it there.

    Argument: `tell` is given a line of progress now and then.
    Raises TimeoutError when the buyers' processes hang.
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
    """What is bought, with its units by the ledger as everywhere else."""
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
