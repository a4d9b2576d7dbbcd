"""What clients owed at the end of a day, by age, beside the control accounts."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django import forms

from accounts.selectors import members
from billing.forms.reports import ReportForm
from billing.reports.declared import Report
from billing.selectors import aging, receivables
from billing.selectors.aging import BUCKETS, Basis, bucket_of
from billing.selectors.receivables import ClientAge
from billing.selectors.tables import (
    Asked,
    Column,
    Level,
    Mapped,
    Row,
    Rows,
    Table,
    Tie,
    client,
    money,
    text,
    total,
)
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger

AGES = tuple(money(f"age_{place}", label) for place, (label, _) in enumerate(BUCKETS))
SUMS = (money("owes", "Owes"), money("credit", "Credit"), money("net", "Net"))
BY_CLIENT = (client(), *AGES, *SUMS)
BY_THERAPIST = (text("therapist", "Therapist"), *AGES, *SUMS)


class AgingForm(ReportForm):
    """By whom, and from which day an age is counted."""

    by = forms.ChoiceField(
        label="By", choices=[("client", "Client"), ("therapist", "Therapist")], required=False
    )
    basis = forms.ChoiceField(
        label="Counted from",
        choices=[
            (Basis.DUE.value, "Due date"),
            (Basis.SERVICE.value, "Day of service"),
            (Basis.BILLED.value, "Invoice date"),
            (Basis.STATEMENT.value, "First statement"),
        ],
        required=False,
    )

    field_order = ("by", "basis", "as_of", "known_at")


def table(asked: Asked) -> Table:
    basis = Basis(asked.choices.get("basis") or Basis.DUE)
    if asked.choices.get("by") == "therapist":
        return _by_therapist(asked, basis)
    report = receivables.on(**asked.known, basis=basis)
    sums = (*(bucket.amount for bucket in report.buckets), report.owes, report.credit, report.net)
    ties = _ties(report.owes, report.control, report.credit, report.credit_control)
    return _table(BY_CLIENT, Mapped(report.rows, _of_client), sums, ties)


def _of_client(each: ClientAge) -> Row:
    return Row(
        (each.code, *each.amounts, each.owes, each.credit, each.net),
        url=each.url,
        client=each.client_id,
    )


def _by_therapist(asked: Asked, basis: Basis) -> Table:
    """Share each invoice among its sessions. Credit belongs to a client and to no therapist."""
    amounts: defaultdict[UUID | None, list[Money]] = defaultdict(lambda: [ZERO] * len(BUCKETS))
    for part in aging.parts(**asked.known, basis=basis, by_session=True):
        place = bucket_of((asked.as_of - part.counts_from).days)
        amounts[part.therapist_id][place] += part.amount
    kept = subledger.balance(Role.CLIENT_CREDITS, **asked.known)
    names = dict(members.people().values_list("pk", "display_name"))
    rows = [
        Row((names.get(pk, "Somebody who left"), *ages, total(ages), ZERO, total(ages)))
        for pk, ages in amounts.items()
        if pk is not None
    ]
    rows.sort(key=lambda row: str(row.cells[0]))
    others = amounts.get(None, [ZERO] * len(BUCKETS))
    if any(others) or kept:
        owed = total(others)
        rows.append(Row(("Of no therapist", *others, owed, -kept, owed - kept)))
    sums = [
        total(amount for row in rows if isinstance(amount := row.cells[place], Money))
        for place in range(1, len(BY_THERAPIST))
    ]
    owes, credit = sums[len(BUCKETS)], sums[len(BUCKETS) + 1]
    owed = subledger.balance(Role.CLIENT_RECEIVABLE, **asked.known)
    return _table(BY_THERAPIST, rows, sums, _ties(owes, owed, credit, kept))


def _ties(owes: Money, control: Money, credit: Money, credit_control: Money) -> tuple[Tie, ...]:
    return (
        Tie("What clients owe equals the client receivable", owes, control),
        Tie("Their credit equals the client credits", -credit, credit_control),
    )


def _table(
    columns: tuple[Column, ...], rows: Rows, sums: Sequence[Money], ties: tuple[Tie, ...]
) -> Table:
    return Table(
        columns,
        rows,
        totals=(Row((f"All {len(rows):,}", *sums), Level.SUM),),
        ties=ties,
        bars=tuple(
            aging.Bucket(label, amount) for (label, _), amount in zip(BUCKETS, sums, strict=False)
        ),
    )


RECEIVABLES = Report(
    slug="aging",
    name="Receivables by age",
    lead="What clients owed at the end of a day, by age. Credit that is not applied stands beside.",
    form=AgingForm,
    table=table,
    empty=(
        "Nobody owes anything on this date",
        "Every invoice up to then is paid. Choose another date to look back.",
    ),
)
