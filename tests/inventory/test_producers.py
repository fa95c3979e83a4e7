"""Producers: their page, the responsible person in the Union, the goods that miss them, and deletion."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from backoffice.roles import MANAGER
from core.countries import UNION, all_countries
from inventory.errors import ProducerInUse
from inventory.models import Producer, Product, ProductVariant
from inventory.selectors import products_without_safety_data
from inventory.services.producers import change_producer, delete_producer, save_producer
from tests.conftest import MakeVariant
from tests.support.admin_pages import filled_in
from tests.support.pages import text_of
from tests.support.producers import RESPONSIBLE, make_producer
from tests.support.rivals import beside
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db

ADD = reverse("admin:inventory_producer_add")
LIST = reverse("admin:inventory_product_changelist")
TIN_WORKS = {
    "name": "Tin Works",
    "postal_address": "1 Mill Lane\nCork",
    "electronic_address": "works@tin.example",
    "country": "IE",
}


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(member_of(MANAGER, "mary"))
    return client


def page(step: str, row: Any) -> str:
    return reverse(f"admin:inventory_{row._meta.model_name}_{step}", args=[row.pk])


def test_a_producer_is_added_changed_and_taken_along(manager: Client) -> None:
    assert manager.post(ADD, TIN_WORKS).status_code == 302
    producer = Producer.objects.get()
    typed = {"country": "GB", **RESPONSIBLE}
    sent = filled_in(manager.get(page("change", producer))) | typed
    assert manager.post(page("change", producer), sent).status_code == 302
    assert Producer.objects.filter(**RESPONSIBLE, country="GB").exists()
    action = {"action": "export_csv", "_selected_action": producer.pk}
    answer: Any = manager.post(reverse("admin:inventory_producer_changelist"), action)
    assert b"Union Imports,Quai 2" in b"".join(answer.streaming_content).replace(b'"', b"")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "Pot Works"}, "Producer with this Name already exists."),
        ({"postal_address": " "}, "This field is required"),
        ({"postal_address": "x" * 501}, "at most 500 characters"),
        ({"electronic_address": ""}, "This field is required"),
        ({"electronic_address": "tin.example"}, "Write an e-mail address, or a web address with https:// before it."),
        ({"electronic_address": "javascript://tin.example/%0Aalert(1)"}, "Write an e-mail address, or a web address"),
        ({"country": ""}, "This field is required"),
        ({"country": "XX"}, "Select a valid choice"),
        ({"country": "GB"}, "Needed, since the producer is not in the Union."),
        ({"country": "GB", **RESPONSIBLE, "responsible_name": " "}, "Needed, since the producer is not in the Union."),
        ({**RESPONSIBLE, "responsible_postal_address": ""}, "Name the responsible person in full, or leave all three"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(manager: Client, typed: dict[str, str], said: str) -> None:
    make_producer("Pot Works")
    answer = manager.post(ADD, TIN_WORKS | typed)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert Producer.objects.count() == 1


filled = st.sampled_from(["", "a@b.example"])


@given(st.sampled_from([code for code, _ in all_countries()]), st.tuples(filled, filled, filled))
def test_forms_commands_and_database_have_one_rule(country: str, responsible: tuple[str, str, str]) -> None:
    values = TIN_WORKS | {"country": country} | dict(zip(RESPONSIBLE, responsible, strict=True))
    is_right = all(responsible) or (country in UNION and not any(responsible))
    with transaction.atomic():
        for error, store in (
            (ValidationError, lambda: save_producer(producer=Producer(**values), fields=values)),
            (IntegrityError, lambda: Producer.objects.create(**values)),
        ):
            Producer.objects.all().delete()
            if is_right:
                store()
            else:
                with pytest.raises(error), transaction.atomic():
                    store()
            assert Producer.objects.exists() is is_right
        transaction.set_rollback(True)


def test_the_union_has_27_member_states() -> None:
    assert len(UNION) == 27
    assert {code for code, _ in all_countries()} >= UNION


def test_a_producer_of_goods_is_not_deleted_and_its_page_says_what_to_do(
    manager: Client, variant: ProductVariant
) -> None:
    producer = make_producer()
    Product.objects.update(producer=producer)
    for method in (manager.get, manager.post):
        answer: Any = method(page("delete", producer), {"post": "yes"}, follow=True)
        assert "1 product has this producer, so it cannot be deleted. Give it another one first" in text_of(answer)
    with pytest.raises(ProducerInUse):
        delete_producer(producer=producer)
    Product.objects.update(producer=None)
    manager.post(page("delete", producer), {"post": "yes"})
    assert not Producer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_deletion_waits_for_whoever_gives_the_producer_to_goods(
    monkeypatch: pytest.MonkeyPatch, variant: ProductVariant
) -> None:
    """Else one of the two would break at its commit, by the foreign key."""
    producer, actor = make_producer(), member_of(MANAGER)
    rival = beside(
        monkeypatch, "inventory.services.producers.lock_producers", lambda: delete_producer(producer=producer)
    )
    seen: dict[int, int | None] = {variant.product_id: None}
    assert change_producer(seen=seen, producer_id=producer.pk, actor=actor) == 1
    with pytest.raises(ProducerInUse):
        rival.result(30)
    assert Producer.objects.exists()


def test_a_product_gets_producer_and_warnings_or_none(manager: Client, variant: ProductVariant) -> None:
    producer, product = make_producer(), variant.product
    sent = filled_in(manager.get(page("change", product)))
    both = sent | {"producer": str(producer.pk), "warnings": "Hot.", "needs_no_warnings": "on"}
    answer = manager.post(page("change", product), both)
    assert "There are warnings above. Take them out, or untick this." in text_of(answer)
    assert products_without_safety_data().get() == product
    assert manager.post(page("change", product), both | {"warnings": ""}).status_code == 302
    product.refresh_from_db()
    assert (product.producer, product.warnings, product.needs_no_warnings) == (producer, "", True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.update(warnings="Hot.")


def test_what_misses_something_is_what_shoppers_see_without_producer_or_a_word_on_warnings(
    make_variant: MakeVariant,
) -> None:
    producer = make_producer()
    made: dict[str, dict[str, Any]] = {
        "nothing said": {},
        "no producer": {"warnings": "Hot."},
        "no producer, none needed": {"needs_no_warnings": True},
        "no warnings": {"producer": producer},
        "warnings": {"producer": producer, "warnings": "Hot."},
        "none needed": {"producer": producer, "needs_no_warnings": True},
        "hidden": {"is_listed": False},
        "off sale": {},
    }
    for name, columns in made.items():
        variant = make_variant(is_active=name != "off sale")
        Product.objects.filter(pk=variant.product_id).update(name=name, **columns)
    missing = {"nothing said", "no producer", "no producer, none needed", "no warnings"}
    assert {product.name for product in products_without_safety_data()} == missing


def test_the_list_and_the_dashboard_lead_to_them(manager: Client, make_variant: MakeVariant) -> None:
    bare, whole = make_variant().product, make_variant().product
    Product.objects.filter(pk=whole.pk).update(producer=make_producer(), needs_no_warnings=True, photo="0" * 32)
    address = f"{LIST}?safety=missing&is_listed__exact=1"
    assert address.replace("&", "&amp;") in manager.get(reverse("admin:index")).content.decode()
    for choice in ("missing", "producer", "warnings", "photograph"):
        assert list(manager.get(f"{LIST}?safety={choice}").context["cl"].result_list) == [bare]
    assert len(manager.get(f"{LIST}?safety=nonsense").context["cl"].result_list) == 2
    Product.objects.filter(pk=bare.pk).update(is_listed=False)
    assert "safety=missing" not in manager.get(reverse("admin:index")).content.decode()


def test_the_dashboard_finds_them_by_an_index(db: None) -> None:
    """Else it would read all goods to learn that none misses anything."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = products_without_safety_data().order_by().explain()
    assert "inventory_product_no_safety" in plan


def test_goods_are_taken_along_with_their_safety_data(manager: Client, variant: ProductVariant) -> None:
    Product.objects.update(producer=make_producer(), warnings="Hot.")
    action = {"action": "export_csv", "_selected_action": variant.product_id}
    answer: Any = manager.post(LIST, action)
    header, row = b"".join(answer.streaming_content).decode().splitlines()
    assert header.endswith("producer,warnings,needs no warnings")
    assert row.endswith("Tin Works,Hot.,False")
