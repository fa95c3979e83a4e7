"""E-mails: what was sent to whom, what waits, and what could not be sent. Never what is in a letter."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from core.admin.confirmation import Question
from core.admin.dead_rows import DeadRowsAdmin
from delivery.models import Letter
from delivery.retention import discard_dead_letters, retry_dead_letters

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
class LetterAdmin(DeadRowsAdmin):
    things = ("letter", "letters")
    question = _DISCARD
    retry_dead = staticmethod(retry_dead_letters)
    discard_dead = staticmethod(discard_dead_letters)

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

    @display(description="State", label={"Sent": "success", "Waiting": "info", "Dead": "danger"})  # type: ignore[untyped-decorator]
    def state(self, letter: Letter) -> str:
        if letter.sent_at:
            return "Sent"
        return "Dead" if letter.is_dead else "Waiting"
