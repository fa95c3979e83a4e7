"""A shop whose demo is neither installed nor there to import: what a guest meets who buys two of what is at an address.

Run by `test_without_demo.py` as a process of its own, since settings and addresses are read once. Writes JSON.
"""

import json
import sys

import django

sys.modules["demo"] = None  # type: ignore[assignment]  # to import it fails from here on
django.setup()

from django.conf import settings  # noqa: E402 - after the block above, as all that follows
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tests.support.checkout import place  # noqa: E402
from tests.support.pages import form, text_of  # noqa: E402


def main(address: str) -> None:
    setup_test_environment()
    client = Client()
    pages = {name: text_of(client.get(path)) for name, path in {"catalogue": "/", "product": address}.items()}
    form(client.get(address), "/cart/add/").post(client, quantity="2")
    pages["cart"] = text_of(client.get("/cart/"))
    pages["order"] = text_of(client.get(place(client)["Location"]))
    drawing = "/pictures/22423a.teapot-red-spots-34113.1f2e3d4c.svg"
    paths = ("/static/shop/placeholder.svg", drawing, "/testbank/x/")
    statuses = {path: client.get(path).status_code for path in paths}
    json.dump({"pages": pages, "statuses": statuses, "providers": list(settings.SHOP_PAYMENT_PROVIDERS)}, sys.stdout)


main(sys.argv[1])
