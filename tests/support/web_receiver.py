"""`WebReceiver`: a web server on this machine that stores requests, and can hang, answer slowly or refuse."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class WebReceiver:
    """Answers each POST with `status` and `headers`, or not at all while `answers` is clear."""

    def __init__(self) -> None:
        self.status, self.headers, self.words = 200, {}, "ok"  # type: int, dict[str, str], str
        self.messages: list[dict[str, Any]] = []
        self.requests: list[tuple[str, dict[str, str]]] = []  # path and headers
        self.bodies: list[bytes] = []
        self.answers = threading.Event()
        self.answers.set()
        self.asked = threading.Semaphore(0)  # released once for every request
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.receiver = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> "WebReceiver":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.answers.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver: WebReceiver = self.server.receiver  # type: ignore[attr-defined]
        receiver.asked.release()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.answers.wait(60)
        receiver.bodies.append(body)
        receiver.messages.append(json.loads(body))
        receiver.requests.append((self.path, dict(self.headers)))
        self.send_response(receiver.status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(receiver.words.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Do not log to the terminal."""
