"""What clients say of their invoices, for tests: asked by a link, and answered by the desk."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Membership
from billing.models import Invoice, InvoiceLine, InvoiceQuestion, PayLink, QuestionAnswer
from billing.services import questions
from tests.billing import desk as at
from tests.billing import paying

How, Doubt = InvoiceQuestion.How, InvoiceQuestion.Doubt
PAID_ON = date(2026, 3, 2)


def paid(invoice: Invoice, by: Membership, **changes: Any) -> InvoiceQuestion:
    """Let the invoice's client say that it was paid by check; ``by`` makes the link."""
    asked: dict[str, Any] = {
        "invoice": invoice,
        "said": questions.PaidAlready(How.CHECK, PAID_ON),
        "own_words": "",
        "key": uuid4(),
        "today": at.TODAY,
        "now": at.NOW,
    }
    asked |= changes
    if "link" not in asked:
        asked["link"] = paying.link(invoice.client, by, now=at.NOW).link
    return questions.ask(**asked)


def not_clear(invoice: Invoice, by: Membership, **changes: Any) -> InvoiceQuestion:
    """Let the invoice's client ask about its first line."""
    line = InvoiceLine.objects.filter(invoice=invoice).order_by("position")[0]
    return paid(invoice, by, said=questions.NotClear(line, Doubt.ABSENT), **changes)


def answered(
    question: InvoiceQuestion, by: Membership, outcome: str = "NOT_FOUND", **changes: Any
) -> QuestionAnswer:
    given: dict[str, Any] = {
        "question": question,
        "outcome": QuestionAnswer.Outcome(outcome),
        "payment": None,
        "own_words": "",
        "now": at.NOW,
        "by": by,
    }
    return questions.answer(**given | changes)


def history(invoice: Invoice, by: Membership) -> dict[str, UUID]:
    """Fill the tables of questions: one was answered, and one waits."""
    link = PayLink.objects.filter(client=invoice.client).order_by("made_at")[0]
    question = paid(invoice, by, link=link)
    answer = answered(question, by)
    waits = not_clear(invoice, by, link=link)
    return {"question": waits.pk, "answer": answer.pk, "answered question": question.pk}
