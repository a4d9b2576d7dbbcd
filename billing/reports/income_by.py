"""Session fees by therapist, by service or by client."""

from typing import Any

from django import forms
from django.db.models import Count, F, Q, Sum

from accounts.selectors import members
from billing.forms.reports import PeriodForm
from billing.models import Invoice, InvoiceLine, InvoiceVoided, ServiceCode
from billing.reports.declared import Report
from billing.selectors import codes
from billing.selectors.tables import (
    Asked,
    Level,
    Row,
    Table,
    Tie,
    client,
    count,
    money,
    text,
    total,
)
from ledger.chart import Role
from ledger.fields import MoneyField
from ledger.money import ZERO, Money
from ledger.selectors import movements

SUMS = (count("sessions", "Sessions"), money("charged", "Charged"))
KEYS = {
    "therapist": ("session__therapist_id", text("therapist", "Therapist")),
    "service": ("service_code_id", text("service", "Service")),
    "client": ("session__client_id", client()),
}


class IncomeByForm(PeriodForm):
    """By whom or what."""

    by = forms.ChoiceField(
        label="By",
        choices=[("therapist", "Therapist"), ("service", "Service"), ("client", "Client")],
        required=False,
    )

    field_order = ("by", "since", "as_of", "known_at")


def table(asked: Asked) -> Table:
    by = asked.choices.get("by") or "therapist"
    key, heading = KEYS[by]
    issued, voided = _invoices(asked)
    sums = _sums(key, issued, voided)
    names = _names(by, list(sums))
    rows = [
        Row(
            (names.get(part, "Somebody who left"), count, amount),
            client=part if by == "client" else None,
        )
        for part, (count, amount) in sums.items()
    ]
    rows.sort(key=lambda row: (len(str(row.cells[0])) if by == "client" else 0, str(row.cells[0])))
    billed = {each.entry_id for each in issued} | {each.entry_id for each in voided}
    fees = movements.movements((Role.SESSION_FEES,), **asked.span)
    others = total(line.amount for line in fees if line.entry_id not in billed)
    if others:
        rows.append(Row(("Not from an invoice", None, others)))
    charged = total(amount for _, amount in sums.values()) + others
    return Table(
        (heading, *SUMS),
        rows,
        totals=(Row(("Total", sum(count for count, _ in sums.values()), charged), Level.SUM),),
        ties=(
            Tie(
                "What was charged equals the session fees of the income statement",
                charged,
                movements.change(Role.SESSION_FEES, **asked.span),
            ),
        ),
        notes=(
            "List fees before discounts and adjustments, by the date of the invoice; without fees"
            " for missed appointments. A void one counts down on the day of that.",
        ),
    )


def _invoices(asked: Asked) -> tuple[list[Invoice], list[InvoiceVoided]]:
    """Return what was issued and what was voided in the time."""
    span = (asked.first, asked.as_of)
    issued = Invoice.objects.filter(issued_on__range=span)
    voided = InvoiceVoided.objects.filter(voided_on__range=span)
    if asked.known_at is not None:
        issued = issued.filter(entry__posted_at__lte=asked.known_at)
        voided = voided.filter(entry__posted_at__lte=asked.known_at)
    return list(issued), list(voided)


def _sums(
    key: str, issued: list[Invoice], voided: list[InvoiceVoided]
) -> dict[Any, tuple[int, Money]]:
    """Return part → how many sessions were charged, less void ones, and their fees."""
    found: dict[Any, tuple[int, Money]] = {}
    for invoices, sign in (
        ([each.pk for each in issued], 1),
        ([each.invoice_id for each in voided], -1),
    ):
        lines = InvoiceLine.objects.filter(invoice__in=invoices, session__isnull=False)
        listed = Sum(F("amount") + F("discount"), output_field=MoneyField())
        # A session that several pay has a line for each, and is one session all the same.
        once = Count("pk", filter=Q(part=1))
        sums = lines.values(whose=F(key)).annotate(n=once, sum=listed)
        for each in sums.order_by("whose"):
            count, amount = found.get(each["whose"], (0, ZERO))
            charged = Money(sign * (each["sum"] or ZERO).cents)
            found[each["whose"]] = (count + sign * each["n"], amount + charged)
    return {part: (count, amount) for part, (count, amount) in found.items() if count or amount}


def _names(by: str, ids: list[Any]) -> dict[Any, str]:
    if by == "client":
        return dict(codes.of_clients(ids))
    if by == "service":
        rows = ServiceCode.objects.values_list("pk", "code", "label")
        return {pk: f"{code} {label}" for pk, code, label in rows}
    return dict(members.people().values_list("pk", "display_name"))


INCOME_BY = Report(
    slug="income-by",
    name="Income by therapist, service or client",
    lead="Whose sessions, and which services, brought the fees of a time.",
    form=IncomeByForm,
    table=table,
    empty=("Nothing was charged in this time", "No invoice is dated in it."),
)
