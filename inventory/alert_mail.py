"""The mail to staff about low stock: what is low, sold out or back, all news of some minutes in one."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from core.links import site_url
from delivery.services import send_email
from inventory.models import LowStockAlert, ProductVariant
from inventory.services import take_pending_notifications
from inventory.wording import full_name

MOST_NAMED = 50  # alerts of one kind; a first catalogue opens hundreds

_TITLES = {
    LowStockAlert.Level.OUT.value: "Out of stock",
    LowStockAlert.Level.LOW.value: "Low",
    LowStockAlert.CLOSED: "Back in stock",
}


@transaction.atomic
def mail_news_of_stock() -> int:
    """Write one e-mail to each of SHOP_STOCK_ALERT_RECIPIENTS once the oldest news is SHOP_STOCK_ALERT_MINUTES old.

    That they are told is noted in the same transaction, so no alert is told twice. Returns how many were.
    """
    news = take_pending_notifications(gathered_for=timedelta(minutes=settings.SHOP_STOCK_ALERT_MINUTES))
    if news:
        subject, text = _subject(news), _text(news)
        for address in settings.SHOP_STOCK_ALERT_RECIPIENTS:
            send_email(kind="stock_alerts", to=address, subject=subject, text=text, dedupe_key=_key(news, address))
    return len(news)


def _key(news: Iterable[LowStockAlert], address: str) -> str:
    """An alert is told in each of its states once, so these say which mail it is."""
    told = ",".join([address, *(f"{alert.pk} {alert.state}" for alert in news)])
    return f"stock_alerts:{hashlib.sha256(told.encode()).hexdigest()}"


def _subject(news: Iterable[LowStockAlert]) -> str:
    states = [alert.state for alert in news]
    counts = [f"{states.count(state)} {title.lower()}" for state, title in _TITLES.items() if state in states]
    return f"{settings.SHOP_NAME}: {', '.join(counts)}"


def _text(news: Iterable[LowStockAlert]) -> str:
    sections = []
    for state, title in _TITLES.items():
        if lines := sorted(_line(alert.variant) for alert in news if alert.state == state):
            sections.append((f"{title}: {len(lines)}", lines[:MOST_NAMED], len(lines[MOST_NAMED:])))
    alerts = site_url(reverse("admin:inventory_lowstockalert_changelist"))
    return render_to_string("inventory/mail_stock.txt", {"sections": sections, "link": alerts})


def _line(variant: ProductVariant) -> str:
    stock = f"{variant.stock_quantity} free (threshold {variant.low_stock_threshold})"
    return f"{variant.sku}  {full_name(variant)}: {stock}"
