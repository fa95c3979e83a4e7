"""`app`, the bare Celery object that tasks are registered with, and `Queue`, the names of its queues.

`celery_app.py` configures the object.
"""

from enum import StrEnum

from celery import Celery

app = Celery("shop")


class Queue(StrEnum):
    """Queues by who waits for the work in them. One kind of worker serves the first two, another the others.

    So a flood in one queue delays no other: analytics never wait in front of a shopper's total or an alert for staff.
    """

    SHOPPER = "shopper"  # what shoppers can see: totals
    STAFF = "staff"  # what staff act on: alerts, mail
    SCHEDULED = "scheduled"  # what beat starts
    BULK = "bulk"  # what nobody waits for: analytics
