"""The site. While it loads, it connects to its own port and records whether that is accepted already."""

import os
from pathlib import Path
from socket import create_connection

from shop.wsgi import application

__all__ = ["application"]


def connect() -> str:
    try:
        create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=30).close()
    except ConnectionRefusedError:
        return "refused"
    return "let in"


Path(os.environ["CONNECTS_NOTE"]).write_text(connect())
