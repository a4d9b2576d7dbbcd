"""`manage.py verify_ledger [--practice SLUG]`: every invariant of the books, on live rows."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.management import practices
from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.services import events
from billing.selectors import soundness
from ledger.selectors import integrity as ledger


class Command(BaseCommand):
    help = "Check every invariant of the ledger. Exits with 1 and names the first offender."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", metavar="SLUG", help="one practice instead of all")

    def handle(self, *args: object, practice: str | None, **options: object) -> None:
        checked = _practices(practice)
        unsound = [pk for pk in checked if not self._is_sound(pk)]
        if unsound:
            raise CommandError(
                f"The books of {len(unsound)} of {len(checked)} practices are not sound."
            )

    def _is_sound(self, practice_id: UUID) -> bool:
        with practice_scope(practice_id):
            name, count = members.practice().name, ledger.entry_count()
            offender = next(soundness.findings(), None)
            events.record(
                Action.BOOKS_VERIFIED,
                count=count,
                offends=offender.invariant if offender else "nothing",
            )
        if offender is None:
            self.stdout.write(f"{name}: {count} entries, and every invariant holds.")
        else:
            self.stderr.write(f"{name}: {offender.invariant} does not hold. {offender.sentence}")
        return offender is None


def _practices(slug: str | None) -> list[UUID]:
    if slug is None:
        return doors.practice_ids()
    return [practices.named(slug)]
