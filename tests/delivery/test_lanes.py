"""A receiver that hangs delays nobody: neither other receivers, nor e-mail, nor what else workers do."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from core.redis import client
from delivery import deliver as delivering
from delivery.deliver import deliver
from delivery.models import Delivery
from delivery.services import send_email, send_web_message
from tests.support.effects import messages
from tests.support.mailing import MailServer
from tests.support.processes import start_worker
from tests.support.waiting import wait_until
from tests.support.web_receiver import WebReceiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slow() -> Iterator[WebReceiver]:
    with WebReceiver() as found:
        yield found


@pytest.fixture
def quick() -> Iterator[WebReceiver]:
    with WebReceiver() as found:
        yield found


@pytest.fixture(autouse=True)
def private_addresses(settings: Any) -> None:
    settings.DELIVERY_PRIVATE_ADDRESSES = True


def write(receiver: WebReceiver, *keys: str) -> None:
    for key in keys:
        send_web_message(kind="test", url=receiver.url, body={"key": key}, dedupe_key=f"{receiver.url} {key}")


def keys(receiver: WebReceiver) -> list[str]:
    return [message["key"] for message in receiver.messages]


def in_a_thread() -> threading.Thread:
    def run() -> None:
        try:
            deliver("web")
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_while_one_receiver_hangs_others_are_asked_by_the_same_run(slow: WebReceiver, quick: WebReceiver) -> None:
    slow.answers.clear()
    write(slow, *"abcdefghij")
    run = in_a_thread()
    assert slow.asked.acquire(timeout=30)
    write(quick, "late")
    wait_until(lambda: keys(quick) == ["late"], "the other receiver has its message")
    assert keys(slow) == []
    slow.answers.set()
    run.join(30)
    assert keys(slow) == list("abcdefghij")


def test_a_receiver_is_asked_for_one_thing_at_a_time_by_all_runs(slow: WebReceiver, quick: WebReceiver) -> None:
    """The second run is not held up either: it does what is due to others and ends."""
    slow.answers.clear()
    write(slow, "a", "b")
    run = in_a_thread()
    assert slow.asked.acquire(timeout=30)
    write(quick, "c")
    deliver("web")
    assert not slow.asked.acquire(blocking=False)
    wait_until(lambda: keys(quick) == ["c"], "the other receiver has its message")
    slow.answers.set()
    run.join(30)
    assert keys(slow) == ["a", "b"]


def test_a_run_whose_time_is_up_hands_over_before_it_waits(slow: WebReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "LONGEST", 0.0)
    slow.answers.clear()
    write(slow, "a")
    client().flushall()
    run = in_a_thread()
    wait_until(lambda: messages() == 1, "the next run is called")
    assert run.is_alive()
    slow.answers.set()
    run.join(30)
    assert keys(slow) == ["a"]


def test_what_takes_too_long_is_left_to_its_lease(slow: WebReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "LONGEST", 0.0)
    monkeypatch.setattr(delivering, "_PATIENCE", 0.2)
    slow.answers.clear()
    write(slow, "a")
    assert deliver("web") == 0
    row = Delivery.objects.get()
    assert (row.attempts, row.is_dead, row.sent_at) == (1, False, None)
    assert Delivery.objects.filter(due_at__gt=Now() + timedelta(seconds=30)).exists()


def test_workers_go_on_while_a_receiver_hangs(slow: WebReceiver, quick: WebReceiver, tmp_path: Path) -> None:
    """One worker, of two processes, for all queues: ten messages to one that hangs, and what comes meanwhile."""
    with MailServer() as mail:
        worker = start_worker(tmp_path, EMAIL_URL=mail.url, DELIVERY_PRIVATE_ADDRESSES="true")
        worker.ready()
        slow.answers.clear()
        try:
            write(slow, *"abcdefghij")
            assert slow.asked.acquire(timeout=30)
            for number in range(5):
                send_email(kind="test", to="ada@example.com", subject=f"{number}", text="Words", dedupe_key=f"{number}")
                write(quick, f"{number}")
                wait_until(lambda: len(mail.messages) == len(keys(quick)) == number + 1, "both arrive")  # noqa: B023
            assert keys(slow) == []
            assert Delivery.objects.filter(receiver=Delivery.objects.earliest("pk").receiver, attempts=0).count() == 9
        finally:
            slow.answers.set()
            worker.teardown()
