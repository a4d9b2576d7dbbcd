"""`manage.py archive_audit --into DIR`: what is older than six years moves out of the log."""

from argparse import ArgumentParser
from pathlib import Path
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from accounts.ids import NIL
from accounts.management import practices
from accounts.selectors import doors
from accounts.tenancy import owner_scope, practice_scope
from audit.selectors import archives, chain
from audit.services import archives as services


class Command(BaseCommand):
    help = "Move whole months of the log that are older than six years into files that prove them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="a directory")
        parser.add_argument("--practice", metavar="SLUG", help="one practice's log instead of all")
        parser.add_argument(
            "--checkpoints", type=Path, metavar="DIR", help="checkpoints kept outside"
        )

    def handle(
        self,
        *args: object,
        into: Path,
        practice: str | None,
        checkpoints: Path | None,
        **options: object,
    ) -> None:
        if "owner" not in connections:
            raise CommandError("Only the database's owner moves events: set DATABASE_OWNER_URL.")
        for directory in filter(None, (into, checkpoints)):
            if not directory.is_dir():
                raise CommandError(f"There is no directory {directory}.")
        if checkpoints and into.resolve() == checkpoints.resolve():
            raise CommandError("Each file among the checkpoints counts as a log: take another DIR.")
        logs = [practices.named(practice)] if practice else [NIL, *doors.practice_ids()]
        moved = sum(self._move(log, into, checkpoints) for log in logs)
        if not moved:
            self.stdout.write("Nothing on the log is older than six years.")

    def _move(self, log: UUID, into: Path, outside: Path | None) -> int:
        with practice_scope(log):
            mark, begun = archives.due(timezone.now()), chain.begin()
            if mark is None:
                return 0
            after = begun.seq if begun else 0
            try:
                held = services.write(into, log, mark, outside=outside)
            except archives.Lost as error:
                raise CommandError(str(error)) from error
            services.record(mark, mark.size - after)
        # The event and the marks it carries are committed before anything goes.
        with owner_scope(log) as cursor:
            services.remove(cursor, log, mark, after, archives.digest(held))
        self.stdout.write(f"Events {after + 1:,} to {mark.size:,} are in {held.events}.")
        return int(mark.size - after)
