"""Load a list of ICD-10-CM codes, which counts from a day on."""

import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clients.services import diagnosis_codes


class Command(BaseCommand):
    help = (
        "Load a list of ICD-10-CM codes: a CSV file with the columns code, leaf (1 for what can be"
        " billed) and description. What it leaves out of the letters that it holds ends the day"
        " before. Runs as the owner."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--valid-from",
            required=True,
            type=date.fromisoformat,
            metavar="DATE",
            help="the first day, such as 2026-10-01",
        )

    def handle(self, *args: object, file: Path, valid_from: date, **options: object) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                listed = diagnosis_codes.read(csv.DictReader(lines))
            done = diagnosis_codes.load(listed, valid_from=valid_from)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{file.name} cannot be read as CSV.") from error
        except diagnosis_codes.BadList as refused:
            raise CommandError(f"{file.name}: {refused}") from refused
        self.stdout.write(
            f"{file.name}: {len(listed)} codes, {done.added} new, {done.changed} changed,"
            f" {done.ended} ended."
        )
