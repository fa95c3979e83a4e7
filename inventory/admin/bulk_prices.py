"""`PriceAction`: new prices of the chosen variants, shown before they are written. `BulkPage`, the page for that."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from core.admin.decorators import action
from core.admin.number_fields import MoneyField
from core.text import counted
from inventory.models import ProductVariant
from inventory.services.prices import NewPrice, change_prices
from inventory.wording import price_jump

MOST = 400  # variants at once: each is a field of the form, and Django reads at most 1,000
_SEEN = RegexValidator(r"^\d{1,18}:\d{1,10}(\.\d\d)?(,\d{1,18}:\d{1,10}(\.\d\d)?)*$")


class BulkPriceForm(forms.Form):
    """How the prices change. `seen` has the prices of the preview: it is empty until there was one."""

    SET, UP, DOWN = "set", "up", "down"

    how = forms.ChoiceField(
        choices=[(SET, "Set all to an amount"), (UP, "Raise by per cent"), (DOWN, "Lower by per cent")],
        widget=UnfoldAdminRadioSelectWidget(radio_style="vertical"),
        initial=UP,
    )
    amount = MoneyField(label="Amount or per cent", min_value=0, max_digits=10, decimal_places=2)
    step = forms.TypedChoiceField(
        label="Round to",
        coerce=Decimal,
        choices=[("0.01", "0.01"), ("0.05", "0.05"), ("0.10", "0.10"), ("1.00", "1.00")],
        widget=UnfoldAdminSelectWidget,
        help_text="After per cent; a half is rounded up. An amount that is set stays as it is.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, validators=[_SEEN], max_length=20_000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("how") == self.DOWN and cleaned.get("amount", 0) > 100:
            raise ValidationError({"amount": "No price falls by more than 100 per cent."})
        return cleaned

    def new_price(self, before: Decimal) -> Decimal:
        """The new price of a variant that has this one."""
        how, amount, step = (self.cleaned_data[name] for name in ("how", "amount", "step"))
        if how == self.SET:
            return Decimal(amount)
        price = before * (100 + (amount if how == self.UP else -amount)) / 100
        return cast(Decimal, (price / step).quantize(Decimal(1), ROUND_HALF_UP) * step).quantize(Decimal("0.01"))

    def prices_seen(self) -> dict[int, Decimal]:
        """The prices of the preview, by variant."""
        pairs = (pair.split(":") for pair in self.cleaned_data["seen"].split(",") if pair)
        return {int(pk): Decimal(price) for pk, price in pairs}


class Row(NamedTuple):
    """A line of the preview. `warning`: what is unusual about the new price."""

    variant: ProductVariant
    after: Decimal
    warning: str


@dataclass(frozen=True)
class BulkPage:
    """The page of an action that asks for new prices, shows them, and writes them.

    `write` takes the form, the prices by variant and who acts. It returns the message.
    """

    action: str
    title: str
    button: str
    form: type[BulkPriceForm]
    write: Callable[[BulkPriceForm, dict[int, NewPrice], User], str]

    def answer(self, admin: Any, request: HttpRequest, variants: QuerySet[ProductVariant]) -> HttpResponse | None:
        """The first POST asks how, the second one shows what would become of it, the third one writes that."""
        rows = list(variants.select_related("product").order_by("sku")[: MOST + 1])
        if len(rows) > MOST:
            messages.error(request, f"At most {MOST} variants at once: nothing was changed. Import a file for more.")
            return None
        form = self.form(request.POST if "how" in request.POST else None)
        if form.is_valid() and form.cleaned_data["seen"]:
            prices = {pk: NewPrice(seen, form.new_price(seen)) for pk, seen in form.prices_seen().items()}
            try:
                messages.success(request, self.write(form, prices, cast(User, request.user)))
                return redirect("admin:inventory_productvariant_changelist")
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
        return self._show(admin, request, form, rows)

    def _show(
        self, admin: Any, request: HttpRequest, form: BulkPriceForm, variants: Iterable[ProductVariant]
    ) -> HttpResponse:
        is_ready = form.is_bound and not form.fields.keys() - {"seen"} & form.errors.keys()
        preview = [_row(form, variant) for variant in variants] if is_ready else []
        context = {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "page": self,
            "title": self.title,
            "form": form,
            "variants": variants,
            "preview": preview,
            "changes": sum(row.after != row.variant.price for row in preview),
            "seen": ",".join(f"{row.variant.pk}:{row.variant.price}" for row in preview),
            "chosen": ACTION_CHECKBOX_NAME,
        }
        return render(request, "inventory/bulk_prices.html", context, status=422 if form.errors else 200)


def _row(form: BulkPriceForm, variant: ProductVariant) -> Row:
    after = form.new_price(variant.price)
    return Row(variant, after, price_jump(variant.price, after))


def _change(form: BulkPriceForm, prices: dict[int, NewPrice], actor: User) -> str:
    return f"{counted(change_prices(prices=prices, cause='bulk edit', actor=actor), 'price', 'prices')} changed."


_PAGE = BulkPage("change_prices", "Change prices", "Change", BulkPriceForm, _change)


class PriceAction:
    """The action for the admin of variants."""

    @action(description="Change prices…", permissions=["change"])
    def change_prices(self, request: HttpRequest, variants: QuerySet[ProductVariant]) -> HttpResponse | None:
        return _PAGE.answer(self, request, variants)
