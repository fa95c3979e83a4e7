"""Redis with a password, by TLS: everybody who talks to it checks its certificate, and works."""

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings

from cart.models import Cart
from cart.owners import Owner
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.faults.proxy import Proxy
from tests.support import processes
from tests.support.shopping import add
from tests.support.waiting import wait_until

CERTIFICATES = Path(__file__).parents[1] / "support" / "certificates"
TRUSTED = f"?ssl_ca_certs={CERTIFICATES / 'authority.pem'}"

pytestmark = pytest.mark.django_db(transaction=True)

# Each in a process of its own with the settings as they are: the web's client (the rate limiter and the wake-up), the
# message that web and beat send, and what Flower asks.
ASK_ALL = """
import asyncio, json
import django; django.setup()
import core.redis
from core.celery import app
from flower.utils.broker import Broker
from outbox.effects import registry

def web(): core.redis.client().ping()
def sender(): registry["recalculate_cart_totals"].send(retry=False)
def flower():
    broker = Broker(app.conf.broker_url, broker_use_ssl=app.conf.broker_use_ssl)
    asyncio.run(broker.queues(["shopper"]))

said = {}
for ask in (web, sender, flower):
    try:
        ask()
        said[ask.__name__] = "fine"
    except Exception as error:
        said[ask.__name__] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""


@pytest.fixture
def secure() -> Iterator[str]:
    """The address of the test's own Redis, password and all, by TLS."""
    plain = urlsplit(django_settings.REDIS_URL)
    assert plain.port
    assert plain.password
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATES / "redis.pem")
    with Proxy(plain.port, tls=tls) as proxy:
        yield f"rediss://:{plain.password}@127.0.0.1:{proxy.port}/0"


def ask_all(address: str) -> dict[str, str]:
    env = processes.test_environment(REDIS_URL=address, DJANGO_SETTINGS_MODULE="shop.settings")
    command = [sys.executable, "-c", ASK_ALL]
    run = subprocess.run(
        command, cwd=processes.REPOSITORY, env=env, capture_output=True, text=True, check=True, timeout=60
    )
    said: dict[str, str] = json.loads(run.stdout.splitlines()[-1])
    return said


def test_what_is_sent_by_tls_is_done_by_a_worker_on_tls(
    secure: str, guest: Owner, variant: ProductVariant, tmp_path: Path
) -> None:
    address = secure + TRUSTED
    worker = processes.start_worker(tmp_path, REDIS_URL=address)
    try:
        worker.ready()
        assert "rediss://" in worker.logs()
        cart = add(guest, variant, 2)
        assert ask_all(address) == {"web": "fine", "sender": "fine", "flower": "fine"}
        wait_until(lambda: not OutboxRow.objects.filter(effect="recalculate_cart_totals").exists(), "the total is done")
        assert Cart.objects.get(pk=cart.pk).total_price == 5
    finally:
        worker.teardown()


def test_nobody_talks_to_a_server_that_is_vouched_for_by_nobody(secure: str) -> None:
    """kombu by itself would, and send it the password."""
    said = ask_all(secure)
    assert set(said) == {"web", "sender", "flower"}
    assert all("CERTIFICATE_VERIFY_FAILED" in what for what in said.values()), said
