"""`manage.py run_billing_cycle [--practice SLUG] [--on DATE]`: bill the periods that are over.

Cut off, it goes on where it was; once more, it makes only what was put right since.
"""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.management import practices
from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from billing import cycling
from billing.selectors import cycle_runs, days

EARLIEST = date(2000, 1, 1)


class Command(BaseCommand):
    help = (
        "Bill what was over last by each practice's own midnight: yesterday, last week, last month."
        " Exits with 1 if a client could not be billed by our own fault."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", metavar="SLUG", help="one practice instead of all")
        parser.add_argument(
            "--on", metavar="DATE", type=_day, help="as on this day, YYYY-MM-DD, instead of today"
        )

    def handle(
        self, *args: object, practice: str | None, on: date | None, **options: object
    ) -> None:
        failed = sum(self._bill(pk, on) for pk in _practices(practice))
        if failed:
            raise CommandError(f"{failed} clients could not be billed. Look at the server's log.")

    def _bill(self, practice_id: UUID, on: date | None) -> int:
        """Bill one practice, tell how far it is, and return how many clients failed."""
        now = timezone.now()
        with practice_scope(practice_id):
            name, today = members.practice().name, days.day_of(now, days.zone())
        if on is not None and on > today:
            raise CommandError(f"{on} is not there yet at {name}, where it is {today}.")
        runs = cycling.ask_due(practice_id, now=now, on=on or today)
        if not runs:
            self.stdout.write(f"{name}: nothing is due.")
        failed = 0
        for run_id in runs:
            with practice_scope(practice_id):
                run, before = cycle_runs.by_id(run_id), cycle_runs.tally([run_id])[run_id]
            is_over = cycling.bill(practice_id, run_id, tell=self._tell)
            with practice_scope(practice_id):
                after, broken = cycle_runs.tally([run_id])[run_id], cycle_runs.failed(run_id)
            self.stdout.write(
                f"{name}, {run.get_rhythm_display().lower()}, until {run.last_day}:"
                f" {after.invoiced - before.invoiced} invoices made, {after.held_up} clients"
                f" without one{'' if is_over else '; another worker goes on'}."
            )
            failed += broken
        return failed

    def _tell(self, tally: cycle_runs.Tally) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{tally.done} of {tally.count} clients", ending="\r")


def _practices(slug: str | None) -> list[UUID]:
    if slug is None:
        return doors.practice_ids()
    return [practices.named(slug)]


def _day(text: str) -> date:
    try:
        typed = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day such as 2026-02-28") from None
    if typed < EARLIEST:
        raise ArgumentTypeError(f"{text} is before there were books")
    return typed
