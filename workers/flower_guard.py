"""Keeps Flower behind a log-in: without one it would show everything to everybody, and let them end workers.

However it is started (compose, `make up`, by hand) it loads this project's Celery application, and that is where it is
stopped, and where the two pages that it shows to everybody learn to ask. `tests/workers/test_flower_guard.py` tells
when Flower has learnt to refuse by itself.
"""

from collections.abc import Sequence
from typing import Any

import click
from celery.signals import import_modules

_REFUSAL = (
    "Flower does not start without a log-in: set FLOWER_BASIC_AUTH to name:password, or give it --auth with a provider."
)


def install() -> None:
    """Look before Flower opens its port. Celery's commands send this signal when the application is loaded."""
    import_modules.connect(_guard, dispatch_uid="flower_guard")


def has_log_in(basic_auth: Sequence[str], auth: str) -> bool:
    """Whether these options of Flower let nobody in without a name and a password, or a log-in elsewhere."""
    return bool(auth) or bool(basic_auth and all(all(each.partition(":")) for each in basic_auth))


def _guard(**kwargs: Any) -> None:
    command = click.get_current_context(silent=True)
    if command is None or command.info_name != "flower":
        return
    from flower.options import options  # where Flower is not what runs, it would cost its import

    if not has_log_in(options.basic_auth, options.auth):
        raise click.ClickException(_REFUSAL)
    _ask_for_log_in()


def _ask_for_log_in() -> None:
    """For figures and health too, which tell the names of tasks and workers: 401, or the log-in elsewhere."""
    from flower.views.monitor import Healthcheck, Metrics
    from tornado.web import authenticated

    for page in (Healthcheck, Metrics):
        page.get = authenticated(page.get)
