"""Clients whose costs several pay, made through the product's own services."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Membership
from billing.models import AccountStatement, Invoice, Payment, Session
from billing.services import invoices, payments, statements
from clients.models import Client, ResponsibleParty
from clients.services import parties, restrictions
from clients.splits import Share
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import money
from tests.clients.parties import FATHER, MOTHER, parent

FROM = date(2026, 1, 1)


def two_parents(
    client: Client, by: Membership, *, mother_points: int = 6_000, starts_on: date = FROM
) -> tuple[ResponsibleParty, ResponsibleParty]:
    """Divide a client's costs between two parents, 60 to 40 if nothing else is said."""
    mother, father = parent(client, by, MOTHER), parent(client, by, FATHER)
    ruled(
        client,
        by,
        [Share(mother.pk, basis_points=mother_points), Share(father.pk)],
        starts_on=starts_on,
    )
    return mother, father


def ruled(client: Client, by: Membership, shares: list[Share], *, starts_on: date = FROM) -> None:
    parties.decide(client=client, starts_on=starts_on, shares=shares, now=at.NOW, by=by)


def themself(client: Client, by: Membership) -> UUID:
    """Put the client on their own list of those who pay."""
    return parties.add(client=client, kind="CLIENT", relation="SELF", now=at.NOW, by=by).pk


def billed(sessions: list[Session], by: Membership, **more: Any) -> list[Invoice]:
    """Bill sessions today, to all who pay."""
    return invoices.bill(sessions=sessions, issued_on=at.TODAY, now=at.NOW, by=by, **more)


def voided(invoice: Invoice, by: Membership) -> None:
    """Void an invoice and the other parts of its split."""
    money.voided(invoice, by)


def kept_from_others(client: Client, by: Membership) -> None:
    """Agree that nothing of a client is disclosed."""
    restrictions.impose(client=client, kind="NO_DISCLOSURE", now=at.NOW, by=by)


def paid(invoice: Invoice, by: Membership, amount: Money, *, keep_rest: bool = False) -> Payment:
    """Take cash of whoever is to pay an invoice, for what is oldest of theirs."""
    return payments.record(
        client=invoice.client,
        amount=amount,
        method=payments.Method.CASH,
        received_on=at.TODAY,
        key=uuid4(),
        party=invoice.party,
        keep_rest=keep_rest,
        now=at.NOW,
        by=by,
    )


def statement(
    of: Client, by: Membership, party: ResponsibleParty | None = None
) -> AccountStatement:
    """Make the statement of the client's own account, or of a party's, from February to today."""
    return statements.make(
        client=of,
        party=party,
        since=date(2026, 2, 1),
        until=at.TODAY,
        key=uuid4(),
        today=at.TODAY,
        now=at.NOW,
        by=by,
    )
