"""Cards of a list are remembered by what they say: no page shows what was true for another, or earlier."""

import re
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.template import engines
from django.test import Client
from django.urls import set_script_prefix
from django.utils import translation

from cart.owners import Owner
from inventory.models import Product, ProductVariant
from shop import cards
from shop.cards import SLOTS, Card, card_html
from shop.offers import Availability
from shop.pictures import Pictured
from tests.conftest import MakeVariant
from tests.shop.pages import MakeSibling, forms, text_of
from tests.shopping import held

PICTURE = Pictured(photo="", number="1", name="Red Mug", sold_as="Blue", article="1B")
CARD = Card(
    product_id=7,
    slug="red-mug",
    name="Red Mug",
    picture=PICTURE,
    lowest_price=Decimal("2.50"),
    has_price_range=False,
    choices=1,
    only_id=8,
    state=Availability("in_stock", "In stock", can_add=True),
)
OTHERS = {
    "product_id": CARD._replace(product_id=9),
    "slug": CARD._replace(slug="blue-mug"),
    "name": CARD._replace(name="Blue Mug"),
    "photo": CARD._replace(picture=PICTURE._replace(photo="0" * 32)),
    "picture's number": CARD._replace(picture=PICTURE._replace(number="2")),
    "picture's name": CARD._replace(picture=PICTURE._replace(name="Red Lamp")),
    "picture's variant": CARD._replace(picture=PICTURE._replace(sold_as="Green")),
    "picture's article": CARD._replace(picture=PICTURE._replace(article="1C")),
    "price": CARD._replace(lowest_price=Decimal("2.51")),
    "price range": CARD._replace(has_price_range=True),
    "several": CARD._replace(only_id=None),
    "variant": CARD._replace(only_id=9),
    "code": CARD._replace(state=Availability("only_n_left", "In stock", can_add=True)),
    "text": CARD._replace(state=Availability("in_stock", "Only 1 left", can_add=True)),
    "no button": CARD._replace(state=Availability("in_stock", "In stock", can_add=False)),
}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    cards._pieces.cache_clear()
    yield
    cards._pieces.cache_clear()


def shown(card: Card, **slots: str) -> str:
    return card_html(card, dict.fromkeys(SLOTS, "") | slots)


def anew(card: Card) -> str:
    """The card as it is without a memory."""
    cards._pieces.cache_clear()
    return shown(card)


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_fact_is_another_card(other: Card) -> None:
    first, second = shown(CARD), shown(other)
    assert first != second
    assert (first, second) == (anew(CARD), anew(other))


def test_how_many_there_are_to_choose_from_is_a_fact() -> None:
    several = CARD._replace(only_id=None, choices=2)
    assert shown(several) != shown(several._replace(choices=3))


def test_every_fact_is_tried() -> None:
    tried = {name for other in OTHERS.values() for name in Card._fields if getattr(other, name) != getattr(CARD, name)}
    assert tried | {"choices"} == set(Card._fields)


def test_each_language_has_its_own() -> None:
    with translation.override("de"):
        assert "£2,50" in shown(CARD)
    assert "£2.50" in shown(CARD)


def test_its_addresses_begin_where_the_site_does() -> None:
    assert 'action="/cart/add/"' in shown(CARD)
    set_script_prefix("/gifts/")
    try:
        assert 'action="/gifts/cart/add/"' in shown(CARD)
    finally:
        set_script_prefix("/")


def test_the_same_facts_are_rendered_once_until_the_template_is_another() -> None:
    shown(CARD), shown(CARD._replace())
    assert cards._pieces.cache_info().misses == 1
    for loader in engines["django"].engine.template_loaders:  # type: ignore[attr-defined]
        loader.reset()  # as `runserver` does when a template was edited
    shown(CARD)
    assert cards._pieces.cache_info().misses == 2


def test_what_comes_into_a_slot_is_escaped_and_stays_in_it() -> None:
    card = CARD._replace(name="csrf_token key here")
    page = shown(card, here='/?q="><b>&', key="\0csrf_token\0", csrf_token="t" * 64)
    assert 'value="/?q=&quot;&gt;&lt;b&gt;&amp;#product-7"' in page
    assert page.count("t" * 64) == 1
    assert '<span class="card-name">csrf_token key here</span>' in page


# --- On the page: whatever changes is seen at the next look


def another_price(variant: ProductVariant) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal("9.99"))


def another_name(variant: ProductVariant) -> None:
    Product.objects.filter(pk=variant.product_id).update(name="Blue Lamp <b>")


def a_photo(variant: ProductVariant) -> None:
    Product.objects.filter(pk=variant.product_id).update(photo="a" * 32)


def called_low(variant: ProductVariant) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(low_stock_threshold=10)


def all_held(variant: ProductVariant) -> None:
    held(Owner(guest_token=uuid.uuid4()), variant, 10)


CHANGES = [another_price, another_name, a_photo, called_low, all_held]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_page_shows_what_is_true_now(
    client: Client, variant: ProductVariant, change: Callable[[ProductVariant], None]
) -> None:
    before = _card_on(client)
    change(variant)
    after = _card_on(client)
    cards._pieces.cache_clear()
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
    pages = [browser.get(address) for browser, address in ((ada, "/"), (bob, "/?sort=name"), (bob, "/?sort=name"))]
    found = [one for page in pages for one in forms(page, "/cart/add/")]
    assert len({one.fields["key"] for one in found}) == 6
    assert [one.fields["next"].split("#")[0] for one in found[::2]] == ["/", "/?sort=name", "/?sort=name"]
    assert [found[0].post(ada).status_code, found[2].post(bob).status_code] == [303, 303]
    assert found[0].post(bob).status_code == 403


def _card_on(client: Client) -> str:
    """The only card of the page, without what is new on each."""
    (card,) = re.findall(r'<li class="card .*?</li>', text_of(client.get("/")), re.DOTALL)
    return re.sub(r'(name="(?:csrfmiddlewaretoken|key)" value=")\w+', r"\1", card)
