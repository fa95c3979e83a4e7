"""The admin of synonyms. The search knows a change at once."""

from django.contrib import admin

from core.admin.base import ServiceAdmin
from inventory.models import Synonym


@admin.register(Synonym)
class SynonymAdmin(ServiceAdmin):
    list_display = ["words"]
    search_fields = ["words"]
