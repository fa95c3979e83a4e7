from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BackofficeConfig(AppConfig):
    """Stands last among the installed apps: its `post_migrate` comes when the permissions of all others exist.

    It comes at all because there is a `models` module.
    """

    name = "backoffice"

    def ready(self) -> None:
        from backoffice.roles import ensure_roles

        post_migrate.connect(ensure_roles, sender=self, dispatch_uid="backoffice.ensure_roles")
