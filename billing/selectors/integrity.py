"""Every invariant of billing that can be read from its rows and the books, checked on live rows.

The database and the services refuse what these look for. They are for what went round them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Count, F, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce

from billing.models import (
    Bill,
    BillPayment,
    Counter,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentApplication,
    Vendor,
)
from billing.selectors import bill_integrity, hour_integrity, statements
from billing.selectors.invoices import END_OF_TIME
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import subledger
from ledger.selectors.integrity import Finding

WHOLE_NUMBER = BigIntegerField()


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the billing of the practice in scope: nothing, in sound rows."""
    yield from _numbers_with_gaps()
    yield from _invoices_that_do_not_add_up()
    yield from _applications_beyond_their_money()
    yield from _applications_across_clients()
    yield from _events_not_posted_as_written()
    yield from _open_items_that_differ(
        Role.CLIENT_RECEIVABLE, Invoice, "total", "invoice", "an invoice"
    )
    yield from _open_items_that_differ(
        Role.CLIENT_CREDITS, Payment, "amount", "payment", "a payment"
    )
    yield from bill_integrity.findings()
    yield from statements.findings()
    yield from hour_integrity.findings()


def _numbers_with_gaps() -> Iterator[Finding]:
    """I-6: each series counts 1, 2, 3 … to the last number that was given out."""
    last = dict(Counter.objects.values_list("series", "last"))
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number in [
        *_texts(Invoice, "number"),
        *_texts(Payment, "receipt"),
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
        Q(session__client=F("invoice__client")) | Q(missed_fee__client=F("invoice__client"))
    )
    for pk, number in strange.order_by("pk").values_list("pk", "invoice__number"):
        yield Finding("I-12", f"A line of {number} bills another client's session.", (pk,))


def _applications_beyond_their_money() -> Iterator[Finding]:
    """I-4: what is applied is at most the payment, and at most the invoice."""
    payments = Payment.objects.annotate(applied=Coalesce(Sum("applications__amount"), 0))
    for payment in payments.filter(applied__gt=F("amount")).order_by("receipt"):
        told = f"{payment.applied} of receipt {payment.receipt} is applied, of {payment.amount}."
        yield Finding("I-4", told, (payment.pk,))
    invoices = Invoice.objects.annotate(applied=Coalesce(Sum("applications__amount"), 0))
    for invoice in invoices.filter(applied__gt=F("total")).order_by("number"):
        told = f"{invoice.applied} is applied to {invoice.number}, which is over {invoice.total}."
        yield Finding("I-4", told, (invoice.pk,))


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


def _open_items_that_differ(
    role: Role, model: type[Model], amount: str, key: str, noun: str
) -> Iterator[Finding]:
    """I-3: an open item is what its row says, less what was applied."""
    applied = (
        PaymentApplication.objects.filter(**{key: OuterRef("pk")})
        .order_by()
        .values(key)
        .annotate(sum=Sum("amount"))
        .values("sum")
    )
    rows = model._default_manager.annotate(
        left=F(amount) - Coalesce(Subquery(applied, output_field=WHOLE_NUMBER), 0)
    )
    expected = {
        (client_id, pk): Money(int(left))
        for pk, client_id, left in rows.values_list("pk", "client_id", Cast("left", WHOLE_NUMBER))
        if left
    }
    items = subledger.open_items(role, as_of=END_OF_TIME)
    found = {(item.party, item.item): item.balance for item in items}
    for party, item in _differing(expected, found):
        told = f"The open item {item} is not what is left of {noun} of client {party}."
        yield Finding("I-3", told, (item,))


def _differing(
    one: dict[tuple[UUID, UUID], Money], other: dict[tuple[UUID, UUID], Money]
) -> list[tuple[UUID, UUID]]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _texts(model: type[Model], column: str) -> Iterable[str]:
    return model._default_manager.order_by(column).values_list(column, flat=True)
