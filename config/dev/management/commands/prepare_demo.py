"""Bring a demo's database up to this code: schema, keys, and people to play with."""

import os
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from accounts.selectors import doors
from accounts.selectors.installation import is_demo
from config.dev import people


class Command(BaseCommand):
    help = "Prepare the demo's database; does nothing where nothing is missing."

    def handle(self, *args: object, **options: object) -> None:
        executor = MigrationExecutor(connections["owner"])
        refuse_newer(executor)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.say(f"Bringing the schema up to date, {len(plan)} steps")
            call_command("migrate", database="owner", verbosity=0, interactive=False)
        call_command("provision_context", verbosity=0, stdout=self.stdout)
        if not is_demo():
            self.fill(Path(os.environ["QUIETLEDGER_STATE"]))

    def fill(self, folder: Path) -> None:
        """Fill two practices; a note tells the next start if this one is cut short.

        Only an empty database is filled, because the next start would throw away the half.
        """
        if doors.practice_ids():
            raise CommandError(
                "The database holds practices, but not the demo's mark: move its folder "
                f"({folder}) away to start with a new one."
            )
        self.say("Filling two demo practices")
        note = folder / "filling"
        note.touch(mode=0o600)
        call_command("seed_demo", json=str(folder / people.FILE), stdout=self.stdout)
        note.unlink()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def refuse_newer(executor: MigrationExecutor) -> None:
    """Raise CommandError when the data was made by newer code than this."""
    apps = executor.loader.migrated_apps
    known = set(executor.loader.disk_migrations)
    unknown = sorted(
        f"{app}.{name}"
        for app, name in executor.loader.applied_migrations
        if app in apps and (app, name) not in known
    )
    if unknown:
        raise CommandError(
            f"The data is of a newer version of Quietledger (this one does not know {unknown[0]}): "
            "update the code, or move the data's folder away to start with a new one."
        )
