import os
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError

MANAGER, CLERK = "Manager", "Clerk"  # the names of the roles that `migrate` makes


class Command(BaseCommand):
    help = (
        "Create the demo's staff with the password DEMO_STAFF_PASSWORD: the superuser DEMO_STAFF_USERNAME (staff), and "
        "a manager and a clerk of these names. Users of these names that exist get this password."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("DEMO_STAFF_PASSWORD")
        if not password:
            raise CommandError("Set DEMO_STAFF_PASSWORD to the password that the users should have.")
        username = os.environ.get("DEMO_STAFF_USERNAME") or "staff"
        _ensure(username, password, is_superuser=True)
        for role in (MANAGER, CLERK):
            _ensure(role.lower(), password).groups.add(Group.objects.get(name=role))
        self.stdout.write(f"{username}, {MANAGER.lower()} and {CLERK.lower()} can log in.")


def _ensure(username: str, password: str, *, is_superuser: bool = False) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        return User.objects.create_user(username, password=password, is_staff=True, is_superuser=is_superuser)
    # Checked first: a new hash of the same password would log the user out at every start.
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user
