"""delivery_accepted and delivery_died: once each, with what is true of the message whatever their receivers do."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models.functions import Now
from django.dispatch import Signal

from core.redis import client
from delivery.deliver import MOST_ATTEMPTS, deliver
from delivery.models import Delivery
from delivery.services import send_email
from delivery.signals import delivery_accepted, delivery_died
from tests.support.mailing import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

Listen = Callable[[Signal, Callable[[Delivery], object]], None]


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def listen() -> Iterator[Listen]:
    connected: list[tuple[Signal, Any]] = []

    def connect(signal: Signal, act: Callable[[Delivery], object]) -> None:
        def receive(delivery: Delivery, **kwargs: object) -> None:
            act(delivery)

        signal.connect(receive, weak=False)
        connected.append((signal, receive))

    yield connect
    for signal, receive in connected:
        signal.disconnect(receive)


def write() -> None:
    send_email(kind="test", to="ada@example.com", subject="Hello", text="Words", dedupe_key="a")


def make_due(**columns: object) -> None:
    Delivery.objects.update(due_at=Now() - timedelta(seconds=1), **columns)
    client().flushall()


def test_what_is_accepted_is_announced_once(mail: MailServer, listen: Listen) -> None:
    told: list[Delivery] = []
    listen(delivery_accepted, told.append)
    write()
    deliver("email")
    deliver("email")
    (delivery,) = told
    assert delivery.sent_at
    assert delivery.text == ""


@pytest.mark.parametrize(("code", "attempts"), [(550, 0), (452, MOST_ATTEMPTS - 1)])
def test_what_is_given_up_is_announced_once(mail: MailServer, listen: Listen, code: int, attempts: int) -> None:
    """Refused for good, and refused for now for the last time."""
    told: list[Delivery] = []
    listen(delivery_died, told.append)
    mail.refuse["ada@example.com"] = code
    write()
    if attempts:
        make_due(attempts=attempts - 1)
        deliver("email")
        assert told == []
    make_due(attempts=attempts)
    deliver("email")
    make_due()
    deliver("email")
    (delivery,) = told
    assert delivery.is_dead
    assert str(code) in delivery.error


def test_what_lost_its_worker_each_time_is_announced_too(mail: MailServer, listen: Listen) -> None:
    told: list[Delivery] = []
    listen(delivery_died, told.append)
    write()
    make_due(attempts=MOST_ATTEMPTS)
    deliver("email")
    deliver("email")
    assert [delivery.is_dead for delivery in told] == [True]


def test_a_receiver_that_fails_undoes_its_own_writes_alone(mail: MailServer, listen: Listen) -> None:
    """Else the message would go out again, to somebody who has it already."""

    def write_and_fail(delivery: Delivery) -> None:
        Group.objects.create(name="of the receiver")
        Group.objects.create(name="of the receiver")  # the database refuses it

    listen(delivery_accepted, write_and_fail)
    write()
    assert deliver("email") == 1
    make_due()
    assert deliver("email") == 0
    assert len(mail.messages) == 1
    assert not Group.objects.filter(name="of the receiver").exists()
