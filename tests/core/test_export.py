"""Lists as CSV: all of what was found, harmless to spreadsheets, and no matter how long."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import format_html

from core.admin.export import _cell, csv_answer, in_chunks
from inventory.models import Product, ProductVariant, StockMovement
from tests.conftest import MakeVariant

pytestmark = pytest.mark.django_db

LIST = "/admin/inventory/stockmovement/"
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# Memory of this process while 200,000 rows go by; read all at once they took 125 MB.
MOST_MEMORY = 40_000_000


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff"))
    return client


@pytest.fixture
def ledger(variant: ProductVariant) -> ProductVariant:
    """A variant with 200,000 more lines in its ledger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stockmovement (variant_id, kind, delta, balance_after, reason, cause)"
            " SELECT %s, 'adjustment', 1, n, 'A reason of some length, as people give them', ''"
            " FROM generate_series(1, 200000) n",
            [variant.pk],
        )
    return variant


def exported(client: Client, **form: object) -> list[list[str]]:
    answer = client.post(LIST, {"action": "export_csv", **form})
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_list_can_be_taken_along(model: type, staff: Client) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.get(username="staff")
    assert "export_csv" in admin.site._registry[model].get_actions(request)


def test_select_all_exports_what_was_found_and_not_the_page(staff: Client, make_variant: MakeVariant) -> None:
    one, other = make_variant(10), make_variant(10)
    for variant in (one, other):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO inventory_stockmovement (variant_id, kind, delta, balance_after, reason, cause)"
                " SELECT %s, 'adjustment', 1, n, 'Found', '' FROM generate_series(1, 120) n",
                [variant.pk],
            )
    first = StockMovement.objects.filter(variant=one).values_list("pk", flat=True)[:1]
    chosen = {"_selected_action": list(first)}
    assert len(exported(staff, **chosen)) == 1 + 1
    assert len(exported(staff, select_across=1, **chosen)) == 1 + 242
    answer = staff.post(f"{LIST}?q={one.sku}", {"action": "export_csv", "select_across": 1, **chosen})
    assert len(b"".join(answer.streaming_content).splitlines()) == 1 + 121  # type: ignore[attr-defined]


def test_two_hundred_thousand_rows_need_no_memory(ledger: ProductVariant) -> None:
    """Each query fetches a chunk, so that neither this process nor the driver ever holds the list."""
    model_admin = admin.site._registry[StockMovement]
    columns = ["created_at", "variant", "kind", "delta", "balance_after", "reason"]
    rows = StockMovement.objects.select_related("variant")
    before, most, count = memory(), 0, 0
    for count, _ in enumerate(csv_answer(model_admin, rows, columns)):
        if count % 500 == 0:
            most = max(most, memory() - before)
    print(f"{count:,} rows, {most / 1e6:.0f} MB more than before")  # noqa: T201
    assert count == 200_001
    assert most < MOST_MEMORY


def memory() -> int:
    """Bytes of this process that are in memory, the driver's included."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.parametrize("by", ["pk", "-pk", "sku", "-sku"])
def test_chunks_are_the_list_in_its_order(make_variant: MakeVariant, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    monkeypatch.setattr("core.admin.export._ROWS_AT_ONCE", 2)
    for _ in range(5):
        make_variant(1)
    rows = ProductVariant.objects.all()
    with CaptureQueriesContext(connection) as queries:
        assert list(in_chunks(rows, by=by)) == list(rows.order_by(by))
    assert len(queries) == 3 + 1 + 1  # three with rows, one that finds the end, and the comparison's


def test_a_reason_that_is_a_formula_leaves_as_text(staff: Client, variant: ProductVariant) -> None:
    StockMovement.objects.create(
        variant=variant, kind="adjustment", delta=1, balance_after=11, reason='=HYPERLINK("x")'
    )
    rows = exported(staff, select_across=1, _selected_action=[StockMovement.objects.first().pk])  # type: ignore[union-attr]
    assert '\'=HYPERLINK("x")' in rows[1]


def test_a_list_opens_in_a_spreadsheet_as_it_stands_on_the_page(staff: Client, variant: ProductVariant) -> None:
    """No text is lost, every letter is right, and a moment is that of the shop's clock, for people and for sums."""
    late = datetime(2026, 7, 15, 23, 30, 1, 5, tzinfo=UTC)
    columns = {"kind": "adjustment", "delta": 1, "balance_after": 11, "created_at": late}
    newest = [StockMovement.objects.create(variant=variant, reason="Zoë: <A3> & co", **columns).pk]
    with timezone.override("Europe/London"):
        answer = staff.post(LIST, {"action": "export_csv", "_selected_action": newest})
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbf")
    row = list(csv.reader(StringIO(content.decode("utf-8-sig"))))[1]
    assert "2026-07-16 00:30:01" in row
    assert "Zoë: <A3> & co" in row


def test_html_is_written_as_a_page_shows_it_and_a_label_by_its_text(staff: Client) -> None:
    class Shown:
        _meta = Product._meta
        pk = 1

        def __str__(self) -> str:
            return ""

    def html(row: object) -> str:
        return format_html("<b>{}</b>", "Salt & <pepper>")

    def label(row: object) -> tuple[str, str]:
        return "low", "Low <1>"

    cells = [_cell(column, Shown(), None) for column in (html, label)]  # type: ignore[arg-type]
    assert cells == ["Salt & <pepper>", "Low <1>"]


def test_who_may_not_see_a_list_may_not_export_it(client: Client, variant: ProductVariant) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    answer = client.post(LIST, {"action": "export_csv", "select_across": 1, "_selected_action": ["1"]})
    assert answer.status_code == 403
