"""`manage.py verify_audit [--practice SLUG] [--checkpoints DIR]`: the log, event by event."""

import time
from argparse import ArgumentParser
from pathlib import Path
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from accounts.ids import NIL
from accounts.management import practices
from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.selectors import archives, chain
from audit.services import events

QUIET_SECONDS = 2.0
EVERY_SECONDS = 1.0


class Command(BaseCommand):
    help = "Prove that no event of the log was changed, removed, added or moved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--practice", metavar="SLUG", help="one practice's log instead of all")
        parser.add_argument(
            "--checkpoints", type=Path, metavar="DIR", help="checkpoints kept outside"
        )
        parser.add_argument(
            "--archives", type=Path, metavar="DIR", help="files of what was moved out, to prove too"
        )
        parser.add_argument("--all", action="store_true", help="check every signature there")
        parser.add_argument("--dump", type=Path, metavar="FILE", help="write for audit/verifier.py")
        parser.add_argument(
            "--event", type=int, metavar="N", help="dump only what proves this event of --practice"
        )

    def handle(
        self,
        *args: object,
        practice: str | None,
        checkpoints: Path | None,
        dump: Path | None,
        event: int | None,
        **options: object,
    ) -> None:
        if event is not None and not (practice and dump):
            raise CommandError("--event takes one --practice and a --dump to write.")
        if checkpoints and not checkpoints.is_dir():
            raise CommandError(f"There is no directory {checkpoints}.")
        logs = [practices.named(practice)] if practice else [NIL, *doors.practice_ids()]
        if dump:
            self._write_dump(dump, logs, event)
        if files := options["archives"]:
            self._prove_archives(logs, Path(str(files)), checkpoints)
        broken = [log for log in logs if not self._is_whole(log, checkpoints, bool(options["all"]))]
        if checkpoints and not practice:
            broken += self._missing(checkpoints, {str(log) for log in logs})
        if broken:
            raise CommandError(f"{len(broken)} of {len(logs)} logs are not whole.")

    def _is_whole(self, log: UUID, outside: Path | None, every: bool) -> bool:
        with practice_scope(log):
            begun = chain.begin()
            name = "The installation" if log == NIL else members.practice().name
            head = chain.head()
            progress = Progress(self.stderr, name, head.seq if head else 0)
            finding = chain.verify(log, outside=outside, every=every, progress=progress)
            if finding is None:
                events.record(Action.LOG_VERIFIED, count=progress.total)
        if finding is None:
            since = f" from event {begun.seq + 1:,} on" if begun else ""
            self.stdout.write(f"{name}: {progress.total:,} events, and the log is whole{since}.")
        else:
            self.stderr.write(f"{name}: {finding.sentence}")
        return finding is None

    def _prove_archives(self, logs: list[UUID], files: Path, outside: Path | None) -> None:
        for log in logs:
            try:
                with practice_scope(log):
                    count = archives.prove(files, log, outside=outside)
            except archives.Lost as error:
                raise CommandError(str(error)) from error
            if count:
                self.stdout.write(f"{count:,} events that were moved out are whole in their files.")

    def _missing(self, outside: Path, known: set[str]) -> list[UUID]:
        lost = sorted(file.stem for file in outside.glob("*.jsonl") if file.stem not in known)
        for log in lost:
            self.stderr.write(f"{log}: There are checkpoints of this log, but the log is missing.")
        return [UUID(log) for log in lost]

    def _write_dump(self, file: Path, logs: list[UUID], event: int | None) -> None:
        try:
            with file.open("w", encoding="utf-8") as dump:
                for log in logs:
                    with practice_scope(log):
                        lines = chain.dump(log) if event is None else chain.proof(log, event)
                        dump.writelines(lines)
        except chain.NotProvable as error:
            file.unlink()
            raise CommandError(str(error)) from error
        self.stdout.write(f"The events are in {file}.")


class Progress:
    """Says how far a long check is, once a second, after the first two. A total of 0 is unknown."""

    def __init__(self, out: OutputWrapper, name: str, total: int, what: str = "events") -> None:
        self.total, self._what = total, what
        self._out, self._name = out, name
        self._next = time.monotonic() + QUIET_SECONDS

    def __call__(self, events_read: int) -> None:
        if time.monotonic() >= self._next:
            of_all = f" of {self.total:,}" if self.total else ""
            self._out.write(f"{self._name}: {events_read:,}{of_all} {self._what} …")
            self._next = time.monotonic() + EVERY_SECONDS
