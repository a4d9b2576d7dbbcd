"""`manage.py verify_phi [--practice SLUG]`: every sealed value, one after the other."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts import keys
from accounts.ids import NIL
from accounts.management import practices
from accounts.management.commands.verify_audit import Progress
from accounts.selectors import doors, members, sealed
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.selectors.marks import MarksChanged
from audit.services import events


class Command(BaseCommand):
    help = (
        "Prove that every sealed value opens under the right key, in its own cell, and is the"
        " newest that the log knows."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", metavar="SLUG", help="one practice instead of all")

    def handle(self, *args: object, practice: str | None = None, **options: object) -> None:
        scopes = [practices.named(practice)] if practice else [NIL, *doors.practice_ids()]
        offenders = [scope for scope in scopes if not self._is_sound(scope)]
        if offenders:
            raise CommandError(f"In {len(offenders)} of {len(scopes)} places a value is not sound.")

    def _is_sound(self, scope: UUID) -> bool:
        with practice_scope(scope):
            name = "The installation" if scope == NIL else members.practice().name
            progress = _Count(self, name)
            try:
                offence: object = sealed.first_offence(progress)
            except keys.KeyDestroyed:
                self.stdout.write(f"{name}: its keys were destroyed, and no value opens any more.")
                return True
            except MarksChanged as changed:
                offence = changed
            if offence is None:
                events.record(Action.SEALED_VALUES_VERIFIED, count=progress.seen)
        if offence is None:
            self.stdout.write(f"{name}: {progress.seen:,} sealed values, each in its own place.")
        else:
            self.stderr.write(f"{name}: {offence}")
        return offence is None


class _Count:
    """How many values were looked at, said once a second on a long look."""

    def __init__(self, command: BaseCommand, name: str) -> None:
        self.seen = 0
        self._say = Progress(command.stderr, name, 0, "values")

    def __call__(self, seen: int) -> None:
        self.seen = seen
        self._say(seen)
