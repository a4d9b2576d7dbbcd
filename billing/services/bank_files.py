"""Files of bank lines: kept sealed, looked through, and taken in whole or not at all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts import keys
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import bank_files
from billing.bank_files import Read, columns, ofx
from billing.bank_files.columns import Mapping
from billing.models import BankFile, BankLine
from billing.services import numbers
from ledger.money import Money
from ledger.selectors.categories import Chosen

KEPT_FOR = timedelta(days=1)
"""How long a file waits to be taken in."""


class Faulty(Exception):
    """Rows of the file cannot be read, so that none is taken in."""


class Over(Exception):
    """The file was taken in or thrown away already."""


class Unmapped(Exception):
    """Nobody has said yet what the columns of the file are."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What taking a file in would do: nothing is written yet."""

    read: Read
    new: int
    known: int


@transaction.atomic
def upload(*, account: Chosen, content: bytes, now: datetime, by: Membership) -> BankFile:
    """Keep a file, sealed, until it is taken in or thrown away.

    Raises:
        bank_files.Unreadable: it is neither OFX nor a CSV file with a line below its headings.
    """
    is_ofx = ofx.is_ofx(content)
    if is_ofx:
        ofx.read(content)
    elif not columns.head_of(content).examples:
        raise bank_files.Unreadable("The file has headings and no line below them.")
    file = BankFile.objects.create(
        account_id=account.id,
        format=BankFile.Format.OFX if is_ofx else BankFile.Format.CSV,
        content=content,
        uploaded_at=now,
        uploaded_by=by,
    )
    events.record(Action.BANK_FILE_UPLOADED, target=file)
    return file


def check(*, file: BankFile, mapping: Mapping | None) -> Checked:
    """Return what taking a file in would do.

    Raises:
        Over, Unmapped, bank_files.Unreadable
    """
    read = _read(file, mapping)
    identities = [identity_of(line) for line in read.lines]
    known = BankLine.objects.filter(account=file.account_id, identity__in=identities).count()
    events.record(Action.BANK_FILE_CHECKED, target=file, count=len(read.lines))
    return Checked(read, len(read.lines) - known, known)


@transaction.atomic
def take_in(
    *,
    file: BankFile,
    mapping: Mapping | None,
    closing: tuple[date, Money] | None,
    now: datetime,
    by: Membership,
) -> BankFile:
    """Add the lines of a file that are not here yet; lines that are here are left alone.

    ``closing`` is the day and the balance that a statement ends with, where the file says none.

    Raises:
        Faulty: a row cannot be read. Nothing is added.
        Over, Unmapped, bank_files.Unreadable
    """
    locked = BankFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    read = _read(locked, mapping)
    if read.problems:
        raise Faulty("Rows of the file cannot be read, so nothing was added.")
    numbers.lock(numbers.BANK_LINES)  # Two files at once would both find a line new.
    by_identity = {identity_of(line): line for line in read.lines}
    here = BankLine.objects.filter(
        account=locked.account_id, identity__in=list(by_identity)
    ).values_list("identity", flat=True)
    known = {bytes(identity) for identity in here}
    new = [
        BankLine(
            file=locked,
            account_id=locked.account_id,
            booked_on=line.booked_on,
            amount=Money(line.cents),
            words=line.words,
            identity=identity,
        )
        for identity, line in by_identity.items()
        if identity not in known
    ]
    BankLine.objects.bulk_create(new, batch_size=1000)
    locked.added, locked.known = len(new), len(known)
    locked.is_taken_in = True
    if read.closing is not None:
        closing = (read.closing.on, Money(read.closing.cents))
    if closing is not None:
        locked.closing_on, locked.closing_balance = closing
    _finish(locked, now)
    events.record(
        Action.BANK_FILE_TAKEN_IN,
        target=locked,
        added=locked.added,
        known=locked.known,
        taken_in_by=str(by.pk),
    )
    return locked


@transaction.atomic
def discard(*, file: BankFile, now: datetime, by: Membership) -> None:
    """Throw a file away that was not taken in.

    Raises:
        Over
    """
    locked = BankFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if locked.finished_at is not None:
        raise Over("This file was taken in or thrown away already.")
    _finish(locked, now)
    events.record(Action.BANK_FILE_DISCARDED, target=locked, discarded_by=str(by.pk))


@transaction.atomic
def forget_old(*, now: datetime) -> int:
    """Throw away the files that nobody took in within ``KEPT_FOR``; return how many."""
    rows = BankFile.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    old = rows.filter(uploaded_at__lte=now - KEPT_FOR, finished_at=None).defer("content")
    for file in old:
        _finish(file, now)
        events.record(Action.BANK_FILE_DISCARDED, target=file)
    return len(old)


def identity_of(line: bank_files.Line) -> bytes:
    """Return the keyed hash by which a line is recognized when another file brings it again."""
    return keys.fingerprint(line.known_by, purpose="billing.bank_line")


def _read(file: BankFile, mapping: Mapping | None) -> Read:
    if file.finished_at is not None or file.content is None:
        raise Over("This file was taken in or thrown away already.")
    content = bytes(file.content)
    if file.format == BankFile.Format.OFX:
        return ofx.read(content)
    if mapping is None:
        raise Unmapped("Say which column is which first.")
    return columns.read(content, mapping)


def _finish(file: BankFile, now: datetime) -> None:
    file.content, file.finished_at = None, now
    file.save(
        update_fields=[
            "content",
            "finished_at",
            "is_taken_in",
            "added",
            "known",
            "closing_on",
            "closing_balance",
        ]
    )
