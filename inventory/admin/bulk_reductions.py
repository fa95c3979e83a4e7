"""`ReductionAction`: reductions of the chosen variants, shown in a table before they are announced."""

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminRadioSelectWidget

from core.admin.decorators import action
from core.admin.moment_fields import MomentField
from core.admin.number_fields import MoneyField
from core.text import counted
from inventory.admin.bulk_prices import BulkPage, BulkPriceForm
from inventory.models import ProductVariant
from inventory.services.prices import NewPrice
from inventory.services.reductions import announce_reductions


class BulkReductionForm(BulkPriceForm):
    """What the reduced prices are, and when they are in force."""

    how = forms.ChoiceField(
        choices=[(BulkPriceForm.DOWN, "Reduce by per cent"), (BulkPriceForm.SET, "Reduce all to an amount")],
        widget=UnfoldAdminRadioSelectWidget(radio_style="vertical"),
        initial=BulkPriceForm.DOWN,
    )
    starts_at = MomentField(label="Begins", required=False, help_text="Left empty: as soon as it is announced.")
    ends_at = MomentField(label="Ends", required=False, help_text="Left empty: when you end it.")
    compare_at = MoneyField(
        label="Compare-at price",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        help_text="Only where there is one, such as the maker's. Pages show the lowest price of 30 days by themselves.",
    )
    field_order = ["how", "amount", "step", "starts_at", "ends_at", "compare_at"]


def _announce(form: forms.Form, prices: dict[int, NewPrice], actor: User) -> str:
    facts = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "compare_at")}
    return f"{counted(announce_reductions(prices=prices, actor=actor, **facts), 'reduction', 'reductions')} announced."


_PAGE = BulkPage("announce_reductions", "Announce a reduction", "Announce", BulkReductionForm, _announce)


class ReductionAction:
    """The action for the admin of variants."""

    @action(description="Announce a reduction…", permissions=["change"])
    def announce_reductions(self, request: HttpRequest, variants: QuerySet[ProductVariant]) -> HttpResponse | None:
        """As `change_prices`: the first POST asks how, the second one shows it, the third one writes it."""
        return _PAGE.answer(self, request, variants)
