"""`application`: the site of a compared revision, and an address that calls the service without a page.

It runs in the process of the revision, so it may use only what every revision has.
"""

import gc
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from shop.wsgi import application as pages  # sets Django up, which the next import needs

# isort: split
from cart.services import add_product_to_cart

# Collect no object of the start again: a full collection in the middle of a round costs as much as ten pages.
gc.collect()
gc.freeze()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """`/compared/service/?variant=1&variant=2` adds one unit of each for a new guest. Other paths are pages."""
    if environ["PATH_INFO"] != "/compared/service/":
        answer: Iterable[bytes] = pages(environ, start_response)
        return answer
    guest = uuid.uuid4()
    for variant in parse_qs(environ["QUERY_STRING"])["variant"]:
        add_product_to_cart(None, int(variant), 1, guest_token=guest, idempotency_key=str(uuid.uuid4()))
    start_response("200 OK", [("Content-Length", "0")])
    return []
