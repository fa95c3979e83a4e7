"""How every process writes its log, and which request a line is about. See docs/logs.md.

Web, workers, beat and gunicorn log alike, and a request's id goes from the one to the others. Standard library only;
gunicorn reads this before there is any Django.
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
    """Every line that is written inside is about this request; an empty id is about none."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def facts(**values: Any) -> dict[str, Any]:
    """`extra=facts(rows=3)`: fields of their own in JSON, `rows=3` at the line's end for people. Nothing of persons."""
    return {"facts": values}


class Context(logging.Filter):
    """Puts the request and the task on a line, and takes addresses out of it that open something."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: nothing is held back."""
        record.context = _context()
        request = getattr(record, "request", None)
        if isinstance(record.args, tuple) and (path := getattr(request, "path", "")):
            # Django's own lines name the path, and a path may be the signed link to an order or to a new password.
            record.args = tuple(route_of(request) if arg == path else arg for arg in record.args)
        return True


def route_of(request: Any) -> str:
    """The pattern that a request's address fits, such as `orders/<str:token>/`; empty where it fits none."""
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
    """One object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; times in UTC."""
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
    """For people at a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, and what it is about at its end."""
        about = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        return f"{super().formatMessage(record)} {about}".rstrip()


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {**getattr(record, "context", {}), **getattr(record, "facts", {})}


def logging_config(style: str) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes. Argument: "json" or "line"."""
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
            # It says that there is no file of `make up`, as is right in every container.
            "environ": {"level": "WARNING"},
        },
    }
