"""The first page of the admin, put together."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from workers.dashboard.charts import charts
from workers.dashboard.shelves import read_shelves
from workers.dashboard.trade import read_trade
from workers.status import read_status


def fill_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Django-unfold's DASHBOARD_CALLBACK: what `workers/dashboard.html` shows. 7 queries.

    Figures of trade are for those who may see daily figures; the state behind the pages is for all staff.
    """
    context |= {"title": "Dashboard", "status": read_status(), "flower_url": settings.FLOWER_URL}
    if request.user.has_perm("workers.view_dailyfigure"):
        trade = read_trade()
        context |= {"trade": trade, "charts": charts(trade), "shelves": read_shelves(trade)}
    return context
