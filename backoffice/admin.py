"""The first page of the admin, users and groups in the look of the rest, and the log of what staff did."""

from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from core.admin.base import ReadOnlyAdmin, StaffAdmin
from core.admin.decorators import display

admin.site.index_template = "backoffice/dashboard.html"

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(BaseUserAdmin, StaffAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, StaffAdmin):  # type: ignore[misc]
    pass


class WhoFilter(admin.SimpleListFilter):
    """Members of staff, and not every customer that there is."""

    title = "who"
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        names = User.objects.filter(is_staff=True).order_by("username").values_list("pk", "username")[:100]
        return [(str(pk), name) for pk, name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        value = self.value() or ""
        return queryset.filter(user_id=value) if value.isdigit() else queryset


class WhatFilter(admin.SimpleListFilter):
    """The kinds of things that have a page in the back office."""

    title = "what"
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        kinds = ContentType.objects.get_for_models(*admin.site._registry)
        named = ((str(kind.pk), str(model._meta.verbose_name).capitalize()) for model, kind in kinds.items())
        return sorted(named, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        value = self.value() or ""
        return queryset.filter(content_type_id=int(value)) if value.isdigit() else queryset


class DayFilter(admin.SimpleListFilter):
    """When, by the days of the shop's time zone."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("0", "Today"), ("1", "Since yesterday"), ("7", "In the last 7 days"), ("30", "In the last 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        value = self.value()
        if value not in {choice for choice, _ in self.lookup_choices}:
            return queryset
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(action_time__gte=midnight - timedelta(days=int(value)))


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Who did what, when and why. Written with each change; nobody edits it here."""

    list_display = ["action_time", "user", "content_type", "thing", "action_flag", "said"]
    list_filter = [DayFilter, WhoFilter, WhatFilter, "action_flag"]
    list_select_related = ["user", "content_type"]
    ordering = ["-id"]  # as they were written, by an index
    search_fields = ["object_repr", "change_message"]
    fields = ["action_time", "user", "content_type", "thing", "action_flag", "said"]
    readonly_fields = ["thing", "said"]

    @display(description="Which", ordering="object_repr")
    def thing(self, entry: LogEntry) -> str:
        address = None if entry.is_deletion() else entry.get_admin_url()
        return (
            format_html('<a class="underline" href="{}">{}</a>', address, entry.object_repr)
            if address
            else entry.object_repr
        )

    @display(description="What was done")
    def said(self, entry: LogEntry) -> str:
        return entry.get_change_message()
