"""`manage.py rotate_keys [--practice SLUG] [--rewrap] [--resume]`: new keys in working hours.

Killed at any moment, it goes on where it was when it is started again; so does the worker.
"""

import time
from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import connection
from django.utils import timezone

from accounts import crypto, keys
from accounts.ids import NIL
from accounts.management import practices
from accounts.selectors import doors, key_status, members
from accounts.services import rotation
from accounts.tenancy import practice_scope

TRIES, BETWEEN_SECONDS = 50, 0.2
"""How often what others held is come back to, and the old key tried to be destroyed."""

EVERY_SECONDS = 0.5
BAR = 30


class Command(BaseCommand):
    help = "Wrap the data keys with the newest key of the ring, and give sealed values new keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", metavar="SLUG", help="one practice instead of all")
        parser.add_argument("--rewrap", action="store_true", help="wrap data keys anew, no more")
        parser.add_argument("--resume", action="store_true", help="only finish what was begun")
        parser.add_argument(
            "--pause", type=float, default=0.0, metavar="SECONDS", help="rest between batches"
        )

    def handle(
        self,
        *args: object,
        practice: str | None = None,
        rewrap: bool = False,
        resume: bool = False,
        pause: float = 0.0,
        **options: object,
    ) -> None:
        scopes = _scopes(practice)
        _need_context(scopes[0])
        wrapped = 0
        for scope in scopes:
            with practice_scope(scope):
                wrapped += rotation.rewrap()
        newest = crypto.ring().newest
        self.stdout.write(f"Key-encryption key {newest} wraps every key here; {wrapped} anew.")
        if rewrap:
            return
        unfinished = [scope for scope in scopes if not self._rotate(scope, resume, pause)]
        if unfinished:
            self.stdout.write("The worker destroys the old keys that are left, or the next run.")

    def _rotate(self, scope: UUID, resume: bool, pause: float) -> bool:
        with practice_scope(scope):
            name = "The installation" if scope == NIL else members.practice().name
            try:
                if not resume and not key_status.old_versions():
                    rotation.start()
            except keys.KeyDestroyed:
                self.stdout.write(f"{name}: its keys were destroyed.")
                return True
            status = key_status.status()
        if not status.is_rotating:
            return True
        bar = ProgressBar(self.stderr, name, status.values - status.moved, pause)
        for _ in range(TRIES):
            if rotation.finish(scope, clock=timezone.now, progress=bar):
                self.stdout.write(f"{name}: {bar.done:,} values moved, the old key is destroyed.")
                return True
            with practice_scope(scope):
                left = key_status.status()
            if scope == NIL and left.moved == left.values:
                break
            # Rows that somebody held, or a key that somebody seals with: in a moment they do not.
            bar.next_pass()
            time.sleep(BETWEEN_SECONDS)
        rest = left.values - left.moved
        said = f"{rest:,} are left" if rest else "the old key stays a while"
        self.stdout.write(f"{name}: {bar.done:,} values moved, {said}.")
        return False


class ProgressBar:
    """How far a rotation is, drawn over itself on a terminal and in lines elsewhere."""

    def __init__(self, out: OutputWrapper, name: str, total: int, pause: float) -> None:
        self.done = self._before = 0
        self._out, self._name, self._total, self._pause = out, name, total, pause
        self._next = 0.0

    def next_pass(self) -> None:
        """Count on from here: what moves next comes on top of it."""
        self._before = self.done

    def __call__(self, moved: int) -> None:
        time.sleep(self._pause)
        moved = self.done = self._before + moved
        if time.monotonic() < self._next and moved < self._total:
            return
        self._next = time.monotonic() + EVERY_SECONDS
        full = BAR * moved // max(self._total, moved, 1)
        line = f"{self._name} [{'#' * full:.<{BAR}}] {moved:,} of {self._total:,} values"
        is_terminal = self._out.isatty() and moved < self._total
        self._out.write(f"\r{line}" if is_terminal else line, ending="" if is_terminal else "\n")


def _scopes(slug: str | None) -> list[UUID]:
    if slug is None:
        return [NIL, *doors.practice_ids()]
    return [practices.named(slug)]


def _need_context(scope: UUID) -> None:
    """Refuse where the newest key signs no scope yet: other processes would lose their rows."""
    with practice_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT current_practice_id()")
        if cursor.fetchone()[0] is None:
            raise CommandError("Run provision_context first: the newest key opens no scope yet.")
