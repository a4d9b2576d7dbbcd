"""Money of clients that no invoice has used yet, by the age of its payment."""

from collections.abc import Iterator

from django.urls import reverse

from billing.forms.reports import ReportForm
from billing.reports.declared import Report
from billing.selectors import codes
from billing.selectors.aging import Bucket
from billing.selectors.open_credits import OpenCredits
from billing.selectors.tables import (
    Asked,
    Level,
    Row,
    Table,
    Tie,
    client,
    count,
    day,
    money,
    text,
    total,
)
from ledger.chart import Role
from ledger.selectors import subledger

COLUMNS = (
    client(),
    text("receipt", "Receipt"),
    day("received_on", "Received"),
    count("days", "Days"),
    money("credit", "Unapplied"),
)
AGES = (("Up to 30 days", 30), ("31 to 60", 60), ("61 to 90", 90), ("Over 90", None))


def table(asked: Asked) -> Table:
    found = OpenCredits([most for _, most in AGES], **asked.known)
    kept = total(found.amounts)
    return Table(
        COLUMNS,
        _Rows(found),
        totals=(Row(("Total", None, None, None, kept), Level.SUM),),
        ties=(
            Tie(
                "Unapplied credit equals the client credits",
                kept,
                subledger.balance(Role.CLIENT_CREDITS, **asked.known),
            ),
        ),
        bars=tuple(
            Bucket(label, amount) for (label, _), amount in zip(AGES, found.amounts, strict=True)
        ),
    )


class _Rows:
    """A row for each credit, with the code of its client."""

    def __init__(self, found: OpenCredits) -> None:
        self.found = found

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Row]:
        return iter(self[0:None])

    def __getitem__(self, place: slice) -> list[Row]:
        credits = self.found[place]
        names = codes.of_clients(each.client_id for each in credits)
        return [
            Row(
                (
                    names.get(each.client_id, ""),
                    each.receipt,
                    each.received_on,
                    (self.found.as_of - each.received_on).days if each.received_on else None,
                    each.amount,
                ),
                url=reverse("billing:client", args=[each.client_id]),
                client=each.client_id if each.client_id in names else None,
            )
            for each in credits
        ]


CREDITS = Report(
    slug="credits",
    name="Unapplied credits",
    lead="Money of clients that no invoice has used yet, oldest first.",
    form=ReportForm,
    table=table,
    empty=("No client has a credit on this date", "Every payment is applied to an invoice."),
)
