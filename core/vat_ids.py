"""`vat_id`, the number under which a firm pays VAT, as it is stored.

Source: the structures of VAT numbers that the European Commission publishes for VIES, and that of the United Kingdom.
Only the form is checked. Whether the number exists is for the owner to ask.
"""

import re

_EU = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z\d]\d{7}[A-Z\d]",
    "FI": r"\d{8}",
    "FR": r"[A-Z\d]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z\d+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z\d+*]{12}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
}
_PATTERNS = _EU | {"GB": r"\d{9}|\d{12}|(?:GD|HA)\d{3}", "XI": r"\d{9}|\d{12}|(?:GD|HA)\d{3}"}
_ELSEWHERE = re.compile(r"(?=.*\d)[A-Z\d/+*]{4,20}")


def vat_id(typed: str) -> str:
    """Return the number in capitals without blanks, dots and hyphens, or "" if no such number can exist.

    A number that begins with letters of no country above may have any letters and digits.
    """
    number = re.sub(r"[\s.\-]", "", typed.upper())
    pattern = _PATTERNS.get(number[:2])
    if pattern:
        return number if re.fullmatch(pattern, number[2:], re.ASCII) else ""
    return number if _ELSEWHERE.fullmatch(number) and number.isascii() else ""
