"""A request has an id, in its answer, in the log of the web and in that of the worker that does what follows."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import dumps
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from core.logging import Context, Json, Line, about_request, facts
from inventory.models import ProductVariant
from outbox.drain import drain
from outbox.effects import effect
from outbox.intents import Intent, enqueue
from outbox.models import OutboxRow
from outbox.registry import Batch, registry
from tests.support.browsing import Shopper
from tests.support.processes import start_worker
from tests.support.waiting import wait_until

GIVEN = "given-by-the-proxy-1"


def json_lines(log: Path) -> list[dict[str, Any]]:
    """The lines of a log; all but what Celery prints before there is a log, its banner."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


@pytest.mark.django_db(transaction=True)
def test_the_logs_of_web_and_worker_have_the_request_and_no_address_that_opens_something(
    serve: Callable[..., str], variant: ProductVariant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    web, shopper = tmp_path / "web.log", Shopper(serve())
    shopper.add(shopper.add_form(variant.product.get_absolute_url()), quantity="2", variant=str(variant.pk))
    link_is_not_logged(shopper, web)
    worker = start_worker(tmp_path)
    try:
        wait_until(lambda: not OutboxRow.objects.exists(), "the effects are done")
    finally:
        worker.teardown()
    (line,) = [line for line in json_lines(web) if line.get("route") == "cart/add/"]
    assert (line["method"], line["status"], line["milliseconds"] > 0) == ("POST", 303, True)
    log = json_lines(tmp_path / "worker.log")
    done = [each for each in log if line["request_id"] in each.get("requests", ())]
    assert {each["effect"] for each in done} == {"recalculate_cart_totals", "check_low_stock", "record_analytics"}
    assert all(each["task_id"] and each["task"] == each["effect"] for each in done)


def link_is_not_logged(shopper: Shopper, web: Path) -> None:
    """Django's own lines about a 404 and a refused form would name the path."""
    link = dumps(["an order"])
    assert shopper.get(f"/orders/{link}/?name=Lovelace").status == 404
    assert shopper.post(f"/orders/{link}/pay/", {}).status == 403
    lines = json_lines(web)
    assert {"orders/<str:token>/", "orders/<str:token>/pay/"} <= {line.get("route") for line in lines}
    assert {"django.request", "django.security.csrf"} <= {line["logger"] for line in lines}
    assert (link in web.read_text(), "Lovelace" in web.read_text()) == (False, False)


def _closed(answer: Any) -> Any:
    """A file is sent by a handle that the server would close. Of other answers that would end the test's connection."""
    if answer.streaming:
        answer.close()
    return answer


@pytest.mark.parametrize("path", ["/", "/no-such-page/", "/cart/add/", "/healthz", "/static/shop/shop.css", "/admin/"])
@pytest.mark.django_db
def test_every_answer_has_an_id_of_its_own(path: str, client: Client) -> None:
    first, second = (_closed(client.get(path))["X-Request-ID"] for _ in range(2))
    assert len(first) == 32
    assert first != second


@pytest.mark.parametrize(
    ("proxies", "given", "taken"),
    [
        (1, GIVEN, True),
        (0, GIVEN, False),
        (1, "short", False),
        (1, "a" * 65, False),
        (1, "two words, or a\tlie", False),
    ],
)
def test_only_a_proxy_of_ours_may_give_a_well_formed_id(
    proxies: int, given: str, taken: bool, client: Client, settings: Settings
) -> None:
    settings.SHOP_TRUSTED_PROXIES = proxies
    assert (client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given) is taken


@pytest.mark.django_db
def test_health_checks_are_not_worth_a_line_until_they_fail(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client.get("/healthz")
    client.get("/metrics")
    (line,) = [record.__dict__["facts"] for record in caplog.records if record.name == "shop.request_log"]
    assert (line["route"], line["status"]) == ("metrics", 404)


@pytest.mark.django_db(transaction=True)
def test_what_an_effect_of_one_request_asks_for_is_of_that_request_too() -> None:
    def pass_on(batch: Batch) -> None:
        enqueue([Intent("check_low_stock", key=key) for key in batch.keys])

    effect("pass_on")(pass_on)
    try:
        for request_id, keys in (("the-one", "a"), ("the-other", "bc")):
            with about_request(request_id):
                enqueue([Intent("pass_on", key=key) for key in keys])
            drain("pass_on")
        for request_id in ("third", "fourth"):
            with about_request(request_id):
                enqueue([Intent("pass_on", key=request_id)])
        drain("pass_on")
    finally:
        del registry["pass_on"]
    passed_on = {row.key: row.payload.get("request") for row in OutboxRow.objects.filter(effect="check_low_stock")}
    assert passed_on == {"a": "the-one", "b": "the-other", "c": "the-other", "third": None, "fourth": None}


def a_line(formatter: logging.Formatter) -> str:
    try:
        raise ValueError("a reason")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("shop", logging.INFO, __file__, 1, "%d rows", (3,), info)
    record.facts = facts(effect="one")["facts"]
    with about_request("the-request"):
        Context().filter(record)
    return formatter.format(record)


def test_a_line_of_json_is_one_line_whatever_is_in_it() -> None:
    line = json.loads(a_line(Json()))
    assert "ValueError: a reason" in line.pop("exception")
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "shop",
        "message": "3 rows",
        "request_id": "the-request",
        "effect": "one",
    }


def test_a_line_for_people_says_what_it_is_about_at_its_end() -> None:
    first, *rest = a_line(Line("%(levelname)s %(message)s")).splitlines()
    assert first == "INFO 3 rows request_id=the-request effect=one"
    assert rest[-1] == "ValueError: a reason"


def test_the_link_to_an_order_is_such_an_address() -> None:
    assert reverse("shop:order", args=["token"]) == "/orders/token/"
