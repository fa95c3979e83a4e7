"""What the page of a product says of product safety, to people and to machines."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cart.owners import Owner
from inventory.models import Product, ProductVariant
from tests.support.pages import text_of
from tests.support.producers import RESPONSIBLE, make_producer

pytestmark = pytest.mark.django_db


def html_of(client: Client, variant: ProductVariant) -> str:
    return str(client.get(variant.product.get_absolute_url()).content.decode())


def section(client: Client, variant: ProductVariant) -> str:
    """The words of the section, "" where there is none."""
    found = re.search(r'<section class="about safety".*?</section>', html_of(client, variant), re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]*>", " ", found[0])).split()) if found else ""


def machine_data(client: Client, variant: ProductVariant) -> Any:
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html_of(client, variant), re.DOTALL)
    return json.loads(scripts[0])[0]


def test_a_producer_in_the_union_and_warnings(client: Client, variant: ProductVariant) -> None:
    Product.objects.update(producer=make_producer(), warnings="Hot.\nNot for children.")
    assert section(client, variant) == (
        "Product safety Warnings Hot. Not for children. Producer Tin Works 1 Mill Lane Cork works@tin.example "
        f"Article number {variant.product.number}"
    )
    assert 'href="mailto:works@tin.example"' in html_of(client, variant)
    assert machine_data(client, variant)["manufacturer"] == {
        "@type": "Organization",
        "name": "Tin Works",
        "address": "1 Mill Lane\nCork",
        "email": "works@tin.example",
    }


def test_one_outside_it_with_the_responsible_person(client: Client, variant: ProductVariant) -> None:
    producer = make_producer(country="GB", electronic_address="https://tin.example/contact")
    Product.objects.update(producer=producer, needs_no_warnings=True)
    told = section(client, variant)
    assert "Responsible person in the European Union Union Imports Quai 2 1000 Brussels safety@imports.example" in told
    assert "Warnings" not in told
    assert 'href="https://tin.example/contact"' in html_of(client, variant)
    assert machine_data(client, variant)["manufacturer"]["url"] == "https://tin.example/contact"


def test_warnings_alone_and_nothing_at_all(client: Client, variant: ProductVariant) -> None:
    for columns, told in (
        ({"warnings": "Hot."}, "Product safety Warnings Hot."),
        ({"warnings": "", "needs_no_warnings": True}, ""),
        ({"needs_no_warnings": False}, ""),
    ):
        Product.objects.update(**columns)
        assert section(client, variant) == told
    assert "manufacturer" not in machine_data(client, variant)


def test_texts_of_staff_are_texts(client: Client, variant: ProductVariant) -> None:
    evil = "<script>alert(1)</script>"
    producer = make_producer(
        evil, country="GB", postal_address=evil, **RESPONSIBLE | {"responsible_postal_address": evil}
    )
    Product.objects.update(producer=producer, warnings=evil)
    assert section(client, variant).count(evil) == 4
    assert "<script>alert" not in html_of(client, variant)


def test_the_page_has_no_statement_for_it(
    client: Client, shopper: Owner, variant: ProductVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Product.objects.update(producer=make_producer(country="GB"), warnings="Hot.")
    address = variant.product.get_absolute_url()
    with django_assert_num_queries(3):  # as without: test_product.py
        assert "Tin Works" in text_of(client.get(address))


def test_it_is_there_after_an_add_was_refused_and_when_a_variant_is_picked(
    client: Client, variant: ProductVariant
) -> None:
    Product.objects.update(producer=make_producer())
    sent = {"variant": str(variant.pk), "quantity": "999"}
    refused = client.post("/cart/add/", sent)
    assert refused.status_code == 409, text_of(refused)
    assert "Tin Works" in text_of(refused)
