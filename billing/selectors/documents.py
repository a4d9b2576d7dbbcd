"""Documents that were made, and their bytes."""

from typing import Any
from uuid import UUID

from billing.models import (
    AccountStatement,
    Document,
    DocumentBody,
    Estimate,
    Invoice,
    Payment,
    PaymentPlan,
    Superbill,
)
from billing.selectors import statements
from billing.selectors.superbills import Superseded

Subject = Invoice | Payment | AccountStatement | Estimate | Superbill | Superseded | PaymentPlan

Kind = Document.Kind


def of(subject: Subject) -> Document | None:
    """Return the document of a subject, such as an invoice or a payment, if it was made."""
    return Document.objects.filter(**named(subject)).first()


def told_of(subject: Subject) -> list[UUID]:
    """Return the records whose money a document tells of."""
    if isinstance(subject, AccountStatement):
        return statements.told_in([subject])
    return [subject.client_id]


def named(subject: Subject) -> dict[str, Any]:
    """Return the fields of a document that say what it is of."""
    match subject:
        case Invoice():
            return {"kind": Kind.INVOICE, "invoice": subject}
        case Payment():
            return {"kind": Kind.RECEIPT, "payment": subject}
        case AccountStatement():
            return {"kind": Kind.STATEMENT, "statement": subject}
        case Estimate():
            return {"kind": Kind.ESTIMATE, "estimate": subject}
        case Superbill():
            return {"kind": Kind.SUPERBILL, "superbill": subject}
        case Superseded():
            return {"kind": Kind.SUPERSEDED, "superbill": subject.superbill}
        case PaymentPlan():
            return {"kind": Kind.PLAN, "payment_plan": subject}


def bytes_of(document: Document) -> bytes:
    """Return the PDF of a document, opened."""
    return bytes(DocumentBody.objects.get(document=document).body)
