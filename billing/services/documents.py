"""Documents: made once, when they are first asked for; a reprint serves the same bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
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
from billing.selectors import documents
from billing.selectors.documents import Subject
from billing.selectors.superbills import Superseded
from billing.services import (
    contents,
    estimate_contents,
    payment_plan_contents,
    superbill_contents,
    typesetting,
)


class Altered(Exception):
    """The bytes that are kept are not those that were issued."""


@dataclass(frozen=True, slots=True, repr=False)
class Printed:
    """A document with its bytes and the neutral name of its file."""

    document: Document
    pdf: bytes
    file_name: str


@dataclass(frozen=True, slots=True)
class _Form:
    """One kind of document: its template, what stands on it, and what it is called.

    ``label`` is for the log and for people; ``file_name`` says nothing about a person.
    """

    template: str
    contents: Callable[[Any], Mapping[str, object]]
    label: Callable[[Any], str]
    file_name: Callable[[Any], str]


FORMS: Mapping[type[Subject], _Form] = {
    Invoice: _Form(
        "invoice",
        contents.invoice,
        lambda invoice: invoice.number,
        lambda invoice: f"{invoice.number.lower().replace('inv', 'invoice')}.pdf",
    ),
    Payment: _Form(
        "receipt",
        contents.receipt,
        lambda payment: payment.receipt,
        lambda payment: f"receipt-{payment.receipt.lower().removeprefix('r-')}.pdf",
    ),
    AccountStatement: _Form(
        "statement",
        contents.statement,
        lambda made: f"statement of {made.client.code}, {made.since} to {made.until}",
        lambda made: f"statement-{made.until}.pdf",
    ),
    Estimate: _Form(
        "estimate",
        estimate_contents.estimate,
        lambda estimate: estimate.number,
        lambda estimate: f"{estimate.number.lower().replace('gfe', 'estimate')}.pdf",
    ),
    Superbill: _Form(
        "superbill",
        superbill_contents.superbill,
        lambda superbill: superbill.number,
        lambda superbill: f"{superbill.number.lower().replace('sb', 'superbill')}.pdf",
    ),
    Superseded: _Form(
        "superbill",
        superbill_contents.superseded,
        lambda marked: f"{marked.superbill.number}, marked as superseded",
        lambda marked: (
            f"{marked.superbill.number.lower().replace('sb', 'superbill')}-superseded.pdf"
        ),
    ),
    PaymentPlan: _Form(
        "payment_plan",
        payment_plan_contents.payment_plan,
        lambda plan: plan.reference,
        lambda plan: f"{plan.reference.lower().replace('pp', 'payment-plan')}.pdf",
    ),
}


def render(subject: Subject, *, now: datetime, by: Membership) -> Printed:
    """Return the PDF of an invoice, a receipt, a statement, an estimate, a superbill or a payment
    plan; made if need be.

    It tells what there was when it was issued: what came later is not on it.

    Raises:
        Altered: the kept bytes do not have the SHA-256 that was written when they were made.
    """
    form = FORMS[type(subject)]
    document = documents.of(subject) or _made(subject, form, now=now, by=by)
    pdf = documents.bytes_of(document)
    if sha256(pdf).hexdigest() != document.sha256:
        raise Altered(f"The document of {form.label(subject)} is not the one that was issued.")
    return Printed(document, pdf, form.file_name(subject))


def label(subject: Subject) -> str:
    """Return how the log and people call a document: by its number, or its client and days."""
    return FORMS[type(subject)].label(subject)


def _made(subject: Subject, form: _Form, *, now: datetime, by: Membership) -> Document:
    pdf = typesetting.pdf_naming_client(form.template, form.contents(subject))
    try:
        with transaction.atomic():
            document = Document.objects.create(
                **documents.named(subject), sha256=sha256(pdf).hexdigest(), made_at=now, made_by=by
            )
            DocumentBody.objects.create(document=document, body=pdf)
            events.record(
                Action.DOCUMENT_RENDERED,
                target=document,
                label=form.label(subject),
                touched=documents.told_of(subject),
            )
            return document
    except IntegrityError:
        # Somebody else made it a moment ago: theirs is the one.
        made = documents.of(subject)
        if made is None:
            raise
        return made
