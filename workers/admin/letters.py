"""The post room: what was sent to whom, what waits, and what could not be sent. Never what is in a letter."""

from collections.abc import Iterable
from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display

from staff.admin import ReadOnlyAdmin
from staff.asking import Question, ask_reason
from workers.models import Letter
from workers.post.keeping import discard_dead_letters, retry_dead_letters

_DISCARD = Question(
    title="Discard letters",
    consequence="They will never be sent. Letters that are not dead are left as they are.",
    button="Discard",
)


class StateFilter(admin.SimpleListFilter):
    """Where a letter is on its way."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("dead", "Dead"), ("sent", "Sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        match self.value():
            case "waiting":
                return queryset.filter(sent_at__isnull=True, is_dead=False)
            case "dead":
                return queryset.filter(sent_at__isnull=True, is_dead=True)
            case "sent":
                return queryset.filter(sent_at__isnull=False)
        return queryset


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "to", "subject", "state", "attempts", "sent_at", "error"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["=to", "=dedupe_key"]
    search_help_text = "A whole e-mail address, or a dedupe key"
    # Without text and HTML: there may be a link in them that logs somebody in.
    fields = [
        ("kind", "to"),
        "subject",
        ("created_at", "sent_at"),
        ("attempts", "due_at", "is_dead"),
        "error",
        "dedupe_key",
    ]
    actions = ["retry", "discard", "export_csv"]

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Letters are read-only as such; who may change them may decide about dead ones."""
        return request.user.has_perm("workers.change_letter")

    @display(description="State", label={"Sent": "success", "Waiting": "info", "Dead": "danger"})  # type: ignore[untyped-decorator]
    def state(self, letter: Letter) -> str:
        if letter.sent_at:
            return "Sent"
        return "Dead" if letter.is_dead else "Waiting"

    @action(description="Try dead letters again", permissions=["manage"])  # type: ignore[untyped-decorator]
    def retry(self, request: HttpRequest, rows: QuerySet[Letter]) -> None:
        count = retry_dead_letters(_ids(rows), actor=cast(User, request.user))
        messages.success(request, f"{count} dead letters will be tried again within seconds.")

    @action(description="Discard dead letters…", permissions=["manage"])  # type: ignore[untyped-decorator]
    def discard(self, request: HttpRequest, rows: QuerySet[Letter]) -> HttpResponse:
        def act(reason: str) -> str:
            count = discard_dead_letters(_ids(rows), actor=cast(User, request.user), reason=reason)
            return f"{count} dead letters were discarded."

        return ask_reason(self, request, rows, _DISCARD, act)


def _ids(letters: Iterable[Letter]) -> list[int]:
    return [letter.pk for letter in letters]
