"""What is compared: the calls of one round, and how many of them make a pair."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.shoppers import Request, Visitor, add_one_of, get

CART_LINES = 20
_SERVICE = "/compared/service/"  # of inside/compared_site.py
_ADDS_A_CALL = 5  # of the service: few enough to take turns, and enough for what surrounds them not to count


@dataclass(frozen=True)
class Goods:
    """Of a prepared shop: ids of variants, a product's address, and the cookie of a guest with twenty lines."""

    variants: Sequence[int]
    product: str
    guest: str


@dataclass(frozen=True)
class Measure:
    """`requests` of each shop make one round, and each does `adds`; `units` is how much of what is named they do."""

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
    # Ten adds are a guest: the first, which opens the cart, has its share in each round.
    Measure("add", "add by HTTP", lambda goods: add_one_of(goods.variants, adds_a_guest=10), 10, adds=1),
    Measure("service", "add_product_to_cart alone", _service, 2, adds=_ADDS_A_CALL),
    Measure("catalogue", "catalogue page", lambda goods: get("/", guest=goods.guest), 2),
    Measure("product", "product page", lambda goods: get(goods.product, guest=goods.guest), 2),
    Measure("cart", f"cart page of {CART_LINES} lines", lambda goods: get("/cart/", guest=goods.guest), 2),
)
MEASURES = {measure.name: measure for measure in _ALL}
