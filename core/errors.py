"""Why a command of any app refused. After each of them nothing is changed."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class Busy(Exception):
    """The database kept others waiting too long, or refused twice to order rival changes. Pages answer 503."""


class UserGone(Exception):
    """The account was deleted while this request was on its way; nothing was changed. Pages lead to the log-in."""


class ReasonMissing(ValidationError):
    """Staff change nothing of a shopper's without saying why."""

    def __init__(self) -> None:
        super().__init__(_("Please give a reason. It is kept in the log."), code="reason_missing")
