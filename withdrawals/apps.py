from django.apps import AppConfig


class WithdrawalsConfig(AppConfig):
    name = "withdrawals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from withdrawals import gauges, receivers  # noqa: F401 the figures of the status register themselves

        receivers.connect()
