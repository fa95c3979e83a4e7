"""`new_number`, an order number that can be read out on the telephone and does not tell how many orders there are.

`read_number`, what people make of it.
"""

import re
import secrets

# Crockford's base 32: no I, L, O, U, which are misread or make words. https://www.crockford.com/base32.html
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_HEARD = str.maketrans("OIL", "011")  # as Crockford says


def new_number() -> str:
    """Return a random number of two groups of four digits, such as 7K3M-Q9T2: one of 10^12.

    With a million orders, one new number in a million is taken. The unique constraint refuses it, and the shopper's
    next try draws another.
    """
    digits = "".join(secrets.choice(_DIGITS) for _ in range(_LENGTH))
    return _grouped(digits)


def read_number(typed: str) -> str:
    """The order number that was typed, in any case, with or without the hyphen; "" where it cannot be one."""
    digits = re.sub(r"[\W_]", "", typed).upper().translate(_HEARD)
    return _grouped(digits) if len(digits) == _LENGTH and set(digits) <= set(_DIGITS) else ""


def _grouped(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:]}"
