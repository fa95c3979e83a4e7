"""`ShopWorker`, gunicorn's worker class of the shop: a thread gets a request only when it has arrived completely.

gunicorn's own threads read from the client, so a few connections that send half a request hold all of them. Here the
loop that waits for all connections reads, and a thread gets what it can answer.
"""

import errno
import re
import select
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_WR
from typing import Any

from gunicorn.http import RequestParser  # type: ignore[import-untyped]
from gunicorn.http.message import Request  # type: ignore[import-untyped]
from gunicorn.http.unreader import IterUnreader  # type: ignore[import-untyped]
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker  # type: ignore[import-untyped]

# For head and body together, however they come: a byte now and then prolongs nothing. A photograph of 8 MB takes
# so long at 2.6 Mbit/s, and the proxy gives it about as much (containers/Caddyfile).
READ_SECONDS = 25.0
SEND_SECONDS = 10.0  # for a piece of an answer to a client that does not read
LEAVE_SECONDS = 2.0  # for a client to read the end of an answer and to close
MOST_HEAD = 64 * 1024  # bytes; gunicorn refuses a line of 8 KB
# Bytes; what is larger, the shop refuses by what the head says of it (shop/uploads.py).
MOST_BODY = 10 * 1024 * 1024
MOST_WAITING = 32 * 1024 * 1024  # bytes of all requests of a process that are not all there
_PIECE = 64 * 1024  # bytes
# As browsers write it. Whatever is written otherwise, gunicorn's own parser reads: a tenth of a millisecond.
_PLAIN_LENGTH = re.compile(rb"\r\ncontent-length: ([0-9]{1,9})\r\n")


class Incoming:
    """What has arrived of a request. `until`: when the rest must be there, by the monotonic clock."""

    def __init__(self, received: bytes = b"", *, seconds: float = READ_SECONDS) -> None:
        self.until = time.monotonic() + seconds
        self.received = bytearray(received)
        self.is_last = False  # where the next request would begin is not known, so there is none
        self.is_answered = False  # what still comes is read for the client to read the answer to its end
        self._is_asked_for = False
        self._head = self._size = 0  # bytes of the head, and of all; 0 while the head is not all there

    def is_whole(self, cfg: Any, client: Any) -> bool:
        """Whether a thread can have it: all has arrived, or the head alone is refused."""
        return (self._size or self._measure(cfg, client)) > 0 and len(self.received) >= self._size

    def waits_to_be_asked(self) -> bool:
        """Whether the client waits for "100 Continue" before it sends the body. True once. Rule: RFC 9110, 10.1.1."""
        if not self._size or self._is_asked_for:
            return False
        self._is_asked_for = True
        return b"\r\nexpect: 100-continue" in self.received[: self._head].lower()

    def pieces(self) -> list[bytes]:
        """The request in pieces: gunicorn's parser copies the rest of a single large one at each reading."""
        body = bytes(self.received[self._head : self._size])
        return [bytes(self.received[: self._head]), *(body[at : at + _PIECE] for at in range(0, len(body), _PIECE))]

    def surplus(self) -> bytes:
        """What arrived after the request: the beginning of the next one."""
        return bytes(self.received[self._size :])

    def _measure(self, cfg: Any, client: Any) -> int:
        """The length of the request in bytes; 0 while its head is incomplete."""
        end = self.received.find(b"\r\n\r\n", 2)  # an empty line may come first
        if end < 0 and len(self.received) <= MOST_HEAD:
            return 0
        self._head = end + 4 if end >= 0 else len(self.received)
        length = _length(cfg, bytes(self.received[: self._head]), client)
        self.is_last = length is None
        self._size = self._head + (length or 0)
        return self._size


def _length(cfg: Any, head: bytes, client: Any) -> int | None:
    """The length of the body in bytes, as gunicorn reads the head; None where a thread refuses it by the head alone.

    None is for a wrong head, a body larger than any form, and a chunked body, which Django does not read.
    """
    names = head.lower()
    said = names.count(b"content-length"), names.count(b"transfer-encoding")
    if said == (0, 0):
        return 0
    if said == (1, 0) and (plain := _PLAIN_LENGTH.search(names)):
        return int(plain[1]) if int(plain[1]) <= MOST_BODY else None
    try:
        reader = Request(cfg, IterUnreader([head]), client).body.reader
    except Exception:  # of many kinds; the thread meets it again, and answers it
        return None
    length: int = getattr(reader, "length", MOST_BODY + 1)
    return length if length <= MOST_BODY else None


class ShopWorker(ThreadWorker):  # type: ignore[misc]
    """A gthread worker whose threads never wait for input of a client, and which loses no connection when it stops.

    With a certificate of its own (`--certfile`) it reads as gunicorn does.
    """

    pending_conns: deque[Any]

    def enqueue_req(self, conn: Any) -> None:
        """Called with a connection that is new or has something to read."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
        else:
            conn.incoming = getattr(conn, "incoming", None) or Incoming()
            self._read(conn)

    def _read(self, conn: Any) -> None:
        try:
            received = conn.sock.recv(_PIECE)
        except BlockingIOError:
            return self._wait(conn)
        except OSError:
            received = b""
        if not received:
            return self._close(conn)
        if conn.incoming.is_answered:
            return self._wait(conn)
        conn.incoming.received += received
        return self._go_on(conn)

    def _go_on(self, conn: Any) -> None:
        if conn.incoming.is_whole(self.cfg, conn.client):
            return self._hand_over(conn)
        if conn.incoming.waits_to_be_asked():
            with suppress(OSError):  # who has left is noticed at the next reading
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self._wait(conn)

    def _hand_over(self, conn: Any) -> None:
        """Give the connection to a thread, in the state of one that gunicorn began to read."""
        conn.is_last, conn.surplus = conn.incoming.is_last, conn.incoming.surplus()
        conn.parser = RequestParser(self.cfg, conn.incoming.pieces(), conn.client)
        conn.initialized, conn.incoming = True, None
        super().enqueue_req(conn)

    def _wait(self, conn: Any) -> None:
        """Wait for more input until the time is over. If all together are too large, end the largest."""
        conn.timeout = conn.incoming.until
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
        if sum(map(_size, self.pending_conns)) > MOST_WAITING:
            max(self.pending_conns, key=_size).timeout = 0.0

    def murder_pending(self) -> None:
        """Close connections whose time is over. gunicorn expects them sorted by time, which slow senders are not."""
        self.pending_conns = deque(sorted(self.pending_conns, key=lambda conn: conn.timeout))
        super().murder_pending()

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Called in a thread. Returns whether the connection may bring another request."""
        conn.sock.settimeout(SEND_SECONDS)
        try:
            return bool(super().handle_request(req, conn)) and not getattr(conn, "is_last", False)
        except TimeoutError as error:
            # Of a client that does not read; as with one that left, nobody need see it in the log.
            raise BrokenPipeError(errno.EPIPE, "The answer was not read in time.") from error

    def finish_request(self, conn: Any, fs: "Future[Any]") -> None:
        """Called when a thread is done with a connection. gunicorn's own would wait here for the client to close."""
        if self.cfg.is_ssl:
            super().finish_request(conn, fs)
        elif fs.exception() or not fs.result():
            self._leave(conn)
        elif conn.surplus:
            conn.sock.setblocking(False)
            conn.incoming = Incoming(conn.surplus)
            self._go_on(conn)
        else:
            super().finish_request(conn, fs)

    def _leave(self, conn: Any) -> None:
        """Announce the end of the answer, and close when the client does. Rule: RFC 9112, 9.6."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(SHUT_WR)
        except OSError:
            return self._close(conn)
        conn.incoming = Incoming(seconds=LEAVE_SECONDS)
        conn.incoming.is_answered = True
        return self._wait(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def set_accept_enabled(self, enabled: bool) -> None:
        """When told to stop, accept all connections that the kernel took, then close the socket at once.

        gunicorn's own keeps its socket open while it finishes but accepts nobody from it. Those clients lose their
        connection after they sent the request, and cannot know whether it was done. Later connections are refused here,
        so a proxy asks another process.
        """
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._take_all(listener)
                listener.close()
            self._hurry_silent()

    def _take_all(self, listener: Any) -> None:
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        while waiting.poll(0):
            self.accept(listener)

    def _hurry_silent(self) -> None:
        """Connections that a browser opened in advance must not delay the stop."""
        for conn in self.pending_conns:
            if not self.cfg.is_ssl and not conn.incoming.received:
                conn.incoming.until = conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)


def _size(conn: Any) -> int:
    return len(conn.incoming.received)
