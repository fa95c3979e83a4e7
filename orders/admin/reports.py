"""`ReportPages`: the pages of `orders.reports`, each for a period that is chosen, and its CSV file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import formats
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.export import attachment
from core.countries import country_name
from core.csv_cells import csv_lines
from core.days import today
from core.text import money
from orders.reports import REPORTS, Period, Report, Row

_MOST_SHOWN = 500
_MOST_DAYS = 3660


class PeriodForm(forms.Form):
    """The first and the last day of a report."""

    first = forms.DateField(label="From", widget=UnfoldAdminTextInputWidget({"type": "date"}))
    last = forms.DateField(label="To", widget=UnfoldAdminTextInputWidget({"type": "date"}))

    def clean_last(self) -> date:
        last: date = self.cleaned_data["last"]
        if last == date.max:  # the period ends when the next day begins
            raise forms.ValidationError("No day follows this one. Choose an earlier one.")
        return last

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if len(cleaned) == 2:
            days = (cleaned["last"] - cleaned["first"]).days
            if days < 0:
                self.add_error("last", "This is before the first day. Choose a later one.")
            elif days > _MOST_DAYS:
                self.add_error("last", "These are more than ten years. Choose fewer.")
        return cleaned

    @property
    def period(self) -> Period:
        """The period, once the form is valid."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


def presets(day: date) -> dict[str, Period]:
    """Periods by their name, for people who look on this day."""
    month, year = day.replace(day=1), day.replace(month=1, day=1)
    quarter = day.replace(month=1 + 3 * ((day.month - 1) // 3), day=1)
    before = {name: first - timedelta(days=1) for name, first in (("m", month), ("q", quarter), ("y", year))}
    last_quarter = before["q"].replace(month=before["q"].month - 2, day=1)
    return {
        "Today": Period(day, day),
        "This month": Period(month, day),
        "Last month": Period(before["m"].replace(day=1), before["m"]),
        "This quarter": Period(quarter, day),
        "Last quarter": Period(last_quarter, before["q"]),
        "This year": Period(year, day),
        "Last year": Period(before["y"].replace(month=1, day=1), before["y"]),
    }


@dataclass(frozen=True)
class Link:
    """A link of the page, and whether it leads to what is shown."""

    title: str
    address: str
    is_current: bool


class ReportPages:
    """The addresses of the reports, for whoever may view orders."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.report_view)  # type: ignore[attr-defined]
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("reports/<slug:report>/", view, name="orders_report"), *urls]

    def report_view(self, request: HttpRequest, report: str) -> HttpResponseBase:
        """A report of the days `first` to `last`, of this month where none are given; `csv` asks for the file."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        if report not in REPORTS:
            raise Http404
        usual = presets(today())["This month"]
        days = {"first": usual.first.isoformat(), "last": usual.last.isoformat()}
        form = PeriodForm(request.GET if "first" in request.GET else days)
        if not form.is_valid():
            return self._page(request, report, form, {}, status=400)
        rows = REPORTS[report].rows(form.period)
        if "csv" in request.GET:
            return attachment(f"{report}-{form.period.first}-{form.period.last}", _file(REPORTS[report], rows))
        return self._page(request, report, form, _table(REPORTS[report], rows))

    def _page(
        self, request: HttpRequest, report: str, form: PeriodForm, table: dict[str, Any], *, status: int = 200
    ) -> HttpResponseBase:
        chosen = form.period if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": REPORTS[report].title,
            "report": REPORTS[report],
            "form": form,
            "reports": [Link(each.title, _address(name, chosen), name == report) for name, each in REPORTS.items()],
            "presets": [Link(name, _address(report, days), days == chosen) for name, days in presets(today()).items()],
            "file": f"{_address(report, chosen)}&csv=1" if chosen else "",
            **table,
        }
        return render(request, "orders/admin/report.html", context, status=status)


def _address(report: str, period: Period | None) -> str:
    days = f"?first={period.first}&last={period.last}" if period else ""
    return reverse("admin:orders_report", args=[report]) + days


def _table(report: Report, rows: list[Row]) -> dict[str, Any]:
    return {
        "rows": [(_keys(report, row), _values(report, row[len(report.keys) :])) for row in rows[:_MOST_SHOWN]],
        "sums": _values(report, report.sums(rows)),
        "left_out": max(len(rows) - _MOST_SHOWN, 0),
        "found": len(rows),
    }


def _keys(report: Report, row: Row) -> list[str]:
    """What a row is of, as people read it."""
    return [_key(head, value) for head, value in zip(report.keys, row, strict=False)]


def _key(head: str, value: Any) -> str:
    if isinstance(value, date):
        return formats.date_format(value)
    if head == "Country":
        return country_name(value)
    return f"{value.normalize():f}" if head.startswith("Rate") else str(value)


def _values(report: Report, values: Row) -> list[str]:
    cells = zip(report.heads, values, strict=True)
    return [money(value) if head in report.amounts else f"{value:,}" for head, value in cells]


def _file(report: Report, rows: list[Row]) -> Iterator[str]:
    """Days as 2026-11-27, and plain numbers, so that a spreadsheet adds them up itself."""
    own = (
        [_plain(head, value) for head, value in zip([*report.keys, *report.heads], row, strict=True)] for row in rows
    )
    return csv_lines([*report.keys, *report.heads], own)


def _plain(head: str, value: Any) -> str:
    return country_name(value) if head == "Country" else str(value)
