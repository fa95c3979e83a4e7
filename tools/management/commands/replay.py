"""`manage.py replay FILE [--http URL] [--shoppers N] [--minutes M] [--limit N]`: replay an invoice log."""

import time
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cart.audit import AuditReport, audit_stock
from core.text import counted
from inventory.catalogue.reading import progress_to
from inventory.errors import CatalogueFileError
from outbox.models import OutboxRow
from tools.replay import Account, Replay, ReplayLog, ServiceShop, Shop, WebShop, read_log

_NO_CAP = 2_000_000_000


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a whole number, 1 or more")
    return int(text)


class Command(BaseCommand):
    help = (
        "Replay an invoice log as shoppers: positive lines are adds, an invoice is a checkout, a C... invoice a "
        "return. Sells the shop's own stock, so use a shop that is there for trying things out. Ends with what sold, "
        "what was refused and why, the audit of all stock, and what the workers have left to do."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the invoice log, .csv or .csv.xz")
        parser.add_argument("--http", metavar="URL", help="through the pages of the shop at this address")
        parser.add_argument("--shoppers", type=_positive, default=4, help="how many at once (default: %(default)s)")
        parser.add_argument(
            "--minutes", type=_positive, help="spread the log over so long; default: as fast as it goes"
        )
        parser.add_argument("--limit", type=_positive, help="only the first so many invoices")
        parser.add_argument(
            "--patience",
            type=int,
            default=60,
            help="seconds to wait for workers that get nothing done (default: %(default)s)",
        )

    def handle(self, *, file: Path, http: str | None, shoppers: int, **options: Any) -> None:
        try:
            log = read_log(file, progress_to(self.stderr))
        except CatalogueFileError as error:
            raise CommandError(str(error)) from error
        del log.visits[options["limit"] or len(log.visits) :]
        replay = Replay(log, self._shop(http), shoppers, seconds=60.0 * (options["minutes"] or 0))
        self.stdout.write(f"{len(log.visits):,} invoices with {log.lines:,} lines, {shoppers} shoppers at once")
        started = time.monotonic()
        is_whole = replay.run(lambda seconds: self._tell(log, replay.account, seconds))
        self._report(log, replay.account, time.monotonic() - started)
        if not is_whole:
            raise CommandError("Stopped before the end. What was made stays made; the figures above are of that.")
        self._check(replay.account, options["patience"])

    def _shop(self, http: str | None) -> Shop:
        account = Account()
        # The log is a wholesaler's, with hundreds of units a line. Over HTTP the shop's own limits apply.
        settings.SHOP_MAX_UNITS_PER_LINE = settings.SHOP_MAX_UNITS_PER_CART = _NO_CAP
        try:
            shop: Shop = WebShop(account, http) if http else ServiceShop(account)
        except ValueError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{http} does not answer ({error}). Start the shop first: make up") from error
        if not shop.variant_ids:
            raise CommandError("There are no goods to sell. Load the log's own first: manage.py import_catalogue FILE")
        return shop

    def _tell(self, log: ReplayLog, account: Account, seconds: float) -> None:
        done, share = account.lines_done, account.lines_done / max(log.lines, 1)
        bar = "#" * round(share * 30)
        left = seconds / share * (1 - share) if share else 0
        self.stderr.write(
            f"\r  [{bar:<30}] {done:,} lines, {done / max(seconds, 0.001):,.0f} a second, {left / 60:.0f} min left  ",
            ending="",
        )
        self.stderr.flush()

    def _report(self, log: ReplayLog, account: Account, seconds: float) -> None:
        self.stderr.write("")
        write = self.stdout.write
        write(f"{account.lines_done:,} lines in {seconds:,.0f} s: {account.lines_done / seconds:,.0f} a second")
        write(f"read {log.read:,} lines of the log, of these {log.skipped.total():,} are no visit:")
        for reason, count in log.skipped.most_common():
            write(f"  {count:>9,}  {reason}")
        write("what became of the others:")
        for outcome, count in account.lines.most_common():
            write(f"  {count:>9,}  {outcome} ({counted(account.units[outcome], 'unit', 'units')})")
        write("visits: " + ", ".join(f"{count:,} {kind}" for kind, count in account.visits.most_common()))
        for error in account.errors:
            write(f"  {error}")

    def _check(self, account: Account, patience: int) -> None:
        audit, left = audit_stock(), self._wait_for_workers(patience)
        self.stdout.write(_audit_sentence(audit))
        self.stdout.write(f"{counted(left, 'effect is', 'effects are')} left to do" if left else "the outbox is empty")
        if not audit.is_clean or account.errors:
            raise CommandError("Not everything went as it must; see above.")
        if left:
            raise CommandError("The workers did not finish. Are they running? See manage.py effects_status.")

    def _wait_for_workers(self, patience: int) -> int:
        """Wait until the outbox is empty, or has not shrunk for `patience` seconds. Returns the number of rows left."""
        deadline, fewest = time.monotonic() + patience, OutboxRow.objects.count()
        while fewest and time.monotonic() < deadline:
            time.sleep(1)
            left = OutboxRow.objects.count()
            if left < fewest:
                deadline, fewest = time.monotonic() + patience, left
            self.stderr.write(f"\r  waiting for the workers: {left:,} effects to do   ", ending="")
            self.stderr.flush()
        self.stderr.write("")
        return OutboxRow.objects.count()


def _audit_sentence(audit: AuditReport) -> str:
    if audit.is_clean:
        return f"the audit of {counted(audit.variants_checked, 'variant', 'variants')} found nothing"
    return "\n".join(["the audit found:", *(f"  {difference}" for difference in audit.differences)])
