"""What clients owed at the end of a day, by age, beside the control accounts."""

from collections import defaultdict
from uuid import UUID

from django import forms

from accounts.selectors import members
from billing.forms.reports import ReportForm
from billing.reports.declared import Report
from billing.selectors import aging
from billing.selectors.aging import BUCKETS, Basis, bucket_of
from billing.selectors.tables import (
    Asked,
    Column,
    Level,
    Row,
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
        ],
        required=False,
    )

    field_order = ("by", "basis", "as_of", "known_at")


def table(asked: Asked) -> Table:
    basis = Basis(asked.choices.get("basis") or Basis.DUE)
    if asked.choices.get("by") == "therapist":
        return _by_therapist(asked, basis)
    report = aging.receivables(**asked.known, basis=basis)
    rows = [
        Row(
            (row.code, *row.amounts, row.owes, row.credit, row.net),
            url=row.url,
            client=row.client_id,
        )
        for row in report.rows
    ]
    return _table(asked, BY_CLIENT, rows)


def _by_therapist(asked: Asked, basis: Basis) -> Table:
    """Share each invoice among its sessions. Credit belongs to a client and to no therapist."""
    amounts: defaultdict[UUID | None, list[Money]] = defaultdict(lambda: [ZERO] * len(BUCKETS))
    for part in aging.parts(**asked.known, basis=basis, by_session=True):
        place = bucket_of((asked.as_of - part.counts_from).days)
        amounts[part.therapist_id][place] += part.amount
    credit = -subledger.balance(Role.CLIENT_CREDITS, **asked.known)
    names = dict(members.people().values_list("pk", "display_name"))
    rows = [
        Row((names.get(pk, "Somebody who left"), *ages, total(ages), ZERO, total(ages)))
        for pk, ages in amounts.items()
        if pk is not None
    ]
    rows.sort(key=lambda row: str(row.cells[0]))
    others = amounts.get(None, [ZERO] * len(BUCKETS))
    if any(others) or credit:
        owed = total(others)
        rows.append(Row(("Of no therapist", *others, owed, credit, owed + credit)))
    return _table(asked, BY_THERAPIST, rows)


def _table(asked: Asked, columns: tuple[Column, ...], rows: list[Row]) -> Table:
    sums = [
        total(amount for row in rows if isinstance(amount := row.cells[place], Money))
        for place in range(1, len(columns))
    ]
    owes, credit = sums[len(BUCKETS)], sums[len(BUCKETS) + 1]
    return Table(
        columns,
        rows,
        totals=(Row((f"All {len(rows):,}", *sums), Level.SUM),),
        ties=(
            Tie(
                "What clients owe equals the client receivable",
                owes,
                subledger.balance(Role.CLIENT_RECEIVABLE, **asked.known),
            ),
            Tie(
                "Their credit equals the client credits",
                -credit,
                subledger.balance(Role.CLIENT_CREDITS, **asked.known),
            ),
        ),
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
