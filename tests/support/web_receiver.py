"""`WebReceiver`: a web server on this machine that stores requests, and can hang, answer slowly or refuse."""

import json
from typing import Any

from tests.support.local_server import LocalServer, OwnedHandler


class WebReceiver(LocalServer):
    """Answers each POST with `status` and `headers`, or not at all while `answers` is clear."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.status, self.headers, self.words = 200, {}, "ok"  # type: int, dict[str, str], str
        self.messages: list[dict[str, Any]] = []
        self.requests: list[tuple[str, dict[str, str]]] = []  # path and headers
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"{super().url}/hook"


class _Handler(OwnedHandler):
    def do_POST(self) -> None:
        receiver: WebReceiver = self.owner
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
