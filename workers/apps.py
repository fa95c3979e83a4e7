from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "workers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The web process too must know every effect, to ring for it.
        from workers import receivers, tasks  # noqa: F401

        receivers.connect()
