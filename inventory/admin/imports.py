"""Admin of imports: upload a file, see its preview, decide, and watch a worker apply it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import display
from core.admin.export import attachment
from core.admin.log import told_of
from inventory.forms import ImportForm
from inventory.imports.files import MOST_BYTES, blank_lines
from inventory.imports.importers import IMPORTERS, read_progress
from inventory.imports.models import ImportJob
from inventory.imports.services import can_retry, cancel_import, confirm_import, retry_import, same_files, start_import

State = ImportJob.State
_LABELS = {
    State.CHECKING: "info",
    State.APPLYING: "info",
    State.CHECKED: "warning",
    State.UNCHANGED: "default",
    State.CANCELLED: "default",
    State.APPLIED: "success",
    State.REFUSED: "danger",
    State.FAILED: "danger",
}


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    list_display = ["id", "file_name", "kind", "state_label", "rows", "differences", "created_by", "created_at"]
    list_display_links = ["id", "file_name"]
    list_filter = ["kind", "state"]
    search_fields = ["file_name"]

    @display(description="State", ordering="state", label=_LABELS)
    def state_label(self, job: ImportJob) -> tuple[str, str]:
        return job.state, job.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportJob]:
        jobs: QuerySet[ImportJob] = super().get_queryset(request)
        return jobs.defer("text").select_related("created_by", "confirmed_by")

    def get_urls(self) -> list[URLPattern]:
        views = [
            ("blank/<str:kind>/", "blank", self.blank_view),
            ("<int:job_id>/progress/", "progress", self.progress_view),
            ("<int:job_id>/decide/", "decide", require_POST(self.decide_view)),
        ]
        own = [
            path(route, self.admin_site.admin_view(view), name=f"inventory_importjob_{name}")
            for route, name, view in views
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(_kinds_of(request))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form that uploads a file of one kind."""
        kinds = _kinds_of(request)
        if not kinds:
            raise PermissionDenied
        form = ImportForm(kinds, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and (job := _start(form, request)):
            return redirect("admin:inventory_importjob_change", job.pk)
        context = {"title": "Import a file", "form": form, "kinds": kinds}
        return self._page(request, "upload", context, status=422 if form.errors else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What the file would change or has changed, and the progress of the worker."""
        job = self._job(request, object_id)
        context = {
            "title": job.file_name,
            "job": job,
            "label": _LABELS.get(State(job.state), ""),
            "may_decide": job.kind in _kinds_of(request),
            "can_retry": can_retry(job),
            "progress": read_progress(job.pk) if job.is_running else None,
            "same": same_files(job)[:5] if job.state in (State.CHECKED, State.REFUSED) else [],
            "warned": _warned(job),
            "page": Paginator(job.lines.all(), self.list_per_page).get_page(request.GET.get("page")),
        }
        return self._page(request, "job", context)

    def progress_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Only the progress bar, which the page polls every second. Once the worker is done, the page reloads."""
        job = self._job(request, job_id)
        if not job.is_running:
            return HttpResponseClientRefresh()
        return self._page(request, "_progress", {"job": job, "progress": read_progress(job.pk)})

    def decide_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Apply the preview that was on the page, check the file again, or cancel."""
        job = self._job(request, job_id)
        if job.kind not in _kinds_of(request):
            raise PermissionDenied
        try:
            _decide(request, job)
        except ValidationError as refusal:
            messages.error(request, f"{refusal.messages[0]} {told_of(request, ImportJob, [job])}".strip())
        return redirect("admin:inventory_importjob_change", job.pk)

    def blank_view(self, request: HttpRequest, kind: str) -> StreamingHttpResponse:
        """Download a file to edit and upload."""
        if kind not in _kinds_of(request):
            raise PermissionDenied
        return attachment(kind, blank_lines(ImportJob.Kind(kind)))

    def _job(self, request: HttpRequest, job_id: object) -> ImportJob:
        if not self.has_view_permission(request):
            raise PermissionDenied
        job: ImportJob | None = self.get_object(request, str(job_id))
        if job is None:
            raise Http404
        return job

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return render(request, f"inventory/imports/{name}.html", context, status=status)


def _warned(job: ImportJob) -> list[int]:
    """The lines of a catalogue whose prices jump. In adjustments a note is the file's reason. 1 query."""
    if job.kind != ImportJob.Kind.CATALOGUE or job.state != State.CHECKED:
        return []
    return list(job.lines.exclude(note="").values_list("line", flat=True))


def _kinds_of(request: HttpRequest) -> list[ImportJob.Kind]:
    """The kinds of file that the person may import."""
    return [kind for kind, importer in IMPORTERS.items() if request.user.has_perm(importer.permission)]


def _start(form: ImportForm, request: HttpRequest) -> ImportJob | None:
    """Start an import and return it. None, with the error in the form, if the file is refused."""
    file = form.cleaned_data["file"]
    try:
        return start_import(
            kind=form.cleaned_data["kind"], file_name=file.name, content=file.read(MOST_BYTES + 1), by=_user(request)
        )
    except ValidationError as refusal:
        form.add_error("file", refusal)
        return None


def _decide(request: HttpRequest, job: ImportJob) -> None:
    decision, preview = request.POST.get("decision"), request.POST.get("preview", "")
    if decision == "cancel":
        cancel_import(job_id=job.pk, by=_user(request))
        messages.success(request, "Cancelled. Nothing was changed.")
    elif decision == "retry":
        retry_import(job_id=job.pk, by=_user(request))
    elif decision == "apply" and preview.isdecimal():
        confirm_import(job_id=job.pk, preview=int(preview), by=_user(request))
    else:
        raise ValidationError("The page sent no decision. Load it again, and choose.")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the admin lets nobody else in
    return request.user
