"""`read_page` and `nearest_page`: one rule for the pages of every list of the shop.

A page that is not there leads to the nearest one that is, by a redirect: each page has one address, and one that was
kept leads to goods when the list has grown shorter.
"""

import re
from typing import Any

from django.core.paginator import Paginator


def read_page(typed: str) -> int:
    """Return the number of a page as an address has it, 0 for what is no number of a page."""
    return int(typed) if re.fullmatch(r"0*[1-9][0-9]{0,6}", typed, re.ASCII) else 0


def nearest_page(number: int, paginator: "Paginator[Any]") -> int:
    """Return the number if there is such a page, else that of the first or the last. A view redirects to another."""
    return min(max(number, 1), paginator.num_pages)
