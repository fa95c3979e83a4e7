"""The admin of delivery methods."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.admin.base import ServiceAdmin
from core.admin.confirmation import require_agreement
from core.admin.decorators import money_column
from core.admin.seen import SeenForm
from inventory.wording import price_jump
from orders.locks import lock_offered_delivery_methods
from orders.models import DeliveryMethod
from orders.services import delete_delivery_method, save_delivery_method


class DeliveryMethodForm(SeenForm):
    """A delivery method. A price that jumps has to be confirmed."""

    class Meta:
        model = DeliveryMethod
        fields = ["name", "description", "price", "free_from", "is_active", "place"]

    @classmethod
    def lock_rows(cls, forms: Sequence[SeenForm]) -> Sequence[Model]:
        """Lock all that are on offer first if one may be taken off, as its service does."""
        if any("is_active" in form.changed_data for form in forms):
            lock_offered_delivery_methods()
        return super().lock_rows(forms)

    def clean_price(self) -> Decimal:
        price: Decimal = self.cleaned_data["price"]
        self._ask("price", price)
        return price

    def clean_free_from(self) -> Decimal | None:
        free_from: Decimal | None = self.cleaned_data["free_from"]
        if free_from is not None:
            self._ask("free_from", free_from)
        return free_from

    def _ask(self, name: str, amount: Decimal) -> None:
        before = self.initial.get(name) if self.instance.pk else None
        if jump := price_jump(before, amount):
            require_agreement(self, f"{self.fields[name].label}: {jump}")


@admin.register(DeliveryMethod)
class DeliveryMethodAdmin(ServiceAdmin):
    form = DeliveryMethodForm
    list_display = ["name", "description", "costs", "is_free_from", "is_active", "place"]
    export_fields = ["name", "description", "price", "free_from", "is_active", "place"]
    costs, is_free_from = money_column("price", "Price"), money_column("free_from", "Free from")
    fields = [("name", "description"), ("price", "free_from"), ("is_active", "place")]

    def save_model(self, request: HttpRequest, obj: DeliveryMethod, form: Any, change: bool) -> None:
        save_delivery_method(method=obj, fields=form.changed_data)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show a refusal of the service. Django's transaction is rolled back then, with its line in the log."""
        try:
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("admin:orders_deliverymethod_change", object_id)
        return answer

    def delete_model(self, request: HttpRequest, obj: DeliveryMethod) -> None:
        delete_delivery_method(method=obj)
