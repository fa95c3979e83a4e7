"""`BEAT_SCHEDULE`: what beat starts, and how often. Every job may run late, or twice at once, without harm."""

from datetime import timedelta

from celery.schedules import crontab

from core.celery import Queue

# One for each queue, run by its workers: the heartbeat of a queue without workers stops.
_PULSES = {
    f"pulse of {queue}": {
        "task": "pulse",
        "args": (queue.value,),
        "schedule": timedelta(seconds=10),
        "options": {"queue": queue.value},
    }
    for queue in Queue
}

BEAT_SCHEDULE = {
    # No `expires`: it is a time of the sender's clock, and a worker whose clock is ahead would drop every sweep.
    "sweep_outbox": {"task": "sweep_outbox", "schedule": timedelta(seconds=3)},
    # Deliveries whose wake-up was lost, that wait for another attempt, or whose worker died.
    # Run by the workers that send e-mails, so that e-mails depend on no other workers.
    "wake_deliveries": {
        "task": "wake_deliveries",
        "schedule": timedelta(seconds=5),
        "options": {"queue": Queue.STAFF.value},
    },
    "mail_stock_alerts": {"task": "mail_stock_alerts", "schedule": timedelta(seconds=30)},
    "sweep_holds": {"task": "sweep_holds", "schedule": timedelta(seconds=30)},
    "sweep_orders": {"task": "sweep_orders", "schedule": timedelta(seconds=30)},
    # For orders that became too old to count, and orders from before the number was stored.
    "recount_units_sold": {"task": "recount_units_sold", "schedule": crontab(minute="22")},
    "recount_related": {"task": "recount_related", "schedule": crontab(hour="4", minute="17")},
    # For orders from before customers were counted.
    "sweep_customers": {"task": "sweep_customers", "schedule": crontab(minute="2,32")},
    "sweep_checkouts": {"task": "sweep_checkouts", "schedule": crontab(minute="7")},
    "sweep_carts": {"task": "sweep_carts", "schedule": crontab(minute="17")},
    "sweep_keys": {"task": "sweep_keys", "schedule": crontab(minute="47")},
    "audit_stock": {"task": "audit_stock", "schedule": crontab(hour="3", minute="37")},
    "sweep_runs": {"task": "sweep_runs", "schedule": crontab(minute="27")},
    # Often: the dashboard lacks a day that has just ended until the next run.
    "roll_up_days": {"task": "roll_up_days", "schedule": timedelta(seconds=60)},
    "sweep_events": {"task": "sweep_events", "schedule": crontab(minute="52")},
    "sweep_imports": {"task": "sweep_imports", "schedule": crontab(hour="2", minute="27")},
    "sweep_photos": {"task": "sweep_photos", "schedule": crontab(minute="12")},
    "sweep_lost_imports": {"task": "sweep_lost_imports", "schedule": timedelta(seconds=30)},
    "sweep_deliveries": {"task": "sweep_deliveries", "schedule": crontab(minute="57")},
    **_PULSES,
    # Deletes stored task results after CELERY_RESULT_EXPIRES.
    "celery.backend_cleanup": {"task": "celery.backend_cleanup", "schedule": crontab(hour="4", minute="7")},
}
