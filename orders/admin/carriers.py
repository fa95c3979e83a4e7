"""The admin of carriers. None is deleted: parcels that have left keep theirs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin.base import ServiceAdmin
from orders.models import Carrier
from orders.services import save_carrier


@admin.register(Carrier)
class CarrierAdmin(ServiceAdmin):
    list_display = ["name", "tracking_url", "is_active"]
    fields = ["name", "tracking_url", "is_active"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Carrier, form: Any, change: bool) -> None:
        save_carrier(carrier=obj, fields=form.changed_columns)
