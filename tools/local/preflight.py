"""Checks before anything is started: ports, log-ins, and the DATABASE_URL and REDIS_URL of the environment."""

import errno
import os
import socket
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg2  # type: ignore[import-untyped]
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.terminal import LocalError


@dataclass(frozen=True)
class Ports:
    """TCP ports on 127.0.0.1."""

    web: int
    flower: int


def preflight() -> Ports:
    """Return the ports to listen on. Raises LocalError, which names the variable to change."""
    ports = Ports(web=_port("PORT", 8000), flower=_port("FLOWER_PORT", 5555))
    if ports.web == ports.flower:
        raise LocalError(f"PORT and FLOWER_PORT are both {ports.web}: set one of them to another number.")
    _check_free(ports.web, "PORT")
    _check_free(ports.flower, "FLOWER_PORT")
    login = os.environ.get("FLOWER_BASIC_AUTH")
    if login and not all(all(one.partition(":")) for one in login.split(",")):
        raise LocalError("FLOWER_BASIC_AUTH is not of the form NAME:PASSWORD, or several of these with commas between.")
    check_addresses()
    return ports


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise LocalError(f"{variable}={text} is not a port: set it to a number from 1 to 65535.")
    return int(text)


def _check_free(port: int, variable: str) -> None:
    with socket.socket() as listener:
        # As gunicorn and Flower do: a connection in TIME_WAIT after a stop does not make the port taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise LocalError(f"Port {port} {why}: set {variable} to another number.") from None


TIMEOUT_SECONDS = 3
OLDEST_POSTGRES = 15
DATABASE_FORM = "postgres://USER:PASSWORD@HOST:PORT/NAME"
REDIS_FORM = "redis://:PASSWORD@HOST:PORT/0"


def check_addresses() -> None:
    """Raise LocalError if an address is set but malformed, or its server does not answer in time."""
    if address := os.environ.get("DATABASE_URL"):
        _check_database(address)
    if address := os.environ.get("REDIS_URL"):
        _check_redis(address)


def _check_database(address: str) -> None:
    uri = _libpq_uri(address)
    try:
        connection = psycopg2.connect(uri, connect_timeout=TIMEOUT_SECONDS)
    except psycopg2.ProgrammingError:
        # Not libpq's own message, which repeats the address with the password.
        raise LocalError(f"DATABASE_URL is not of the form {DATABASE_FORM}.") from None
    except (psycopg2.Error, UnicodeError) as error:
        raise LocalError(f"DATABASE_URL: {_one_line(error)}") from None
    version = connection.server_version // 10_000
    connection.close()
    if version < OLDEST_POSTGRES:
        raise LocalError(f"DATABASE_URL: version {version} is older than {OLDEST_POSTGRES}.")


def _libpq_uri(address: str) -> str:
    """Remove what only Django understands: options in capitals, such as ?CONN_MAX_AGE=60."""
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
