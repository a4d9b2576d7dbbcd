"""Documents: made once, when they are first asked for; a reprint serves the same bytes."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from accounts.models import Membership, Practice
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.models import Document, DocumentBody, Invoice
from billing.selectors import documents, invoices
from billing.services import typesetting
from ledger.money import MINUS

Kind = Document.Kind


class Altered(Exception):
    """The bytes that are kept are not those that were issued."""


@dataclass(frozen=True, slots=True, repr=False)
class Printed:
    """A document with its bytes and the neutral name of its file."""

    document: Document
    pdf: bytes
    file_name: str


def render_invoice(*, invoice: Invoice, now: datetime, by: Membership) -> Printed:
    """Return an invoice's PDF as it was issued, without what was paid later; made if need be.

    Raises:
        Altered: the kept bytes do not have the SHA-256 that was written when they were made.
    """
    document = documents.of_invoice(invoice) or _made(invoice, now=now, by=by)
    pdf = documents.bytes_of(document)
    if sha256(pdf).hexdigest() != document.sha256:
        raise Altered(f"The document of {invoice.number} is not the one that was issued.")
    return Printed(document, pdf, f"{invoice.number.lower().replace('inv', 'invoice')}.pdf")


def _made(invoice: Invoice, *, now: datetime, by: Membership) -> Document:
    pdf = _set(invoice)
    try:
        with transaction.atomic():
            document = Document.objects.create(
                kind=Kind.INVOICE,
                invoice=invoice,
                sha256=sha256(pdf).hexdigest(),
                made_at=now,
                made_by=by,
            )
            DocumentBody.objects.create(document=document, body=pdf)
            events.record(
                Action.DOCUMENT_RENDERED,
                target=document,
                label=invoice.number,
                touched=[invoice.client_id],
            )
            return document
    except IntegrityError:
        # Somebody else made it a moment ago: theirs is the one.
        made = documents.of_invoice(invoice)
        if made is None:
            raise
        return made


def _set(invoice: Invoice) -> bytes:
    """Set the invoice in type; a name that no font can write gives way to the client's code."""
    data = _contents(invoice, members.practice())
    try:
        return typesetting.pdf("invoice", data)
    except typesetting.NotInFonts:
        return typesetting.pdf_of_anything("invoice", {**data, "client": ""})


def _contents(invoice: Invoice, practice: Practice) -> dict[str, object]:
    client, lines = invoice.client, invoices.lines(invoice)
    return {
        "practice": printable(practice.discreet_name),
        "number": invoice.number,
        "issued_on": long_day(invoice.issued_on),
        "due_on": long_day(invoice.due_on),
        "client": printable(client.full_name),
        "code": client.code,
        "lines": [
            {
                "date": long_day(line.served_on),
                "words": printable(line.description),
                "minutes": str(line.minutes or ""),
                "listed": str(line.listed),
                "discount": f"{MINUS}{line.discount}" if line.discount else "",
                "amount": str(line.amount),
            }
            for line in lines
        ],
        "discounts": any(line.discount for line in lines),
        "total": str(invoice.total),
    }


def long_day(on: date) -> str:
    """Return a date as documents write it: March 3, 2026."""
    return f"{on:%B} {on.day}, {on.year}"


def printable(text: str) -> str:
    """Return a text without control characters, which no font can show."""
    return "".join(letter for letter in text if letter.isprintable())
