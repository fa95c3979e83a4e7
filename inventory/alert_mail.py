"""`send_alert_emails`: one e-mail to staff about all variants that became low, sold out or back in stock."""

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

MOST_NAMED = 50  # alerts of one level; a first catalogue opens hundreds

_TITLES = {
    LowStockAlert.Level.OUT.value: "Out of stock",
    LowStockAlert.Level.LOW.value: "Low",
    LowStockAlert.CLOSED: "Back in stock",
}


@transaction.atomic
def send_alert_emails() -> int:
    """Queue one e-mail to each of SHOP_STOCK_ALERT_RECIPIENTS once a change has waited SHOP_STOCK_ALERT_MINUTES.

    The alerts are marked as told in the same transaction, so no change is e-mailed twice. Returns how many alerts the
    e-mail names.
    """
    alerts = take_pending_notifications(gathered_for=timedelta(minutes=settings.SHOP_STOCK_ALERT_MINUTES))
    if alerts:
        subject, text = _subject(alerts), _text(alerts)
        for address in settings.SHOP_STOCK_ALERT_RECIPIENTS:
            send_email(kind="stock_alerts", to=address, subject=subject, text=text, dedupe_key=_key(alerts, address))
    return len(alerts)


def _key(alerts: Iterable[LowStockAlert], address: str) -> str:
    """Each state of an alert is told once, so recipient, alerts and states identify the e-mail."""
    told = ",".join([address, *(f"{alert.pk} {alert.state}" for alert in alerts)])
    return f"stock_alerts:{hashlib.sha256(told.encode()).hexdigest()}"


def _subject(alerts: Iterable[LowStockAlert]) -> str:
    states = [alert.state for alert in alerts]
    counts = [f"{states.count(state)} {title.lower()}" for state, title in _TITLES.items() if state in states]
    return f"{settings.SHOP_NAME}: {', '.join(counts)}"


def _text(alerts: Iterable[LowStockAlert]) -> str:
    sections = []
    for state, title in _TITLES.items():
        if lines := sorted(_line(alert.variant) for alert in alerts if alert.state == state):
            sections.append((f"{title}: {len(lines)}", lines[:MOST_NAMED], len(lines[MOST_NAMED:])))
    link = site_url(reverse("admin:inventory_lowstockalert_changelist"))
    return render_to_string("inventory/mail_stock.txt", {"sections": sections, "link": link})


def _line(variant: ProductVariant) -> str:
    stock = f"{variant.stock_quantity} free (threshold {variant.low_stock_threshold})"
    return f"{variant.sku}  {full_name(variant)}: {stock}"
