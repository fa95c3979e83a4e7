"""For load balancers: does the process answer, and can it serve shoppers?"""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core.redis import client, try_redis

_FINE = "ok"


@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers requests at all."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 while shoppers can be served, else 503, and why.

    A Redis that is away is told but is no reason to take the process out of service: shoppers are served without it.
    """
    database = _database()
    parts = {
        "database": database,
        "migrations": _migrations() if database == _FINE else "unknown",
        "redis": try_redis(_ping, otherwise="away: effects are kept, and done when it is back"),
    }
    ready = parts["database"] == parts["migrations"] == _FINE
    return JsonResponse(parts, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "away"
    return _FINE


def _migrations() -> str:
    try:
        return _migrations_applied()
    except LookupError as missing:
        return f"not applied: {missing}"


@cache
def _migrations_applied() -> str:
    """Asked until the answer is yes, then never again: a running process cannot lose its migrations."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise LookupError(", ".join(str(migration) for migration, _ in missing))
    return _FINE


def _ping() -> str:
    client().ping()
    return _FINE
