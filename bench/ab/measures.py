"""`MEASURES`: the requests that are compared, and how many of them make one round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.shoppers import Request, Visitor, add_one_of, get

CART_LINES = 20
_SERVICE = "/compared/service/"  # of inside/compared_site.py
_ADDS_A_CALL = 5  # of the service: few, so that A and B take turns; enough to make the rest of the call negligible


@dataclass(frozen=True)
class Goods:
    """A prepared shop's ids of variants, its addresses, and the cookie of a guest with CART_LINES lines."""

    variants: Sequence[int]
    product: str
    catalogue: str
    guest: str


@dataclass(frozen=True)
class Measure:
    """One kind of request. `requests` to each shop make a round, and each makes `adds`. `units` divides its cost."""

    name: str
    title: str
    request: Callable[[Goods], Request]
    requests: int
    adds: int = 0

    @property
    def units(self) -> int:
        return self.requests * max(self.adds, 1)


def _service(goods: Goods) -> Request:
    def ask(visitor: Visitor) -> bytes:
        first = visitor.asked * _ADDS_A_CALL
        variants = [goods.variants[(first + n) * 7 % len(goods.variants)] for n in range(_ADDS_A_CALL)]
        return get(f"{_SERVICE}?" + "&".join(f"variant={variant}" for variant in variants))(visitor)

    return ask


_ALL = (
    # Ten adds for each guest: each round has one first add, which opens the cart.
    Measure("add", "add by HTTP", lambda goods: add_one_of(goods.variants, adds_a_guest=10), 10, adds=1),
    Measure("service", "add_product_to_cart alone", _service, 2, adds=_ADDS_A_CALL),
    Measure("catalogue", "catalogue page", lambda goods: get(goods.catalogue, guest=goods.guest), 2),
    Measure("product", "product page", lambda goods: get(goods.product, guest=goods.guest), 2),
    Measure("cart", f"cart page of {CART_LINES} lines", lambda goods: get("/cart/", guest=goods.guest), 2),
)
MEASURES = {measure.name: measure for measure in _ALL}
