"""`sections`: the sidebar of the back office."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

# By section: title, icon (Material Symbols) and model of each list. A model without an admin page is left out.
SECTIONS = {
    "Shop floor": [
        ("Products", "inventory_2", "inventory.Product"),
        ("Variants", "style", "inventory.ProductVariant"),
        ("Categories", "category", "inventory.Category"),
        ("Price changes", "sell", "inventory.PriceChange"),
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
        ("Refunds due", "currency_exchange", "orders.Refund"),
        ("Delivery methods", "local_shipping", "orders.DeliveryMethod"),
    ],
    "Sales": [
        ("Carts", "shopping_cart", "cart.Cart"),
        ("Daily figures", "bar_chart", "analytics.DailyFigure"),
    ],
    "Behind the pages": [
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
        if title == "Behind the pages" and items:
            items.append({"title": "Flower", "icon": "monitoring", "link": settings.FLOWER_URL, "active": False})
        shown.append({"title": title, "items": items})
    return shown


def _lists(request: HttpRequest, lists: list[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    for title, icon, label in lists:
        app_label, model_name = label.split(".")
        model = apps.all_models.get(app_label, {}).get(model_name.lower())
        page = admin.site._registry.get(model) if model else None
        if page and page.has_view_permission(request):
            address = reverse(f"admin:{app_label}_{model_name.lower()}_changelist")
            yield {"title": title, "icon": icon, "link": address}
