from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.second_factor import remove_second_factor
from shop.accounts.names import account_name


class Command(BaseCommand):
    help = "Remove the second factor of a member of staff who lost phone and backup codes, if no superuser can log in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name or e-mail address")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        user = User.objects.filter(username=account_name(name)).first()
        if user is None:
            raise CommandError(f"There is no account named {name}. Nothing was changed.")
        if not remove_second_factor(user, actor=None, reason=""):
            raise CommandError(f"{user} has no second factor. Nothing was changed.")
        self.stdout.write(f"The second factor of {user} is removed: the password alone logs in.")
