"""The shop in containers as it is seen from outside, which is through its proxy."""

import base64
import re
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from urllib.error import HTTPError

from pytest_django import Settings

from analytics.models import AnalyticsEvent
from cart.models import Cart
from core.ratelimit import keyed_hash
from inventory.models import LowStockAlert, ProductVariant
from outbox.models import EffectRun
from tests.docker.shop import PASSWORD, SECRET_KEY, DockerShop
from tests.faults.enduring import wait_until_empty
from tests.faults.template import make_good
from tests.support.browsing import Shopper


def ask(address: str, body: bytes | None = None, **headers: str) -> tuple[int, Message, bytes]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, names), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_an_add_reaches_its_effects(shop: DockerShop) -> None:
    with shop.orm():
        good = make_good(f"A{uuid.uuid4().hex[:8]}", 10, 6)
        shopper = Shopper(shop.address)
        answer = shopper.add(shopper.add_form(good.path), variant=str(good.variant_id), quantity="4")
        assert answer.status == 200
        cart = Cart.objects.get(items__product_variant_id=good.variant_id)
        wait_until_empty(shop)
        cart.refresh_from_db()
        variant = ProductVariant.objects.get(pk=good.variant_id)
        assert (cart.total_price, cart.totals_version) == (variant.price * 4, cart.version)
        assert (variant.stock_quantity, variant.reserved_quantity) == (6, 4)
        assert AnalyticsEvent.objects.get(variant_id=variant.pk, name="add_to_cart").quantity == 4
        assert LowStockAlert.objects.get(variant=variant, closed_at=None).level == LowStockAlert.Level.LOW
        assert EffectRun.objects.filter(effect="check_low_stock", error="").exists()


@contextmanager
def paused(shop: DockerShop, service: str) -> Iterator[None]:
    for container in shop.containers(service):
        container.pause()
    try:
        yield
    finally:
        for container in shop.containers(service):
            container.unpause()


def test_the_proxy_serves_static_files_itself(shop: DockerShop) -> None:
    page = Shopper(shop.address).get("/").text
    style = re.findall(r'href="(/static/[^"]+\.css)"', page)[0]
    with paused(shop, "web"):
        status, headers, content = ask(shop.address + style, Accept_Encoding="gzip")
    assert (status, content[:2]) == (200, b"\x1f\x8b")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_flower_is_under_its_prefix_and_asks_who_is_there(shop: DockerShop) -> None:
    assert ask(f"{shop.address}/flower/")[0] == 401
    basic = "Basic " + base64.b64encode(f"staff:{PASSWORD}".encode()).decode()
    status, _, page = ask(f"{shop.address}/flower/", Authorization=basic)
    style = re.findall(r'href="(/flower/static/[^"]+\.css[^"]*)"', page.decode())[0]
    assert (status, ask(shop.address + style, Authorization=basic)[0]) == (200, 200)


def test_a_client_is_known_by_its_address_and_not_by_what_it_says(shop: DockerShop, settings: Settings) -> None:
    """The counters of the rate limit are named by a hash of the client's network: here, the gateway of Docker's."""
    settings.SECRET_KEY = SECRET_KEY
    with shop.orm():
        good = make_good(f"B{uuid.uuid4().hex[:8]}", 10)
    shopper = Shopper(shop.address, {"X-Forwarded-For": "203.0.113.7"})
    shopper.add(shopper.add_form(good.path), variant=str(good.variant_id), quantity="1")
    redis, web = shop.containers("redis")[0], shop.containers("web")[0]
    counters = redis.exec_run(["redis-cli", "--scan", "--pattern", "adds:*"]).output.decode().split()
    (network,) = web.attrs["NetworkSettings"]["Networks"].values()
    assert counters == ["adds:" + keyed_hash(f"network:{network['Gateway']}")]


def test_a_body_that_is_too_large_is_cut_off(shop: DockerShop) -> None:
    """Expected at Flower, which reads bodies of any size; web refuses them before the proxy has to."""
    assert ask(f"{shop.address}/flower/nowhere", b"0" * 9_000_000)[0] == 404
    assert ask(f"{shop.address}/flower/nowhere", b"0" * 11_000_000)[0] in (413, 502)  # Caddy before 2.7: 502
