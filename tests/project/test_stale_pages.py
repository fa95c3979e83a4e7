"""No page of the back office that was left open undoes what a colleague saved: every admin, every column."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts import OtherPasswordForm
from core.admin.seen import SeenForm, SeenFormSet
from customers.models import Customer
from inventory.models import (
    Category,
    Producer,
    Product,
    ProductPhoto,
    ProductVariant,
    Reduction,
    Synonym,
    TaxClass,
    TaxRate,
)
from orders.models import Carrier, DeliveryMethod, DeliveryRate, DeliveryStep, DeliveryZone
from pages.models import FrontPage, Page
from tests.conftest import AtTheSeam
from tests.support.admin_pages import Sent, filled_in
from tests.support.databases import on_its_own_connection, somebody_waits
from tests.support.pages import text_of
from tests.support.producers import make_producer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# A new admin that staff may change is entered here and in `rows`.
CHANGED_BY_FORMS = {
    *(Carrier, Category, Customer, DeliveryMethod, DeliveryRate, DeliveryZone),
    *(FrontPage, Group, Page, Producer, Product, ProductVariant, Reduction, Synonym, TaxClass, User),
}


@pytest.fixture
def rows(variant: ProductVariant) -> dict[Any, Any]:
    Category.objects.create(slug="kitchen-b", name="Kitchen B")
    Category.objects.create(slug="kitchen-c", name="Kitchen C")
    for name in ("Food", "Coal"):
        TaxClass.objects.create(name=name, percent=1)
    Product.objects.create(number="B1", name="B", slug="b1")
    Product.objects.create(number="C1", name="C", slug="c1")
    Product.objects.filter(pk=variant.product_id).update(category=Category.objects.create(slug="x", name="X"))
    rate = delivery_rate()
    ProductVariant.objects.create(product=variant.product, sku="B", name="B", price=1)
    ProductPhoto.objects.create(product=variant.product, name="0" * 32)
    made: list[Any] = [
        variant,
        variant.product,
        Category.objects.get(slug="x"),
        Customer.objects.create(
            email="a@example.com", name="A", first_order_at=timezone.now(), last_order_at=timezone.now()
        ),
        Carrier.objects.create(name="Swift", tracking_url="https://swift.example/{number}"),
        rate.method,
        rate.zone,
        rate,
        FrontPage.objects.update_or_create(id=1, defaults={"target": "/goods/"})[0],
        Group.objects.create(name="Packers"),
        Page.objects.create(slug="care", title="Care"),
        *(make_producer(name, country="GB") for name in ("Tin Works", "Pot Works", "Mug Works")),
        Reduction.objects.create(variant=variant, price=1, starts_at=timezone.now()),
        Synonym.objects.create(words="brolly, umbrella"),
        TaxRate.objects.create(
            tax_class=TaxClass.objects.create(name="Books", percent=5), country="FR", percent=6
        ).tax_class,
        User.objects.create_user("sam", "sam@shop.example"),
    ]
    return {type(row): row for row in made}


def delivery_rate() -> DeliveryRate:
    """The price of a method in a zone, with others to choose instead, and days that one more leaves in order."""
    days = {"days_from": 1, "days_to": 5}
    methods = [
        DeliveryMethod.objects.create(name=name, price=3, free_from=50, cut_off=12, **days)
        for name in ("Bicycle", "Tram", "Horse")
    ]
    zones = [DeliveryZone.objects.create(name=name, countries=[name]) for name in ("FR", "IE", "DE")]
    rate = DeliveryRate.objects.create(method=methods[0], zone=zones[0], free_from=50, **days)
    DeliveryStep.objects.create(rate=rate, up_to_grams=2000, price=4)
    return rate


def browser(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser(name))
    return client


@dataclass
class Open:
    """A page that one person has open, and what a browser would send of it."""

    client: Client
    address: str
    answer: Any

    @classmethod
    def of(cls, client: Client, row: Any) -> "Open":
        address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        return cls(client, address, client.get(address))

    def fields(self) -> Iterator[Any]:
        """The fields of columns that the person can change, those of rows of inlines too."""
        shown = self.answer.context_data
        inlines = [form for inline in shown["inline_admin_formsets"] for form in inline.formset.initial_forms]
        for form in [shown["adminform"].form, *inlines]:
            model = form._meta.model
            columns = {field.name for field in [*model._meta.concrete_fields, *model._meta.many_to_many]}
            shown_fields = (field for field in form if not (field.is_hidden or field.field.disabled))
            yield from (field for field in shown_fields if field.name in columns)

    def field(self, name: str) -> Any:
        return next(field for field in self.fields() if field.html_name == name)

    def values(self, names: list[str]) -> Sent:
        sent = filled_in(self.answer)
        return in_order({name: sent.get(name, []) for name in names})

    def send(self, **typed: list[str]) -> Any:
        sent: Sent = {**filled_in(self.answer), **typed}
        answer = self.client.post(self.address, sent)
        if questions := (getattr(answer, "context_data", None) or {}).get("questions"):
            answer = self.client.post(self.address, sent | {"agreed": questions})
        return answer


def in_order(sent: Sent) -> Sent:
    """Of choices of several rows the order says nothing."""
    return {name: sorted(values) for name, values in sent.items()}


def keys_of(choice: Any) -> list[str]:
    return [str(row.pk) for row in choice.queryset]


def another(field: Any, number: int) -> list[str]:
    """A value that the field does not have, one for each number."""
    kind, now = field.field, field.value()
    if field.html_name == "needs_no_warnings":
        return ["on"] if now else []  # beside the warnings of another person it is refused
    if isinstance(kind, forms.BooleanField):
        return [] if now else ["on"]
    if isinstance(kind, forms.ModelMultipleChoiceField):
        chosen = [str(key) for key in now or []]
        return [*chosen, [key for key in keys_of(kind) if key not in chosen][number]]
    if isinstance(kind, forms.ModelChoiceField):
        return [[key for key in keys_of(kind) if key != str(now)][number]]
    if isinstance(kind, forms.MultipleChoiceField):
        return [*now, ["BE", "NL"][number]]
    if isinstance(kind, forms.ChoiceField):
        return [["BE", "NL"][number]]
    if isinstance(kind, forms.DecimalField | forms.IntegerField):
        return [str(Decimal(str(now or 0)) + 1 + number)]
    if isinstance(kind, forms.DateTimeField):
        return [f"2099-05-0{1 + number}T12:00"]
    if isinstance(kind, forms.EmailField):
        return [f"{'bc'[number]}{now}"]
    if field.html_name == "content":
        return [f"{number + 1} g"]
    if field.html_name == "facts":
        return [f"Size: {'BC'[number]}"]
    return [f"{now}{'BC'[number]}"]


def test_this_table_has_every_model_that_staff_change_by_forms(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User.objects.create_superuser("root")
    changed = {model for model in MODELS if admin.site._registry[model].has_change_permission(request)}
    assert changed == CHANGED_BY_FORMS


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_form_knows_what_was_seen(rf: RequestFactory, model: Any) -> None:
    request = rf.get("/")
    request.user = User.objects.create_superuser("root")
    model_admin = admin.site._registry[model]
    assert not model_admin.list_editable
    if model_admin.has_change_permission(request):
        assert issubclass(model_admin.get_form(request, model(), change=True), SeenForm)
    for inline in model_admin.get_inline_instances(request):
        if inline.has_change_permission(request):
            assert issubclass(inline.get_formset(request).form, SeenForm)
            assert issubclass(inline.get_formset(request), SeenFormSet)


@pytest.mark.parametrize("is_turn", [0, 1])
@pytest.mark.parametrize("model", sorted(CHANGED_BY_FORMS, key=str), ids=lambda model: model._meta.label)
def test_of_two_people_each_saves_their_own_columns(rows: dict[Any, Any], model: Any, is_turn: int) -> None:
    """One saves every other column, and then the other one saves the columns between these from an older page."""
    page, rival = Open.of(browser("ann"), rows[model]), Open.of(browser("bob"), rows[model])
    names = [field.html_name for field in page.fields()]
    of_bob = {name: another(rival.field(name), 0) for name in names[is_turn::2]}
    of_ann = {name: another(page.field(name), 0) for name in names[1 - is_turn :: 2]}
    assert rival.send(**of_bob).status_code == 302
    answer = page.send(**of_ann)
    assert answer.status_code == 302, text_of(answer)
    now = Open.of(page.client, rows[model])
    assert now.values(names) == in_order(of_bob | of_ann)


@pytest.mark.parametrize("model", sorted(CHANGED_BY_FORMS, key=str), ids=lambda model: model._meta.label)
def test_of_two_who_change_one_column_the_second_is_told(rows: dict[Any, Any], model: Any) -> None:
    """Both change all of them. The second page keeps what was typed, and overrules the first when it is sent again."""
    page, rival = Open.of(browser("ann"), rows[model]), Open.of(browser("bob"), rows[model])
    # Two who tick or untick a box agree.
    names = [field.html_name for field in page.fields() if not isinstance(field.field, forms.BooleanField)]
    of_bob = {name: another(rival.field(name), 0) for name in names}
    of_ann = {name: another(page.field(name), 1) for name in names}
    assert rival.send(**of_bob).status_code == 302
    page.answer = page.send(**of_ann)
    assert page.answer.status_code == 200
    for field in page.fields():
        said = " ".join(field.errors)
        assert ("While this page was open" in said and "Look, and save again." in said) is (field.html_name in names)
    assert Open.of(page.client, rows[model]).values(names) == in_order(of_bob)
    assert page.values(names) == in_order(of_ann)
    assert page.send().status_code == 302
    assert Open.of(page.client, rows[model]).values(names) == in_order(of_ann)


def category_page(client: Client) -> Open:
    return Open.of(client, Category.objects.get(slug="x"))


class TestAtTheSameMoment:
    """The rival saves after the page was read, and before its row is locked."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def opened(self, transactional_db: None) -> Open:
        Category.objects.get_or_create(slug="x", name="X", place=7)
        return category_page(browser("ann"))

    def test_the_second_is_told_and_keeps_what_was_typed(self, opened: Open, at_the_seam: AtTheSeam) -> None:
        at_the_seam("core.admin.seen.lock_rows", lambda: Category.objects.filter(slug="x").update(name="Of a rival"))
        opened.answer = opened.send(name=["Mine"], place=["8"])
        assert "it was changed from “X” to “Of a rival”. You wrote “Mine”." in text_of(opened.answer)
        assert Category.objects.get(slug="x").place == 7
        assert opened.send().status_code == 302
        assert Category.objects.filter(slug="x", name="Mine", place=8).exists()

    def test_both_save_if_they_changed_different_columns(self, opened: Open, at_the_seam: AtTheSeam) -> None:
        at_the_seam("core.admin.seen.lock_rows", lambda: Category.objects.filter(slug="x").update(name="Of a rival"))
        assert opened.send(place=["8"]).status_code == 302
        assert Category.objects.filter(slug="x", name="Of a rival", place=8).exists()

    def test_one_that_was_deleted_is_told(self, opened: Open, at_the_seam: AtTheSeam) -> None:
        at_the_seam("core.admin.seen.lock_rows", lambda: Category.objects.filter(slug="x").delete())
        assert "A colleague deleted this while the page was open." in text_of(opened.send(name=["Mine"]))
        assert not Category.objects.filter(slug="x").exists()

    def test_a_rival_who_is_not_done_is_waited_for(self, opened: Open) -> None:
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                Category.objects.filter(slug="x").update(name="Of a rival")
                sent = pool.submit(on_its_own_connection, lambda: opened.send(name=["Mine"]))
                wait_until(somebody_waits, "the page waits for the row")
            assert "it was changed from “X” to “Of a rival”" in text_of(sent.result(30))

    def test_a_number_that_a_rival_took_is_told_beside_its_field(self, opened: Open, at_the_seam: AtTheSeam) -> None:
        """The service refuses what the form allowed, and the form is checked again."""
        goods = Open.of(opened.client, Product.objects.create(number="N1", name="N", slug="n1"))
        rival = partial(Product.objects.create, number="N9", name="Of a rival", slug="n9")
        at_the_seam("inventory.admin.catalog.save_product", rival)
        goods.answer = goods.send(number=["N9"], name=["Mine"])
        assert goods.field("number").errors == ["Product with this Number already exists."]
        assert goods.field("name").value() == "Mine"

    def test_so_is_one_that_no_service_checks(self, opened: Open, at_the_seam: AtTheSeam) -> None:
        new = Open(opened.client, reverse("admin:inventory_category_add"), None)
        new.answer = new.client.get(new.address)
        rival = partial(Category.objects.create, slug="new", name="Of a rival")
        at_the_seam("unfold.mixins.nested_inlines_model_admin.nested_all_valid", rival)
        new.answer = new.send(slug=["new"], name=["Mine"])
        assert new.field("slug").errors == ["Category with this Slug already exists."]
        assert new.field("name").value() == "Mine"

    def test_what_the_page_does_not_show_is_not_written(self, opened: Open, at_the_seam: AtTheSeam) -> None:
        """A colleague's new password, set after the account was read."""
        account = Open.of(opened.client, User.objects.create_user("sam"))
        rival = partial(User.objects.filter(username="sam").update, password="of a rival")
        at_the_seam("core.admin.seen.lock_rows", rival)
        assert account.send(first_name=["Sam"]).status_code == 302
        assert User.objects.filter(username="sam", first_name="Sam", password="of a rival").exists()


def test_a_refused_page_shows_the_other_fields_as_they_are_now(rows: dict[Any, Any]) -> None:
    page, rival = (category_page(browser(name)) for name in ("ann", "bob"))
    assert rival.send(name=["Of Bob"], place=["8"]).status_code == 302
    page.answer = page.send(name=["Mine"])
    assert page.values(["name", "place"]) == {"name": ["Mine"], "place": ["8"]}
    assert page.send().status_code == 302
    assert Category.objects.filter(slug="x", name="Mine", place=8).exists()


def test_a_category_of_a_colleague_is_not_replaced_by_the_rule(rows: dict[Any, Any]) -> None:
    """The service gives a category to a product that has none, as this page still shows it."""
    product = rows[Product]
    Product.objects.update(category=None)
    page = Open.of(browser("ann"), product)
    Product.objects.update(category=Category.objects.get(slug="kitchen-b"))
    assert page.send(name=["Red Mug"]).status_code == 302
    product.refresh_from_db()
    assert (product.name, product.category.slug) == ("Red Mug", "kitchen-b")


def test_a_photograph_that_a_colleague_removed_is_told_and_nothing_is_saved(rows: dict[Any, Any]) -> None:
    page = Open.of(browser("ann"), rows[Product])
    ProductPhoto.objects.all().delete()
    answer = page.send(name=["Other"])
    photos = next(one.formset for one in answer.context_data["inline_admin_formsets"] if one.opts.model is ProductPhoto)
    assert "not one of the available choices" in str(photos.errors)
    assert not Product.objects.filter(name="Other").exists()


def test_one_that_was_deleted_before_is_told() -> None:
    Category.objects.create(slug="x", name="X")
    page = category_page(browser("ann"))
    Category.objects.all().delete()
    answer = page.client.post(page.address, filled_in(page.answer) | {"name": ["Mine"]}, follow=True)
    assert "exist. Perhaps it was deleted?" in text_of(answer)


def test_the_log_names_who_changed_it_last(rows: dict[Any, Any]) -> None:
    page = category_page(browser("ann"))
    assert category_page(browser("bob")).send(name=["Of Bob"]).status_code == 302
    told = text_of(page.send(name=["Mine"]))
    assert "it was changed from “X” to “Of Bob” (last in the log: bob, " in told
    assert "You wrote “Mine”. Look, and save again." in told


def test_what_a_choice_of_several_rows_lost_and_got_is_named(rows: dict[Any, Any]) -> None:
    sam, packers = rows[User], rows[Group]
    late, night = Group.objects.create(name="Late shift"), Group.objects.create(name="Night shift")
    sam.groups.set([packers])
    page, rival = Open.of(browser("ann"), sam), Open.of(browser("bob"), sam)
    assert rival.send(groups=[str(late.pk)]).status_code == 302
    told = text_of(page.send(groups=[str(packers.pk), str(night.pk)]))
    assert "a colleague changed it (added: Late shift; taken away: Packers) (last in the log: bob, " in told
    assert list(sam.groups.all()) == [late]


def test_a_choice_whose_row_is_gone_does_not_stop_who_did_not_choose_it(rows: dict[Any, Any]) -> None:
    product = rows[Product]
    page = Open.of(browser("ann"), product)
    Category.objects.get(slug="x").delete()
    assert page.send(name=["Mine"]).status_code == 302
    assert Product.objects.get(pk=product.pk).name == "Mine"


def test_a_page_that_does_not_say_what_it_showed_overwrites_nothing(rows: dict[Any, Any]) -> None:
    """As one that was open while the shop was upgraded."""
    page = category_page(browser("ann"))
    sent = {name: value for name, value in filled_in(page.answer).items() if not name.startswith("initial-")}
    Category.objects.filter(slug="x").update(name="Of a rival")
    told = text_of(page.client.post(page.address, sent | {"place": ["8"]}))
    assert "The page does not say what it showed you. Now it is “Of a rival”; you wrote “X”." in told
    assert Category.objects.get(slug="x").name == "Of a rival"


@pytest.mark.parametrize("typed", ["Lines\nof text ", "Lines\r\nof text"])
def test_line_ends_and_blanks_are_no_change_of_a_colleague(rows: dict[Any, Any], typed: str) -> None:
    method = rows[DeliveryMethod]
    DeliveryMethod.objects.update(description=typed)
    page = Open.of(browser("ann"), method)
    sent = {
        name: [re.sub(r"\r?\n", "\r\n", value) for value in values] for name, values in filled_in(page.answer).items()
    }
    assert page.client.post(page.address, sent | {"description": ["Other"]}).status_code == 302


def test_a_new_password_for_a_colleague_writes_nothing_else(rows: dict[Any, Any]) -> None:
    sam = User.objects.get(username="sam")
    form = OtherPasswordForm(sam, {"password1": "quite another password", "password2": "quite another password"})
    assert form.is_valid()
    User.objects.update(is_active=False)
    form.save()
    sam.refresh_from_db()
    assert (sam.is_active, sam.check_password("quite another password")) == (False, True)
