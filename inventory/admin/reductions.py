"""Admin of price reductions. They are announced from the list of variants (`inventory.admin.bulk_reductions`)."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.admin.base import ServiceAdmin
from core.admin.confirmation import Question, ask_reason
from core.admin.decorators import action, display, money_column
from core.admin.filters import ChoiceFilter, Choices
from core.admin.moment_fields import MomentField
from core.admin.seen import SeenForm
from core.text import counted
from inventory.locks import lock_variants
from inventory.models import Reduction
from inventory.services.reductions import delete_reductions, end_reductions, move_end

_END = Question("End now", "Shoppers pay the full price again. Carts keep the price of what they hold.", "End", False)
_DELETE = Question("Delete", "They have not begun, and will not.", "Delete", False)


class ReductionForm(SeenForm):
    """The end of a reduction. All else of it stays: end it, and announce another one."""

    ends_at = MomentField(label="Ends", required=False, help_text="Left empty: when you end it.")

    class Meta:
        model = Reduction
        fields = ["ends_at"]

    @classmethod
    def lock_rows(cls, forms: Sequence[SeenForm]) -> Sequence[Model]:
        """Lock the variants first, as the services do."""
        lock_variants(form.instance.variant_id for form in forms)
        return super().lock_rows(forms)


class StateFilter(ChoiceFilter):
    """Reductions by where their time is."""

    title, parameter_name = "state", "state"

    def options(self) -> Choices:
        over = Q(ends_at__lte=Now())
        return {
            "running": ("Running", Q(starts_at__lte=Now()) & ~over),
            "scheduled": ("Scheduled", Q(starts_at__gt=Now())),
            "over": ("Over", over),
        }


@admin.register(Reduction)
class ReductionAdmin(ServiceAdmin):
    form = ReductionForm
    fields = ["variant", "reduced", "compared", "starts_at", "ends_at", "actor", "created_at"]
    readonly_fields = ["variant", "reduced", "compared", "starts_at", "actor", "created_at"]
    list_display = ["variant", "reduced", "compared", "starts_at", "ends_at", "state", "actor"]
    export_fields = ["variant", "price", "compare_at", "starts_at", "ends_at", "actor", "created_at"]
    reduced, compared = money_column("price", "Reduced price"), money_column("compare_at", "Compare-at price")
    list_filter = [StateFilter]
    list_select_related = ["variant", "actor"]
    search_fields = ["variant__sku__istartswith"]  # by its index, as in the price history
    actions = ["end_now", "delete_scheduled", "export_csv"]

    @display(description="State", label={"Running": "success", "Scheduled": "info"})
    def state(self, reduction: Reduction) -> str:
        now = timezone.now()
        if reduction.is_over_at(now):
            return "Over"
        return "Running" if reduction.starts_at <= now else "Scheduled"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are announced from the list of variants, many at once."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Reduction | None = None) -> bool:
        may: bool = super().has_change_permission(request, obj)
        return may and not (obj and obj.is_over_at(timezone.now()))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An action deletes those that have not begun."""
        return False

    def save_model(self, request: HttpRequest, obj: Reduction, form: Any, change: bool) -> None:
        if "ends_at" in form.changed_columns:
            move_end(reduction_id=obj.pk, ends_at=obj.ends_at)

    @action(description="End now…", permissions=["change"])
    def end_now(self, request: HttpRequest, rows: QuerySet[Reduction]) -> HttpResponse:
        return self._ask(request, rows, _END, end_reductions)

    @action(description="Delete those that have not begun…", permissions=["change"])
    def delete_scheduled(self, request: HttpRequest, rows: QuerySet[Reduction]) -> HttpResponse:
        return self._ask(request, rows, _DELETE, delete_reductions)

    def _ask(
        self, request: HttpRequest, rows: QuerySet[Reduction], question: Question, act: Callable[..., int]
    ) -> HttpResponse:
        chosen = list(rows)

        def answer(_reason: str) -> str:
            done = act(reduction_ids=[row.pk for row in chosen], actor=cast(User, request.user))
            return f"{counted(done, 'reduction', 'reductions')} of {len(chosen)}: done."

        return ask_reason(self, request, chosen, question, answer)
