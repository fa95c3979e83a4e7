"""`account_name`: people log in with their user name or their e-mail address, in upper or lower case."""

from django.contrib.auth.models import User
from django.db.models import Q


def account_name(typed: str) -> str:
    """Return the user name of the account that is meant, or `typed` if none is, or more than one.

    A user name comes before an e-mail address, and one in the same case before others. Several accounts may have one
    e-mail address: with it none of them can log in, since to try the password of each would let one guess count for
    many. The caller counts attempts under the result, so that an account has one count, however it is typed. 1 query.
    """
    found = list(User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed), is_active=True))
    meant = typed.casefold()
    for accounts in (
        [user for user in found if user.username == typed],
        [user for user in found if user.username.casefold() == meant],
        [user for user in found if user.email.casefold() == meant],
    ):
        if accounts:
            return accounts[0].username if len(accounts) == 1 else typed
    return typed
