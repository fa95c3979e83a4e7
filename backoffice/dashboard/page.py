"""`fill_dashboard`: the first page of the admin, with charts for the Chart.js of django-unfold.

The data of a chart are attributes of its canvas. Each chart has a table of the same numbers.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

from backoffice.dashboard.low_stock import read_low_stock
from backoffice.dashboard.trade import ADDED, EXPIRED, KEPT, LOST, REMOVED, SOLD, Trade, read_trade, sales_of
from core.admin.flower import flower_url
from core.days import start_of, today
from inventory.selectors import products_without_safety_data
from orders.selectors import orders_to_do
from outbox.status import read_status
from pages.selectors import shown


def fill_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Django-unfold's DASHBOARD_CALLBACK: return the context of `backoffice/dashboard.html`. 9 queries.

    Orders and sales need the permission to view them. The state of workers and effects is for all staff.
    """
    context |= {"title": "Dashboard", "status": read_status(), "flower_url": flower_url(request)}
    if request.user.has_perm("pages.change_page"):
        context["drafts"] = shown().drafts
    if request.user.has_perm("inventory.change_product"):
        context["misses_safety_data"] = products_without_safety_data().exists()
    if request.user.has_perm("orders.view_order"):
        context["to_do"] = orders_to_do(since=start_of(today()))
    if request.user.has_perm("analytics.view_dailyfigure"):
        trade = read_trade()
        context |= {"trade": trade, "sales": sales_of(trade), "charts": charts(trade)}
        context["low_stock"] = read_low_stock(trade)
    return context


@dataclass(frozen=True)
class Chart:
    """A chart and its table. The table has a column for each series and a row for each day, newest first."""

    title: str
    kind: str
    data: str
    options: str
    columns: list[str]
    rows: list[tuple[date, list[int]]]


# Lines differ in dashes too, not in colour alone. The colours have a contrast of 3 on light and on dark pages.
_GREEN, _AMBER, _GREY = "var(--color-primary-500)", "#c2762b", "#7c8794"
_LINES: list[dict[str, object]] = [
    {"borderColor": _GREEN, "backgroundColor": _GREEN},
    {"borderColor": _AMBER, "backgroundColor": _AMBER, "borderDash": [6, 4]},
    {"borderColor": _GREY, "backgroundColor": _GREY, "borderDash": [2, 3]},
]
_OPTIONS = {
    "animation": False,
    "maintainAspectRatio": False,
    "interaction": {"mode": "index", "intersect": False},
    "elements": {"line": {"borderWidth": 2}, "point": {"radius": 0, "hitRadius": 8}},
    "plugins": {"legend": {"position": "bottom", "labels": {"color": _GREY, "boxWidth": 12, "boxHeight": 12}}},
    "scales": {
        "x": {"ticks": {"color": _GREY, "maxTicksLimit": 8, "maxRotation": 0}, "grid": {"display": False}},
        "y": {"beginAtZero": True, "ticks": {"color": _GREY, "precision": 0}, "grid": {}},
    },
}


def charts(trade: Trade) -> list[Chart]:
    """Return the charts of the dashboard, in units a day."""
    return [
        _chart(trade, "Units by day", "line", {ADDED: "Added", REMOVED: "Removed", SOLD: "Sold, before refunds"}),
        _chart(trade, "What became of holds", "line", {SOLD: "Bought", EXPIRED: "Run out", KEPT: "Kept longer"}),
        _chart(trade, "Demand lost", "bar", {LOST: "Asked for and not free"}),
    ]


def _chart(trade: Trade, title: str, kind: str, series: dict[str, str]) -> Chart:
    days = [day for day, _ in trade.days]
    units = [trade.units(name) for name in series]
    datasets = [
        {"label": label, "data": numbers, **style}
        for label, numbers, style in zip(series.values(), units, _LINES, strict=False)
    ]
    labels = [f"{day.day} {day:%b}" for day in days]
    rows = [(day, list(numbers)) for day, *numbers in zip(days, *units, strict=True)]
    return Chart(
        title=title,
        kind=kind,
        data=json.dumps({"labels": labels, "datasets": datasets}),
        options=json.dumps(_OPTIONS),
        columns=list(series.values()),
        rows=rows[::-1],
    )
