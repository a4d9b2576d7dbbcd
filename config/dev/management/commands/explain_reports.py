"""Write docs/PLANS.md anew: how PostgreSQL reads the books for each report."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.selectors import doors
from accounts.tenancy import practice_scope
from config.dev import plans


class Command(BaseCommand):
    help = "Print docs/PLANS.md, with the plans of each report in one practice's books."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", metavar="SLUG", required=True)

    def handle(self, *args: object, practice: str, **options: object) -> None:
        practice_id = doors.practice_of_slug(practice)
        if practice_id is None:
            raise CommandError("There is no practice with this slug.")
        with practice_scope(practice_id):
            for line in plans.page(timezone.localdate()):
                self.stdout.write(line)
