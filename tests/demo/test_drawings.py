"""Pictures drawn from names."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from demo import CATALOGUE_FILE
from demo.categories import CATEGORIES
from demo.drawings.colours import PAINTS
from demo.drawings.drawing import Drawing, drawing_of, mark_of, read_code, svg_of
from demo.drawings.motifs import MOTIFS
from demo.drawings.naming import _RULES, OF_CATEGORY, motif_of
from demo.drawings.patterns import PAPERS, SURFACES
from inventory.catalogue.reading import read_catalogue
from inventory.models import Product, ProductVariant
from shop.catalog.pictures import category_picture, product_picture
from tests.support.pages import text_of

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Drawn:
    article: str
    drawing: Drawing


@pytest.fixture(scope="module")
def catalogue() -> list[Drawn]:
    rows = read_catalogue(CATALOGUE_FILE, lambda *_: None).rows
    return [Drawn(r.sku, drawing_of(r.product_number, r.product_name, r.variant_name, r.sku)) for r in rows]


def test_hardly_two_variants_of_the_catalogue_look_the_same(catalogue: list[Drawn]) -> None:
    assert len({drawn.drawing for drawn in catalogue}) / len(catalogue) > 0.995
    assert len({drawn.drawing.motif for drawn in catalogue}) > 100


def test_no_picture_is_larger_than_four_kilobytes(catalogue: list[Drawn]) -> None:
    assert max(len(svg_of(drawn.drawing).encode()) for drawn in catalogue) <= 4096


@pytest.mark.parametrize("motif", MOTIFS)
def test_every_motif_is_sound_svg_that_fetches_and_runs_nothing(motif: str) -> None:
    for count in (1, 2, 3):
        text = svg_of(Drawing(motif, "red", "spots", 0, 0, count, 0, 0))
        root = ElementTree.fromstring(text)  # noqa: S314 - our own
        assert root.tag == f"{SVG}svg"
        painted = {name for element in root.iter() for name in element.get("class", "").split()}
        assert painted <= set(re.findall(r"\.(\w+)\{", text))
        assert set(re.findall(r'(?:href="|url\()([^")]*)', text)) <= {"#p", "#s", "#f", "#m"}
        assert "script" not in text


def test_paints_prints_and_papers_are_sound_svg() -> None:
    for paint in PAINTS:
        for surface in SURFACES:
            for printed in range(len(PAPERS)):
                svg = svg_of(Drawing("mug", paint, surface, 1, printed, 1, 9, 9))
                ElementTree.fromstring(svg)  # noqa: S314 - our own


def test_the_rule_knows_only_motifs_that_are_there() -> None:
    assert {motif for motif, _ in _RULES} <= set(MOTIFS)
    assert {motif for motifs in OF_CATEGORY.values() for motif in motifs} <= set(MOTIFS)
    assert set(OF_CATEGORY) == {category.slug for category in CATEGORIES}


@pytest.mark.parametrize(
    ("name", "motif"),
    [("Coffee Mug", "cup"), ("Red Retrospot Mug", "mug"), ("Rose Cottage Keepsake Box", "box"), ("Jumbo Bag", "bag"),
     ("Hot Water Bottle", "hotbottle"), ("Regency Cakestand 3 Tier", "cakestand"), ("Owl Doorstop", "doorstop")],
)  # fmt: skip
def test_a_name_tells_what_is_drawn(name: str, motif: str) -> None:
    assert motif_of(name, 0) == motif


def test_a_name_without_a_known_word_is_drawn_by_its_category() -> None:
    assert motif_of("Toast Somehow", 1) in OF_CATEGORY["kitchen"]
    assert motif_of("???", 7) in OF_CATEGORY["everything-else"]


def test_colour_and_print_are_those_of_the_variant_then_of_the_name() -> None:
    parasol = [
        drawing_of("15044", "Red Paper Parasol", words, sku)
        for words, sku in [("Blue", "B"), ("Pink Stripe", "P"), ("", "")]
    ]
    assert [drawing.paint for drawing in parasol] == ["blue", "rose", "red"]
    assert parasol[1].surface == "stripes"
    assert drawing_of("1", "Retrospot Mug").surface == "spots"
    assert drawing_of("1", "Retrospot Mug").paint == "red"  # a thing that has a colour
    assert drawing_of("1", "Set of 3 Mugs").copies > 1


def test_the_same_words_are_always_drawn_the_same() -> None:
    assert drawing_of("85123A", "White Hanging Heart").code == "heart-white-hearts-36113"


@pytest.mark.parametrize(
    "code", ["", "mug-red-spots-00100x", "mug-red-spots-99100", "mug-red-spots-00000", "mug-red-spots-00400",
             "x-red-spots-00100",
             "mug-x-spots-00100", "mug-red-x-00100", "mug-red-spots-0010", "mug-red-spots-00100\n"],
)  # fmt: skip
def test_a_code_that_nobody_gave_out_is_none(code: str) -> None:
    assert read_code(code) is None


def test_a_code_says_all_there_is(catalogue: list[Drawn]) -> None:
    assert all(read_code(drawn.drawing.code) == drawn.drawing for drawn in catalogue)


# --- Over HTTP


def goods(name: str = "Red Mug", variant: str = "Standard") -> ProductVariant:
    return ProductVariant(sku="22423A", name=variant, product=Product(number="22423", name=name))


def test_a_picture_is_kept_for_ever_and_asks_the_database_nothing(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    variant = goods()
    with django_assert_num_queries(0):
        response = client.get(product_picture(variant.product, variant))
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.get("Vary", "")
    assert response.content.startswith(b"<svg")


def test_an_older_address_shows_the_picture_as_it_is_now_and_is_not_kept(client: Client) -> None:
    address = product_picture(goods().product)
    old = re.sub(r"\.[0-9a-f]{8}\.svg$", ".00000000.svg", address)
    assert client.get(old).content == client.get(address).content
    assert client.get(old)["Cache-Control"] == "public, max-age=300"


def test_what_was_not_given_out_is_not_found(client: Client, db: None) -> None:
    assert client.get("/pictures/22423.nothing-red-spots-00100.00000000.svg").status_code == 404


def test_the_address_changes_with_name_and_variant() -> None:
    addresses = {
        product_picture(variant.product, variant) for variant in (goods(), goods("Blue Mug"), goods("Mug", "Pink"))
    }
    assert len(addresses) == 3
    assert all(address.startswith("/pictures/22423a.") for address in addresses)


def test_every_category_has_a_picture(client: Client) -> None:
    addresses = [category_picture(category.slug) for category in CATEGORIES] + [category_picture("new-one")]
    assert {client.get(address).status_code for address in addresses} == {200}
    assert len(set(addresses)) == len(addresses)


def test_a_mark_tells_of_any_change() -> None:
    drawing = Drawing("mug", "red", "spots", 0, 0, 1, 0, 0)
    assert mark_of(drawing) != mark_of(drawing._replace(shift=1))


@pytest.mark.django_db
def test_pages_show_pictures_that_say_their_shape(client: Client, variant: ProductVariant) -> None:
    for page in ("/", variant.product.get_absolute_url()):
        (picture,) = re.findall(r'<img class="picture"[^>]*>', text_of(client.get(page)))
        assert f'src="{product_picture(variant.product, variant)}"' in picture
        assert 'width="240" height="240"' in picture
        assert 'alt=""' in picture  # the name stands beside it
