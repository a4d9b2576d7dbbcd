"""What stands on each document, as data for its template: words and amounts, never markup."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from accounts.selectors import members
from billing.models import AccountStatement, Invoice, Payment
from billing.selectors import (
    days,
    invoices,
    packages,
    pay_links,
    payments,
    statement_runs,
    statements,
)
from billing.services import pay_addresses, square_codes
from clients.models import Client, ResponsibleParty
from ledger.money import MINUS, ZERO, Money


def invoice(issued: Invoice) -> Mapping[str, object]:
    """Return the contents of an invoice."""
    lines, paid = invoices.lines(issued), packages.paid_at_issue(issued)
    return {
        **_head(issued.client),
        "bill_to": _to(issued.party),
        "number": issued.number,
        "issued_on": long_day(issued.issued_on),
        "due_on": long_day(issued.due_on),
        "lines": [
            {
                "date": long_day(line.served_on),
                "words": printable(line.description),
                "minutes": str(line.minutes or ""),
                "listed": str(line.listed),
                "discount": f"{MINUS}{line.discount}" if line.discount else "",
                "amount": str(line.amount),
            }
            for line in lines
        ],
        "discounts": any(line.discount for line in lines),
        "total": str(issued.total),
        "packages": [
            {"words": f"Paid by package {row.package.reference}", "amount": f"{MINUS}{row.amount}"}
            for row in paid
        ],
        "to_pay": str(issued.total - sum((row.amount for row in paid), ZERO)),
    }


def receipt(payment: Payment) -> Mapping[str, object]:
    """Return the contents of a receipt: what was received, not what became of it later."""
    return {
        **_head(payment.client),
        "paid_by": printable(str(payment.party.name)) if payment.party else "",
        "number": payment.receipt,
        "received_on": long_day(payment.received_on),
        "how": printable(payments.how(payment)),
        "amount": str(payment.amount),
    }


def statement(made: AccountStatement, *, address: str = "") -> Mapping[str, object]:
    """Return the contents of a statement of account, as the books were known when it was made.

    ``address`` is for one that goes into a window envelope, line by line.
    """
    records = made.records.values_list("client", flat=True)
    account = statements.account(
        list(records),
        party_id=made.party_id,
        since=made.since,
        until=made.until,
        known_at=made.known_at,
    )
    to = _to(made.party)
    return {
        **_head(made.client),
        "part_of": bool(to),
        "address": to or [printable(line) for line in address.splitlines()],
        "message": printable(statement_runs.message_of(made)),
        "since": long_day(made.since),
        "until": long_day(made.until),
        "opening": str(account.opening),
        "lines": [
            {
                "date": long_day(line.on),
                "words": printable(line.words),
                "charge": str(line.charged) if line.charged else "",
                "credit": str(line.credited) if line.credited else "",
                "balance": str(line.balance),
            }
            for line in account.lines
        ],
        "charged": str(account.charged),
        "credited": str(account.credited),
        "closing": str(account.closing),
        "is_credit": bool(account.in_credit),
        "invoices": [
            {
                "number": each.number,
                "due": long_day(each.due_on),
                "late": late(each.days_late),
                "left": str(each.left),
            }
            for each in account.open_invoices
        ],
        "ages": [
            {"label": bucket.label, "amount": str(bucket.amount)} for bucket in account.buckets
        ],
        "beside": [{"label": label, "amount": str(amount)} for label, amount in beside(account)],
        "pay": _pay(made),
    }


def _pay(made: AccountStatement) -> Mapping[str, str]:
    """Return where a statement can be paid: its address, a square code of it, and the last day."""
    link = pay_links.on(made)
    if link is None or link.text is None:
        return {}
    address = pay_addresses.of(pay_links.in_groups(link.text))
    until = days.day_of(link.expires_at, days.zone())
    return {"address": address, "code": square_codes.drawn(address), "until": long_day(until)}


def bundle(
    made: Collection[AccountStatement], *, addresses: Mapping[UUID, str]
) -> Mapping[str, Any]:
    """Return the contents of a file of several statements; ``addresses``: client → where to."""
    return {
        "practice": printable(members.practice().discreet_name),
        "until": long_day(max(each.until for each in made)),
        "sheets": [statement(each, address=addresses.get(each.client_id, "")) for each in made],
    }


def beside(account: statements.Account) -> list[tuple[str, Money]]:
    """Return what stands beside a balance without being part of it, in words."""
    held = (
        ("Credit that no invoice has used yet, counted above", account.credit),
        ("With the insurance: not asked of you", account.insurance),
        ("Paid ahead for sessions", account.prepaid),
    )
    return [(label, amount) for label, amount in held if amount]


def late(days: int) -> str:
    if not days:
        return ""
    return "1 day late" if days == 1 else f"{days} days late"


def _head(client: Client) -> dict[str, object]:
    return {
        "practice": printable(members.practice().discreet_name),
        "client": printable(client.full_name),
        "code": client.code,
    }


def _to(party: ResponsibleParty | None) -> list[str]:
    """Return who is to pay, and where they live, line by line; nothing where it is the client."""
    if party is None:
        return []
    lines = [str(party.name), *str(party.postal_address).splitlines()]
    return [printable(line) for line in lines if line]


def long_day(on: date) -> str:
    """Return a date as documents write it: March 3, 2026."""
    return f"{on:%B} {on.day}, {on.year}"


def printable(text: str) -> str:
    """Return a text without control characters, which no font can show."""
    return "".join(letter for letter in text if letter.isprintable())
