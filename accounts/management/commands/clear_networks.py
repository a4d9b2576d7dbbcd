"""`manage.py clear_networks --practice SLUG`: when nobody of a practice passes its networks."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.management import practices
from accounts.selectors import members
from accounts.services import networks
from accounts.tenancy import practice_scope


class Command(BaseCommand):
    help = (
        "Drop every network of a practice, so that its people work from anywhere until an"
        " administrator names one again. Make sure of who asks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", required=True, metavar="SLUG")

    def handle(self, *args: object, practice: str, **options: object) -> None:
        with practice_scope(practices.named(practice)):
            dropped = networks.clear(now=timezone.now(), by=members.automaton())
        if not dropped:
            raise CommandError("This practice names no network: its people work from anywhere.")
        self.stdout.write(f"Dropped: {', '.join(row.network for row in dropped)}.")
