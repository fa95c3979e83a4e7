"""`Channel`, a way for messages to leave, and `channel_class`, which finds one by its name in DELIVERY_CHANNELS."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, cast

from django.conf import settings
from django.utils.module_loading import import_string

from core.queues import Queue
from delivery.models import Delivery

# While a receiver does not answer, only one try in so long waits for it.
PAUSE = timedelta(seconds=10)


@dataclass(frozen=True)
class Verdict:
    """What a failure means: whether another try is useless, and for how long nothing else is tried at its receiver."""

    is_final: bool = False
    pause: timedelta | None = None


class Channel(ABC):
    """A way for messages to leave; it keeps nothing between two of them."""

    queue: ClassVar[Queue]
    # How many receivers are asked at once. None is asked for two things at once by the same run.
    receivers_at_once: ClassVar[int] = 1
    # Whether no other run asks a receiver either, while this one waits for it.
    holds_receiver: ClassVar[bool] = False

    @abstractmethod
    def send(self, delivery: Delivery) -> None:
        """Send it, in a thread and outside of any transaction; raise whatever went wrong. No access to the database.

        It must end by itself, within ten seconds or so.
        """

    @abstractmethod
    def judge(self, error: BaseException) -> Verdict:
        """What an exception of `send` means."""


def channel_class(name: str) -> type[Channel]:
    """The class that settings.DELIVERY_CHANNELS names. Raises KeyError for a channel that it does not know."""
    return cast(type[Channel], import_string(settings.DELIVERY_CHANNELS[name]))
