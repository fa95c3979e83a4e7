"""What a failure to send means: for this letter, and for all others."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from celery.exceptions import SoftTimeLimitExceeded

from core.redis import client, try_redis

# While a server does not answer, only one try in so long hangs a worker for EMAIL_TIMEOUT.
PAUSE = 10_000  # milliseconds
_PAUSE_KEY = "post:paused"

_OF_THE_LETTER = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError)


def is_final(error: Exception) -> bool:
    """Whether trying again is useless: the server says that there is no such address, or it is no e-mail at all."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, ValueError)


def is_of_the_server(error: Exception) -> bool:
    """Whether any other letter would have failed too: no connection, no answer, not let in."""
    return isinstance(error, OSError | SoftTimeLimitExceeded) and not isinstance(error, _OF_THE_LETTER)


def pause() -> None:
    """Let no worker try the mail server for a while."""
    try_redis(lambda: client().set(_PAUSE_KEY, 1, px=PAUSE), otherwise=None)


def is_paused() -> bool:
    return bool(try_redis(lambda: client().exists(_PAUSE_KEY), otherwise=0))
