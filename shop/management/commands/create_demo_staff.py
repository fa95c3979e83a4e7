import os
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Create the demo's staff user DEMO_STAFF_USERNAME (staff) with the password DEMO_STAFF_PASSWORD; "
        "a user of that name that exists gets this password."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("DEMO_STAFF_PASSWORD")
        if not password:
            raise CommandError("Set DEMO_STAFF_PASSWORD to the password that the user should have.")
        username = os.environ.get("DEMO_STAFF_USERNAME") or "staff"
        users = get_user_model()._default_manager
        user = users.filter(username=username).first()
        if user is None:
            users.create_superuser(username, password=password)
        # Asked first: a new hash of the same password would log the user out at every start.
        elif not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        self.stdout.write(f"{username} can log in.")
