"""`LocalServer`: an HTTP server of the tests on this machine, in threads of this process."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class LocalServer:
    """Serves while it is entered. Its handlers find it as `owner`.

    They release `asked` once for every request, and answer none while `answers` is clear.
    """

    def __init__(self, handler: "type[OwnedHandler]", port: int = 0) -> None:
        self.answers = threading.Event()
        self.answers.set()
        self.asked = threading.Semaphore(0)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._server.owner = self  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.answers.set()
        self._server.shutdown()
        self._server.server_close()


class OwnedHandler(BaseHTTPRequestHandler):
    """A handler of a `LocalServer`. It does not log to the terminal."""

    @property
    def owner(self) -> Any:
        """The server."""
        return self.server.owner  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: Any) -> None:
        """Do not log."""
