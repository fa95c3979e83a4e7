"""gunicorn's settings, the same under `make up` and in a container."""

import os

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from log_lines import logging_config


class LeavingWorker(ThreadWorker):  # type: ignore[misc]
    """A gthread worker that serves whoever came before it was told to stop.

    gunicorn's own keeps its socket open while it finishes, but takes nobody from it: those whom the kernel has let in
    meanwhile lose their connection with their request sent, so that nobody knows whether it was done. This one takes
    all of them, and closes at once: who comes later is refused, and a proxy asks another process.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._take_all(listener)
                listener.close()

    def _take_all(self, listener: object) -> None:
        taken = -1
        while taken < self.nr_conns:
            taken = self.nr_conns
            self.accept(listener)


bind = f"{os.environ.get('BIND_HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = LeavingWorker
workers = 2
threads = 4
# The site is loaded before the socket is opened: until then a proxy is refused, and asks a process that is ready. By
# default whoever comes too early is let in, and waits for as long as loading takes. Loaded once, it needs less memory.
preload_app = True
# A request waits for a row lock for seconds at most; longer than this is a client that does not read.
graceful_timeout = 10
# Whose word counts for how a request came, the settings say (SHOP_TRUSTED_PROXIES), not where it connects from.
forwarded_allow_ips = ""
# Its default place is below the home folder, which a container's user may not have.
control_socket_disable = True
# No access log of its own: `shop.request_log` writes a line a request, which knows its route and its id.
logconfig_dict = logging_config(os.environ.get("LOG_FORMAT") or "line")
