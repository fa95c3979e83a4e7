"""Writes to an account. Each raises UserGone if another tab has deleted the account meanwhile.

Django's `save()` would restore the account by an INSERT, or raise an error that does not say why.
"""

import secrets
from typing import Any
from zlib import crc32

from django.contrib.auth.models import User
from django.utils import timezone

from core.errors import UserGone
from core.locks import AdvisoryLock, lock_user
from core.transactions import command


class EmailTaken(Exception):
    """Another account has this e-mail address. Only who reads its e-mails may learn of it."""


def is_taken(email: str, *, of: User | None = None) -> bool:
    """Whether an account, other than that of `of`, has this e-mail address, in any case. 1 query."""
    others = User.objects.exclude(pk=of.pk) if of else User.objects.all()
    return others.filter(email__iexact=email).exists()


@command
def create_account(user: User) -> None:
    """Insert an account that has an e-mail address and a password, under a user name that nobody is asked for.

    Raises EmailTaken and Busy.
    """
    _claim(user.email)
    user.username = f"shopper-{secrets.token_hex(6)}"
    user.save(force_insert=True)


@command
def change_email(user: User, email: str) -> None:
    """Give the account this e-mail address. Raises EmailTaken, UserGone and Busy."""
    _claim(email, of=user)
    update_account(user, email=email)


def _claim(email: str, *, of: User | None = None) -> None:
    """Let nobody else take this address until the transaction ends. Accounts of before may share one."""
    AdvisoryLock.EMAIL.acquire([crc32(email.upper().encode()) - 2**31])
    if is_taken(email, of=of):
        raise EmailTaken


def update_account(user: User, **columns: object) -> None:
    """Set these columns of the account, in the row and in `user`. Raises UserGone if there is no such row."""
    if not User.objects.filter(pk=user.pk).update(**columns):
        raise UserGone
    for name, value in columns.items():
        setattr(user, name, value)


@command
def delete_account(user: User) -> None:
    """Delete the account with its carts, and release what they hold. Raises UserGone and Busy.

    Its row is locked first: the COMMIT of a cart that is opened for it meanwhile waits and is refused. Without the
    lock, this DELETE would be refused.
    """
    lock_user(user.pk)
    user.delete()


def note_log_in(sender: Any, user: User, **kwargs: Any) -> None:
    """Receiver of `user_logged_in`, in place of Django's `update_last_login`. Raises UserGone."""
    update_account(user, last_login=timezone.now())
