"""The admin of deliveries: what was sent, what waits, what is dead. It never shows the content of a message."""

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.admin.confirmation import Question
from core.admin.dead_rows import DeadRowsAdmin
from core.admin.decorators import display
from core.admin.filters import ChoiceFilter, Choices, ValueFilter
from delivery.models import Delivery
from delivery.services import discard_dead_deliveries, retry_dead_deliveries

_DISCARD = Question(
    title="Discard deliveries",
    consequence="They will never be sent. Deliveries that are not dead are left as they are.",
    button="Discard",
)


class ChannelFilter(ValueFilter):
    title = column = parameter_name = "channel"

    def values(self) -> list[tuple[str, str]]:
        return [(name, name) for name in settings.DELIVERY_CHANNELS]


class DeliveryStateFilter(ChoiceFilter):
    """Deliveries by whether they were sent."""

    title = "state"
    parameter_name = "state"

    def options(self) -> Choices:
        return {
            "waiting": ("Waiting", Q(sent_at__isnull=True, is_dead=False)),
            "dead": ("Dead", Q(sent_at__isnull=True, is_dead=True)),
            "sent": ("Sent", Q(sent_at__isnull=False)),
        }


@admin.register(Delivery)
class DeliveryAdmin(DeadRowsAdmin):
    things = ("delivery", "deliveries")
    question = _DISCARD
    retry_dead = staticmethod(retry_dead_deliveries)
    discard_dead = staticmethod(discard_dead_deliveries)

    list_display = ["created_at", "channel", "kind", "to", "subject", "state", "attempts", "sent_at", "error"]
    list_filter = [DeliveryStateFilter, ChannelFilter, "kind"]
    search_fields = ["=to", "=dedupe_key"]
    search_help_text = "A whole e-mail address, or a dedupe key"
    # Without text, HTML and payload: they may hold a link for a new password, or an address that is a secret.
    fields = [
        ("kind", "channel"),
        ("to", "receiver"),
        "subject",
        ("created_at", "sent_at"),
        ("attempts", "due_at", "is_dead"),
        "error",
        "dedupe_key",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """Without the content, which no page shows and which may be files."""
        deliveries: QuerySet[Delivery] = super().get_queryset(request)
        return deliveries.defer("text", "html", "payload")

    @display(description="State", label={"Sent": "success", "Waiting": "info", "Dead": "danger"})
    def state(self, delivery: Delivery) -> str:
        if delivery.sent_at:
            return "Sent"
        return "Dead" if delivery.is_dead else "Waiting"
