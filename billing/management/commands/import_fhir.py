"""Take in FHIR R4 files: patients become clients, encounters become sessions to be billed."""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils import timezone

from accounts.models import Membership, User
from accounts.selectors import doors, installation, members
from accounts.services import users
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.services import events
from billing.selectors import days
from billing.services import imports
from clients import fhir
from ledger.money import Money

LARGEST_BYTES = 64 * 1024 * 1024
QUIET_SECONDS = 2


class NotTaken(Exception):
    """A file as a whole could not be taken in; the message says why and quotes nothing of it."""


@dataclass(slots=True)
class Totals:
    """What all files came to."""

    clients: int = 0
    coverages: int = 0
    sessions: int = 0
    changed: int = 0
    fee_cents: int = 0
    claims: int = 0
    claim_cents: int = 0
    related: int = 0
    unusable: int = 0
    files_failed: int = 0
    not_needed: int = 0

    def add(self, outcome: imports.Outcome) -> None:
        self.clients += outcome.clients
        self.coverages += outcome.coverages
        self.sessions += outcome.sessions
        self.changed += outcome.changed
        self.related += outcome.related
        self.fee_cents += outcome.fees.cents
        self.claims += outcome.claims
        self.claim_cents += outcome.claim_cents
        self.unusable += len(outcome.unusable)
        self.not_needed += outcome.not_needed

    def sentences(self) -> Iterator[str]:
        yield (
            f"Made {self.clients} clients, {self.coverages} coverages and {self.sessions} sessions"
            f" to be billed, {Money(self.fee_cents).dollars} in all."
        )
        yield f"{self.related} people who may pay for a client were added."
        yield f"{self.changed} records came in a newer version."
        yield f"Read {self.claims} claims over {Money(self.claim_cents).dollars}."
        yield (
            f"{self.unusable} records could not be used, listed above."
            f" {self.not_needed} of other kinds were not needed."
        )


class Command(BaseCommand):
    """Each file is one transaction. A person's file may bear their name, so names of files are
    written to the terminal alone, never to the log."""

    help = (
        "Takes in FHIR R4 files (a bundle or a single resource each). A finished encounter becomes"
        " a session at what its claim asks; claims for medication do not. A second run changes"
        " nothing, a newer version brings a record up to date. What cannot be used is listed with"
        " its place in the file and the reason, and waits in the practice's list."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--practice", metavar="SLUG", help="into which practice")
        parser.add_argument(
            "--therapist",
            metavar="E-MAIL",
            help="whose sessions they are, and who sees the clients",
        )

    def handle(self, *args: object, **options: Any) -> None:
        practice_id = self._practice(options["practice"])
        files: list[Path] = options["files"]
        with practice_scope(practice_id):
            by = members.automaton()
            therapist = self._therapist(options["therapist"])
            today = days.day_of(timezone.now(), days.zone())
            terms = imports.Terms(therapist, today, timezone.now(), by)
            self.stdout.write(f"Importing {len(files)} files into {members.practice().name}.")
            whose = (therapist or by).display_name
            self.stdout.write(f"The sessions are {whose}'s. (--therapist chooses somebody.)")
            events.record(Action.IMPORT_STARTED, count=len(files))
        totals = self._take_all(files, practice_id, terms)
        with practice_scope(practice_id):
            created = totals.clients + totals.coverages + totals.sessions + totals.related
            events.record(Action.IMPORT_FINISHED, created=created, refused=totals.unusable)
        for sentence in totals.sentences():
            self.stdout.write(sentence)
        if totals.files_failed:
            raise CommandError(f"{totals.files_failed} files were not taken in, listed above.")

    def _take_all(self, files: list[Path], practice_id: UUID, terms: imports.Terms) -> Totals:
        totals = Totals()
        started = time.monotonic()
        for number, path in enumerate(files, start=1):
            if time.monotonic() - started > QUIET_SECONDS:
                self.stderr.write(f"File {number} of {len(files)} …")
            name = "".join(c if c.isprintable() else "?" for c in path.name)
            try:
                content = _read(path)
                with practice_scope(practice_id):
                    outcome = imports.receive(content, terms=terms, origin=imports.a_file())
            except NotTaken as fault:
                totals.files_failed += 1
                self.stdout.write(f"{name}: not taken in. {fault}")
            except DatabaseError as fault:
                totals.files_failed += 1
                kind = type(fault).__name__
                self.stdout.write(f"{name}: not taken in. The database refused it ({kind}).")
            else:
                totals.add(outcome)
                self._tell(name, outcome)
        return totals

    def _tell(self, name: str, outcome: imports.Outcome) -> None:
        self.stdout.write(
            f"{name}: {outcome.clients} clients, {outcome.coverages} coverages,"
            f" {outcome.sessions} sessions ({outcome.fees.dollars}) made;"
            f" {outcome.changed} changed; {outcome.known_sessions} sessions were here already;"
            f" {outcome.practitioners} practitioners named."
        )
        for left_out in outcome.unusable:
            self.stdout.write(f"  {name} {left_out.path}: not used. {left_out.reason}")
        for changed in outcome.adjusted:
            self.stdout.write(f"  {name} {changed.path}: used. {changed.reason}")

    def _practice(self, slug: str | None) -> UUID:
        if slug:
            found = doors.practice_of_slug(slug)
            if found is None:
                raise CommandError("There is no practice of that name.")
            return found
        ids = doors.practice_ids()
        if not ids:
            raise CommandError("There is no practice yet.")
        if len(ids) > 1:
            if not installation.is_demo():
                raise CommandError("There are several practices: say which with --practice SLUG.")
            self.stdout.write("The demo has several practices: the first is taken. (--practice)")
        return ids[0]

    def _therapist(self, email: str | None) -> Membership | None:
        if email is None:
            return None
        user = User.objects.filter(email=users.canonical_name(email)).first()
        found = members.therapists().filter(person_id=user.pk).first() if user else None
        if found is None:
            raise CommandError("No therapist of this practice has that e-mail address.")
        return found


def _read(path: Path) -> object:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise NotTaken(f"It cannot be read: {error.strerror}.") from None
    if len(content) > LARGEST_BYTES:
        raise NotTaken("It is larger than 64 MB.")
    try:
        return fhir.load(content)
    except fhir.Malformed as fault:
        raise NotTaken(str(fault)) from None
