"""The pages of imports: who may do what, what they show, and that a decision is a POST."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis import Redis

import core.redis
from backoffice.roles import CLERK, MANAGER, ensure_roles
from inventory.imports.files import MOST_BYTES
from inventory.imports.importers import Progress, note_progress
from inventory.imports.models import ImportJob
from tests.conftest import MakeVariant
from tests.inventory.imports.conftest import Upload, advanced, make_many
from tests.support.shopping import nothing_changes
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db
State = ImportJob.State
UPLOAD = "/admin/inventory/importjob/add/"
LIST = "/admin/inventory/importjob/"


def page_of(job: ImportJob, name: str = "change") -> str:
    return reverse(f"admin:inventory_importjob_{name}", args=[job.pk])


@pytest.fixture
def log_in(client: Client) -> Callable[[str], Client]:
    """Log in as somebody of this role."""

    def enter(role: str) -> Client:
        ensure_roles()
        user = member_of(role, role, password="a long password")
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def staff(log_in: Callable[[str], Client]) -> Client:
    return log_in(MANAGER)


def send(client: Client, *lines: str, kind: str = "adjustments", name: str = "count.csv") -> object:
    content = "\n".join(lines).encode()
    return client.post(UPLOAD, {"kind": kind, "file": SimpleUploadedFile(name, content)})


def test_a_manager_uploads_looks_and_applies(staff: Client, make_variant: MakeVariant) -> None:
    variant = make_variant(10)
    answer = send(staff, "sku,delta,reason", f"{variant.sku},-3,Broken <b>")
    job = ImportJob.objects.get()
    assert answer["Location"] == page_of(job)  # type: ignore[index]
    assert "A worker takes it in a moment" in staff.get(page_of(job)).content.decode()
    job = advanced(job)
    page = staff.get(page_of(job)).content.decode()
    assert "Apply this difference" in page
    assert "Broken &lt;b&gt;" in page
    staff.post(page_of(job, "decide"), {"decision": "apply", "preview": job.preview})
    job = advanced(job)
    page = staff.get(page_of(job)).content.decode()
    assert (job.state, job.confirmed_by) == (State.APPLIED, User.objects.get(username=MANAGER))
    assert "1 stock movement: 0 units added, 3 taken." in page
    assert "Apply this difference" not in page
    assert "Confirmed preview 1" in staff.get(page_of(job, "history")).content.decode()
    variant.refresh_from_db()
    assert variant.stock_quantity == 7


def test_a_clerk_may_look_and_nothing_more(log_in: Callable[[str], Client], upload: Upload) -> None:
    job = upload("sku,delta,reason", "NONE,1,Found")
    clerk = log_in(CLERK)
    assert clerk.get(LIST).status_code == 200
    assert clerk.get(page_of(job)).status_code == 200
    assert UPLOAD not in clerk.get(LIST).content.decode()
    with nothing_changes():
        assert clerk.get(UPLOAD).status_code == 403
        assert send(clerk, "sku,delta,reason", "NONE,1,Found").status_code == 403  # type: ignore[attr-defined]
        assert clerk.post(page_of(job, "decide"), {"decision": "cancel"}).status_code == 403
        assert clerk.get(reverse("admin:inventory_importjob_blank", args=["adjustments"])).status_code == 403
    assert ImportJob.objects.get().state == State.REFUSED


def test_who_may_import_one_kind_may_not_the_other(log_in: Callable[[str], Client], upload: Upload) -> None:
    client = log_in(CLERK)
    user = User.objects.get(username=CLERK)
    user.user_permissions.add(Permission.objects.get(codename="import_catalogue"))
    assert "Stock adjustments" not in client.get(UPLOAD).content.decode()
    answer = send(client, "sku,delta,reason", "NONE,1,Found")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize("number", ["0", "x", "1/2"])
def test_an_import_that_is_not_there(staff: Client, number: str) -> None:
    assert staff.get(f"{LIST}{number}/change/").status_code == 404


def test_strangers_are_sent_to_log_in(client: Client, upload: Upload) -> None:
    job = upload("sku,delta,reason", "NONE,1,Found")
    for address in (UPLOAD, page_of(job), page_of(job, "progress"), page_of(job, "decide")):
        assert "/admin/login/" in client.get(address)["Location"]


def test_a_file_that_is_none_is_refused_beside_the_field(staff: Client) -> None:
    for name, lines, says in [
        ("x.xlsx", ["PK\x03\x04"], "This is a workbook"),
        ("x.csv", [""], "The file is empty"),
        ("x.csv", ["colour,size"], "sku, reason is missing"),
        ("x.csv", ["x" * (MOST_BYTES + 1)], "larger than 2 MB"),
    ]:
        answer = send(staff, *lines, name=name)
        assert answer.status_code == 422  # type: ignore[attr-defined]
        assert says in answer.content.decode()  # type: ignore[attr-defined]
    assert not ImportJob.objects.exists()


def test_no_file_at_all(staff: Client) -> None:
    assert "This field is required" in staff.post(UPLOAD, {"kind": "adjustments"}).content.decode()


def test_row_errors_are_shown_by_line(staff: Client, upload: Upload) -> None:
    page = staff.get(page_of(upload("sku,delta,reason", "NONE,1,Found"))).content.decode()
    assert "There is no variant with this SKU" in page
    assert "Nothing of the file is applied" in page
    assert 'value="apply"' not in page


def test_a_file_that_changes_nothing_waits_for_nobody(staff: Client, upload: Upload, make_variant: MakeVariant) -> None:
    """Nor is it in the way of the same file later, when it would change something."""
    lines = ("sku,counted,expected,reason", f"{make_variant(4).sku},4,4,Counted")
    for job, rows in ((upload(lines[0]), "0 rows"), (upload(*lines), "1 row")):
        page = " ".join(staff.get(page_of(job)).content.decode().split())
        assert job.state == State.UNCHANGED
        assert f"{rows}: <strong>0 differences</strong>, so there is nothing to apply and this import is over" in page
        assert ("The file has a header and no rows" in page) == (rows == "0 rows")
        assert 'value="cancel"' not in page
        told = staff.post(page_of(job, "decide"), {"decision": "apply", "preview": job.preview}, follow=True)
        assert "waits for no decision any more: Changes nothing." in told.content.decode()
    assert "uploaded before" not in staff.get(page_of(upload(*lines))).content.decode()


def test_a_second_upload_is_warned_of(staff: Client, upload: Upload, make_variant: MakeVariant) -> None:
    lines = ("sku,delta,reason", f"{make_variant().sku},1,Found")
    upload(*lines, name="first.csv")
    page = staff.get(page_of(upload(*lines))).content.decode()
    assert "This very file was uploaded before" in page
    assert "first.csv" in page
    assert "once more" in page


def test_a_decision_that_comes_too_late_is_told(staff: Client, upload: Upload, make_variant: MakeVariant) -> None:
    job = upload("sku,delta,reason", f"{make_variant().sku},1,Found")
    form = {"decision": "apply", "preview": job.preview}
    staff.post(page_of(job, "decide"), form)
    page = staff.post(page_of(job, "decide"), form, follow=True).content.decode()
    assert "waits for no decision any more" in page


@pytest.mark.parametrize("form", [{"decision": "apply"}, {"decision": "apply", "preview": "x"}, {}])
def test_a_form_that_no_page_has_applies_nothing(
    staff: Client, upload: Upload, make_variant: MakeVariant, form: dict[str, str]
) -> None:
    job = upload("sku,delta,reason", f"{make_variant().sku},1,Found")
    assert staff.post(page_of(job, "decide"), form).status_code == 302
    job.refresh_from_db()
    assert job.state == State.CHECKED
    assert staff.get(page_of(job, "decide")).status_code == 405


@pytest.mark.parametrize("state", State)
def test_the_list_says_each_state_in_words(staff: Client, upload: Upload, manager: User, state: State) -> None:
    job = upload("sku,delta,reason", "NONE,1,Found")
    ImportJob.objects.filter(pk=job.pk).update(state=state, confirmed_by=manager, applied_at="2026-01-01T00:00Z")
    for page in (LIST, page_of(job)):
        html = staff.get(page).content.decode()
        (label,) = re.findall(r'<span class="[^"]*uppercase[^"]*"[^>]*>([^<]*)</span>', html)
        assert label.strip() == state.label


def test_the_bar_follows_the_worker_and_ends_with_it(staff: Client, upload: Upload, manager: User) -> None:
    job = upload("sku,delta,reason", "NONE,1,Found")
    ImportJob.objects.filter(pk=job.pk).update(state=State.APPLYING)
    assert "A worker takes it" in staff.get(page_of(job, "progress")).content.decode()
    note_progress(job.pk, Progress("Writing the ledger", 2000, 10_000))
    bar = staff.get(page_of(job, "progress")).content.decode()
    assert "Writing the ledger: 2000 of 10000" in bar
    assert 'value="20"' in bar
    page = staff.get(page_of(job)).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    ImportJob.objects.filter(pk=job.pk).update(
        state=State.APPLIED, confirmed_by=manager, applied_at="2026-01-01T00:00Z"
    )
    assert staff.get(page_of(job, "progress"))["HX-Refresh"] == "true"
    assert "http-equiv" not in staff.get(page_of(job)).content.decode()


def test_without_redis_the_page_says_that_work_goes_on(
    staff: Client, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = upload("sku,delta,reason", "NONE,1,Found")
    ImportJob.objects.filter(pk=job.pk).update(state=State.APPLYING)
    gone = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr("inventory.imports.importers.client", lambda: gone)
    assert "A worker takes it" in staff.get(page_of(job)).content.decode()
    monkeypatch.setattr(core.redis, "_silent_until", 0.0)
    assert "A worker takes it" in staff.get(page_of(job, "progress")).content.decode()


def test_the_preview_is_paged_within_its_budget(staff: Client, upload: Upload) -> None:
    """session, user, its permissions (2), the job with both people, other uploads, count and lines of the page; at most
    four more for the frame of the page (content types, recent actions)."""
    variants = make_many(120)
    job = upload("sku,counted,reason", *[f"{variant.sku},9,Counted" for variant in variants])
    with CaptureQueriesContext(connection) as queries:
        page = staff.get(f"{page_of(job)}?page=3").content.decode()
    assert len(queries) < 12
    assert "Page 3 of 3" in page
    assert variants[119].sku in page
    assert variants[99].sku not in page


def test_the_list_is_within_its_budget(staff: Client, upload: Upload) -> None:
    """session, user, its permissions (2), a count, the jobs with their people; at most four more for the frame."""
    for _ in range(3):
        upload("sku,delta,reason", "NONE,1,Found")
    with CaptureQueriesContext(connection) as queries:
        assert staff.get(LIST).status_code == 200
    assert len(queries) < 12
    assert not any('"text"' in query["sql"] for query in queries)


def test_a_file_to_start_from_comes_back_without_a_difference(
    staff: Client, upload: Upload, make_variant: MakeVariant
) -> None:
    one, two = sorted((make_variant(10), make_variant(4)), key=lambda variant: variant.sku)
    answer = staff.get(reverse("admin:inventory_importjob_blank", args=["adjustments"]))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.splitlines()[1:] == [
        f'{variant.sku},"{variant.product.name}, Standard",{variant.on_hand},{variant.on_hand},Stock count'
        for variant in (one, two)
    ]
    assert upload(text).differences == 0
    edited = text.replace(f"{one.on_hand},{one.on_hand}", f"{one.on_hand},99")
    assert upload(edited).differences == 1


def test_a_catalogue_to_start_from_comes_back_without_a_difference(staff: Client, upload: Upload) -> None:
    make_many(7)
    answer = staff.get(reverse("admin:inventory_importjob_blank", args=["catalogue"]))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    job = upload(text, kind=ImportJob.Kind.CATALOGUE)
    assert (job.state, job.rows, job.differences) == (State.UNCHANGED, 7, 0)
