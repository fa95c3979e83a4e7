"""`MailServer`: a mail server on this machine that stores e-mails, and can be down, hang or refuse; `link_in_mail`."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import Message
from types import TracebackType

from django.core import mail

from delivery.deliver import deliver
from tools.local.server import free_port


class MailServer:
    """The part of SMTP that Django's back end uses. `refuse` maps addresses to the reply code to give, such as 550."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[Message] = []
        self.refuse: dict[str, int] = {}
        self.answers = threading.Event()  # while clear, it sends nothing, not even a greeting
        self.answers.set()
        self.asked = threading.Semaphore(0)  # released once for every connection
        self._server: socketserver.ThreadingTCPServer | None = None

    @property
    def url(self) -> str:
        """The value for EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]

    def start(self) -> None:
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        server = self._server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), _Dialogue)
        server.daemon_threads = True
        server.mail = self  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening: connections are refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> "MailServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.answers.set()
        self.stop()


class _Dialogue(socketserver.StreamRequestHandler):
    @property
    def mail(self) -> MailServer:
        return self.server.mail  # type: ignore[attr-defined, no-any-return]

    def handle(self) -> None:
        self.mail.asked.release()
        self.mail.answers.wait(60)
        with suppress(ConnectionError):  # the client gave up
            self._talk()

    def _talk(self) -> None:
        self._say(220)
        for line in self._lines():
            word, _, rest = line.upper().partition(" ")
            if word == "DATA":
                self._take()
            elif word == "RCPT":
                self._say(self.mail.refuse.get(rest.partition("<")[2].partition(">")[0].lower(), 250))
            else:
                self._say(221 if word == "QUIT" else 250)

    def _take(self) -> None:
        self._say(354)
        text = b"\n".join(line.encode("latin-1") for line in self._lines(until="."))
        self.mail.messages.append(message_from_bytes(text))
        self._say(250)

    def _lines(self, until: str | None = None) -> Iterator[str]:
        while line := self.rfile.readline():
            text = line.decode("latin-1").rstrip("\r\n")
            if text == until:
                return
            yield text

    def _say(self, code: int) -> None:
        self.wfile.write(f"{code} mail.test\r\n".encode())


def link_in_mail() -> str:
    """Send the e-mails that wait, and return the path of the link in the latest one."""
    deliver("email")
    (link,) = re.findall(r"http://127.0.0.1:8000(/\S+)", str(mail.outbox[-1].body))
    return str(link)
