"""Each setting in the settings file is one that Celery knows: a misspelt one would be ignored without a word."""

from typing import Any

import pytest
from celery.app.defaults import NAMESPACES, flatten
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]
from django.conf import settings

from core.celery import app

# Celery's Django fixup reads one more, which its list of settings leaves out.
SETTINGS: dict[str, Any] = dict(flatten(NAMESPACES))
KNOWN = {name.upper() for name in SETTINGS} | {"DB_REUSE_MAX"}
NAMES = sorted(name for name in dir(settings) if name.startswith("CELERY_"))


@pytest.mark.parametrize("name", NAMES)
def test_celery_knows_the_setting(name: str) -> None:
    assert name.removeprefix("CELERY_") in KNOWN


def test_no_misspelt_name_would_pass() -> None:
    assert "TASK_ACKS_LATER" not in KNOWN


def test_connections_are_kept_only_where_dead_ones_are_noticed() -> None:
    assert DjangoWorkerFixup(app).db_reuse_max == 1000
    assert settings.DATABASES["default"]["CONN_HEALTH_CHECKS"]


def test_every_scheduled_task_exists() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_only_json_is_accepted() -> None:
    assert app.conf.accept_content == ["json"]
    assert (app.conf.task_serializer, app.conf.result_serializer) == ("json", "json")


def test_no_task_runs_as_long_as_its_message_is_invisible() -> None:
    assert app.conf.task_time_limit * 2 < app.conf.broker_transport_options["visibility_timeout"]
