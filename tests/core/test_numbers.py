"""The one reader of typed numbers: what it reads is what was written, and the rest is refused with a word."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st

from core.admin.number_fields import MoneyField, UnitsField
from core.numbers import UnreadableNumber, read_money, read_units
from core.text import counted

BLANKS = st.text("\t\n\r \u00a0\u202f\u3000", max_size=3)
# What no rule reads: digits of other scripts, signs, groups, exponents, and words that are numbers to a machine.
NEITHER = [
    *("", " ", "\u00a0", ".", ",", "-", "NaN", "Infinity", "inf", "1e3", "1E3", "0x10", "1_000", "1 000", "1\u00a0000"),
    *("1\u202f000", "1'000", "1\u2019000", "1\u066b5", "\u0661\u0662", "\uff11\uff12", "\u00bd", "\u00b2", "5-", "--5"),
    *(
        "\u22125",
        "(5)",
        "5%",
        "1,5,",
        "1..5",
        "1,.5",
        "1.234.567",
        "1,234,567",
        "1.234,50",
        "1,234.50",
        "five",
        "5 units",
    ),
    *("1" * 13, "\x005", "5\x00", "5\u200b", "\ufeff5", "#5", "=5", "'5"),
]


@given(cents=st.integers(0, 99_999_999_999_999), separator=st.sampled_from(",."), before=BLANKS, after=BLANKS)
def test_every_spelling_of_an_amount_is_read_as_exactly_it(cents: int, separator: str, before: str, after: str) -> None:
    whole, places = divmod(cents, 100)
    spellings = [f"{whole}{separator}{places:02}"]
    spellings += [f"{whole}{separator}{places // 10}"] if places % 10 == 0 else []
    spellings += [str(whole)] if places == 0 else []
    for spelling in spellings:
        amount = read_money(before + spelling + after)
        assert amount == Decimal(cents) / 100


@given(units=st.integers(-9_999_999_999, 9_999_999_999), plus=st.sampled_from(["", "+"]), before=BLANKS, after=BLANKS)
def test_every_spelling_of_units_is_read_as_exactly_it(units: int, plus: str, before: str, after: str) -> None:
    spelling = f"{before}{plus if units >= 0 else ''}{units}{after}"
    assert read_units(spelling, signed=True) == units
    if units >= 0 and not plus:
        assert read_units(spelling) == units


NEARLY = st.one_of(st.text(max_size=12), st.text("0123456789.,-+' \u00a0e\u00a3\u0661", max_size=8))


@given(text=NEARLY)
@example("095")
@example("1,234")
def test_any_text_is_refused_or_is_the_spelling_of_what_is_read(text: str) -> None:
    """Reading is never a guess: leaving blanks aside, the text says digit for digit what comes out."""
    try:
        amount = read_money(text)
    except UnreadableNumber:
        pass
    else:
        point = text.strip().replace(",", ".")
        assert re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", point)
        assert point == str(amount)
    try:
        units = read_units(text, signed=True)
    except UnreadableNumber:
        return
    assert re.fullmatch(r"[+-]?[0-9]{1,10}", text.strip())
    assert units == int(text)


@pytest.mark.parametrize(
    "text", [*NEITHER, "-5", "+5", "\u00a35", "5 \u20ac", "$5", "5.", ".5", ",5", "095", "00", "1.2345"]
)
def test_what_is_no_amount_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(UnreadableNumber, match=r"write digits, and at most two more after a point or a comma"):
        read_money(text)


@pytest.mark.parametrize("text", [*NEITHER, "1,5", "1.5", "\u00a35", "5."])
def test_what_is_no_whole_number_is_refused_with_how_to_write_it(text: str) -> None:
    for signed in (True, False):
        with pytest.raises(UnreadableNumber, match="a whole number is written in digits alone, such as 12"):
            read_units(text, signed=signed)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("1,234", "Write 1234 or 1.23."),
        ("1.234", "Write 1234 or 1.23."),
        ("16,650", "Write 16650 or 16.65."),
        ("999.999", "Write 999999 or 999.99."),
        (f"{10**11}0", "write digits"),
    ],
)
def test_an_amount_with_two_meanings_is_refused_with_both(text: str, how: str) -> None:
    with pytest.raises(UnreadableNumber, match=re.escape(how)):
        read_money(text)


@pytest.mark.parametrize(("text", "units"), [("5.0", "5"), ("5,00", "5"), ("6,900", "6900"), ("1.000", "1000")])
def test_what_a_spreadsheet_makes_of_a_count_is_refused_with_the_count(text: str, units: str) -> None:
    with pytest.raises(UnreadableNumber, match=f"in digits alone, here {units}"):
        read_units(text)


@pytest.mark.parametrize("text", ["-1", "+1"])
def test_a_sign_is_read_where_there_may_be_one(text: str) -> None:
    assert read_units(text, signed=True) == int(text)
    with pytest.raises(UnreadableNumber):
        read_units(text)


def test_what_is_too_much_is_refused_with_how_much_it_can_be() -> None:
    with pytest.raises(UnreadableNumber, match=r"it can be 9\.99 at most"):
        read_money("10", most=Decimal("9.99"))
    for text in ("11", "-11"):
        with pytest.raises(UnreadableNumber, match="it can be 10 at most"):
            read_units(text, signed=True, most=10)


def test_a_long_text_is_not_repeated_whole() -> None:
    with pytest.raises(UnreadableNumber) as refusal:
        read_money("9" * 1000)
    assert len(refusal.value.message) < 200


def test_fields_are_text_fields_with_number_keys_and_take_nothing_for_nothing() -> None:
    money, units = MoneyField(required=False), UnitsField(required=False, signed=True)
    assert (money.widget.input_type, money.widget.attrs["inputmode"]) == ("text", "decimal")
    assert (UnitsField().widget.input_type, UnitsField().widget.attrs["inputmode"]) == ("text", "numeric")
    assert units.widget.attrs["inputmode"] == "text"
    for nothing in (None, "", " ", "\u00a0"):
        assert money.clean(nothing) is None
        assert units.clean(nothing) is None


def all_forms(of: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for form in of.__subclasses__():
        yield form
        yield from all_forms(form)


def of_admins() -> Iterator[type[forms.BaseForm]]:
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    for model_admin in admin.site._registry.values():
        inlines = [inline(model_admin.model, admin.site) for inline in model_admin.inlines]
        if model_admin.has_change_permission(request):
            yield model_admin.get_form(request)
        yield from (inline.get_formset(request).form for inline in inlines if inline.has_change_permission(request))


@pytest.mark.django_db  # the form of a photograph is made with the variants to choose from
def test_every_number_that_is_typed_goes_through_the_reader() -> None:
    """In the forms of our own apps and in all that the admin makes of models; what is hidden nobody types."""
    apps = ("core", "inventory", "cart", "orders", "shop", "backoffice", "workers")
    # Those of models get their fields from the admin that shows them.
    ours = [form for form in all_forms(forms.Form) if form.__module__.split(".")[0] in apps]
    number = (forms.IntegerField, forms.DecimalField)
    typed = [
        (f"{form.__module__}.{form.__name__}.{name}", field)
        for form in (*ours, *of_admins())
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, number) and not field.widget.is_hidden and form.__module__ != "shop.checkout.forms"
    ]
    assert len(typed) > 5
    assert [name for name, field in typed if not isinstance(field, MoneyField | UnitsField)] == []
    assert [name for name, field in typed if isinstance(field.widget, forms.NumberInput)] == []


@pytest.mark.parametrize(("number", "said"), [(0, "0 units"), (1, "1 unit"), (2, "2 units"), (1200, "1,200 units")])
def test_counted(number: int, said: str) -> None:
    assert counted(number, "unit", "units") == said
