"""Staff make and change products, variants, prices and categories; what has a history is not deleted."""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from backoffice.roles import CLERK, MANAGER
from inventory.errors import NumberTaken
from inventory.models import Category, PriceChange, Product, ProductVariant
from inventory.search import products_matching
from inventory.services import save_variant
from tests.support.admin_pages import as_shown
from tests.support.shopping import nothing_changes, stock
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db

PRODUCT = {"number": "10001", "name": "Red teapot", "slug": "red-teapot-10001", "category": "", "is_listed": "on"}
NO_ROWS = {"variants-TOTAL_FORMS": 0, "variants-INITIAL_FORMS": 0}
ROW = {"sku": "10001A", "name": "Red", "price": "4.50", "low_stock_threshold": 3, "is_active": "on"}


def in_inline(row: dict[str, Any], prefix: str = "variants-0-") -> dict[str, Any]:
    return {f"{prefix}{name}": value for name, value in row.items()}


@pytest.fixture
def manager(client: Client) -> Client:
    user = member_of(MANAGER, "mary")
    client.force_login(user)
    return client


@pytest.fixture
def clerk() -> Client:
    client, user = Client(), member_of(CLERK, "anna")
    client.force_login(user)
    return client


def address(page: str, row: Any = None) -> str:
    return reverse(f"admin:inventory_{page}", args=[row.pk] if row else [])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def on_page(product: Product) -> dict[str, Any]:
    """The form of a product's page, with a new name."""
    fields = PRODUCT | {"number": product.number, "slug": product.slug}
    fields |= {"photos-TOTAL_FORMS": "0", "photos-INITIAL_FORMS": "0"}
    return fields | as_shown(fields | {"name": product.name})


def rows_shown(variant: ProductVariant) -> dict[str, Any]:
    """What the only row of variants in the page of a product has shown."""
    return as_shown(in_inline({name: getattr(variant, name) for name in ROW}))


def fields_of(variant: ProductVariant, **changes: object) -> dict[str, Any]:
    """The form of a variant's page as a browser sends it, with the values that the page showed."""
    fields = {
        "product": variant.product_id,
        "sku": variant.sku,
        "name": variant.name,
        "price": variant.price,
        "low_stock_threshold": variant.low_stock_threshold,
        "is_active": "on",
    }
    rows = {"price_changes-TOTAL_FORMS": 0, "price_changes-INITIAL_FORMS": 0}
    return fields | as_shown(fields) | rows | changes


def save(client: Client, variant: ProductVariant, **changes: object) -> Any:
    return client.post(address("productvariant_change", variant), fields_of(variant, **changes), follow=True)


class TestProducts:
    def test_is_made_with_its_variants_and_without_units(self, manager: Client) -> None:
        rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 0} | in_inline(ROW)
        assert manager.post(address("product_add"), PRODUCT | rows).status_code == 302
        product = Product.objects.get()
        variant = product.variants.get()
        assert product.category is not None
        assert product.category.slug == "kitchen"
        assert (variant.sku, variant.price, variant.stock_quantity) == ("10001A", Decimal("4.50"), 0)
        assert not variant.movements.exists()
        assert not variant.price_changes.exists()
        assert str(LogEntry.objects.get().user) == "mary"

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("number", "", "This field is required"),
            ("name", "", "This field is required"),
            ("slug", "red teapot", "Enter a valid"),
            ("slug", "taken", "already exists"),
            ("number", "TAKEN", "already exists"),
        ],
    )
    def test_bad_input_is_told(self, manager: Client, field: str, value: str, said: str) -> None:
        Product.objects.create(number="TAKEN", name="Other", slug="taken")
        answer = manager.post(address("product_add"), PRODUCT | NO_ROWS | {field: value})
        assert said in text(answer)
        assert Product.objects.count() == 1

    def test_a_form_leaves_what_it_does_not_change(self, manager: Client, variant: ProductVariant) -> None:
        product = variant.product
        category = Category.objects.create(slug="garden", name="Garden")
        fields = on_page(product) | NO_ROWS | {"category": category.pk}
        assert manager.post(address("product_change", product), fields).status_code == 302
        product.refresh_from_db()
        assert (product.name, product.category) == ("Red teapot", category)
        assert stock(variant) == (10, 0)

    def test_with_variants_is_not_deleted_and_says_what_to_do(self, manager: Client, variant: ProductVariant) -> None:
        product = variant.product
        for method in (manager.get, manager.post):
            answer: Any = method(address("product_delete", product), {"post": "yes"}, follow=True)
            assert "It has 1 variant, whose stock and sales stay on record" in text(answer)
        assert Product.objects.filter(pk=product.pk).exists()

    def test_without_variants_is_deleted(self, manager: Client) -> None:
        product = Product.objects.create(number="1", name="Typo", slug="typo")
        manager.post(address("product_delete", product), {"post": "yes"})
        assert not Product.objects.exists()

    @pytest.mark.parametrize("model", ["product", "category", "productvariant"])
    def test_none_is_deleted_by_the_dozen(self, manager: Client, variant: ProductVariant, model: str) -> None:
        Category.objects.create(slug="garden", name="Garden")
        row = {"product": Product, "category": Category, "productvariant": ProductVariant}[model].objects.get()  # type: ignore[attr-defined]
        answer = manager.post(
            address(f"{model}_changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        )
        assert answer.status_code == 302
        assert type(row).objects.filter(pk=row.pk).exists()

    def test_a_category_goes_and_its_products_stay_on_sale(self, manager: Client, variant: ProductVariant) -> None:
        category = Category.objects.create(slug="garden", name="Garden")
        Product.objects.update(category=category)
        answer = manager.post(address("category_delete", category), {"post": "yes"}, follow=True)
        assert "1 product has no category now. It stays on sale: give it another." in text(answer)
        assert Product.objects.get().category is None
        assert Client().get(variant.product.get_absolute_url()).status_code == 200
        assert Client().get("/").status_code == 200


class TestPrices:
    def test_a_change_is_in_the_history(self, manager: Client, variant: ProductVariant) -> None:
        answer = save(manager, variant, price="3.75")
        change = PriceChange.objects.get()
        assert (change.old_price, change.new_price, str(change.actor)) == (Decimal("2.50"), Decimal("3.75"), "mary")
        assert "Changed Price" in LogEntry.objects.get().get_change_message()
        assert ProductVariant.objects.get().price == Decimal("3.75")
        assert answer.status_code == 200
        assert "2.50" in text(manager.get(address("productvariant_change", variant)))

    def test_a_change_in_the_page_of_the_product_too(self, manager: Client, variant: ProductVariant) -> None:
        product = variant.product
        row = ROW | {"sku": variant.sku, "price": "3.75", "id": variant.pk, "product": product.pk}
        rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 1} | in_inline(row)
        fields = on_page(product) | rows | rows_shown(variant)
        assert manager.post(address("product_change", product), fields).status_code == 302
        assert str(PriceChange.objects.get()) == "2.50 to 3.75"

    def test_a_saved_form_without_a_new_price_is_no_change(self, manager: Client, variant: ProductVariant) -> None:
        save(manager, variant, name="Blue")
        assert not PriceChange.objects.exists()
        assert ProductVariant.objects.get().name == "Blue"

    def test_shows_in_the_carts_that_have_it(self, manager: Client, variant: ProductVariant) -> None:
        shopper = Client()
        shopper.post("/cart/add/", {"variant": variant.pk, "quantity": 2, "key": "k"})
        save(manager, variant, price="3.75")
        assert "Price changed since: £2.50 → £3.75." in text(shopper.get("/cart/"))

    @pytest.mark.parametrize(
        ("price", "said"),
        [
            ("-1", "“-1” cannot be read"),
            ("1,234", "it can mean two amounts. Write 1234 or 1.23."),
            ("095", "“095” cannot be read"),
            ("1.234", "it can mean two amounts. Write 1234 or 1.23."),
            ("123456789.00", "no more than 10 digits in total"),
            ("9" * 300, "cannot be read"),
            ("dear", "write digits, and at most two more after a point or a comma"),
            ("NaN", "“NaN” cannot be read"),
            ("Infinity", "“Infinity” cannot be read"),
            ("", "This field is required"),
        ],
    )
    def test_a_bad_one_is_told(self, manager: Client, variant: ProductVariant, price: str, said: str) -> None:
        with nothing_changes():
            assert said in text(save(manager, variant, price=price))
        assert not PriceChange.objects.exists()

    @pytest.mark.parametrize(
        ("before", "price", "question"),
        [
            ("0.83", "95", "£0.83 → £95.00: 114.5 times as much."),
            ("2.50", "7.51", "£2.50 → £7.51: 3.0 times as much."),
            ("7.51", "2,5", "£7.51 → £2.50: until now it was 3.0 times as much."),
            ("4.95", "0", "£4.95 → £0.00: nothing at all."),
            ("0.00", "4.95", "£0.00 → £4.95: until now it was nothing."),
            ("2.50", "99999999.99", "£2.50 → £99,999,999.99: 40000000.0 times as much."),
        ],
    )
    def test_a_jump_is_asked_once_and_written_after_a_yes(
        self, manager: Client, variant: ProductVariant, before: str, price: str, question: str
    ) -> None:
        ProductVariant.objects.update(price=before)
        variant.refresh_from_db()
        with nothing_changes():
            asked = save(manager, variant, price=price, name="Blue")
        assert f"{variant.sku}: {question}" in text(asked)
        assert f'name="price" value="{price}"' in text(asked)
        assert not LogEntry.objects.exists()
        with nothing_changes():
            save(manager, variant, price="50", agreed=f"{variant.sku}: {question}")
        save(manager, variant, price=price, name="Blue", agreed=f"{variant.sku}: {question}")
        now = ProductVariant.objects.get()
        assert (now.price, now.name) == (Decimal(price.replace(",", ".")), "Blue")

    @pytest.mark.parametrize("price", ["7,50", "0.84", "2.50", "2.51"])
    def test_up_to_three_times_is_not_asked(self, manager: Client, variant: ProductVariant, price: str) -> None:
        save(manager, variant, price=price)
        assert ProductVariant.objects.get().price == Decimal(price.replace(",", "."))

    def test_a_comma_is_a_decimal_separator(self, manager: Client, variant: ProductVariant) -> None:
        ProductVariant.objects.update(price="0.83")
        variant.refresh_from_db()
        save(manager, variant, price="0,95")
        assert str(PriceChange.objects.get()) == "0.83 to 0.95"

    def test_jumps_in_the_page_of_the_product_are_asked_together(
        self, manager: Client, variant: ProductVariant
    ) -> None:
        product = variant.product
        old = ROW | {"sku": variant.sku, "price": "495", "id": variant.pk, "product": product.pk}
        new = ROW | {"price": "0", "id": "", "product": product.pk}
        rows = {"variants-TOTAL_FORMS": 2, "variants-INITIAL_FORMS": 1} | rows_shown(variant)
        fields = on_page(product) | rows | in_inline(old) | in_inline(new, "variants-1-")
        with nothing_changes():
            asked = manager.post(address("product_change", product), fields)
        questions = [f"{variant.sku}: £2.50 → £495.00: 198.0 times as much.", "10001A: £0.00: nothing at all."]
        assert asked.context["questions"] == questions
        assert Product.objects.get().name != PRODUCT["name"]
        manager.post(address("product_change", product), fields | {"agreed": questions[:1]})
        assert ProductVariant.objects.get().price == Decimal("2.50")
        sent = dict(asked.context["typed"]) | {"agreed": questions}
        assert manager.post(address("product_change", product), sent).status_code == 302
        assert sorted(ProductVariant.objects.values_list("price", flat=True)) == [Decimal(0), Decimal(495)]

    def test_a_photograph_that_does_not_come_along_is_named(self, manager: Client, variant: ProductVariant) -> None:
        picture, product = BytesIO(), variant.product
        Image.new("RGB", (600, 400)).save(picture, "PNG")
        row = ROW | {"sku": variant.sku, "price": "0", "id": variant.pk, "product": product.pk}
        rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 1} | rows_shown(variant)
        fields = on_page(product) | rows | in_inline(row)
        upload = SimpleUploadedFile("pot.png", picture.getvalue(), "image/png")
        answer = manager.post(address("product_change", product), fields | {"photographs": upload})
        assert "The file pot.png does not come along: choose it again afterwards." in text(answer)

    def test_what_is_wrong_besides_is_told_first(self, manager: Client, variant: ProductVariant) -> None:
        told = text(save(manager, variant, price="95", name=""))
        assert "This field is required" in told
        assert "Yes, it is right" not in told

    def test_an_old_page_that_sets_no_price_is_asked_nothing(self, manager: Client, variant: ProductVariant) -> None:
        open_page = fields_of(variant, name="Blue")
        ProductVariant.objects.update(price=50)
        assert manager.post(address("productvariant_change", variant), open_page).status_code == 302

    def test_one_set_from_an_old_page_is_refused_with_both(self, manager: Client, variant: ProductVariant) -> None:
        open_page = fields_of(variant, price="3.75")
        save(manager, variant, price="7.00")
        answer = manager.post(address("productvariant_change", variant), open_page)
        assert "it was changed from “2.50” to “7.00” (last in the log: mary, " in text(answer)
        assert "You wrote “3.75”. Look, and save again." in text(answer)
        assert answer.context["adminform"].form["price"].value() == "3.75"
        assert ProductVariant.objects.get().price == Decimal("7.00")

    def test_an_old_page_about_something_else_resets_no_price(self, manager: Client, variant: ProductVariant) -> None:
        open_page = fields_of(variant, name="Blue")
        save(manager, variant, price="7.00")
        assert manager.post(address("productvariant_change", variant), open_page).status_code == 302
        now = ProductVariant.objects.get()
        assert (now.name, now.price) == ("Blue", Decimal("7.00"))

    def test_are_not_for_clerks(self, clerk: Client, variant: ProductVariant) -> None:
        with nothing_changes():
            assert save(clerk, variant, price="3.75").status_code == 403
            assert clerk.post(address("product_add"), PRODUCT | NO_ROWS).status_code == 403


class TestOpeningStock:
    def test_of_a_new_variant_is_a_line_in_the_ledger(self, manager: Client, variant: ProductVariant) -> None:
        rows = {"price_changes-TOTAL_FORMS": 0, "price_changes-INITIAL_FORMS": 0}
        fields = ROW | {"product": variant.product_id, "opening_stock": "40"} | rows
        assert manager.post(address("productvariant_add"), fields).status_code == 302
        new = ProductVariant.objects.get(sku="10001A")
        assert stock(new) == (40, 0)
        line = new.movements.get()
        assert (line.kind, line.delta, line.balance_after, str(line.actor)) == ("opening", 40, 40, "mary")

    def test_is_typed_in_the_page_of_a_new_product_too(self, manager: Client) -> None:
        row = in_inline(ROW | {"opening_stock": "7"})
        rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 0} | row
        assert manager.post(address("product_add"), PRODUCT | rows).status_code == 302
        assert stock(ProductVariant.objects.get()) == (7, 0)

    @pytest.mark.parametrize("units", ["-1", "1.5", "1000001", "many"])
    def test_a_bad_number_is_told_and_nothing_is_made(self, manager: Client, units: str) -> None:
        rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 0} | in_inline(ROW | {"opening_stock": units})
        assert manager.post(address("product_add"), PRODUCT | rows).status_code == 200
        assert not Product.objects.exists()

    def test_an_existing_variant_takes_none(self, manager: Client, variant: ProductVariant) -> None:
        save(manager, variant, opening_stock="40", name="Blue")
        assert stock(variant) == (10, 0)
        product = variant.product
        row = ROW | {"sku": variant.sku, "id": variant.pk, "product": product.pk, "opening_stock": "40"}
        rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 1} | in_inline(row)
        fields = on_page(product) | rows | rows_shown(variant)
        assert manager.post(address("product_change", product), fields).status_code == 302
        assert stock(variant) == (10, 0)

    def test_needs_the_right_to_move_stock(self, manager: Client) -> None:
        Group.objects.get(name=MANAGER).permissions.remove(Permission.objects.get(codename="move_stock"))
        rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 0} | in_inline(ROW | {"opening_stock": "7"})
        assert manager.post(address("product_add"), PRODUCT | rows).status_code == 403
        assert not Product.objects.exists()


class TestVariants:
    def test_a_new_one_has_no_units(self, manager: Client, variant: ProductVariant) -> None:
        forged = {"stock_quantity": 99, "reserved_quantity": 9}
        fields = ROW | {"product": variant.product_id} | forged
        rows = {"price_changes-TOTAL_FORMS": 0, "price_changes-INITIAL_FORMS": 0}
        assert manager.post(address("productvariant_add"), fields | rows).status_code == 302
        assert stock(ProductVariant.objects.get(sku="10001A")) == (0, 0)

    def test_not_even_where_the_caller_says_so(self, variant: ProductVariant) -> None:
        new = ProductVariant(product=variant.product, sku="NEW", name="New", price=1, stock_quantity=99)
        assert stock(save_variant(variant=new, fields=[])) == (0, 0)

    def test_a_taken_sku_is_told(self, manager: Client, variant: ProductVariant) -> None:
        fields = ROW | {"product": variant.product_id, "sku": variant.sku}
        rows = {"price_changes-TOTAL_FORMS": 0, "price_changes-INITIAL_FORMS": 0}
        assert "already exists" in text(manager.post(address("productvariant_add"), fields | rows))

    def test_one_that_was_taken_since_the_form_looked(self, variant: ProductVariant) -> None:
        rival = ProductVariant(product=variant.product, sku=variant.sku, name="Red", price=1)
        with pytest.raises(NumberTaken):
            save_variant(variant=rival, fields=[])

    @pytest.mark.parametrize("taken", ["abc-low", "ABC-LOW", "Abc-Low"])
    def test_skus_and_numbers_that_differ_in_capitals_alone_are_one(
        self, manager: Client, variant: ProductVariant, taken: str
    ) -> None:
        """Stored before there was a rule, or written by a program: the form, the service and the database refuse."""
        ProductVariant.objects.update(sku=taken)
        Product.objects.update(number=taken)
        rows = {"price_changes-TOTAL_FORMS": 0, "price_changes-INITIAL_FORMS": 0}
        fields = ROW | {"product": variant.product_id, "sku": "aBC-low"}
        told = text(manager.post(address("productvariant_add"), fields | rows))
        assert "Another variant has this SKU" in told or "already exists" in told
        told = text(manager.post(address("product_add"), PRODUCT | NO_ROWS | {"number": "aBC-low"}))
        assert "Another product has this number" in told or "already exists" in told
        twin = ProductVariant(product=variant.product, sku="aBC-low", name="Twin", price=1)
        with pytest.raises(NumberTaken):
            save_variant(variant=twin, fields=[])
        twin.sku = "aBC-loW"
        with pytest.raises(IntegrityError, match="sku_without_case"), transaction.atomic():
            twin.save()

    def test_what_is_typed_is_stored_by_the_rule_for_names_and_numbers(self, manager: Client) -> None:
        row = in_inline(ROW | {"sku": "ab\u00a01", "name": "A\u2003B"})
        rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 0} | row
        manager.post(address("product_add"), PRODUCT | rows | {"number": "a-7", "name": "Cafe\u0301\u00a0pot"})
        variant = ProductVariant.objects.select_related("product").get()
        assert (variant.sku, variant.name) == ("AB 1", "A B")
        assert (variant.product.number, variant.product.name) == ("A-7", "Caf\u00e9 pot")

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("name", "Re\u202ed", "nobody can see (U+202E)"),
            ("sku", "A\u200bB", "nobody can see (U+200B)"),
            ("name", "a\rb", "line break"),
        ],
    )
    def test_what_nobody_can_see_is_refused_by_form_and_service(
        self, manager: Client, variant: ProductVariant, field: str, value: str, said: str
    ) -> None:
        with nothing_changes():
            assert said in text(save(manager, variant, **{field: value}))
        setattr(variant, field, value)
        with pytest.raises(ValidationError, match=re.escape(said)):
            save_variant(variant=variant, fields=[field])

    def test_old_goods_that_no_rule_allows_can_be_changed_elsewhere(
        self, manager: Client, variant: ProductVariant
    ) -> None:
        ProductVariant.objects.update(sku="ab\u200bc", name="Re\u202ed")
        variant.refresh_from_db()
        assert save(manager, variant, price="3.75").redirect_chain
        variant.refresh_from_db()
        assert (variant.sku, variant.name, variant.price) == ("ab\u200bc", "Re\u202ed", Decimal("3.75"))

    @pytest.mark.parametrize("term", ["ABC-L", "abc-low", "Abc"])
    def test_are_found_by_their_sku_in_any_letters(self, manager: Client, variant: ProductVariant, term: str) -> None:
        ProductVariant.objects.update(sku="abc-low")
        for page in ("product", "productvariant"):
            rows = manager.get(address(f"{page}_changelist"), {"q": term}).context["cl"].result_list
            assert len(rows) == 1

    def test_is_taken_off_sale_not_deleted(self, manager: Client, variant: ProductVariant) -> None:
        assert manager.post(address("productvariant_delete", variant), {"post": "yes"}).status_code == 403
        fields = fields_of(variant)
        del fields["is_active"]
        assert manager.post(address("productvariant_change", variant), fields).status_code == 302
        assert Client().post("/cart/add/", {"variant": variant.pk, "quantity": 1, "key": "k"}).status_code == 404
        assert stock(variant) == (10, 0)


def test_a_manager_writes_synonyms(manager: Client) -> None:
    refused = manager.post(address("synonym_add"), {"words": "parapluie"})
    assert "Write at least two, with one comma between them" in text(refused)
    assert manager.post(address("synonym_add"), {"words": "parapluie, Umbrella"}).status_code == 302
    Product.objects.create(number="1", name="Umbrella", slug="umbrella")
    assert products_matching("parapluie").count() == 1
