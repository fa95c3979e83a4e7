"""What the dashboard, the alert rules and the runbook speak of exists."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from analytics.models import AnalyticsEvent
from cart.models import StockAudit
from cart.owners import Owner
from core.celery import Queue
from inventory.models import ProductVariant
from outbox.heartbeat import BEAT, note_heartbeat
from outbox.models import EffectRun
from tests.support.shopping import expire, held

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "monitoring" / "alerts.yml").read_text()
DASHBOARD = json.loads((ROOT / "monitoring" / "grafana-dashboard.json").read_text())


def expressions() -> list[str]:
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]
    return panels + re.findall(r"^ +expr: '(.+)'$", RULES, re.MULTILINE)


@pytest.fixture
def scraped(client: Client, settings: Settings, guest: Owner, variant: ProductVariant) -> str:
    """What Prometheus reads from a shop where everything has happened once."""
    settings.METRICS_TOKEN = "secret"
    for name in (BEAT, *(queue.value for queue in Queue)):
        note_heartbeat(name)
    StockAudit.objects.create(variants_checked=1, difference_count=0, left_count=0)
    AnalyticsEvent.objects.create(name="purchase", occurred_at=timezone.now())
    expire(held(guest, variant))
    return client.get("/metrics", headers={"Authorization": "Bearer secret"}).content.decode()


def test_every_metric_that_is_named_is_there(scraped: str) -> None:
    named = {name for text in expressions() for name in re.findall(r"\bshop_\w+", text)}
    assert len(named) > 15
    assert named - set(re.findall(r"^(shop_\w+)(?:\{| )", scraped, re.MULTILINE)) == set()


def test_every_label_that_is_named_is_there(scraped: str) -> None:
    named = {label for text in expressions() for label in re.findall(r'shop_\w+\{(\w+="\w+")\}', text)}
    assert named == {'of="beat"'}
    assert all(label in scraped for label in named)
    assert re.search(r'of="workers of \w+"', scraped)


def test_numbers_are_those_of_the_shop(scraped: str) -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    for line in (
        'shop_holds{state="live"} 0.0',
        'shop_holds{state="run_out"} 1.0',
        'shop_events_last_minute{name="purchase"} 1.0',
        'shop_effects_pending{effect="record_analytics"} 1.0',
        'shop_stock_alerts{level="out"} 0.0',
        'shop_queue_messages{queue="bulk"} 1.0',
        "shop_redis_up 1.0",
        f'shop_info{{version="{version[1]}"}} 1.0',
    ):
        assert line in scraped.splitlines(), line


def test_what_was_done_and_what_failed_in_the_last_minute(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "secret"
    run = {"effect": "check_low_stock", "milliseconds": 3, "event_ids": []}
    EffectRun.objects.create(started_at=Now(), row_ids=[1, 2, 3], **run)
    EffectRun.objects.create(started_at=Now(), row_ids=[4], error="ValueError: no", **run)
    EffectRun.objects.create(started_at=Now() - timedelta(minutes=2), row_ids=[5], **run)
    text = client.get("/metrics", headers={"Authorization": "Bearer secret"}).content.decode()
    assert 'shop_effects_done_last_minute{effect="check_low_stock"} 3.0' in text
    assert 'shop_effects_failed_last_minute{effect="check_low_stock"} 1.0' in text


def test_every_alert_leads_to_a_heading_of_the_runbook() -> None:
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"^ +runbook: docs/runbook\.md#(.+)$", RULES, re.MULTILINE)
    assert len(links) == len(re.findall(r"- alert: ", RULES)) > 10
    assert set(links) - anchors == set()


def test_every_job_that_is_scraped_has_an_alert_for_its_silence() -> None:
    """Without it, alerts on its figures can never fire, and nobody notices."""
    jobs = re.findall(r"^  - job_name: (\w+)$", (ROOT / "monitoring" / "prometheus.yml").read_text(), re.MULTILINE)
    silent = re.findall(r"""^ +expr: 'up\{job="(\w+)"\} == 0'$""", RULES, re.MULTILINE)
    assert jobs == silent == ["shop", "proxy"]


def test_the_rules_are_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (Debian's package prometheus) is not there to ask")
    subprocess.run([promtool, "check", "rules", ROOT / "monitoring" / "alerts.yml"], check=True)
