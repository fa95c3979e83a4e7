"""Cached fragments have all they say in their key: no page shows what was true for another shopper, or earlier."""

import re
import uuid
from collections.abc import Callable, Hashable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.template import engines
from django.test import Client
from django.urls import set_script_prefix
from django.utils import translation
from django.utils.html import escape

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import Product, ProductVariant
from inventory.selectors import CategoryCount
from shop import fragment_cache
from shop.cart.rows import LineFacts
from shop.catalog.offers import Availability, Card
from shop.catalog.pictures import Pictured
from shop.catalog.prices import Priced
from tests.conftest import MakeVariant
from tests.support.pages import MakeSibling, forms, text_of
from tests.support.shopping import held

PICTURE = Pictured(photo="", number="1", name="Red Mug", sold_as="Blue", article="1B")
CARD = Card(
    product_id=7,
    slug="red-mug",
    name="Red Mug",
    picture=PICTURE,
    price=Priced(Decimal("2.50")),
    has_price_range=False,
    choices=1,
    only_id=8,
    state=Availability("in_stock", "In stock", can_add=True),
)
LINE = LineFacts(
    page="/products/red-mug/",
    name="Red Mug",
    sku="1B",
    picture=PICTURE,
    price=Decimal("2.50"),
    per_unit="",
    new_price=None,
    total=Decimal("5.00"),
    is_held=True,
    most=10,
    problem=None,
    offer=None,
)
REDUCED = Priced(Decimal("2.50"), Decimal("2.60"))
REFUSED = LINE._replace(problem="Only 3 units available in stock.", offer=3)


def changed(picture: Pictured) -> list[Pictured]:
    """A picture's facts, one of them another."""
    others = {"photo": "0" * 32, "number": "2", "name": "Red Lamp", "sold_as": "Green", "article": "1C"}
    assert set(others) == set(Pictured._fields)
    return [picture._replace(**{name: other}) for name, other in others.items()]


# Pairs that differ in one fact.
CARDS = [
    (CARD, CARD._replace(product_id=9)),
    (CARD, CARD._replace(slug="blue-mug")),
    (CARD, CARD._replace(name="Blue Mug")),
    *[(CARD, CARD._replace(picture=other)) for other in changed(PICTURE)],
    (CARD, CARD._replace(price=Priced(Decimal("2.51")))),
    (CARD, CARD._replace(price=REDUCED)),
    (CARD, CARD._replace(price=Priced(Decimal("2.50"), per_unit="£5.00 per kg"))),
    (CARD._replace(price=REDUCED), CARD._replace(price=REDUCED._replace(lowest_before=Decimal("2.61")))),
    (CARD._replace(price=REDUCED), CARD._replace(price=REDUCED._replace(compare_at=Decimal("3.00")))),
    (CARD, CARD._replace(has_price_range=True)),
    (CARD._replace(only_id=None), CARD._replace(only_id=None, choices=2)),
    (CARD, CARD._replace(only_id=9)),
    (CARD, CARD._replace(state=Availability("only_n_left", "In stock", can_add=True))),
    (
        CARD._replace(state=Availability("only_n_left", "Only 2 left", can_add=True)),
        CARD._replace(state=Availability("only_n_left", "Only 1 left", can_add=True)),
    ),
    (CARD, CARD._replace(state=Availability("in_stock", "In stock", can_add=False))),
]
LINES = [
    (LINE, LINE._replace(page="/products/red-mug/?variant=1B")),
    (LINE, LINE._replace(name="Blue Mug")),
    (LINE, LINE._replace(sku="1C")),
    *[(LINE, LINE._replace(picture=other)) for other in changed(PICTURE)],
    (LINE, LINE._replace(price=Decimal("2.51"))),
    (LINE, LINE._replace(per_unit="£5.00 per kg")),
    (LINE, LINE._replace(new_price=Decimal("2.51"))),
    (LINE, LINE._replace(total=Decimal("5.02"))),
    (LINE, LINE._replace(is_held=False)),
    (LINE, LINE._replace(most=11)),
    (LINE, LINE._replace(problem="Sold out.")),
    (REFUSED, REFUSED._replace(offer=4)),
]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    fragment_cache._pieces.cache_clear()
    yield
    fragment_cache._pieces.cache_clear()


def card_html(card: Card, **slots: str) -> str:
    names = ["csrf_token", "key", "here", "new_guest", "loading", "priority"]
    return filled("shop/_card.html", names, slots, card=card)


def line_html(line: LineFacts, **slots: str) -> str:
    names = ["csrf_token", "key", "id", "quantity", "address", "reclaim_address", "remove_address"]
    return filled("shop/_line.html", names, slots, line=line)


def filled(template: str, names: list[str], slots: dict[str, str], **facts: Hashable) -> str:
    texts = dict.fromkeys(names, "") | slots
    return fragment_cache.remembered(template, {name: partial(str, text) for name, text in texts.items()}, **facts)


@pytest.mark.parametrize(
    ("html", "one", "other"), [(card_html, *pair) for pair in CARDS] + [(line_html, *pair) for pair in LINES]
)
def test_another_fact_is_another_text(html: Callable[..., str], one: Hashable, other: Hashable) -> None:
    first, second = html(one), html(other)
    assert first != second
    fragment_cache._pieces.cache_clear()
    assert (first, second) == (html(one), html(other))


@pytest.mark.parametrize("pairs", [CARDS, LINES], ids=["cards", "lines"])
def test_every_fact_is_tried(pairs: list[tuple[Any, Any]]) -> None:
    tried = {name for one, other in pairs for name in one._fields if getattr(one, name) != getattr(other, name)}
    assert tried == set(pairs[0][0]._fields)


def test_the_tiles_of_the_categories_are_known_by_name_address_and_count() -> None:
    shelf = CategoryCount("bags", "Bags", 1)
    others = [CategoryCount("toys", "Bags", 1), CategoryCount("bags", "Toys", 1), CategoryCount("bags", "Bags", 2)]
    pages = [fragment_cache.remembered("shop/_category_tiles.html", {}, categories=(one,)) for one in (shelf, *others)]
    assert len(set(pages)) == 4


def test_each_language_has_its_own() -> None:
    with translation.override("de"):
        assert "2,50\xa0£" in card_html(CARD)
    assert "£2.50" in card_html(CARD)


def test_its_addresses_begin_where_the_site_does() -> None:
    assert 'action="/cart/add/"' in card_html(CARD)
    set_script_prefix("/gifts/")
    try:
        assert 'action="/gifts/cart/add/"' in card_html(CARD)
    finally:
        set_script_prefix("/")


def test_the_same_facts_are_rendered_once_until_the_template_is_another() -> None:
    card_html(CARD), card_html(CARD._replace())
    assert fragment_cache._pieces.cache_info().misses == 1
    for loader in engines["django"].engine.template_loaders:  # type: ignore[attr-defined]
        loader.reset()  # as `runserver` does when a template was edited
    card_html(CARD)
    assert fragment_cache._pieces.cache_info().misses == 2


def test_what_comes_into_a_slot_is_escaped_and_stays_in_it() -> None:
    card = CARD._replace(name="csrf_token key here")
    page = card_html(card, here='/goods/?q="><b>&', key="\0csrf_token\0", csrf_token="t" * 64)
    assert 'value="/goods/?q=&quot;&gt;&lt;b&gt;&amp;#product-7"' in page
    assert page.count("t" * 64) == 1
    assert '<span class="card-name">csrf_token key here</span>' in page


@pytest.mark.django_db
def test_what_was_typed_is_not_remembered(client: Client, line: CartItem) -> None:
    address = f"/cart/lines/{line.pk}/"
    known = fragment_cache._pieces.cache_info().currsize
    for typed in ("a", '"><b>', "\0id\0", "9" * 10_000):
        page = client.post(address, {"quantity": typed}, headers={"HX-Request": "true"})
        assert f'name="quantity" value="{escape(typed)}"' in page.content.decode()
    assert fragment_cache._pieces.cache_info().currsize == known + 1


# --- On the page: whatever changes is seen at the next look


def another_price(variant: ProductVariant) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal("9.99"))


def another_name(variant: ProductVariant) -> None:
    Product.objects.filter(pk=variant.product_id).update(name="Blue Lamp <b>")


def a_photo(variant: ProductVariant) -> None:
    Product.objects.filter(pk=variant.product_id).update(photo="a" * 32)


def a_photo_of_the_variant(variant: ProductVariant) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(photo="b" * 32)


def called_low(variant: ProductVariant) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(low_stock_threshold=10)


def all_held(variant: ProductVariant) -> None:
    held(Owner(guest_token=uuid.uuid4()), variant, 10)


CHANGES = [another_price, another_name, a_photo, a_photo_of_the_variant, called_low, all_held]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_page_shows_what_is_true_now(
    client: Client, variant: ProductVariant, change: Callable[[ProductVariant], None]
) -> None:
    before = _card_on(client)
    change(variant)
    after = _card_on(client)
    fragment_cache._pieces.cache_clear()
    assert before != after == _card_on(client)


@pytest.mark.django_db
def test_a_page_shows_a_new_sibling(client: Client, variant: ProductVariant, sibling: MakeSibling) -> None:
    assert "to choose from" not in _card_on(client)
    sibling(variant, "B")
    assert "2 to choose from" in _card_on(client)


@pytest.mark.django_db
def test_a_remembered_form_is_each_visitors_own(make_variant: MakeVariant) -> None:
    make_variant(), make_variant()
    ada, bob = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    pages = [
        browser.get(address)
        for browser, address in ((ada, "/"), (bob, "/goods/?sort=name"), (bob, "/goods/?sort=name"))
    ]
    found = [one for page in pages for one in forms(page, "/cart/add/")]
    assert len({one.fields["key"] for one in found}) == 6
    assert [one.fields["next"].split("#")[0] for one in found[::2]] == ["/", "/goods/?sort=name", "/goods/?sort=name"]
    assert [found[0].post(ada).status_code, found[2].post(bob).status_code] == [303, 303]
    assert found[0].post(bob).status_code == 403


def _card_on(client: Client) -> str:
    """The only card of the page, without what is new on each."""
    (card,) = re.findall(r'<li class="card .*?</li>', text_of(client.get("/")), re.DOTALL)
    return re.sub(r'(name="(?:csrfmiddlewaretoken|key|guest)" value=")[^"]+', r"\1", card)
