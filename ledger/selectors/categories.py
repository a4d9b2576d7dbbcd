"""The accounts that money out is booked on: what it was for, and where it came from."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from ledger.chart import Kind, Role
from ledger.models import Account

PAID_FROM = (
    Role.OPERATING_BANK,
    Role.CREDIT_CARD,
    Role.UNDEPOSITED_FUNDS,
    Role.OWNER_EQUITY,
)
"""Where a bill is paid from; the last is the owner's own pocket."""

WITH_STATEMENTS = (Role.OPERATING_BANK, Role.CREDIT_CARD)
"""Accounts of which a bank sends lines."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An account that somebody can choose, by the names that the practice gave it."""

    id: UUID
    role: Role
    code: str
    name: str

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def expenses() -> list[Chosen]:
    """Return the practice's expense accounts, by code."""
    return _of(Account.objects.filter(kind=Kind.EXPENSE).order_by("code"))


def paid_from() -> list[Chosen]:
    """Return the accounts that bills are paid from, the bank first."""
    found = {account.role: account for account in _of(Account.objects.filter(role__in=PAID_FROM))}
    return [found[role] for role in PAID_FROM if role in found]


def with_statements() -> list[Chosen]:
    """Return the accounts of which a bank sends lines."""
    return [account for account in paid_from() if account.role in WITH_STATEMENTS]


def _of(accounts: QuerySet[Account]) -> list[Chosen]:
    rows = accounts.values_list("pk", "role", "code", "name")
    return [Chosen(pk, Role(role), code, name) for pk, role, code, name in rows]
