"""The ways of delivery, with their prices."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from inventory.admin.refusals import ServiceAdmin
from orders.admin.forms import DeliveryMethodForm
from orders.models import DeliveryMethod
from orders.services import delete_delivery_method, save_delivery_method


@admin.register(DeliveryMethod)
class DeliveryMethodAdmin(ServiceAdmin):
    form = DeliveryMethodForm
    list_display = ["name", "description", "price", "free_from", "is_active", "place"]
    fields = [("name", "description"), ("price", "free_from"), ("is_active", "place")]

    def save_model(self, request: HttpRequest, obj: DeliveryMethod, form: Any, change: bool) -> None:
        save_delivery_method(method=obj, fields=form.changed_data)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Django's transaction around it is rolled back when the service refuses, its line in the log too."""
        try:
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("admin:orders_deliverymethod_change", object_id)
        return answer

    def delete_model(self, request: HttpRequest, obj: DeliveryMethod) -> None:
        delete_delivery_method(method=obj)
