"""Adjustments, discounts, write-offs, bad debt and refunds, line by line, with a sum of each."""

from itertools import groupby

from django.urls import reverse

from billing.forms.reports import PeriodForm
from billing.reports.declared import Report
from billing.selectors import codes
from billing.selectors.tables import (
    Asked,
    Level,
    Row,
    Table,
    Tie,
    client,
    day,
    money,
    text,
    title,
    total,
)
from ledger.chart import Role
from ledger.selectors import movements

COLUMNS = (
    day("date", "Date"),
    text("memo", "What happened"),
    client(),
    money("amount", "Amount"),
)
ROLES = (
    Role.CONTRACTUAL_ADJUSTMENTS,
    Role.SLIDING_SCALE_DISCOUNTS,
    Role.COURTESY_DISCOUNTS,
    Role.BILLING_CORRECTIONS,
    Role.SMALL_BALANCE_WRITE_OFFS,
    Role.BAD_DEBT,
    Role.REFUNDS_PAYABLE,
)
"""Refunds by their approval and their payment: what is approved and not paid is the difference."""


def table(asked: Asked) -> Table:
    found = movements.movements(ROLES, first=asked.first, last=asked.as_of, known_at=asked.known_at)
    parties = movements.parties_of({line.entry_id for line in found})
    names = codes.of_clients(parties.values())
    rows: list[Row] = []
    ties: list[Tie] = []
    by_account = sorted(found, key=lambda line: (line.code, line.entry_date, line.entry_id))
    for (code, name, role), lines in groupby(by_account, key=lambda m: (m.code, m.name, m.role)):
        rows.append(title(f"{code} {name}", COLUMNS))
        amounts = []
        for line in lines:
            party = line.party or parties.get(line.entry_id)
            amounts.append(line.amount)
            rows.append(
                Row(
                    (line.entry_date, line.memo, names.get(party, ""), line.amount),  # type: ignore[arg-type]  # None is no client
                    url=reverse("billing:journal_entry", args=[line.entry_id]),
                    client=party if party in names else None,
                )
            )
        rows.append(Row((f"Total {name}", None, None, total(amounts)), Level.SUM))
        changed = movements.change(
            Role(role), first=asked.first, last=asked.as_of, known_at=asked.known_at
        )
        ties.append(Tie(f"{name} equals the change of account {code}", total(amounts), changed))
    return Table(
        COLUMNS,
        rows,
        ties=tuple(ties),
        notes=("Refunds: approved ones count up and paid ones down; what is left is still owed.",),
    )


ADJUSTMENTS = Report(
    slug="adjustments",
    name="Adjustments, refunds and write-offs",
    lead="Everything that lowered what clients and payers owe, other than their payments.",
    form=PeriodForm,
    table=table,
    empty=("Nothing was adjusted in this time", "No discount, write-off or refund is dated in it."),
)
