"""Load lists of passwords that others know; none of them can be chosen afterwards."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.services import breached
from accounts.services.breached import Loaded


class Command(BaseCommand):
    help = (
        "Load lists of known passwords: a password a line, or its SHA-1 with a count (HASH:COUNT)."
        " Runs as the owner; without a file it loads the list that comes with Django."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", type=Path)

    def handle(self, *args: object, files: list[Path], **options: object) -> None:
        if not files:
            breached.load_bundled()
            self.stdout.write("The list that comes with Django is loaded.")
        for path in files:
            self.load(path)

    def load(self, path: Path) -> None:
        try:
            loaded = breached.load(_lines(path), said=self.say)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        self.stdout.write(f"{path.name}: {loaded.lines} lines, {loaded.new} new.")

    def say(self, so_far: Loaded) -> None:
        self.stdout.write(f"{so_far.lines} lines read, {so_far.new} new")


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
