"""What clients say of their invoices by a pay link, and the answers of the practice.

While one waits, its client is not reminded: asking and reminding take the lock of letters.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.card_numbers import holds_card_number
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import (
    Invoice,
    InvoiceLine,
    InvoiceQuestion,
    PayLink,
    Payment,
    QuestionAnswer,
)
from billing.selectors import questions
from billing.services import numbers
from ledger.money import ZERO, Money

Kind = InvoiceQuestion.Kind
Outcome = QuestionAnswer.Outcome

FITTING = {
    Kind.PAID: (Outcome.FOUND, Outcome.NOT_FOUND),
    Kind.LINE: (Outcome.MENDED, Outcome.STANDS),
}
"""Kind of question → how it may be answered."""


class NotFitting(Exception):
    """It cannot be said so; ``field`` says where the page tells it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class WaitsAlready(Exception):
    """The same was asked before and waits, or was answered as often as it may be asked."""


class AnsweredBefore(Exception):
    """Somebody has answered it already."""


class NothingPaid(Exception):
    """No payment pays the invoice, so none was found."""


@dataclass(frozen=True, slots=True)
class PaidAlready:
    """How and when the client says that they paid; ``amount`` in cents, None for all of it."""

    how: InvoiceQuestion.How
    on: date
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class NotClear:
    """Of which line, and what is not right about it."""

    line: InvoiceLine
    doubt: InvoiceQuestion.Doubt


@transaction.atomic
def ask(
    *,
    invoice: Invoice,
    said: PaidAlready | NotClear,
    own_words: str,
    link: PayLink,
    key: UUID,
    today: date,
    now: datetime,
) -> InvoiceQuestion:
    """Write down what the holder of a link says of an invoice of their own.

    The same ``key`` again returns what it made.

    Raises:
        NotFitting: the invoice is paid, the day is to come, or the words hold a card number.
        WaitsAlready: the same waits for an answer, or was asked three times.
    """
    numbers.lock(numbers.LETTERS)
    if (known := InvoiceQuestion.objects.filter(key=key, link=link).first()) is not None:
        return known
    if holds_card_number(own_words):
        raise NotFitting("own_words", "This looks like a card number. Leave it out.")
    about = _paid(invoice, said, today) if isinstance(said, PaidAlready) else _line(said)
    line = None if isinstance(said, PaidAlready) else said.line
    same = InvoiceQuestion.objects.filter(invoice=invoice, kind=about["kind"], line=line)
    if same.exclude(questions.ANSWERED).exists():
        raise WaitsAlready("You told us this already. The practice has not answered yet.")
    if same.count() >= questions.MOST:
        raise WaitsAlready("This was answered before. Please call the practice.")
    row = InvoiceQuestion.objects.create(
        invoice=invoice, link=link, own_words=own_words, key=key, asked_at=now, **about
    )
    events.record(
        Action.QUESTION_ASKED,
        target=row,
        label=invoice.number,
        touched=[invoice.client_id],
        kind=str(Kind(row.kind).label).lower(),
    )
    return row


def _paid(invoice: Invoice, said: PaidAlready, today: date) -> dict[str, object]:
    if not questions.is_open(invoice):
        raise NotFitting("how", "This invoice is paid. There is nothing to do.")
    if said.on > today:
        raise NotFitting("paid_on", "This day is not here yet. Enter the day on which you paid.")
    if said.amount is not None and not ZERO < said.amount <= invoice.total:
        raise NotFitting("amount", f"Enter {invoice.total.dollars} or less, or leave it empty.")
    return {"kind": Kind.PAID, "how": said.how, "paid_on": said.on, "amount": said.amount}


def _line(said: NotClear) -> dict[str, object]:
    return {"kind": Kind.LINE, "line": said.line, "doubt": said.doubt}


@transaction.atomic
def answer(
    *,
    question: InvoiceQuestion,
    outcome: Outcome,
    payment: Payment | None,
    own_words: str,
    now: datetime,
    by: Membership,
) -> QuestionAnswer:
    """Answer a question: the client reads it behind their link, and may be reminded again.

    Raises:
        AnsweredBefore: it has an answer.
        NotFitting: the answer is to another kind of question, or the words hold a card number.
        NothingPaid: ``payment`` does not pay the invoice, or none was named as found.
    """
    numbers.lock(numbers.LETTERS)
    if QuestionAnswer.objects.filter(question=question).exists():
        raise AnsweredBefore("Somebody has answered this already. The client sees that answer.")
    if outcome not in FITTING[Kind(question.kind)]:
        raise NotFitting("outcome", "This is no answer to what was asked.")
    if holds_card_number(own_words):
        raise NotFitting("own_words", "This looks like a card number. Leave it out.")
    found = payment if outcome == Outcome.FOUND else None
    if outcome == Outcome.FOUND and (
        found is None or not questions.paying(question.invoice).filter(pk=found.pk).exists()
    ):
        raise NothingPaid(
            "No such payment pays this invoice. Record it, or apply it to the invoice, first."
        )
    row = QuestionAnswer.objects.create(
        question=question,
        outcome=outcome,
        payment=found,
        own_words=own_words,
        answered_at=now,
        answered_by=by,
    )
    events.record(
        Action.QUESTION_ANSWERED,
        target=question,
        label=question.invoice.number,
        touched=[question.invoice.client_id],
        outcome=str(Outcome(outcome).label).lower(),
    )
    return row
