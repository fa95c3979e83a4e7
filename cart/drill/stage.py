"""The throw-away variant of a drill, and how it goes with all its traces.

A drill that was killed leaves its variant; whatever can be left is found again by the product's number, by the range of
the guests' tokens and by the prefix of the keys. Nothing of a real shopper has any of the three.
"""

import secrets
import uuid
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q, Sum

from cart.drill.plan import DrillPlan
from cart.models import Cart, CartItem, IdempotencyKey
from cart.signals import drill_ended
from core.transactions import command
from inventory.models import DRILL_NUMBER as NUMBER
from inventory.models import LowStockAlert, Product, ProductVariant, StockMovement
from inventory.services import move_stock

_NAME = "OVERSELL DRILL, not for sale: removed when the drill ends"
_KEYS = "oversell-drill:"
_TOKENS = 0x0F5E11_D8111_0000_0 << 64  # the upper half of every guest token of a drill
_FIRST_TOKEN, _LAST_TOKEN = uuid.UUID(int=_TOKENS), uuid.UUID(int=_TOKENS | (1 << 64) - 1)


def new_token() -> uuid.UUID:
    """A guest token that is known to be a drill's."""
    return uuid.UUID(int=_TOKENS | secrets.randbits(64))


def new_key() -> str:
    """An idempotency key that is known to be a drill's; the shop's own forms send one too."""
    return f"{_KEYS}{uuid.uuid4()}"


@transaction.atomic
def set_up(plan: DrillPlan) -> ProductVariant:
    """Make the variant with its units, by the ledger as everywhere else.

    It must be active to be added at all, so what hides it is its product: unlisted products are on no page.
    """
    product = Product.objects.create(number=NUMBER, name=_NAME, slug=NUMBER.lower(), is_listed=False)
    variant = ProductVariant.objects.create(
        product=product, sku=NUMBER, name="Drill", price=Decimal(1), low_stock_threshold=0
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


def units_in_lines(variant_id: int) -> int:
    """Units that the lines of all carts hold of the variant."""
    lines = CartItem.objects.filter(product_variant=variant_id)
    return lines.aggregate(units=Sum("reserved_quantity"))["units"] or 0


def clear_away() -> bool:
    """Remove every trace of drills, this one's and killed ones'. Returns whether there was any.

    In this order: once the variant is inactive and its row lock was had, no add can succeed any more, so the lines are
    final; the carts go after the effects that are found by them, and the variant last, since a clearing that is killed
    half-way is found by it.
    """
    variants = ProductVariant.objects.filter(product__number=NUMBER)
    ids = list(variants.values_list("pk", flat=True))
    if not ids:
        return False
    variants.update(is_active=False)
    for line in CartItem.objects.filter(product_variant__in=ids).exclude(_of_drills("cart__")):
        line.delete()  # of a shopper who found the address: by the safety net, so that their cart is right
    cart_ids = list(Cart.objects.filter(_of_drills()).values_list("pk", flat=True))
    drill_ended.send(sender=Product, variant_ids=ids, cart_ids=cart_ids)
    _delete_carts(cart_ids)
    _delete_goods(ids)
    return True


def _of_drills(path: str = "") -> Q:
    return Q(**{f"{path}guest_token__gte": _FIRST_TOKEN, f"{path}guest_token__lte": _LAST_TOKEN})


@command
def _delete_carts(ids: list[int]) -> None:
    """By SQL, without the signals of lines: they would ask for the effects that have just been removed."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cart_cartitem WHERE cart_id = ANY(%s::bigint[])", [ids])
        cursor.execute("DELETE FROM cart_cart WHERE id = ANY(%s::bigint[])", [ids])
    IdempotencyKey.objects.filter(key__startswith=_KEYS).delete()


@command
def _delete_goods(variant_ids: list[int]) -> None:
    """The one place that deletes from the ledger, and the one product of which the database allows it."""
    LowStockAlert.objects.filter(variant__in=variant_ids).delete()
    StockMovement.objects.filter(variant__in=variant_ids).delete()
    ProductVariant.objects.filter(pk__in=variant_ids).delete()
    Product.objects.filter(number=NUMBER).delete()
