"""Session fees by therapist, by service or by client."""

from typing import Any

from django import forms
from django.db.models import Count, F, Sum

from accounts.selectors import members
from billing.forms.reports import PeriodForm
from billing.models import Invoice, InvoiceLine, ServiceCode
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
from ledger.money import ZERO
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
    invoices = Invoice.objects.filter(issued_on__range=(asked.first, asked.as_of))
    if asked.known_at is not None:
        invoices = invoices.filter(entry__posted_at__lte=asked.known_at)
    lines = InvoiceLine.objects.filter(invoice__in=invoices, session__isnull=False)
    listed = Sum(F("amount") + F("discount"), output_field=MoneyField())
    sums = list(lines.values(part=F(key)).annotate(n=Count("pk"), sum=listed).order_by("part"))
    names = _names(by, [each["part"] for each in sums])
    rows = [
        Row(
            (names.get(each["part"], "Somebody who left"), each["n"], each["sum"] or ZERO),
            client=each["part"] if by == "client" else None,
        )
        for each in sums
    ]
    rows.sort(key=lambda row: (len(str(row.cells[0])) if by == "client" else 0, str(row.cells[0])))
    billed = set(invoices.values_list("entry_id", flat=True))
    fees = movements.movements((Role.SESSION_FEES,), **asked.span)
    others = total(line.amount for line in fees if line.entry_id not in billed)
    if others:
        rows.append(Row(("Not from an invoice", None, others)))
    charged = total(each["sum"] or ZERO for each in sums) + others
    return Table(
        (heading, *SUMS),
        rows,
        totals=(Row(("Total", sum(each["n"] for each in sums), charged), Level.SUM),),
        ties=(
            Tie(
                "What was charged equals the session fees of the income statement",
                charged,
                movements.change(Role.SESSION_FEES, **asked.span),
            ),
        ),
        notes=(
            "List fees before discounts and adjustments, by the date of the invoice; without fees"
            " for missed appointments.",
        ),
    )


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
