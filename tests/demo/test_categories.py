"""The rule that sorts products into categories, and what applies it."""

from io import StringIO

import pytest
from django.core.management import call_command

from demo import CATALOGUE_FILE
from demo.categories import CATEGORIES, OTHER, category_of
from inventory.catalogue.load import load_catalogue
from inventory.catalogue.reading import read_catalogue
from inventory.categories import categorise_products, ensure_categories
from inventory.models import Category, Product


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("White Hanging Heart T-Light Holder", "lights"),
        ("Jumbo Bag Red Retrospot", "bags"),
        ("Regency Cakestand 3 Tier", "kitchen"),
        ("Party Bunting", "party"),
        ("Set of 12 Christmas T Lights", "christmas"),  # the feast before the thing
        ("Christmas Gingham Tree", "christmas"),
        ("Hot Water Bottle Keep Calm", "bath"),  # no bottle of the kitchen
        ("Milk Bottle", "kitchen"),
        ("Pink Fairy Cake Cushion Cover", "home"),  # no cake
        ("Feltcraft Doll Molly", "craft"),
        ("Dinosaur Party Bag", "party"),
        ("Alphabet Hearts Sticker Sheet", "paper"),
        ("Drawer Knob Ceramic Red", "storage"),
        ("Key Ring", "jewellery"),
        ("Napkin Rings", "kitchen"),
        ("3 Stripey Mice", OTHER),
        ("MUGS", "kitchen"),  # whatever the case, and plurals
        ("Smuggler", OTHER),  # whole words
        ("", OTHER),
    ],
)
def test_the_words_of_a_name_tell_its_category(name: str, slug: str) -> None:
    assert category_of(name) == slug


def test_the_catalogue_is_sorted_and_little_is_left_over() -> None:
    names = {row.product_number: row.product_name for row in read_catalogue(CATALOGUE_FILE, lambda *_: None).rows}
    slugs = [category_of(name) for name in names.values()]
    assert set(slugs) == {category.slug for category in CATEGORIES}
    assert slugs.count(OTHER) / len(slugs) < 0.03
    assert max(slugs.count(slug) for slug in set(slugs)) / len(slugs) < 0.25


def product(name: str, **columns: object) -> Product:
    return Product.objects.create(number=name[:20], name=name, slug=name.lower().replace(" ", "-"), **columns)


@pytest.mark.django_db
def test_an_import_sorts_what_it_creates() -> None:
    rows = [row for row in read_catalogue(CATALOGUE_FILE, lambda *_: None).rows if row.product_number == "15044"]
    load_catalogue(rows=rows, cause="test")
    assert Product.objects.get(number="15044").category == Category.objects.get(slug="bags")


@pytest.mark.django_db
def test_sorting_is_done_once_and_leaves_what_staff_have_moved() -> None:
    mug, moved = product("Red Mug"), product("Blue Mug", category_id=ensure_categories()["garden"])
    out = StringIO()
    call_command("categorise_products", stdout=out)
    assert out.getvalue() == "Gave a category to 1 product.\n"
    mug.refresh_from_db()
    moved.refresh_from_db()
    assert [mug.category and mug.category.slug, moved.category and moved.category.slug] == ["kitchen", "garden"]
    assert categorise_products() == 0


@pytest.mark.django_db
def test_a_category_that_staff_renamed_keeps_its_name() -> None:
    Category.objects.create(slug="kitchen", name="Cooking", place=50)
    ensure_categories()
    assert Category.objects.get(slug="kitchen").name == "Cooking"
    assert Category.objects.count() == len(CATEGORIES)
