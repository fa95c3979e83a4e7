"""`Channel`, a way to send messages; the channel `email`; `channel_class`, which finds one by its name.

The names are those of settings.DELIVERY_CHANNELS. The channel `web` is in `delivery.web`.
"""

import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import ClassVar, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

from core.celery import Queue
from delivery.attachments import unpacked
from delivery.models import Delivery

# A receiver that does not answer is tried once in this time.
PAUSE = timedelta(seconds=10)


@dataclass(frozen=True)
class Verdict:
    """What a failure means: whether another try is useless, and for how long its receiver gets nothing else."""

    is_final: bool = False
    pause: timedelta | None = None


class Channel(ABC):
    """A way to send messages. An instance keeps no state between two messages."""

    queue: ClassVar[Queue]
    # How many receivers a run sends to at once. It sends to each of them one message at a time.
    receivers_at_once: ClassVar[int] = 1
    # Whether other runs leave a receiver alone while this one waits for it.
    holds_receiver: ClassVar[bool] = False

    @abstractmethod
    def send(self, delivery: Delivery) -> str | None:
        """Send the message, in a thread and outside of any transaction. No access to the database.

        Return what the receiver calls it, if it says so: the receivers of `delivery_accepted` get that.
        Raise any exception if it failed. It must end by itself within about ten seconds.
        """

    @abstractmethod
    def judge(self, error: BaseException) -> Verdict:
        """What an exception of `send` means."""


def channel_class(name: str) -> type[Channel]:
    """The class that DELIVERY_CHANNELS names. Raises KeyError for an unknown channel."""
    return cast(type[Channel], import_string(settings.DELIVERY_CHANNELS[name]))


_OF_THE_MESSAGE = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError)


class EmailChannel(Channel):
    """E-mail by the mail server of EMAIL_URL, its only receiver: one at a time in a run, several runs at once."""

    queue = Queue.STAFF

    def send(self, delivery: Delivery) -> None:
        headers = {
            "Message-ID": message_id_of(delivery.dedupe_key),
            "Auto-Submitted": "auto-generated",  # RFC 3834: no automatic reply
        }
        message = EmailMultiAlternatives(
            delivery.subject,
            delivery.text,
            to=[delivery.to],
            reply_to=[delivery.reply_to] if delivery.reply_to else None,
            headers=headers,
        )
        if delivery.html:
            message.attach_alternative(delivery.html, "text/html")
        for file in unpacked(delivery.payload):
            message.attach(file.name, file.content, file.content_type)
        message.send()

    def judge(self, error: BaseException) -> Verdict:
        """Final: a wrong address or an invalid e-mail. A pause: any other e-mail would have failed too."""
        if isinstance(error, SMTPRecipientsRefused):
            return Verdict(is_final=all(code >= 500 for code, _ in error.recipients.values()))
        if isinstance(error, OSError) and not isinstance(error, _OF_THE_MESSAGE):
            return Verdict(pause=PAUSE)
        return Verdict(is_final=isinstance(error, ValueError))


def message_id_of(dedupe_key: str) -> str:
    """The same id for each try, so that mail programs show an e-mail that was sent twice only once."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{uuid.uuid5(uuid.NAMESPACE_OID, dedupe_key)}@{domain}>"
