"""The first page of the admin, put together."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core.days import start_of, today
from orders.selectors import orders_to_do
from workers.dashboard.charts import charts
from workers.dashboard.sales import sales_of
from workers.dashboard.shelves import read_shelves
from workers.dashboard.trade import read_trade
from workers.status import read_status


def fill_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Django-unfold's DASHBOARD_CALLBACK: what `workers/dashboard.html` shows. 8 queries.

    Orders and figures of trade are for those who may see them; the state behind the pages is for all staff.
    """
    context |= {"title": "Dashboard", "status": read_status(), "flower_url": settings.FLOWER_URL}
    if request.user.has_perm("orders.view_order"):
        context["to_do"] = orders_to_do(since=start_of(today()))
    if request.user.has_perm("analytics.view_dailyfigure"):
        trade = read_trade()
        context |= {"trade": trade, "sales": sales_of(trade), "charts": charts(trade), "shelves": read_shelves(trade)}
    return context
