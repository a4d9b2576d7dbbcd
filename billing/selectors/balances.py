"""What clients owe and what is owed to them, in figures and in one plain sentence."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.models import Invoice
from billing.selectors.invoices import END_OF_TIME
from clients.selectors import families
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger


@dataclass(frozen=True, slots=True)
class Balance:
    """One client's money, in cents: open invoices by lateness, and credit not applied."""

    late: Money = ZERO
    not_late: Money = ZERO
    credit: Money = ZERO
    oldest_due_on: date | None = None
    open_count: int = 0

    @property
    def owes(self) -> Money:
        return self.late + self.not_late

    @property
    def net(self) -> Money:
        return self.owes - self.credit

    @property
    def sentence(self) -> str:
        """The balance as one would say it to the client."""
        if not self.owes:
            kept = f" {self.credit.dollars} is kept as credit." if self.credit else ""
            return f"Nothing is open.{kept}"
        invoices = "1 invoice" if self.open_count == 1 else f"{self.open_count} invoices"
        late = f", {self.late.dollars} of it late" if self.late else ""
        kept = f" {self.credit.dollars} is kept as credit." if self.credit else ""
        return f"Owes {self.owes.dollars} on {invoices}{late}.{kept}"

    @property
    def note(self) -> str:
        """What stands under the figure in a list."""
        if not self.owes:
            return f"{self.credit} credit" if self.credit else ""
        invoices = "1 invoice" if self.open_count == 1 else f"{self.open_count} invoices"
        return f"{invoices}, {self.late} late" if self.late else invoices


NOTHING = Balance()


def balances_of(client_ids: Collection[UUID], *, on: date) -> dict[UUID, Balance]:
    """Return client id → balance on a business date, in four queries for all of them.

    What belongs to any record of a person counts for each of them. Clients with nothing open and
    no credit are left out: ``NOTHING`` stands for them.
    """
    records = families.ids_of(client_ids)
    parties = set(records)
    owed = subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=END_OF_TIME, parties=parties)
    kept = subledger.open_items(Role.CLIENT_CREDITS, as_of=END_OF_TIME, parties=parties)
    due = dict(
        Invoice.objects.filter(pk__in=[item.item for item in owed]).values_list("pk", "due_on")
    )
    owed_by, credit_of = _by_person(owed, records), _by_person(kept, records)
    of_people = {
        person: _balance(owed_by[person], credit_of[person], due, on)
        for person in owed_by.keys() | credit_of.keys()
    }
    return {pk: of_people[records[pk]] for pk in client_ids if records[pk] in of_people}


def _by_person(
    items: Iterable[subledger.OpenItem], records: Mapping[UUID, UUID]
) -> defaultdict[UUID, list[subledger.OpenItem]]:
    grouped: defaultdict[UUID, list[subledger.OpenItem]] = defaultdict(list)
    for item in items:
        grouped[records[item.party]].append(item)
    return grouped


def _balance(
    owed: list[subledger.OpenItem],
    kept: list[subledger.OpenItem],
    due: dict[UUID, date],
    on: date,
) -> Balance:
    late = sum((item.balance for item in owed if due[item.item] < on), ZERO)
    return Balance(
        late=late,
        not_late=sum((item.balance for item in owed), ZERO) - late,
        credit=sum((item.balance for item in kept), ZERO),
        oldest_due_on=min((due[item.item] for item in owed), default=None),
        open_count=len(owed),
    )
