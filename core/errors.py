"""Errors that commands of any app raise. Nothing is changed after each of them."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class Busy(Exception):
    """A wait for the database was too long, or rival changes could not be ordered in three tries. Pages answer 503."""


class UserGone(Exception):
    """The account was deleted during this request. Pages lead to the log-in."""


class NothingChanged(ValidationError):
    """None of the chosen rows was changed, since none was fit for it. Staff are told as a warning."""


class ReasonMissing(ValidationError):
    """Staff have to give a reason for this change."""

    def __init__(self) -> None:
        super().__init__(_("Please give a reason. It is kept in the log."), code="reason_missing")
