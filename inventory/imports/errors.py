"""What can go wrong with an import, as types that callers can tell apart. Row errors are no exceptions: see `plan`."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError


class ImportFileError(ValidationError):
    """The file as a whole cannot be used; the message says what to do next."""


class ImportNotWaiting(ValidationError):
    """The decision came too late, twice, or about a preview that has been redone; it changed nothing."""


class ChangedMeanwhile(Exception):
    """What was planned no longer holds. Nothing was changed; the caller looks again. Argument: the skus, if known."""

    def __init__(self, skus: Sequence[str] = ()) -> None:
        super().__init__(", ".join(skus))
        self.skus = list(skus)
