"""The site, which notes when it is loaded whether somebody is let in already."""

import os
from pathlib import Path
from socket import create_connection

from shop.wsgi import application

__all__ = ["application"]


def knock() -> str:
    try:
        create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=30).close()
    except ConnectionRefusedError:
        return "refused"
    return "let in"


Path(os.environ["KNOCKS_NOTE"]).write_text(knock())
