"""`postcode_example`, what a postcode looks like, for the countries where a letter must have one.

Source: Google's address data, as in `core.addresses`; a test compares the two. The rules here are wider: blanks,
hyphens, small letters and the country's own letters in front (D-10115) do not count, and the parts of a country are not
told apart. A postcode of any other country may be anything, or missing.
"""

import re
from typing import NamedTuple


class _Shape(NamedTuple):
    pattern: str  # of the whole postcode, in capitals, without blanks and hyphens
    example: str
    countries: str


_BRITISH = r"[A-Z]{1,2}\d[\dA-Z]?\d[A-Z]{2}|GIR0AA|BFPO\d{1,4}"
_SHAPES = [
    _Shape(r"\d{4}", "1010", "AT AU BE CH DK GL HU LI LU NO NZ SJ ZA"),
    _Shape(
        r"\d{5}",
        "10115",
        "AX BL DE EE ES FI FR GF GP IT KR LT MF MQ MX MY NC PF PM RE SM TR UA WF YT",
    ),
    _Shape(r"\d{5}", "100 00", "CZ GR SE SK"),
    _Shape(r"\d{5}", "00-950", "PL"),
    _Shape(r"\d{5}(?:\d{4})?", "95014", "AS FM GU MH MP PR PW US VI"),
    _Shape(r"\d{6}", "110034", "CN IN RO RU SG"),
    _Shape(r"\d{3}(?:\d{2,3})?", "104", "TW"),
    _Shape(r"\d{7}", "154-0023", "JP"),
    _Shape(r"\d{7}", "2725-079", "PT"),
    _Shape(r"\d{8}", "40301-110", "BR"),
    _Shape(r"\d{4}[A-Z]{2}", "1234 AB", "NL"),
    _Shape(r"[A-Z]\d[A-Z]\d[A-Z]\d", "H3Z 2Y7", "CA"),
    _Shape(r"(?:LV)?\d{4}", "LV-1073", "LV"),
    _Shape(_BRITISH, "SW1A 1AA", "GB"),
    _Shape(_BRITISH, "GY1 1AA", "GG"),
    _Shape(_BRITISH, "IM2 1AA", "IM"),
    _Shape(_BRITISH, "JE1 1AA", "JE"),
    _Shape(r"[A-Z]{4}1ZZ", "FIQQ 1ZZ", "FK GS PN SH TC"),
    _Shape(r"[A-Z]{4}1ZZ", "BBND 1ZZ", "IO"),
]
_BY_COUNTRY = {code: shape for shape in _SHAPES for code in shape.countries.split()}
_COUNTRY_IN_FRONT = re.compile(r"[A-Z]{1,3}-")


def postcode_example(postcode: str, country: str) -> str:
    """Return "" if the country, a code of ISO 3166, can have this postcode; else an example of one that it can have."""
    shape = _BY_COUNTRY.get(country)
    if shape is None:
        return ""
    typed = postcode.upper().strip()
    texts = (re.sub(r"[\s-]", "", text) for text in (typed, _COUNTRY_IN_FRONT.sub("", typed, count=1)))
    return "" if any(re.fullmatch(shape.pattern, text, re.ASCII) for text in texts) else shape.example
