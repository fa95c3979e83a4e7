from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BackofficeConfig(AppConfig):
    """Must be the last installed app: at its `post_migrate` the permissions of all other apps exist.

    Django sends that signal only to apps that have a `models` module.
    """

    name = "backoffice"

    def ready(self) -> None:
        from backoffice.roles import ensure_roles

        post_migrate.connect(ensure_roles, sender=self, dispatch_uid="backoffice.ensure_roles")
