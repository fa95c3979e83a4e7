"""A customer confirms a withdrawal while web and workers are killed. They send the form again until it is answered."""

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from pytest_django import Settings

from orders.links import order_path
from orders.models import Order
from orders.services import ship_order
from tests.faults.conftest import StartSite
from tests.faults.site import Site
from tests.faults.test_orders import insist, place_order
from tests.support.mailing import MailServer
from tests.support.ordering import pay
from tests.support.waiting import wait_until
from tools.replay.web import Browser

_HIDDEN = re.compile(r'<input type="hidden" name="(key|name|units_\d+)" value="([^"]*)"')
POINTS = ("before_withdrawal_commit", "before_withdrawal_answer", "delivery_leased", "delivery_sent")


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    """The mail server of the site; this process signs links as the site does."""
    settings.SECRET_KEY = "of the tests only"
    with MailServer() as server:
        yield server


def all_sent(site: Site) -> None:
    unsent = "SELECT count(*) FROM workers_letter WHERE sent_at IS NULL"
    backlog = "SELECT count(*) FROM workers_outboxrow"
    wait_until(lambda: site.sql(unsent) == site.sql(backlog) == [(0,)], "all e-mails are sent", 90)


def ship(site: Site) -> str:
    """Order a unit, pay and ship it, and wait for the e-mails. Returns the path where it is withdrawn from."""
    cart_id = place_order(site)
    with site.orm():
        order = Order.objects.get(cart=cart_id)
        pay(order)
        ship_order(order_id=order.pk)
        path = f"{order_path(order.number)}withdraw/"
    all_sent(site)
    return path


def declare(site: Site, path: str) -> None:
    """Choose all and confirm it; the same form is sent until it is answered."""
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)) as connection:
        browser = Browser(connection)
        page = browser.get(path)
        (line,) = re.findall(r'name="(units_\d+)"', page)
        fields = dict(_HIDDEN.findall(browser.get(f"{path}confirm/?{line}=1&name=Ada")))
        for point in POINTS:
            site.arm(point)
        insist(connection, lambda: browser.post(f"{path}confirm/", fields, expected=303))


@pytest.mark.quick_fault
@pytest.mark.row(
    "30",
    "web and workers killed after “Confirm withdrawal”: before its COMMIT, its answer, an e-mail, and after an e-mail",
    "declared once; one acknowledgement, sent again under the same Message-ID",
)
def test_killed_after_confirm_withdrawal(start_site: StartSite, mail: MailServer, note: Callable[..., None]) -> None:
    site = start_site(env={"EMAIL_URL": mail.url, "FAULTS_HURRY": "1"})
    declare(site, ship(site))
    all_sent(site)
    assert not any(site.is_armed(point) for point in POINTS)
    assert site.sql("SELECT count(*) FROM withdrawals_withdrawal") == [(1,)]
    told = [message for message in mail.messages if "Your withdrawal" in str(message["Subject"])]
    assert len({message["Message-ID"] for message in told}) == 1
    assert "1 x " in str(told[0].get_payload(0).get_payload(decode=True).decode())  # type: ignore[union-attr]
    note(None)
