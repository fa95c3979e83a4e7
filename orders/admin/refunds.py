"""The admin of refunds: money is sent by the bank's or the provider's own means, and marked as sent here."""

from typing import cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.admin.base import ReadOnlyAdmin
from core.admin.confirmation import Question, ask_reason
from core.admin.decorators import action, money_column
from core.errors import NothingChanged
from core.text import counted, money
from orders.admin.actions import MOST_AT_ONCE
from orders.admin.display import SentFilter
from orders.models import Refund
from orders.selectors import find_orders
from orders.services import mark_refund_sent

_SENT = Question(
    title="Money sent",
    consequence="Say so only when the money has left: customers see on their order's page that it did, and no list "
    "asks for it again. As the reason, write how it was sent, such as “transfer of 3 May”. Where the money never came, "
    "it is owed to nobody: withdraw the note on the order's page, “Noted by mistake”.",
    button="It was sent",
)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ["order", "owed", "reason", "created_at", "sent_at", "sent_how", "sent_by"]
    export_fields = ["order", "amount", "reason", "created_at", "sent_at", "sent_how", "sent_by"]
    owed = money_column("amount", "Amount")
    list_filter = [SentFilter]
    list_select_related = ["order", "sent_by"]
    search_fields = ["order__number"]  # that there is a search at all; see `get_search_results`
    search_help_text = "The order's number, name or its beginnings, e-mail address or postcode"
    fields = [("order", "owed"), "reason", "payment", "created_at", ("sent_at", "sent_how", "sent_by")]
    readonly_fields = ["owed", "created_at"]
    actions = ["sent", "export_csv"]
    actions_row = ["sent_one"]
    actions_detail = ["sent_one"]

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """The longest waiting first while they are due; otherwise the newest."""
        return ["-id"] if request.GET.get(SentFilter.parameter_name) else ["id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Refund], search_term: str
    ) -> tuple[QuerySet[Refund], bool]:
        term = search_term.strip()
        return queryset.filter(order__in=find_orders(term)) if term else queryset, False

    def has_settle_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("orders.settle_order"))

    @action(description="Money was sent…", permissions=["settle"])
    def sent(self, request: HttpRequest, rows: QuerySet[Refund]) -> HttpResponse:
        return self._ask(request, rows)

    @action(description="Money was sent…", url_path="sent", permissions=["settle"], icon="payments")
    def sent_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        refund = self.get_object(request, object_id)
        if refund is None:
            raise Http404
        return self._ask(request, Refund.objects.filter(pk=refund.pk))

    def _ask(self, request: HttpRequest, rows: QuerySet[Refund]) -> HttpResponse:
        refunds = list(rows.select_related("order")[: MOST_AT_ONCE + 1])
        if len(refunds) > MOST_AT_ONCE:
            messages.error(request, f"Nothing was noted: please choose at most {MOST_AT_ONCE} refunds at a time.")
            return redirect(request.get_full_path())
        asked = max(len(refunds), len(request.POST.getlist(ACTION_CHECKBOX_NAME)))

        def act(how: str) -> str:
            actor = cast(User, request.user)
            sent = sum(mark_refund_sent(refund_id=refund.pk, actor=actor, note=how) for refund in refunds)
            if not sent:
                raise NothingChanged("None of these refunds is due any more. Nothing was noted.")
            left = f" {asked - sent} had been noted, or withdrawn, already." if asked > sent else ""
            return counted(sent, "refund is noted as sent.", "refunds are noted as sent.") + left

        return ask_reason(self, request, refunds, _SENT, act, describe=_described)


def _described(refund: Refund) -> str:
    return f"{money(refund.amount)} for {refund.order}: {refund.reason}"
