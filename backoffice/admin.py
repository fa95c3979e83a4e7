"""The admin's index page, users and groups in the theme of the other pages, and the log of staff actions."""

from datetime import timedelta
from typing import cast

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice.accounts import AccountForm, InviteForm, OtherPasswordForm
from core.admin.base import ReadOnlyAdmin, StaffAdmin
from core.admin.confirmation import Question, ask_reason
from core.admin.decorators import action, display
from core.admin.filters import ChoiceFilter, Choices, ValueFilter, any_of
from core.days import start_of, today
from core.errors import NothingChanged
from core.second_factor import device_of, remove_second_factor
from orders.selectors import find_orders

admin.site.index_template = "backoffice/dashboard.html"

_REMOVE = Question(
    "Remove the second factor",
    "For someone who lost phone and backup codes. Make sure that it is them who asks: from then on their password is "
    "enough to log in.",
    "Remove it",
)

admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.unregister(TOTPDevice)  # its page would show the keys
admin.site.unregister(StaticDevice)


@admin.register(User)
class UserAdmin(BaseUserAdmin, StaffAdmin):  # type: ignore[misc, type-arg]
    form = AccountForm
    add_form = InviteForm
    add_form_template = None  # Django's announces a second page
    add_fieldsets = ((None, {"fields": ("username", "email", "role")}),)
    change_password_form = OtherPasswordForm
    actions_detail = ["remove_second_factor"]
    readonly_fields = ["password_page", "second_factor", "last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ("username", "password_page", "second_factor")}),
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

    @display(description="Second factor")
    def second_factor(self, user: User) -> str:
        return "Set up" if device_of(user) else "Not set up"

    @action(
        description="Remove the second factor…",
        url_path="second-factor",
        permissions=["change"],
        icon="phonelink_erase",
    )
    def remove_second_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404

        def act(reason: str) -> str:
            if not remove_second_factor(user, actor=cast(User, request.user), reason=reason):
                raise NothingChanged(f"{user} has no second factor. Nothing was changed.")
            return f"The second factor of {user} is removed. They log in with their password, and can set it up anew."

        return ask_reason(self, request, [user], _REMOVE, act)

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
