"""`manage.py effects_status [--json]`: the status of the background work; exits 1 on a problem."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from outbox.status import Status, read_status


class Command(BaseCommand):
    help = "Shows what effects are pending or dead, and the signs of life of beat and workers. Exits 1 on a problem."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines to read")

    def handle(self, *args: Any, **options: Any) -> None:
        status = read_status()
        self.stdout.write(json.dumps(status.as_json(), indent=2) if options["json"] else _lines(status))
        if status.problems:
            raise SystemExit(1)


def _lines(status: Status) -> str:
    lines = [f"version {settings.SHOP_VERSION}", *(f"{each.words}: {each.shown}" for each in status.figures)]
    return "\n".join([*lines, "", *(status.problems or ["All is well."])])
