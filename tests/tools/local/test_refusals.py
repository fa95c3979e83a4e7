"""What cannot work is said in one line that names the variable, and nothing is left running."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator

import pytest

from tests.tools.local.runner import Runner
from tools.local.preflight import preflight
from tools.local.server import free_port
from tools.terminal import LocalError

pytestmark = pytest.mark.servers


@contextlib.contextmanager
def listening() -> Iterator[int]:
    """A port where somebody accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def refused(runner: Runner) -> str:
    """The one line that the runner says; checks that nothing was started."""
    assert runner.ended([]) == 1
    (line,) = runner.output.splitlines()
    assert not (runner.local / "env").exists()
    assert not (runner.local / "postgres").exists()
    return line


@pytest.fixture
def preflight_refuses(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What `preflight` says about these variables, without the run around it."""

    def ask(**env: str) -> str:
        for variable in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(variable, raising=False)
        for variable, value in {"PORT": str(free_port()), "FLOWER_PORT": str(free_port()), **env}.items():
            monkeypatch.setenv(variable, value)
        with pytest.raises(LocalError) as refusal:
            preflight()
        return str(refusal.value)

    return ask


@pytest.mark.parametrize("variable", ["PORT", "FLOWER_PORT"])
def test_taken_port(start: Callable[..., Runner], variable: str) -> None:
    with listening() as port:
        line = refused(start("up", **{variable: str(port)}))
    assert line == f"error: Port {port} is taken: set {variable} to another number."


@pytest.mark.parametrize("command", [("up",), ("--", "true")])
def test_database_that_refuses(start: Callable[..., Runner], command: tuple[str, ...]) -> None:
    line = refused(start(*command, DATABASE_URL="postgres://u:secret@127.0.0.1:1/name"))
    assert line.startswith("error: DATABASE_URL: ")
    assert "Connection refused" in line
    assert "secret" not in line


@pytest.mark.parametrize("port", ["http", "-1", "0", "65536", "8000.0", "٣"])
def test_port_that_is_no_port(preflight_refuses: Callable[..., str], port: str) -> None:
    assert preflight_refuses(PORT=port) == f"PORT={port} is not a port: set it to a number from 1 to 65535."


def test_two_equal_ports(preflight_refuses: Callable[..., str]) -> None:
    port = str(free_port())
    line = preflight_refuses(PORT=port, FLOWER_PORT=port)
    assert line == f"PORT and FLOWER_PORT are both {port}: set one of them to another number."


@pytest.mark.parametrize("login", ["open", ":", "staff:", ":secret", "anna:secret,ben", "anna:secret,"])
def test_flower_login_without_name_or_password(preflight_refuses: Callable[..., str], login: str) -> None:
    refusal = "FLOWER_BASIC_AUTH is not of the form NAME:PASSWORD, or several of these with commas between."
    assert preflight_refuses(FLOWER_BASIC_AUTH=login) == refusal


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "sqlite:///secret.db",
        "postgres://u:secret@host:port/name",
        "postgres://u:secret@[::1/name",
        "postgres://u:secret@h:5432",
        "postgres://u:secret@h/name?no_such_option=secret",
    ],
)
def test_malformed_database_address(preflight_refuses: Callable[..., str], address: str) -> None:
    line = preflight_refuses(DATABASE_URL=address)
    assert line == "DATABASE_URL is not of the form postgres://USER:PASSWORD@HOST:PORT/NAME."


def test_database_that_hangs(preflight_refuses: Callable[..., str]) -> None:
    with listening() as port:
        line = preflight_refuses(DATABASE_URL=f"postgres://u:secret@127.0.0.1:{port}/name")
    assert line.startswith("DATABASE_URL: ")
    assert "timeout expired" in line


def test_database_with_another_password(preflight_refuses: Callable[..., str]) -> None:
    user, _, place = os.environ["DATABASE_URL"].partition("@")  # of this test run
    line = preflight_refuses(DATABASE_URL=f"{user.rpartition(':')[0]}:wrong@{place}")
    assert "password authentication failed" in line


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1", "redis://:secret@h:port/0"])
def test_malformed_redis_address(preflight_refuses: Callable[..., str], address: str) -> None:
    line = preflight_refuses(REDIS_URL=address)
    assert line == "REDIS_URL is not of the form redis://:PASSWORD@HOST:PORT/0."


def test_redis_that_refuses(preflight_refuses: Callable[..., str]) -> None:
    line = preflight_refuses(REDIS_URL="redis://:secret@127.0.0.1:1/0")
    assert line.startswith("REDIS_URL: ")
    assert "secret" not in line


def test_redis_that_hangs(preflight_refuses: Callable[..., str]) -> None:
    with listening() as port:
        line = preflight_refuses(REDIS_URL=f"redis://127.0.0.1:{port}/0")
    assert line.startswith("REDIS_URL: ")
    assert "imeout" in line
