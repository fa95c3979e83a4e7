"""Check DATABASE_URL and REDIS_URL where the environment sets them, before anything is started."""

import os
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg2  # type: ignore[import-untyped]
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.terminal import LocalError

TIMEOUT_SECONDS = 3
OLDEST_POSTGRES = 15
DATABASE_FORM = "postgres://USER:PASSWORD@HOST:PORT/NAME"
REDIS_FORM = "redis://:PASSWORD@HOST:PORT/0"


def check_addresses() -> None:
    """`LocalError` for an address that is set but is malformed, or whose server does not answer in time."""
    if address := os.environ.get("DATABASE_URL"):
        _check_database(address)
    if address := os.environ.get("REDIS_URL"):
        _check_redis(address)


def _check_database(address: str) -> None:
    uri = _libpq_uri(address)
    try:
        connection = psycopg2.connect(uri, connect_timeout=TIMEOUT_SECONDS)
    except psycopg2.ProgrammingError:
        # Not libpq's own words: they repeat the address, and with it the password.
        raise LocalError(f"DATABASE_URL is not of the form {DATABASE_FORM}.") from None
    except (psycopg2.Error, UnicodeError) as error:
        raise LocalError(f"DATABASE_URL: {_one_line(error)}") from None
    version = connection.server_version // 10_000
    connection.close()
    if version < OLDEST_POSTGRES:
        raise LocalError(f"DATABASE_URL: version {version} is older than {OLDEST_POSTGRES}.")


def _libpq_uri(address: str) -> str:
    """The address without what only Django understands: options in capitals, such as ?CONN_MAX_AGE=60."""
    try:
        parts = urlsplit(address)
        well_formed = parts.scheme in ("postgres", "postgresql") and len(parts.path) > 1 and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed:
        raise LocalError(f"DATABASE_URL is not of the form {DATABASE_FORM}.")
    query = [(key, value) for key, value in parse_qsl(parts.query) if not key.isupper()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _check_redis(address: str) -> None:
    limits = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    try:
        client = redis.Redis.from_url(address, retry=Retry(NoBackoff(), 0), **limits)
    except ValueError:
        raise LocalError(f"REDIS_URL is not of the form {REDIS_FORM}.") from None
    try:
        client.ping()
    except (redis.RedisError, OSError, UnicodeError) as error:
        raise LocalError(f"REDIS_URL: {_one_line(error)}") from None
    finally:
        client.close()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
