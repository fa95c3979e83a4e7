"""gunicorn's settings, the same under `make up` and in a container."""

import os

from core.logging import logging_config
from core.web_worker import ShopWorker

bind = f"{os.environ.get('BIND_HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = ShopWorker
workers = 2
threads = 4
# Fewer than the 1,024 files that a process may usually have open: a connection more would end the process.
worker_connections = 900
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
