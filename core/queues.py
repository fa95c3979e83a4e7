"""The queues, by who waits for what is in them. A worker process serves the first two, another one the others."""

from enum import StrEnum


class Queue(StrEnum):
    """A flood in one queue delays no other: analytics never stand before a shopper's total or a staff alert."""

    SHOPPER = "shopper"  # what shoppers can see: totals
    STAFF = "staff"  # what staff act on: alerts, mail
    SCHEDULED = "scheduled"  # what beat starts
    BULK = "bulk"  # what nobody waits for: analytics
