"""Checks of settings that the shop's guarantees depend on. `manage.py check` and every command run them.

Database checks query the server, and run only in `manage.py migrate` and `manage.py check --database default`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from django.utils.module_loading import import_string

from core.celery import app

_READ_COMMITTED = "read committed"
_WHY_READ_COMMITTED = (
    "Conditional writes rely on meeting the newest row after a wait; under any other level they fail. "
    "See docs/locking.md."
)


@register()
def check_isolation_setting(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E001: no connection is configured for another isolation level than READ COMMITTED."""
    for alias in connections:
        level = connections[alias].settings_dict.get("OPTIONS", {}).get("isolation_level")
        if level not in (None, IsolationLevel.READ_COMMITTED):
            yield Error(
                f"DATABASES[{alias!r}] asks for the isolation level {level!r}; the shop needs READ COMMITTED.",
                hint=f"Remove isolation_level from its OPTIONS. {_WHY_READ_COMMITTED}",
                id="shop.E001",
            )


@register()
def check_atomic_requests(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E002: ATOMIC_REQUESTS is off."""
    for alias in connections:
        if connections[alias].settings_dict.get("ATOMIC_REQUESTS"):
            yield Error(
                f"DATABASES[{alias!r}] has ATOMIC_REQUESTS on.",
                hint=(
                    "Turn it off. It holds row locks while pages are rendered, and a command inside a transaction "
                    "cannot be run again after a deadlock."
                ),
                id="shop.E002",
            )


@register()
def check_tasks_are_not_eager(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E003: tasks run in workers, not in the request."""
    # Celery reads the settings once. A later override, as in tests, counts too.
    # What this refuses: it is set nowhere.
    if app.conf.task_always_eager or getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        yield Error(
            "Celery's task_always_eager is on.",
            hint="Turn it off: a shopper's request would wait for all that follows from it, and fail with it.",
            id="shop.E003",
        )


# The name in the environment, the minimum and the maximum. A hold's end and a count must fit their columns.
_LIMITS = (
    ("SHOP_HOLD_MINUTES_GUEST", 1, 525_600),
    ("SHOP_HOLD_MINUTES_USER", 1, 525_600),
    ("SHOP_HOLD_EXTENSIONS", 0, 32_767),
    ("SHOP_CART_DAYS", 1, 3650),
    ("SHOP_EFFECT_RUN_DAYS", 1, 3650),
    ("SHOP_EVENT_DAYS", 1, 3650),
    ("SHOP_LETTER_DAYS", 1, 3650),
    ("SHOP_LONGEST_DELIVERY_DAYS", 0, 365),
    ("SHOP_STOCK_ALERT_MINUTES", 0, 1440),
    ("SHOP_MAX_UNITS_PER_LINE", 1, 2_147_483_647),
    ("SHOP_MAX_UNITS_PER_CART", 1, 2_147_483_647),
    ("SHOP_ADDS_PER_MINUTE", 0, 2_147_483_647),
    ("SHOP_ORDERS_PER_HOUR", 0, 2_147_483_647),
    ("SHOP_LOGINS_PER_MINUTE", 0, 2_147_483_647),
    ("SHOP_LOOKUPS_PER_HOUR", 0, 2_147_483_647),
    ("SHOP_LETTERS_PER_HOUR", 0, 2_147_483_647),
    ("SHOP_TRUSTED_PROXIES", 0, 100),
)


@register()
def check_shop_numbers(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E004: the shop's numbers are in their ranges, and do not contradict each other."""
    for name, least, most in _LIMITS:
        value = _number(name)
        if type(value) is not int or not least <= value <= most:
            yield Error(
                f"{name} is {value!r}.", hint=f"Set it to a whole number from {least} to {most}.", id="shop.E004"
            )
    if settings.SHOP_HOLD_MINUTES["guest"] > settings.SHOP_CART_DAYS * 24 * 60:
        yield Error(
            "SHOP_HOLD_MINUTES_GUEST is longer than SHOP_CART_DAYS.",
            hint="A cart would be closed as abandoned while it still holds units. Make the holds shorter.",
            id="shop.E004",
        )
    if settings.SHOP_MAX_UNITS_PER_LINE > settings.SHOP_MAX_UNITS_PER_CART:
        yield Error(
            "SHOP_MAX_UNITS_PER_LINE is above SHOP_MAX_UNITS_PER_CART.",
            hint="No line could ever have so many. Lower the first or raise the second.",
            id="shop.E004",
        )


def _number(name: str) -> object:
    if name.startswith("SHOP_HOLD_MINUTES_"):
        return settings.SHOP_HOLD_MINUTES[name.removeprefix("SHOP_HOLD_MINUTES_").lower()]
    return getattr(settings, name)


@register()
def check_what_apps_put_in(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E011: dotted paths to other apps' functions in the settings, such as the category rule, can be imported."""
    hooks = ("SHOP_PLACEHOLDER_PICTURE", "SHOP_CATEGORY_PICTURE", "SHOP_CATEGORY_RULE")
    named = [(name, getattr(settings, name)) for name in hooks if getattr(settings, name)]
    named += [("SHOP_CATALOGUE_READERS", path) for path in settings.SHOP_CATALOGUE_READERS]
    for name, path in named:
        try:
            import_string(path)
        except ImportError as error:
            yield Error(
                f"{name} names {path!r}, which cannot be imported: {error}",
                hint="Give the dotted path of what it is to be, or leave it empty.",
                id="shop.E011",
            )


@register(Tags.database)
def check_isolation_of_server(
    app_configs: object, databases: Sequence[str] | None, **kwargs: Any
) -> Iterator[CheckMessage]:
    """shop.E005: transactions run under READ COMMITTED, whatever the default of server, database or role."""
    for alias in databases or ():
        (level,) = _show(alias, ["transaction_isolation"])
        if level != _READ_COMMITTED:
            yield Error(
                f"Transactions of the database {alias!r} are {level.upper()}; the shop needs READ COMMITTED.",
                hint=f"{_alter_role(alias, {'default_transaction_isolation': _READ_COMMITTED})} {_WHY_READ_COMMITTED}",
                id="shop.E005",
            )


@register(Tags.database)
def check_waits_are_bounded(
    app_configs: object, databases: Sequence[str] | None, **kwargs: Any
) -> Iterator[CheckMessage]:
    """shop.W001: sessions of this kind of process have time-outs, from start-up options or from the role."""
    waits = settings.DATABASE_WAITS
    for alias in databases or ():
        values = zip(waits, _show(alias, waits), strict=True)
        unbounded = {name: f"{waits[name]}ms" for name, value in values if value == "0"}
        if unbounded:
            yield Warning(
                f"Sessions of the database {alias!r} have no {', '.join(unbounded)}: a shopper may wait for ever.",
                hint=f"{_alter_role(alias, unbounded)} Or, without a pooler in between, DATABASE_STARTUP_OPTIONS=true.",
                id="shop.W001",
            )


def _show(alias: str, names: Iterable[str]) -> list[str]:
    with connections[alias].cursor() as cursor:
        return [_one(cursor, name) for name in names]


def _one(cursor: Any, name: str) -> str:
    cursor.execute("SELECT current_setting(%s)", [name])
    return str(cursor.fetchone()[0])


def _alter_role(alias: str, values: dict[str, str]) -> str:
    role = connections[alias].ops.quote_name(connections[alias].settings_dict["USER"] or "…")
    return " ".join(f"ALTER ROLE {role} SET {name} = '{value}';" for name, value in values.items())
