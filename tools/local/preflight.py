"""What is checked before anything is started: ports, log-ins, addresses."""

import errno
import os
import socket
from dataclasses import dataclass

from tools.local.addresses import check_addresses
from tools.terminal import LocalError


@dataclass(frozen=True)
class Ports:
    """TCP ports on 127.0.0.1."""

    web: int
    flower: int


def preflight() -> Ports:
    """The ports to listen on; `LocalError` names the variable to change."""
    ports = Ports(web=_port("PORT", 8000), flower=_port("FLOWER_PORT", 5555))
    if ports.web == ports.flower:
        raise LocalError(f"PORT and FLOWER_PORT are both {ports.web}: set one of them to another number.")
    _check_free(ports.web, "PORT")
    _check_free(ports.flower, "FLOWER_PORT")
    login = os.environ.get("FLOWER_BASIC_AUTH")
    if login and not all(login.partition(":")):
        raise LocalError("FLOWER_BASIC_AUTH is not of the form NAME:PASSWORD.")
    check_addresses()
    return ports


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise LocalError(f"{variable}={text} is not a port: set it to a number from 1 to 65535.")
    return int(text)


def _check_free(port: int, variable: str) -> None:
    with socket.socket() as listener:
        # As gunicorn and Flower do it: a connection that lingers after a stop does not count as taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise LocalError(f"Port {port} {why}: set {variable} to another number.") from None
