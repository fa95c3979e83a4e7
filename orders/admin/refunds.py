"""The admin of refunds: a provider that can sends the money; the rest is sent by other means, and marked as sent."""

from typing import cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core.admin.base import ReadOnlyAdmin
from core.admin.confirmation import AGREED, Question, ask_again, ask_reason
from core.admin.decorators import action, display, money_column
from core.errors import NothingChanged
from core.text import counted, money
from orders.admin.actions import MOST_AT_ONCE
from orders.admin.display import SentFilter
from orders.errors import RefundNotPossible, RefundUnderWay
from orders.models import Refund
from orders.payments import ProviderRefused, ProviderUnavailable
from orders.refund_states import Sending, with_sending
from orders.selectors import find_orders
from orders.services import mark_refund_sent, send_refund

_SENT = Question(
    title="Money sent",
    consequence="Say so only when the money has left: customers see on their order's page that it did, and no list "
    "asks for it again. As the reason, write how it was sent, such as “transfer of 3 May”. Where the money never came, "
    "it is owed to nobody: withdraw the note on the order's page, “Noted by mistake”.",
    button="It was sent",
)
_SEND = Question(
    title="Send the money",
    consequence="The provider that took the money sends it back, by the way it came. A worker asks it in a moment; the "
    "list shows what became of it. A refund is never sent twice, also where you try again.",
    button="Send it",
    asks_reason=False,
)
_COLOURS = {
    Sending.DUE.label: "warning",
    Sending.QUEUED.label: "info",
    Sending.REFUSED.label: "danger",
    Sending.UNKNOWN.label: "danger",
    Sending.RETURNED.label: "danger",
    Sending.SENT.label: "success",
}
# What staff do next.
_ADVICE = {
    Sending.DUE: "“Send the money” where a provider took it; otherwise send it yourself, and “Money was sent”.",
    Sending.QUEUED: "Nothing: a worker asks the provider, and tries for some hours where it does not answer.",
    Sending.REFUSED: "Nothing was sent. Mend what the provider names and send it again, or send it by other means.",
    Sending.UNKNOWN: "It may have been sent. Send it again: what was sent already is found, and nothing is sent twice. "
    "Before you send it by other means, look at the provider's own pages.",
    Sending.RETURNED: "The customer did not get it. Ask them for an account, send it there, and “Money was sent”.",
    Sending.SENT: "",
}


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ["order", "owed", "state", "reason", "created_at", "sent_at", "sent_how", "sent_by"]
    export_fields = ["order", "amount", "reason", "created_at", "sent_at", "sent_how", "sent_by"]
    owed = money_column("amount", "Amount")
    list_filter = [SentFilter]
    list_select_related = ["order", "sent_by"]
    search_fields = ["order__number"]  # that there is a search at all; see `get_search_results`
    search_help_text = "The order's number, name or its beginnings, e-mail address or postcode"
    fields = [
        ("order", "owed"),
        "reason",
        "payment",
        ("created_at", "queued_at"),
        ("state", "what_to_do"),
        "provider_said",
        ("sent_at", "sent_how", "sent_by"),
    ]
    readonly_fields = ["owed", "created_at", "state", "what_to_do", "provider_said"]
    actions = ["send", "sent", "export_csv"]
    actions_row = ["send_one", "sent_one"]
    actions_detail = ["send_one", "sent_one"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        return with_sending(super().get_queryset(request))

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

    @display(description="State", label=_COLOURS)
    def state(self, refund: Refund) -> str:
        return Sending(_sending(refund)).label

    @display(description="What to do")
    def what_to_do(self, refund: Refund) -> str:
        return _ADVICE[_sending(refund)] or "-"

    @display(description="The provider says")
    def provider_said(self, refund: Refund) -> str:
        return _words(refund) or "-"

    @action(description="Send the money…", permissions=["settle"])
    def send(self, request: HttpRequest, rows: QuerySet[Refund]) -> HttpResponse:
        return self._send(request, rows)

    @action(description="Send the money…", url_path="send", permissions=["settle"], icon="send_money")
    def send_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._send(request, self._one(request, object_id))

    @action(description="Money was sent…", permissions=["settle"])
    def sent(self, request: HttpRequest, rows: QuerySet[Refund]) -> HttpResponse:
        return self._ask(request, rows)

    @action(description="Money was sent…", url_path="sent", permissions=["settle"], icon="payments")
    def sent_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, self._one(request, object_id))

    def _one(self, request: HttpRequest, object_id: str) -> QuerySet[Refund]:
        refund = self.get_object(request, object_id)
        if refund is None:
            raise Http404
        return self.get_queryset(request).filter(pk=refund.pk)

    def _send(self, request: HttpRequest, rows: QuerySet[Refund]) -> HttpResponse:
        refunds = list(rows.select_related("order")[: MOST_AT_ONCE + 1])
        if len(refunds) > MOST_AT_ONCE:
            return self._too_many(request)
        return ask_reason(
            self, request, refunds, _SEND, lambda _reason: _send_each(refunds, request), describe=_described
        )

    def _too_many(self, request: HttpRequest) -> HttpResponse:
        messages.error(request, f"Nothing was changed: please choose at most {MOST_AT_ONCE} refunds at a time.")
        return redirect(request.get_full_path())

    def _ask(self, request: HttpRequest, rows: QuerySet[Refund]) -> HttpResponse:
        refunds = list(rows.select_related("order")[: MOST_AT_ONCE + 1])
        if len(refunds) > MOST_AT_ONCE:
            return self._too_many(request)
        doubts = [doubt for refund in refunds if (doubt := _doubt(refund))] if "reason" in request.POST else []
        if not set(doubts) <= set(request.POST.getlist(AGREED)):
            return ask_again(self, request, doubts, back=reverse("admin:orders_refund_changelist"))
        asked = max(len(refunds), len(request.POST.getlist(ACTION_CHECKBOX_NAME)))

        def act(how: str) -> str:
            actor = cast(User, request.user)
            sent = sum(_mark(refund, actor, how) for refund in refunds)
            if not sent:
                raise NothingChanged("None of these refunds is due any more. Nothing was noted.")
            left = f" {asked - sent} had been noted, or withdrawn, already." if asked > sent else ""
            return counted(sent, "refund is noted as sent.", "refunds are noted as sent.") + left

        return ask_reason(self, request, refunds, _SENT, act, describe=_described)


def _mark(refund: Refund, actor: User, how: str) -> bool:
    """Whether it is noted as sent now. One that the provider is sending stays as it is."""
    try:
        return mark_refund_sent(refund_id=refund.pk, actor=actor, note=how)
    except RefundUnderWay:
        return False


def _send_each(refunds: list[Refund], request: HttpRequest) -> str:
    queued, by_hand = 0, []
    for refund in refunds:
        try:
            queued += send_refund(refund_id=refund.pk, actor=cast(User, request.user))
        except RefundNotPossible:
            by_hand.append(str(refund))
    if by_hand:
        words = "No provider can send these; send them yourself, and note it with “Money was sent”"
        messages.warning(request, f"{words}: {', '.join(by_hand)}.")
    if not queued:
        raise NothingChanged("None of these refunds is to be sent by a provider. Nothing was changed.")
    return counted(queued, "refund is being sent by its provider.", "refunds are being sent by their provider.")


def _sending(refund: Refund) -> Sending:
    return Sending(refund.sending)  # type: ignore[attr-defined]  # by `with_sending`


def _words(refund: Refund) -> str:
    """What the provider says of what went wrong, without the name of the error."""
    words: str = refund.words  # type: ignore[attr-defined]  # by `with_sending`
    return words.removeprefix(f"{ProviderRefused.__name__}: ").removeprefix(f"{ProviderUnavailable.__name__}: ")


def _doubt(refund: Refund) -> str:
    """The question before a refund is noted as sent by hand that a provider may have sent; else ""."""
    if _sending(refund) != Sending.UNKNOWN:
        return ""
    return (
        f"{refund}: the provider was asked to send it and did not answer, so it may have been sent. Did you look at "
        "the provider's own pages, and it is not there? Then nobody asks the provider again."
    )


def _described(refund: Refund) -> str:
    return f"{money(refund.amount)} for {refund.order}: {refund.reason}"
