"""Write docs/PLANS.md anew: how PostgreSQL reads the books for each report."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.management import practices
from accounts.tenancy import practice_scope
from config.dev import plans


class Command(BaseCommand):
    help = "Print docs/PLANS.md, with the plans of each report in one practice's books."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", metavar="SLUG", required=True)

    def handle(self, *args: object, practice: str, **options: object) -> None:
        with practice_scope(practices.named(practice)):
            for line in plans.page(timezone.localdate()):
                self.stdout.write(line)
