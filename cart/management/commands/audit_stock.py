import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cart.audit import AuditRun, run_audit
from core.text import counted

_MOST_PRINTED = 50
_NEXT = """
Something wrote past the services: a script, SQL by hand, a restored table, or a fault in the shop. What to do:
  1. Find out what wrote there; the stock movements in the admin and the server's logs are where to look.
  2. Run `manage.py audit_stock --fix`. It writes the corrections and their reasons into the ledger.
  3. Count the shelf of what it corrected, and adjust the stock in the admin where the count differs.
"""
_LEFT = """
Not all could be corrected. Run `manage.py audit_stock --fix` again; if the same is left, this is a fault in the shop.
"""


class Command(BaseCommand):
    help = (
        "Recompute what carts hold and what is on hand of every variant, and list each difference to what is stored. "
        "Exits 1 if there is one (with --fix: if one is left), else 0. The result is kept for the admin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="correct each difference, with a reason in the ledger")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        run = run_audit(fix=options["fix"])
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(run), indent=2))
        else:
            self._tell(run)
        if not run.is_clean:
            sys.exit(1)

    def _tell(self, run: AuditRun) -> None:
        found = run.found.differences
        self.stdout.write(f"{_variants(run.found.variants_checked)} checked, {_differences(found)}.")
        self._list(found)
        if run.left is not None:
            self.stdout.write("Corrected:")
            self._list(run.fixed)
            self.stdout.write(f"Checked again: {_differences(run.left.differences)}.")
            self._list(run.left.differences)
        if not run.is_clean:
            self.stdout.write(_NEXT if run.left is None else _LEFT)

    def _list(self, items: list[Any]) -> None:
        for item in items[:_MOST_PRINTED]:
            self.stdout.write(f"  {item}")
        if len(items) > _MOST_PRINTED:
            self.stdout.write(f"  … and {len(items) - _MOST_PRINTED} more; --json lists all.")


def _variants(count: int) -> str:
    return counted(count, "variant", "variants")


def _differences(found: list[Any]) -> str:
    return counted(len(found), "difference", "differences")


def _as_json(run: AuditRun) -> dict[str, Any]:
    left = run.found if run.left is None else run.left
    return {**run.found.as_json(), "fixed": run.fixed, "left": left.as_json()["differences"], "is_clean": run.is_clean}
