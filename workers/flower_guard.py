"""`install`: Flower does not start without a log-in, and is read-only. It would show all tasks to everybody, and let
them end workers.

However Flower is started (compose, `make up`, by hand), it loads this project's Celery application. The guard acts
there: it stops Flower, or adds the log-in to the two pages that Flower shows to everybody.
`tests/workers/test_flower_guard.py` shows when Flower refuses by itself.
"""

import os
from collections.abc import Sequence
from typing import Any

import click
from celery.signals import import_modules

_REFUSAL = (
    "Flower does not start without a log-in: set FLOWER_BASIC_AUTH to name:password, or give it --auth with a provider."
)


def install() -> None:
    """Check before Flower opens its port. Celery's commands send this signal when the application is loaded.

    Its buttons (end a worker, cancel a queue) need somebody at the machine, who starts it with FLOWER_READ_ONLY=false
    or --read_only=false: Flower does not record who pressed one.
    """
    os.environ.setdefault("FLOWER_READ_ONLY", "true")
    import_modules.connect(_guard, dispatch_uid="flower_guard")


def has_log_in(basic_auth: Sequence[str], auth: str) -> bool:
    """Whether these options of Flower require a name and a password, or a log-in at a provider."""
    return bool(auth) or bool(basic_auth and all(all(each.partition(":")) for each in basic_auth))


def _guard(**kwargs: Any) -> None:
    command = click.get_current_context(silent=True)
    if command is None or command.info_name != "flower":
        return
    from flower.options import options  # here, so that other commands do not import Flower

    if not has_log_in(options.basic_auth, options.auth):
        raise click.ClickException(_REFUSAL)
    _ask_for_log_in()


def _ask_for_log_in() -> None:
    """Metrics and health too: they show the names of tasks and workers. The answer is 401, or a provider's log-in."""
    from flower.views.monitor import Healthcheck, Metrics
    from tornado.web import authenticated

    for page in (Healthcheck, Metrics):
        page.get = authenticated(page.get)
