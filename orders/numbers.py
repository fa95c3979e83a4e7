"""Order numbers that can be read out on the telephone and say nothing about how many orders there are."""

import secrets

# Crockford's base 32: no I, L, O, U, which are misread or make words. https://www.crockford.com/base32.html
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8


def new_number() -> str:
    """Two groups of four digits, such as 7K3M-Q9T2: one of 10^12, drawn at random.

    Among a million orders a new one hits an old one once in a million; the unique constraint refuses it then, and
    placing the order again draws another.
    """
    digits = "".join(secrets.choice(_DIGITS) for _ in range(_LENGTH))
    return f"{digits[:4]}-{digits[4:]}"
