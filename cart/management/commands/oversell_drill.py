import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cart.drill.plan import BadPlan, DrillPlan
from cart.drill.result import DrillResult
from cart.drill.running import DrillBusy, DrillStopped, run_drill
from core.text import counted


class Command(BaseCommand):
    help = (
        "Let many processes buy a throw-away variant at once, on this shop's own database and while it is open, and "
        "say whether every rule held. Removes everything of it again. Exits 1 if a rule did not hold, 2 for a wrong "
        "option."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--buyers", default="50", help="how many want one unit each (default: %(default)s)")
        parser.add_argument("--units", default="10", help="how many there are (default: %(default)s)")
        parser.add_argument("--processes", help="how many processes the buyers share (default: up to 50)")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = DrillPlan.parse(**{name: options[name] for name in ("buyers", "units", "processes")})
            result = run_drill(plan, self._progress)
        except BadPlan as error:
            raise CommandError(str(error), returncode=2) from error
        except (DrillBusy, TimeoutError) as error:
            raise CommandError(str(error)) from error
        except DrillStopped as stop:
            raise CommandError(str(stop), returncode=128 + stop.signal_number) from stop
        self.stdout.write(json.dumps(result.as_json(), indent=2) if options["json"] else _describe(result))
        if not result.held:
            raise CommandError("A rule did not hold.")

    def _progress(self, line: str) -> None:
        self.stderr.write(f"  … {line}", self.style.NOTICE)
        self.stderr.flush()


def _describe(result: DrillResult) -> str:
    facts = result.as_json()
    lost = facts["lost_processes"]
    lines = [
        f"{result.plan}:",
        "  " + ", ".join(f"{facts[name]} {name}" for name in ("successes", "refusals", "busy", "retries")),
        f"  an answer took {facts['p50_ms']} ms (p50), {facts['p99_ms']} ms (p99)",
        *(f"  {counted(count, 'time', 'times')}: {error}" for error, count in facts["errors"].items()),
        *([f"  {counted(lost, 'process', 'processes')} ended before time"] if lost else []),
        *(f"  {'held' if held else 'BROKEN'}: {rule}" for rule, held in facts["rules"].items()),
    ]
    return "\n".join(lines)
