"""The form of a variant: everything of it but its stock."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from core.admin.agreement import require_agreement
from inventory.errors import PriceChangedMeanwhile
from inventory.models import ProductVariant
from inventory.services.catalog import check_price_seen
from inventory.wording import price_jump


class VariantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A variant. The price that was on the page comes back with it: a form left open all day resets no price."""

    class Meta:
        model = ProductVariant
        fields = ["product", "sku", "name", "price", "low_stock_threshold", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "price" in self.fields and self.instance.pk:
            self.fields["price"].show_hidden_initial = True

    @property
    def price_seen(self) -> Decimal | None:
        """The price when the page was made; None for a new variant, or where the form was made by hand."""
        try:
            return Decimal(self.data.get(self.add_initial_prefix("price"), ""))
        except InvalidOperation:
            return None

    def clean_price(self) -> Decimal:
        """Refuse here already what the service would: so the form keeps what was typed. Ask about a jump."""
        price: Decimal = self.cleaned_data["price"]
        if self.instance.pk and "price" in self.changed_data:
            try:
                check_price_seen(seen=self.price_seen, now=self.initial["price"], wanted=price)
            except PriceChangedMeanwhile as refusal:
                raise forms.ValidationError(refusal.messages) from refusal
        if "price" in self.changed_data:
            self._ask_about(price)
        return price

    def _ask_about(self, price: Decimal) -> None:
        before = self.initial.get("price") if self.instance.pk else None
        if jump := price_jump(before, price):
            require_agreement(self, f"{self.instance.sku or self.cleaned_data.get('sku', '')}: {jump}")
