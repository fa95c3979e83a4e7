"""`manage.py duties [--json]`: what the law asks of the shop and how it is met; exits 1 where something misses."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.duties import Duty, read_duties


class Command(BaseCommand):
    help = "Shows each duty of a shop in the European Union, how it is met, and what misses. Exits 1 if something does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON array instead of lines to read")

    def handle(self, *args: Any, **options: Any) -> None:
        duties = read_duties()
        as_json = json.dumps([asdict(duty) for duty in duties], indent=2)
        self.stdout.write(as_json if options["json"] else "\n".join(_lines(duties)))
        if any(duty.missing for duty in duties):
            raise SystemExit(1)


def _lines(duties: list[Duty]) -> Iterator[str]:
    for duty in duties:
        yield f"{'✗' if duty.missing else '✓'} {duty.name} ({duty.law})"
        yield f"    {duty.met_by}"
        if duty.evidence:
            yield f"    {duty.evidence}"
        yield from (f"    MISSES: {each}" for each in duty.missing)
    open_duties = sum(1 for duty in duties if duty.missing)
    yield ""
    yield f"{open_duties} of {len(duties)} miss something." if open_duties else "Nothing misses."
