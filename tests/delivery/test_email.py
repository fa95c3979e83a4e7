"""E-mails are written with the change they tell of and sent after it: at least once, and once when all is well."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Now

import core.redis
from core.redis import client
from delivery import deliver as delivering
from delivery.attachments import Attachment
from delivery.deliver import MOST_ATTEMPTS, lease
from delivery.models import Delivery
from delivery.services import discard_dead_deliveries, drop_old_deliveries, retry_dead_deliveries, send_email
from delivery.wakeup import notify_waiting
from tests.support.browsing import all_at_once
from tests.support.effects import messages
from tests.support.mailing import MailServer
from tests.support.processes import start_worker
from tests.support.waiting import wait_until
from workers.schedule import BEAT_SCHEDULE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    """A mail server to which this process sends."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.DEFAULT_FROM_EMAIL = "shop@example.com"
        yield server


@pytest.fixture
def staff() -> User:
    return User.objects.create_superuser("staff")


def logged() -> list[tuple[int, str]]:
    """Who is in the admin log, and with which words."""
    return [(entry.user_id, entry.get_change_message()) for entry in LogEntry.objects.order_by("pk")]


def write(key: str = "a", *, to: str = "ada@example.com", **columns: Any) -> None:
    send_email(**{"kind": "test", "to": to, "subject": f"E-mail {key}", "text": "Words", "dedupe_key": key, **columns})


def deliver() -> int:
    return delivering.deliver("email")


def deliver_and_close(_: object = None) -> None:
    try:
        deliver()
    finally:
        connection.close()


def make_due() -> None:
    """Let every lease, every wait of a message and the pause of the mail server be over."""
    Delivery.objects.update(due_at=Now() - timedelta(seconds=1))
    client().delete("delivery:email:email")


def parts(message: Message) -> list[tuple[str, object]]:
    return [(part.get_content_type(), part.get_payload()) for part in message.walk() if not part.is_multipart()]


def test_an_e_mail_is_sent_once_with_what_was_written(mail: MailServer) -> None:
    write(text="Words", html="<p>Words</p>")
    assert (deliver(), deliver()) == (1, 0)
    (message,) = mail.messages
    assert (message["Subject"], message["To"], message["From"]) == ("E-mail a", "ada@example.com", "shop@example.com")
    assert message["Auto-Submitted"] == "auto-generated"
    assert parts(message) == [("text/plain", "Words"), ("text/html", "<p>Words</p>")]


def test_what_was_in_an_e_mail_is_forgotten_when_it_is_sent(mail: MailServer) -> None:
    write(html="<p>Words</p>")
    deliver()
    row = Delivery.objects.get()
    assert row.sent_at
    assert (row.text, row.html, row.to, row.subject) == ("", "", "ada@example.com", "E-mail a")


def test_attachments_are_sent_as_they_were_and_forgotten_with_the_text(mail: MailServer) -> None:
    content = bytes(range(256))
    write(attachments=[Attachment("Rechnung ä.pdf", "application/pdf", content)])
    deliver()
    (message,) = mail.messages
    (part,) = [part for part in message.walk() if part.get_content_type() == "application/pdf"]
    assert (part.get_filename(), part.get_payload(decode=True)) == ("Rechnung ä.pdf", content)
    assert Delivery.objects.get().payload is None


def test_an_e_mail_of_a_known_key_replaces_no_attachment(mail: MailServer) -> None:
    for content in (b"first", b"second"):
        write(attachments=[Attachment("a.txt", "text/plain", content)])
    deliver()
    assert ("text/plain", "first") in [(kind, str(payload).strip()) for kind, payload in parts(mail.messages[0])]


def test_an_e_mail_goes_with_the_change_or_not_at_all(mail: MailServer) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert (Delivery.objects.count(), messages()) == (0, 0)


def test_many_e_mails_send_one_message_to_the_workers() -> None:
    for key in "abcde":
        write(key)
    assert messages() == 1


def test_an_e_mail_that_comes_while_others_are_sent_wakes_a_worker_again(mail: MailServer) -> None:
    write("a")
    before = messages()
    deliver()
    write("b")
    assert messages() == before + 1


def test_thirty_posts_of_one_key_at_once_send_one_e_mail(mail: MailServer) -> None:
    def write_and_close(_: int) -> None:
        try:
            with transaction.atomic():
                write()
        finally:
            connection.close()

    all_at_once(write_and_close, range(30))
    deliver()
    assert mail.subjects == ["E-mail a"]


def test_a_subject_of_several_lines_becomes_one(mail: MailServer) -> None:
    write(subject="Your order\nBcc: all@example.com \n")
    deliver()
    assert mail.subjects == ["Your order Bcc: all@example.com"]


def test_two_workers_at_once_send_each_e_mail_once(mail: MailServer) -> None:
    """Both have a message in their hands before either has sent it."""
    mail.answers.clear()
    write("a")
    write("b")
    workers = [threading.Thread(target=deliver_and_close) for _ in range(2)]
    for worker in workers:
        worker.start()
        assert mail.asked.acquire(timeout=30)
    mail.answers.set()
    for worker in workers:
        worker.join(30)
    assert sorted(mail.subjects) == ["E-mail a", "E-mail b"]


def test_an_e_mail_is_not_leased_inside_a_transaction() -> None:
    write()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        lease(Delivery.objects.get().pk)


def test_an_e_mail_that_was_sent_is_not_leased_again(mail: MailServer) -> None:
    """By a worker that saw it among the due ones long ago."""
    write()
    deliver()
    make_due()
    assert lease(Delivery.objects.get().pk) is None


def test_a_hanging_mail_server_holds_no_transaction_open(mail: MailServer) -> None:
    mail.answers.clear()
    write()
    worker = threading.Thread(target=deliver_and_close)
    worker.start()
    assert mail.asked.acquire(timeout=30)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        states = {state for (state,) in cursor.fetchall()}
    mail.answers.set()
    worker.join(30)
    assert states == {"idle"}
    assert mail.subjects == ["E-mail a"]


def test_a_mail_server_that_hangs_is_given_up_and_left_alone_for_a_while(mail: MailServer, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    mail.answers.clear()
    write("a")
    write("b")
    assert deliver() == 0
    assert deliver() == 0
    assert mail.asked.acquire(blocking=False)
    assert not mail.asked.acquire(blocking=False), "asked again in the pause"
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 1]


def test_e_mails_wait_for_a_mail_server_that_is_down(mail: MailServer) -> None:
    mail.stop()
    write("a")
    write("b")
    assert deliver() == 0
    row = Delivery.objects.get(attempts=1)
    assert "ConnectionRefusedError" in row.error
    mail.start()
    make_due()
    assert deliver() == 2
    assert sorted(mail.subjects) == ["E-mail a", "E-mail b"]
    assert set(Delivery.objects.values_list("error", flat=True)) == {""}


def test_an_address_that_does_not_exist_is_not_tried_again_and_holds_up_nobody(mail: MailServer) -> None:
    mail.refuse["nobody@example.com"] = 550
    write("a", to="nobody@example.com")
    write("b")
    assert deliver() == 1
    row = Delivery.objects.get(dedupe_key="a")
    assert (row.attempts, row.is_dead) == (1, True)
    assert "550" in row.error


def test_the_log_does_not_say_who_was_not_reached(mail: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    mail.refuse["nobody@example.com"] = 550
    write("a", to="nobody@example.com")
    deliver()
    assert "was not sent: SMTPRecipientsRefused" in caplog.text
    assert "nobody@" not in caplog.text


def test_what_is_no_e_mail_is_not_tried_again(mail: MailServer) -> None:
    write("a", to="ada@example.com\nBcc: all@example.com")
    write("b")
    assert deliver() == 1
    assert Delivery.objects.get(dedupe_key="a").is_dead


def test_an_e_mail_refused_for_now_is_tried_until_it_is_dead_and_can_be_retried(mail: MailServer, staff: User) -> None:
    mail.refuse["full@example.com"] = 452
    write(to="full@example.com")
    for _ in range(MOST_ATTEMPTS):
        assert not Delivery.objects.get().is_dead
        deliver()
        deliver()  # not due yet: no attempt
        make_due()
    row = Delivery.objects.get()
    assert (row.attempts, row.is_dead) == (MOST_ATTEMPTS, True)
    mail.refuse.clear()
    assert deliver() == 0
    assert retry_dead_deliveries([row.pk], actor=staff) == 1
    assert deliver() == 1
    assert logged() == [(staff.pk, "To be sent again.")]


def test_an_e_mail_that_lost_its_worker_each_time_is_dead_at_last(mail: MailServer) -> None:
    write()
    Delivery.objects.update(attempts=MOST_ATTEMPTS)
    assert deliver() == 0
    assert Delivery.objects.get().is_dead


def test_an_e_mail_of_a_channel_that_is_not_there_is_dead_after_a_while_and_sent_once_it_is(
    mail: MailServer, settings: Any, staff: User
) -> None:
    channels = settings.DELIVERY_CHANNELS
    settings.DELIVERY_CHANNELS = {"web": channels["web"]}
    write()
    for minutes, is_dead in ((14, False), (16, True)):
        Delivery.objects.update(due_at=Now() - timedelta(minutes=minutes))
        assert notify_waiting() == []
        assert Delivery.objects.get().is_dead is is_dead
    assert "DELIVERY_CHANNELS has no such channel" in Delivery.objects.get().error
    # A retry before it is there is no failure of Redis, which would silence every wake-up for two seconds.
    assert retry_dead_deliveries([Delivery.objects.get().pk], actor=staff) == 1
    assert core.redis._silent_until == 0.0
    Delivery.objects.update(is_dead=True)
    settings.DELIVERY_CHANNELS = channels
    assert notify_waiting() == ["email"]
    assert deliver() == 1


def test_a_living_e_mail_is_neither_retried_nor_discarded_by_hand(staff: User) -> None:
    write()
    ids = [Delivery.objects.get().pk]
    assert retry_dead_deliveries(ids, actor=staff) == 0
    assert discard_dead_deliveries(ids, actor=staff, reason="No such customer") == 0
    assert (Delivery.objects.count(), logged()) == (1, [])


def test_a_dead_e_mail_is_discarded_with_a_reason(staff: User) -> None:
    write()
    Delivery.objects.update(is_dead=True)
    assert discard_dead_deliveries([Delivery.objects.get().pk], actor=staff, reason="No such customer") == 1
    assert not Delivery.objects.exists()
    assert logged() == [(staff.pk, "Discarded: No such customer")]


def outlived(mail: MailServer, *, then: int) -> Delivery:
    """A message whose lease ended while it was sent, and was taken by another worker; the first is answered `then`."""
    mail.refuse["ada@example.com"] = then
    mail.answers.clear()
    write()
    worker = threading.Thread(target=deliver_and_close)
    worker.start()
    assert mail.asked.acquire(timeout=30)
    Delivery.objects.update(due_at=Now() - timedelta(seconds=1))
    row = lease(Delivery.objects.get().pk)
    assert row
    mail.answers.set()
    worker.join(30)
    return row


def test_a_failure_after_the_lease_does_not_touch_the_next_one(mail: MailServer) -> None:
    leased = outlived(mail, then=452)
    row = Delivery.objects.get()
    assert (row.attempts, row.due_at, row.error) == (2, leased.due_at, "")


def test_an_e_mail_that_was_sent_after_its_lease_is_sent(mail: MailServer) -> None:
    outlived(mail, then=250)
    assert Delivery.objects.get().sent_at


def test_a_delivery_whose_time_is_up_hands_over(mail: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "LONGEST", 0.0)
    write("a")
    write("b")
    before = messages()
    assert deliver() == 1
    assert messages() == before + 1


def test_e_mails_sent_long_ago_are_dropped_and_their_keys_forgotten(mail: MailServer, settings: Any) -> None:
    write("old")
    write("new")
    deliver()
    write("unsent")
    long_ago = Now() - timedelta(days=settings.DELIVERY_DAYS, minutes=1)
    Delivery.objects.filter(dedupe_key="old").update(sent_at=long_ago)
    Delivery.objects.update(created_at=long_ago)
    assert drop_old_deliveries() == 1
    write("old")
    write("new")
    assert sorted(Delivery.objects.values_list("dedupe_key", flat=True)) == ["new", "old", "unsent"]


def test_a_worker_sends_what_it_is_woken_for(tmp_path: Path) -> None:
    with MailServer() as server:
        worker = start_worker(tmp_path, EMAIL_URL=server.url)
        worker.ready()
        try:
            write()
            wait_until(lambda: server.subjects == ["E-mail a"], "the message is sent")
        finally:
            worker.teardown()
    assert BEAT_SCHEDULE["wake_deliveries"]["task"] == "wake_deliveries"
