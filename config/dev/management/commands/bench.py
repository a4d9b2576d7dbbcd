"""Measure what our guarantees cost, in a database of its own."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config.dev.bench import database, registry
from config.dev.bench.timing import Effort
from config.dev.state import Refused


class Command(BaseCommand):
    help = registry.HELP
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        registry.add_arguments(parser)

    def handle(
        self, *args: object, name: str | None, rounds: int, calls: int, **options: object
    ) -> None:
        if "owner" not in connections:
            raise CommandError("DATABASE_OWNER_URL is needed to make a database for this.")
        try:
            names = registry.chosen(name)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        over = []
        with database.scratch():
            for bench in names:
                for figure in registry.figures(bench, Effort(rounds, calls)):
                    self.stdout.write(json.dumps(figure.as_json()))
                    self.stdout.flush()
                    if figure.holds is False:
                        over.append(figure.name)
        if over:
            raise CommandError(f"Over the goal: {', '.join(over)}.")
