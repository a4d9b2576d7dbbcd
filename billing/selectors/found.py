"""Clients as a search shows them: who they are, and what they would be asked for today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.permissions import Permission
from billing.selectors import balances
from clients.models import Client
from clients.selectors import clients, coverages
from ledger.money import Money

NO_INSURANCE = "No insurance"


@dataclass(frozen=True, slots=True)
class FoundRow(clients.Row):
    """A client who was found, with what is open today in cents, and what to mind at the desk."""

    balance: balances.Balance
    flags: tuple[str, ...]

    @property
    def owes(self) -> Money:
        return self.balance.owes

    @property
    def note(self) -> str:
        return self.balance.note


def rows(
    client_ids: Collection[UUID], *, on: date, permissions: clients.Permissions
) -> list[FoundRow]:
    """Return clients who were found visible, by code; the number of queries does not grow."""
    listed = clients.by_code(Client.objects.filter(pk__in=client_ids))
    owed = balances.balances_of(client_ids, on=on)
    insured = coverages.insured(client_ids)
    may_identify = Permission.CLIENT_IDENTITY_VIEW in permissions
    return [
        FoundRow(
            pk=row.pk,
            code=row.code,
            name=row.name,
            therapist=row.therapist,
            since=row.since,
            balance=owed.get(row.pk, balances.NOTHING),
            flags=(NO_INSURANCE,) if may_identify and row.pk not in insured else (),
        )
        for row in clients.rows(listed, on=on, permissions=permissions)
    ]
