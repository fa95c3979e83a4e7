from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "outbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # As Django does with `admin`: each app's gauges and figures of the status register themselves.
        autodiscover_modules("gauges")
