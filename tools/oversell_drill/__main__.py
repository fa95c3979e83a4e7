"""The process of a drill: it migrates the drill's database, runs the drill and prints the result.

    python -m tools.oversell_drill BUYERS UNITS PROCESSES [--json]

`manage.py oversell_drill` starts it with the settings and the database of a drill. The exit code is RULE_BROKEN when a
rule did not hold.
"""

import json
import sys

import django

RULE_BROKEN = 3


def main(buyers: str, units: str, processes: str, *options: str) -> int:
    django.setup()
    from django.core.management import call_command
    from django.db import OperationalError, connection

    from tools.oversell_drill.drill import run_drill
    from tools.oversell_drill.plan import DrillPlan

    try:
        connection.ensure_connection()
    except OperationalError as error:
        _tell(f"its database cannot be reached. Behind PgBouncer, let DATABASE_URL name PostgreSQL itself. {error}")
        return 1
    _tell("making its tables")
    call_command("migrate", stdout=sys.stderr)
    try:
        result = run_drill(DrillPlan(int(buyers), int(units), int(processes)), _tell)
    except TimeoutError as error:
        _tell(str(error))
        return 1
    sys.stdout.write((json.dumps(result.as_json(), indent=2) if "--json" in options else str(result)) + "\n")
    return 0 if result.held else RULE_BROKEN


def _tell(line: str) -> None:
    sys.stderr.write(f"  … {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
