"""The log of every process, and the request that a line is about. See docs/logs.md.

Web, workers, beat and gunicorn log alike, and the id of a request goes with the tasks it caused. Uses no Django:
gunicorn reads this before Django is loaded.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from celery import current_task

_request_id: ContextVar[str] = ContextVar("request_id", default="")

current_request = _request_id.get


@contextmanager
def about_request(request_id: str) -> Iterator[None]:
    """Every line written inside is about this request. An empty id stands for none."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def facts(**values: Any) -> dict[str, Any]:
    """`extra=facts(rows=3)`: a field of its own in JSON, `rows=3` at the end of a line for people. No personal data."""
    return {"facts": values}


class Context(logging.Filter):
    """Adds request and task to a line, and removes paths that are secret links."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: no line is dropped."""
        record.context = _context()
        request = getattr(record, "request", None)
        if isinstance(record.args, tuple) and (path := getattr(request, "path", "")):
            # Django's own lines name the path, which may be a signed link to an order or to a new password.
            record.args = tuple(route_of(request) if arg == path else arg for arg in record.args)
        return True


def route_of(request: Any) -> str:
    """The pattern of a request's address, such as `orders/<str:token>/`; empty where none fits."""
    match = getattr(request, "resolver_match", None)
    return match.route if match else ""


def _context() -> dict[str, str]:
    about = {"request_id": _request_id.get()}
    if current_task:
        about |= {"task": current_task.name, "task_id": current_task.request.id or ""}
    return {name: value for name, value in about.items() if value}


# Made once: `json.dumps(…, default=…)` makes an encoder a line.
_encode = json.JSONEncoder(default=str).encode


class Json(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the time in UTC."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line)


class Line(logging.Formatter):
    """A line for people at a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The message, followed by its fields."""
        about = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        return f"{super().formatMessage(record)} {about}".rstrip()


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {**getattr(record, "context", {}), **getattr(record, "facts", {})}


def logging_config(style: str) -> dict[str, Any]:
    """The argument for `logging.config.dictConfig`. `style` is "json" or "line"."""
    formatters = {
        "line": {"()": Line, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": Json},
    }
    console = {"class": "logging.StreamHandler", "formatter": style, "filters": ["context"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": Context}},
        "formatters": formatters,
        "handlers": {"console": console},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            # gunicorn gives it a handler of its own, which would write each line a second time.
            "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
            # It warns that the file of `make up` is missing, which is normal in a container.
            "environ": {"level": "WARNING"},
            # It tells thirty lines of each font that it puts into a PDF.
            "fontTools": {"level": "WARNING"},
        },
    }
