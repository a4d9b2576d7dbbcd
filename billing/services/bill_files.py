"""Papers of a bill: sealed as they came, known by what they are and not by their names."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import Bill, BillFile
from billing.services import numbers

BYTES_MAX = 5 * 1024 * 1024
FILES_MAX = 10
Kind = BillFile.Kind
BEGINNINGS = {
    b"%PDF-": Kind.PDF,
    b"\x89PNG\r\n\x1a\n": Kind.PNG,
    b"\xff\xd8\xff": Kind.JPEG,
}
"""What a file of each kind begins with: a name may say anything."""

TYPES = {
    Kind.PDF: ("application/pdf", "pdf"),
    Kind.PNG: ("image/png", "png"),
    Kind.JPEG: ("image/jpeg", "jpg"),
}


class NotTaken(Exception):
    """A paper is too large, of another kind, or one too many; the message says which."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to be handed out, under a name that says nothing but the bill's code."""

    content: bytes
    content_type: str
    file_name: str


def kind_of(content: bytes) -> Kind | None:
    """Return what a file is by its first bytes, or None."""
    return next((kind for start, kind in BEGINNINGS.items() if content.startswith(start)), None)


@transaction.atomic
def add(*, bill: Bill, content: bytes, now: datetime, by: Membership) -> BillFile:
    """Keep a paper with a bill, sealed.

    Raises:
        NotTaken: it is empty, larger than 5 MB, no PDF, PNG or JPEG, or one too many.
    """
    if len(content) > BYTES_MAX:
        raise NotTaken("The file is larger than 5 MB.")
    kind = kind_of(content)
    if kind is None:
        raise NotTaken("Choose a PDF, or a picture in PNG or JPEG.")
    numbers.lock(numbers.BILLS)  # Two papers at once would both take the next place.
    last = BillFile.objects.filter(bill=bill).aggregate(last=Max("place"))["last"] or 0
    if last >= FILES_MAX:
        raise NotTaken(f"A bill keeps {FILES_MAX} papers at most.")
    row = BillFile.objects.create(
        bill=bill,
        place=last + 1,
        kind=kind,
        size_bytes=len(content),
        content=content,
        added_at=now,
        added_by=by,
    )
    events.record(Action.BILL_FILE_ADDED, target=row, bill=bill.reference)
    return row


def hand_out(*, file: BillFile) -> Paper:
    """Return a paper as it came, and note on the log that it was handed out."""
    content_type, ending = TYPES[Kind(file.kind)]
    events.record(Action.BILL_FILE_DOWNLOADED, target=file, bill=file.bill.reference)
    name = f"{file.bill.reference}-{file.place}.{ending}"
    return Paper(bytes(file.content), content_type, name)
