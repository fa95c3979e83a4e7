"""`manage.py effects_status [--json]`: is everything behind the pages well?"""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from workers.status import Status, read_status


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
    lines = [f"version {settings.SHOP_VERSION}"]
    lines += [f"pending {name}: {count}" for name, count in status.pending.items()]
    lines.append(f"oldest pending: {_age(status.oldest_pending)}")
    lines.append(f"dead: {status.dead}")
    lines.append(f"oldest letter: {_age(status.oldest_letter)}, dead: {status.dead_letters}")
    lines += [f"sign of life of {name}: {_age(age)} ago" for name, age in status.signs_of_life.items()]
    lines.append(f"last audit: {_age(status.audit_age)} ago, differences left: {status.audit_differences}")
    return "\n".join([*lines, "", *(status.problems or ["All is well."])])


def _age(seconds: float | None) -> str:
    return "none" if seconds is None else f"{seconds:.1f} s"
