"""What a load balancer is told."""

import pytest
from django.db import connection
from django.test import Client

import core.redis
from shop.pages import health

pytestmark = pytest.mark.django_db


def test_a_process_that_answers_is_healthy(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz").status_code == 200


def test_ready_with_everything_there(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "migrations": "ok", "redis": "ok"})


def test_ready_without_redis_since_shoppers_are_served_without_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "client", lambda: core.redis.Redis.from_url("redis://127.0.0.1:1/0"))  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["redis"].startswith("away")


def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    health._migrations_applied.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'workers'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "workers.0001_initial" in answer.json()["migrations"]
