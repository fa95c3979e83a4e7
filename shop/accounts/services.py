"""Writes to an account. Each raises UserGone if another tab has deleted the account meanwhile.

Django's `save()` would restore the account by an INSERT, or raise an error that does not say why.
"""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from core.errors import UserGone
from core.locks import lock_user
from core.transactions import command


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
