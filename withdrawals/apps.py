from django.apps import AppConfig


class WithdrawalsConfig(AppConfig):
    name = "withdrawals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from withdrawals import duties, gauges, receivers  # noqa: F401 duties and gauges register themselves

        receivers.connect()
