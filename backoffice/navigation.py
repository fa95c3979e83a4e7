"""`sections`: the sidebar of the back office."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core.admin.flower import flower_url

BEHIND, SALES = "Behind the pages", "Sales"
_REPORTS = ("admin:orders_report", None, ["days"])
# By section: title, icon (Material Symbols) and model of each list. A model without an admin page is left out.
SECTIONS = {
    "Shop floor": [
        ("Products", "inventory_2", "inventory.Product"),
        ("Variants", "style", "inventory.ProductVariant"),
        ("Categories", "category", "inventory.Category"),
        ("Synonyms", "manage_search", "inventory.Synonym"),
        ("Price changes", "sell", "inventory.PriceChange"),
        ("Producers", "factory", "inventory.Producer"),
        ("Price reductions", "trending_down", "inventory.Reduction"),
        ("Tax classes", "percent", "inventory.TaxClass"),
    ],
    "Pages": [
        ("Front page", "home", "pages.FrontPage"),
        ("Pages", "article", "pages.Page"),
    ],
    "Stock": [
        ("Movements", "swap_vert", "inventory.StockMovement"),
        ("Alerts", "notification_important", "inventory.LowStockAlert"),
        ("Holds", "lock_clock", "cart.CartItem"),
        ("Imports", "upload_file", "inventory.ImportJob"),
    ],
    "Orders": [
        ("Orders", "receipt_long", "orders.Order"),
        ("Order lines", "list_alt", "orders.OrderLine"),
        ("Customers", "contacts", "customers.Customer"),
        ("Withdrawals", "assignment_return", "withdrawals.Withdrawal"),
        ("Refunds due", "currency_exchange", "orders.Refund"),
        ("Invoices", "request_quote", "orders.Document"),
        ("Carriers", "local_post_office", "orders.Carrier"),
        ("Delivery methods", "local_shipping", "orders.DeliveryMethod"),
        ("Delivery prices", "scale", "orders.DeliveryRate"),
        ("Delivery zones", "public", "orders.DeliveryZone"),
    ],
    SALES: [
        ("Carts", "shopping_cart", "cart.Cart"),
        ("Daily figures", "bar_chart", "analytics.DailyFigure"),
    ],
    BEHIND: [
        ("Effects", "pending_actions", "outbox.OutboxRow"),
        ("Runs", "play_circle", "outbox.EffectRun"),
        ("Events", "timeline", "analytics.AnalyticsEvent"),
        ("Deliveries", "mail", "delivery.Delivery"),
        ("Results", "fact_check", "django_celery_results.TaskResult"),
        ("Schedule", "schedule", "outbox.ScheduledStart"),
        ("Audits", "balance", "cart.StockAudit"),
    ],
    "Staff": [
        ("Users", "person", "auth.User"),
        ("Groups", "group", "auth.Group"),
        ("Log", "history", "admin.LogEntry"),
    ],
}


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sections, with the lists that this user may see. Called for each page; adds no query."""
    shown: list[dict[str, Any]] = [
        {"items": [{"title": "Dashboard", "icon": "space_dashboard", "link": reverse("admin:index")}]}
    ]
    for title, lists in SECTIONS.items():
        items = list(_lists(request, lists))
        if title == SALES and request.user.has_perm("orders.view_order"):
            items.append({"title": "Reports", "icon": "table_chart_view", "link": reverse(*_REPORTS)})
        if title == BEHIND:
            shown.append({"title": title, "items": _behind(request, items), "collapsible": True})
        else:
            shown.append({"title": title, "items": items})
    _mark_reports(request, shown)
    return shown


def _mark_reports(request: HttpRequest, shown: list[dict[str, Any]]) -> None:
    """On a report, mark the reports: their addresses are below that of the list of orders."""
    link = reverse(*_REPORTS)
    if request.path.rsplit("/", 2)[0] == link.rsplit("/", 2)[0]:
        for item in (item for section in shown for item in section["items"]):
            item["active"] = item["link"] == link


def _behind(request: HttpRequest, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lists of background work, for those who decide about it; others come to them by links. And Flower."""
    if not request.user.has_perm("outbox.change_outboxrow"):
        return []
    if address := flower_url(request):
        items.append({"title": "Flower", "icon": "monitoring", "link": address, "active": False})
    return items


def _lists(request: HttpRequest, lists: list[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    for title, icon, label in lists:
        app_label, model_name = label.split(".")
        model = apps.all_models.get(app_label, {}).get(model_name.lower())
        page = admin.site._registry.get(model) if model else None
        if page and page.has_view_permission(request):
            address = reverse(f"admin:{app_label}_{model_name.lower()}_changelist")
            yield {"title": title, "icon": icon, "link": address}
