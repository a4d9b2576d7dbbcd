"""What clients said of their invoices: what waits for an answer, and what was answered."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from billing.models import (
    Invoice,
    InvoiceLineText,
    InvoiceQuestion,
    Payment,
    QuestionAnswer,
)
from billing.selectors import invoices, standing
from clients.models import Client
from clients.selectors import families
from ledger.money import Money

Kind = InvoiceQuestion.Kind
WAITS = "Something that they said of an invoice waits for an answer"
MOST = 3
"""So often a client may ask the same of one invoice, or of one line."""

ANSWERED = Exists(QuestionAnswer.objects.filter(question=OuterRef("pk")))


@dataclass(frozen=True, slots=True)
class Answered:
    """What the practice answered: ``words`` say what was found, ``receipt`` of which payment."""

    at: datetime
    by: str
    outcome: str
    words: str
    receipt: str
    own_words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as pages show it; ``answer`` is None while it waits.

    ``said`` is how it was paid, or what is not right; ``line`` is the line's words, or "".
    """

    pk: UUID
    invoice_id: UUID
    client_id: UUID
    number: str
    kind: str
    is_paid: bool
    said: str
    paid_on: date | None
    amount: Money | None
    line: str = field(repr=False)
    own_words: str = field(repr=False)
    at: datetime
    answer: Answered | None


def waiting(clients: QuerySet[Client]) -> QuerySet[InvoiceQuestion]:
    """Return what waits for an answer, of clients whom somebody may see, the oldest first."""
    return _of(clients).exclude(ANSWERED).order_by("asked_at", "id")


def answered(clients: QuerySet[Client]) -> QuerySet[InvoiceQuestion]:
    """Return what was answered, of clients whom somebody may see, the newest first."""
    return _of(clients).filter(ANSWERED).order_by("-asked_at", "-id")


def _of(clients: QuerySet[Client]) -> QuerySet[InvoiceQuestion]:
    return InvoiceQuestion.objects.filter(invoice__client__in=clients)


def people_waiting(people: Collection[UUID]) -> set[UUID]:
    """Return those of some clients of whom a question waits, about any of their records."""
    records = families.ids_of(people)
    rows = InvoiceQuestion.objects.filter(invoice__client__in=records).exclude(ANSWERED)
    return {records[pk] for pk in rows.values_list("invoice__client", flat=True)}


def of_invoices(ids: Collection[UUID]) -> Mapping[UUID, list[Asked]]:
    """Return invoice → what was asked about it, the newest first, in three queries for all."""
    found: dict[UUID, list[Asked]] = {pk: [] for pk in ids}
    rows = InvoiceQuestion.objects.filter(invoice__in=ids).order_by("-asked_at", "-id")
    for each in shown(rows):
        found[each.invoice_id].append(each)
    return found


def shown(rows: QuerySet[InvoiceQuestion] | Iterable[Any]) -> list[Asked]:
    """Return questions with their answers as pages show them, in three queries for all."""
    if isinstance(rows, QuerySet):
        rows = rows.select_related("invoice")
    asked = list(rows)
    related = ("payment", "answered_by")
    answers = QuestionAnswer.objects.filter(question__in=asked).select_related(*related)
    by_question = {each.question_id: each for each in answers}
    lines = InvoiceLineText.objects.filter(
        line__in=[each.line_id for each in asked if each.line_id]
    )
    words = {each.line_id: each.description for each in lines}
    return [_asked(each, words, by_question.get(each.pk)) for each in asked]


def _asked(row: InvoiceQuestion, words: Mapping[UUID, str], answer: QuestionAnswer | None) -> Asked:
    is_paid = row.kind == Kind.PAID
    return Asked(
        pk=row.pk,
        invoice_id=row.invoice_id,
        client_id=row.invoice.client_id,
        number=row.invoice.number,
        kind=str(row.get_kind_display()),
        is_paid=is_paid,
        said=str(row.get_how_display() if is_paid else row.get_doubt_display()),
        paid_on=row.paid_on,
        amount=row.amount,
        line=words.get(row.line_id, "") if row.line_id else "",
        own_words=row.own_words,
        at=row.asked_at,
        answer=_answered(answer) if answer else None,
    )


def _answered(row: QuestionAnswer) -> Answered:
    return Answered(
        at=row.answered_at,
        by=row.answered_by.display_name,
        outcome=row.outcome,
        words=str(row.get_outcome_display()),
        receipt=row.payment.receipt if row.payment else "",
        own_words=row.own_words,
    )


def paying(invoice: Invoice) -> QuerySet[Payment]:
    """Return the payments that pay an invoice now, the newest first."""
    applied = standing.applications().filter(invoice=invoice)
    found = Payment.objects.filter(pk__in=applied.values("payment"))
    return found.order_by("-received_on", "-recorded_at")


def lines_of(invoice: Invoice) -> list[tuple[UUID, str]]:
    """Return the lines of an invoice as its client chooses among them."""
    texts = InvoiceLineText.objects.filter(line__invoice=invoice).select_related("line")
    return [
        (each.line_id, f"{each.line.served_on:%B} {each.line.served_on.day}, {each.description}")
        for each in texts.order_by("line__position")
    ]


def is_open(invoice: Invoice) -> bool:
    """Say whether something of an invoice is still to be paid."""
    return bool(invoices.balance_due(invoice))
