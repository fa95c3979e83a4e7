"""gunicorn's settings, the same under `make up` and in a container."""

import os

from log_lines import logging_config

bind = f"{os.environ.get('BIND_HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = 2
threads = 4
# A request waits for a row lock for seconds at most; longer than this is a client that does not read.
graceful_timeout = 10
# Its default place is below the home folder, which a container's user may not have.
control_socket_disable = True
# No access log of its own: `shop.request_log` writes a line a request, which knows its route and its id.
logconfig_dict = logging_config(os.environ.get("LOG_FORMAT") or "line")
