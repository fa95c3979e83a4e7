"""The admin's index page, users and groups in the theme of the other pages, and the log of staff actions."""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from backoffice.accounts import AccountForm, InviteForm, OtherPasswordForm
from core.admin.base import ReadOnlyAdmin, StaffAdmin
from core.admin.decorators import display
from core.admin.filters import ChoiceFilter, Choices, ValueFilter, any_of
from core.days import start_of, today
from orders.selectors import find_orders

admin.site.index_template = "backoffice/dashboard.html"

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(BaseUserAdmin, StaffAdmin):  # type: ignore[misc, type-arg]
    form = AccountForm
    add_form = InviteForm
    add_form_template = None  # Django's announces a second page
    add_fieldsets = ((None, {"fields": ("username", "email", "role")}),)
    change_password_form = OtherPasswordForm
    readonly_fields = ["password_page", "last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ("username", "password_page")}),
        ("Personal info", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Important dates", {"fields": ("last_login", "date_joined")}),
    )
    search_help_text = "A part of a user name or e-mail address, or what an order of the customer is found by"

    @display(description="Password")
    def password_page(self, user: User) -> str:
        state = "Set." if user.has_usable_password() else "Not set yet."
        return format_html(
            '{} <a class="text-primary-600 dark:text-primary-500" href="{}">Set another one</a>',
            state,
            reverse("admin:auth_user_password_change", args=[user.pk]),
        )

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Say who got an e-mail."""
        messages.info(request, f"A link to set a password is on its way to {obj.email}.")
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        return answer

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """Customers give their name with an order, not with their account."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, may_repeat
        return any_of(queryset, found, User.objects.filter(orders__in=find_orders(search_term))), False


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, StaffAdmin):  # type: ignore[misc]
    pass


class _IdFilter(ValueFilter):
    """Filters by the id of a row. A value that is not a number filters nothing."""

    def condition(self, value: str) -> Q:
        return super().condition(value) if value.isdecimal() else Q()


class WhoFilter(_IdFilter):
    """Offers members of staff only: the list of all customers would be too long."""

    title = "who"
    parameter_name = "user"
    column = "user_id"

    def values(self) -> list[tuple[str, str]]:
        names = User.objects.filter(is_staff=True).order_by("username").values_list("pk", "username")[:100]
        return [(str(pk), name) for pk, name in names]


class WhatFilter(_IdFilter):
    """Offers the models that have a page in the back office."""

    title = "what"
    parameter_name = "model"
    column = "content_type_id"

    def values(self) -> list[tuple[str, str]]:
        kinds = ContentType.objects.get_for_models(*admin.site._registry)
        named = ((str(kind.pk), str(model._meta.verbose_name).capitalize()) for model, kind in kinds.items())
        return sorted(named, key=lambda kind: kind[1])


class SinceFilter(ChoiceFilter):
    """Filters by day, in the time zone of the shop."""

    title = "day"
    parameter_name = "day"

    def options(self) -> Choices:
        words = {0: "Today", 1: "Since yesterday", 7: "In the last 7 days", 30: "In the last 30 days"}
        return {
            str(days): (label, Q(action_time__gte=start_of(today() - timedelta(days=days))))
            for days, label in words.items()
        }


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Who did what, when and why. Each change writes an entry; nobody edits it here."""

    list_display = ["action_time", "user", "content_type", "thing", "action_flag", "said"]
    list_filter = [SinceFilter, WhoFilter, WhatFilter, "action_flag"]
    list_select_related = ["user", "content_type"]
    ordering = ["-id"]  # the order of writing, from the primary key's index
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
