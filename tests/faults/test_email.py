"""E-mails: a worker dies while it sends one, and a mail server hangs."""

from collections.abc import Callable, Iterator

import pytest

from delivery.services import send_email
from tests.faults.conftest import StartSite
from tests.faults.enduring import AS_USUAL, endure
from tests.faults.load import Load
from tests.faults.site import Site
from tests.support.mailing import MailServer
from tests.support.waiting import wait_until

Note = Callable[..., None]


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def write(site: Site, key: str) -> None:
    """Queue an e-mail. Beat wakes a worker for it, since this process uses another broker."""
    with site.orm():
        send_email(kind="test", to="ada@example.com", subject=key, text="Words", dedupe_key=key)


def unsent(site: Site) -> int:
    count: int = site.sql("SELECT count(*) FROM workers_letter WHERE sent_at IS NULL")[0][0]
    return count


@pytest.mark.quick_fault
@pytest.mark.row("24", "worker killed before and after it sends an e-mail", "sent again, under the same Message-ID")
def test_killed_with_an_e_mail(start_site: StartSite, mail: MailServer, note: Note) -> None:
    site = start_site(env={"EMAIL_URL": mail.url, "FAULTS_HURRY": "1"}, without=("web", "bulk"))
    for point in ("delivery_leased", "delivery_sent"):
        site.arm(point)
    write(site, "a")
    wait_until(lambda: unsent(site) == 0, "the e-mail is marked as sent", 60)
    assert mail.subjects == ["a", "a"]
    assert len({message["Message-ID"] for message in mail.messages}) == 1
    note(None)


@pytest.mark.row("24b", "mail server hangs", "everything else goes on; e-mails are sent, each once, when it answers")
def test_mail_server_hangs(start_site: StartSite, mail: MailServer, note: Note) -> None:
    site = start_site(env={"EMAIL_URL": mail.url})

    def fault(load: Load) -> None:
        mail.answers.clear()
        for number in range(20):
            write(site, str(number))
        wait_until(lambda: mail.asked.acquire(blocking=False), "the mail server is asked")
        load.goes_on(20)
        mail.answers.set()

    observed = endure(site, fault, only=AS_USUAL)
    wait_until(lambda: unsent(site) == 0, "all e-mails are sent", 120)
    # The server may have accepted an e-mail during the hang after its client gave up, so some may come twice.
    assert set(mail.subjects) == {str(number) for number in range(20)}
    note(observed, remark=f"({len(mail.messages) - 20} twice)")
