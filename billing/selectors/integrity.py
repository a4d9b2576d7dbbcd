"""Every invariant of billing that can be read from its rows and the books, checked on live rows.

The database and the services refuse what these look for. They are for what went round them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import BigIntegerField, Count, F, Model, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce

from billing.models import (
    Bill,
    BillPayment,
    Counter,
    Deposit,
    Estimate,
    Invoice,
    InvoiceLine,
    Package,
    Payment,
    PaymentApplication,
    PaymentPlan,
    Refund,
    Superbill,
    Vendor,
    WriteOff,
)
from billing.selectors import (
    bill_integrity,
    card_integrity,
    credit_transfers,
    drawer_integrity,
    hour_integrity,
    money_integrity,
    package_integrity,
    plan_integrity,
    returned_checks,
    split_integrity,
    statements,
    superbills,
)
from ledger.chart import Role
from ledger.selectors.integrity import Finding

WHOLE_NUMBER = BigIntegerField()


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the billing of the practice in scope: nothing, in sound rows."""
    yield from _numbers_with_gaps()
    yield from _invoices_that_do_not_add_up()
    yield from _applications_across_clients()
    yield from _events_not_posted_as_written()
    yield from money_integrity.findings()
    yield from package_integrity.findings()
    yield from drawer_integrity.findings()
    yield from returned_checks.findings()
    yield from credit_transfers.findings()
    yield from bill_integrity.findings()
    yield from card_integrity.findings()
    yield from statements.findings()
    yield from hour_integrity.findings()
    yield from superbills.findings()
    yield from split_integrity.findings()
    yield from plan_integrity.findings()


def _numbers_with_gaps() -> Iterator[Finding]:
    """I-6: each series counts 1, 2, 3 … to the last number that was given out."""
    last = dict(Counter.objects.values_list("series", "last"))
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number in [
        *_texts(Invoice, "number"),
        *_texts(Payment, "receipt"),
        *_texts(WriteOff, "reference"),
        *_texts(Refund, "reference"),
        *_texts(Deposit, "reference"),
        *_texts(Package, "reference"),
        *_texts(Estimate, "number"),
        *_texts(Superbill, "number"),
        *_texts(PaymentPlan, "reference"),
        *_texts(Bill, "reference"),
        *_texts(BillPayment, "reference"),
        *_texts(Vendor, "code"),
    ]:
        series, _, place = number.rpartition("-")
        found[series].add(int(place))
    for series in sorted(last.keys() | found.keys()):
        expected = set(range(1, last.get(series, 0) + 1))
        if missing := expected - found[series]:
            yield Finding("I-6", f"The series {series} lacks number {min(missing)}.", ())
        if beyond := found[series] - expected:
            told = f"The series {series} was never counted to {max(beyond)}."
            yield Finding("I-6", told, ())


def _invoices_that_do_not_add_up() -> Iterator[Finding]:
    """An invoice is its lines, all of them of its own client's sessions."""
    invoices = Invoice.objects.annotate(
        lines_found=Count("lines"), billed=Coalesce(Sum("lines__amount"), 0)
    )
    wrong = invoices.filter(~Q(billed=F("total")) | ~Q(lines_found=F("line_count")))
    for invoice in wrong.order_by("number"):
        told = f"has {invoice.lines_found} lines over {invoice.billed}, not {invoice.line_count}"
        yield Finding("I-6", f"{invoice.number} {told} over {invoice.total}.", (invoice.pk,))
    strange = InvoiceLine.objects.exclude(
        Q(session__client=F("invoice__client"))
        | Q(missed_fee__client=F("invoice__client"))
        | Q(package__client=F("invoice__client"))
    )
    for pk, number in strange.order_by("pk").values_list("pk", "invoice__number"):
        yield Finding("I-12", f"A line of {number} bills another client's session.", (pk,))


def _applications_across_clients() -> Iterator[Finding]:
    strange = PaymentApplication.objects.exclude(payment__client=F("invoice__client"))
    for pk, receipt in strange.order_by("pk").values_list("pk", "payment__receipt"):
        yield Finding("I-4", f"Receipt {receipt} pays another client's invoice.", (pk,))


def _events_not_posted_as_written() -> Iterator[Finding]:
    """Each invoice, payment and application has its entry, of its date, amount, party and item."""
    receivable, credit = Role.CLIENT_RECEIVABLE, Role.CLIENT_CREDITS
    issued = _posted(Invoice.objects, "debit", receivable, party="client_id", item="pk")
    for invoice in issued.exclude(posted=F("total"), entry__entry_date=F("issued_on")):
        yield Finding("I-3", f"{invoice.number} is not posted as issued.", (invoice.pk,))
    received = _posted(Payment.objects, "credit", credit, party="client_id", item="pk")
    for payment in received.exclude(posted=F("amount"), entry__entry_date=F("received_on")):
        yield Finding("I-3", f"Receipt {payment.receipt} is not posted as taken.", (payment.pk,))
    forgiven = _posted(
        WriteOff.objects, "credit", receivable, party="invoice__client_id", item="invoice_id"
    )
    for each in forgiven.exclude(posted=F("amount"), entry__entry_date=F("written_off_on")):
        yield Finding("I-3", f"{each.reference} is not posted as written off.", (each.pk,))
    refunded = _posted(
        Refund.objects, "debit", credit, party="payment__client_id", item="payment_id"
    )
    for back in refunded.exclude(posted=F("amount"), entry__entry_date=F("refunded_on")):
        yield Finding("I-3", f"{back.reference} is not posted as refunded.", (back.pk,))
    for side, role, item in (
        ("debit", credit, "payment_id"),
        ("credit", receivable, "invoice_id"),
    ):
        applied = _posted(
            PaymentApplication.objects, side, role, party="payment__client_id", item=item
        )
        wrong = applied.exclude(posted=F("amount"), entry__entry_date=F("applied_on"))
        for application in wrong.select_related("payment"):
            receipt = application.payment.receipt
            told = f"Receipt {receipt} is applied otherwise than posted."
            yield Finding("I-3", told, (application.pk,))


def _posted(rows: Any, side: str, role: Role, *, party: str, item: str) -> QuerySet[Any]:
    """Annotate rows with what their entry posted on one side of their own open item, in cents."""
    own = Q(
        entry__postings__account__role=role,
        entry__postings__party=F(party),
        entry__postings__item=F(item),
    )
    posted = Coalesce(Sum(Cast(f"entry__postings__{side}", WHOLE_NUMBER), filter=own), 0)
    return rows.annotate(posted=posted).order_by("pk")  # type: ignore[no-any-return]  # a manager of any model


def _texts(model: type[Model], column: str) -> Iterable[str]:
    return model._default_manager.order_by(column).values_list(column, flat=True)
