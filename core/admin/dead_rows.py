"""`DeadRowsAdmin`, for lists of background work: staff retry or discard what failed too often."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core.admin.base import ReadOnlyAdmin
from core.admin.confirmation import Question, ask_reason, report
from core.admin.decorators import action
from core.errors import NothingChanged
from core.text import counted


class DeadRowsAdmin(ReadOnlyAdmin):
    """Set `things` (singular and plural), the `question` before discarding, and the two services.

    The services return how many of the rows were dead.
    """

    things: ClassVar[tuple[str, str]]
    question: ClassVar[Question]
    retry_dead: Callable[..., int]
    discard_dead: Callable[..., int]

    actions = ["retry", "discard", "export_csv"]

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """The rows are read-only. Users with the change permission may decide about dead ones."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    @action(description="Try dead ones again", permissions=["manage"])
    def retry(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        def act() -> str:
            count = self.retry_dead(_ids(rows), actor=cast(User, request.user))
            return f"{self._dead(count)} to be tried again within seconds."

        report(self, request, rows, act)

    @action(description="Discard dead ones…", permissions=["manage"])
    def discard(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        dead = list(rows.filter(is_dead=True))
        if not dead:
            report(self, request, rows, lambda: self._dead(0))
            return None

        def act(reason: str) -> str:
            count = self.discard_dead(_ids(dead), actor=cast(User, request.user), reason=reason)
            return f"{self._dead(count)} discarded."

        return ask_reason(self, request, dead, self.question, act)

    def _dead(self, count: int) -> str:
        one, many = self.things
        if not count:
            raise NothingChanged(f"None of the chosen {many} is dead, so nothing was changed.")
        return counted(count, f"dead {one} is", f"dead {many} are")


def _ids(rows: Iterable[Any]) -> list[int]:
    return [row.pk for row in rows]
