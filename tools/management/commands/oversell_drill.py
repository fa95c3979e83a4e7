"""`manage.py oversell_drill [--buyers N] [--units N] [--processes N] [--json]`: run a drill and print the result."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tools.local.process import Stopped, StopRequest, exit_text, run_to_end, spawn
from tools.oversell_drill.__main__ import RULE_BROKEN
from tools.oversell_drill.database import DrillRefused, drill_database
from tools.oversell_drill.plan import BadPlan, DrillPlan


class Command(BaseCommand):
    help = (
        "Let many processes buy one variant at once, on the shop's own PostgreSQL server and while the shop is open, "
        "and say whether every rule held. It does so in a database of its own, which it creates and drops again: the "
        "role needs CREATEDB, and no row of the shop is read or written. Behind PgBouncer, let DATABASE_URL name the "
        "PostgreSQL server itself for this command. Exits 1 if a rule did not hold, 2 for a wrong option."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--buyers", default="50", help="how many want one unit each (default: %(default)s)")
        parser.add_argument("--units", default="10", help="how many there are (default: %(default)s)")
        parser.add_argument("--processes", help="how many processes the buyers share (default: up to 50)")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = StopRequest()
        try:
            plan = DrillPlan.parse(**{name: options[name] for name in ("buyers", "units", "processes")})
            stop.listen()
            code = self._run(plan, stop, ["--json"] if options["json"] else [])
        except BadPlan as error:
            raise CommandError(str(error), returncode=2) from error
        except DrillRefused as error:
            raise CommandError(str(error)) from error
        except Stopped:
            stopped = "The drill was stopped; its database was dropped."
            raise CommandError(stopped, returncode=128 + stop.number) from None
        if code == RULE_BROKEN:
            raise CommandError("A rule did not hold.")
        if code:
            raise CommandError(f"The drill broke off ({exit_text(code)}).")

    def _run(self, plan: DrillPlan, stop: StopRequest, options: list[str]) -> int:
        """Return the exit code of the drill's process. A stop kills it with all buyers: nothing of it is kept."""
        with drill_database(self._tell) as name:
            stop.check()
            drill = spawn(
                [sys.executable, "-m", "tools.oversell_drill", *map(str, plan.numbers), *options],
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "tools.oversell_drill.settings",
                    "OVERSELL_DRILL_DATABASE": name,
                    "SHOP_PROCESS": "command",
                },
                log=None,
                cwd=settings.BASE_DIR,
            )
            return run_to_end(drill, stop.check)

    def _tell(self, line: str) -> None:
        self.stderr.write(f"  … {line}", self.style.NOTICE)
        self.stderr.flush()
