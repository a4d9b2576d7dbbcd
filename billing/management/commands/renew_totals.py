"""`manage.py renew_totals [--drop]`: the totals of closed months, thrown away and made anew."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from ledger.services import totals


class Command(BaseCommand):
    help = "Make the totals of closed months that are missing. They change no answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--drop", action="store_true", help="throw all of them away first")

    def handle(self, *args: object, drop: bool, **options: object) -> None:
        for practice_id in doors.practice_ids():
            with practice_scope(practice_id):
                if drop:
                    totals.drop()
                made, name = totals.renew(), members.practice().name
            self.stdout.write(f"{name}: the totals of {made} months are made.")
