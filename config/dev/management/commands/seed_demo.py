"""Fill this database with demo practices, people and some months of billing."""

import json
import os
import sys
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction
from django.utils import timezone

from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.services import events
from config.dev.seed import big, history, hours, practices, records, spending
from config.dev.seed.story import FURTHER_PEOPLE, PRACTICES, PracticeStory

BATCH = 10
"""Clients written in one transaction."""


class Command(BaseCommand):
    help = "Fill this database with demo practices; it is marked as a demo for ever."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practices", type=int, default=len(PRACTICES))
        parser.add_argument("--clients", type=int, default=12, help="in each practice")
        parser.add_argument("--months", type=int, default=3, help="of billing behind them")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same story")
        parser.add_argument("--json", help="a private file for people, passwords and ids")
        parser.add_argument(
            "--large", action="store_true", help="one large practice among many small ones, by COPY"
        )
        parser.add_argument(
            "--invoices", type=int, default=big.INVOICES, help="of the large one; 12 postings each"
        )
        parser.add_argument(
            "--others", type=int, default=big.OTHERS, help="small practices beside the large one"
        )

    def handle(self, *args: object, **options: object) -> None:
        if options["large"]:
            self.write_large(int(str(options["invoices"])), int(str(options["others"])), options)
            return
        wanted, clients = int(str(options["practices"])), int(str(options["clients"]))
        months, seed = int(str(options["months"])), int(str(options["seed"]))
        stories = [story_of(number) for number in range(wanted)]
        if any(doors.practice_of_slug(story.slug) for story in stories):
            raise CommandError("This database holds demo practices already.")
        mark()
        people = []
        for number, story in enumerate(stories):
            founded = practices.found(story, now=timezone.now())
            people += [person.as_json() for person in founded.people]
            self.write_history(founded, story, clients=clients, months=months, seed=seed + number)
        if options["json"]:
            write_private(Path(str(options["json"])), json.dumps(people, indent=1))

    def write_large(self, invoices: int, others: int, options: dict[str, object]) -> None:
        """Fill a database with the practices that benchmarks want, small ones first."""
        if doors.practice_of_slug(big.BIG.slug):
            raise CommandError("This database holds the large practice already.")
        mark()
        began = time.monotonic()
        for number in range(others):
            big.found_small(number + 1, now=timezone.now())
        founded = big.found(now=timezone.now(), invoices=invoices)
        with practice_scope(founded.id):
            events.record(Action.DEMO_SEEDED, target=members.practice(), clients=invoices)
        spent = time.monotonic() - began
        postings = invoices * big.POSTINGS_OF_AN_INVOICE
        self.stdout.write(
            f"{big.BIG.name}: {invoices} invoices and {postings} postings, beside {others} small"
            f" practices, in {spent:.0f} s"
        )
        if options["json"]:
            people = [person.as_json() for person in founded.people]
            write_private(Path(str(options["json"])), json.dumps(people, indent=1))

    def write_history(
        self,
        founded: practices.Founded,
        story: PracticeStory,
        *,
        clients: int,
        months: int,
        seed: int,
    ) -> None:
        began = time.monotonic()
        for first in range(0, clients, BATCH):
            with practice_scope(founded.id):
                desk = history.desk(now=timezone.now(), seed=seed * 1000 + first)
                if not first:
                    records.publish(desk, since=history.began(desk, months))
                    hours.publish(desk)
                    spending.write(desk, months=months)
                for number in range(first, min(first + BATCH, clients)):
                    history.write_client(desk, number + (seed - 1) * 7, months=months)
                if first + BATCH >= clients:
                    events.record(Action.DEMO_SEEDED, target=members.practice(), clients=clients)
            if sys.stdout.isatty() and time.monotonic() - began > 2:
                done = min(first + BATCH, clients)
                self.stdout.write(f"\r{story.name}: {done} of {clients} clients", ending="")
        self.stdout.write(f"{story.name}: {clients} clients")


def story_of(number: int) -> PracticeStory:
    """Return the story of the practice with this number, from 0: invented ones repeat."""
    if number < len(PRACTICES):
        return PRACTICES[number]
    base = PRACTICES[number % len(PRACTICES)]
    return replace(
        base,
        slug=f"{base.slug}-{number + 1}",
        name=f"{base.name} {number + 1}",
        people=FURTHER_PEOPLE,
    )


def mark() -> None:
    """Mark the database as a demo. Only the owner can, so no live one is ever marked by the app."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_demomark (marked_at) SELECT now()"
            " WHERE NOT EXISTS (SELECT FROM accounts_demomark)"
        )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
