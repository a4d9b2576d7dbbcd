"""The rows of a large practice as COPY reads them: columns divided by tabs, in whole numbers.

Every invoice bills one session and is followed by three payments, two of which are applied to it:
six entries of two lines each. Every seventh invoice stays partly open, and the last payment is
kept as credit.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from accounts.models import Membership
from billing.models import ServiceCode
from billing.services.drafts import TERMS_DAYS
from ledger.chart import Role

DAYS = 3 * 365
LAST_DAY_BEFORE = 14
"""The last invoice is so many days old, so that its payments lie in the past too."""

FEE = 15_000
PAYMENTS = ((9_000, 1), (6_000, 8), (2_500, 11))
"""Cents, and days after the invoice. The first two are applied, the last stays as credit."""
PARTLY, EVERY = 3_000, 7
"""Cents of the second payment that are applied to every seventh invoice."""

NOTHING = "\\N"


@dataclass(frozen=True)
class House:
    """What the rows of one practice point at."""

    practice_id: UUID
    by: Membership
    therapist: Membership
    service: ServiceCode
    accounts: dict[str, UUID]
    clients: list[UUID]
    invoices: int
    today: date
    now: datetime
    commitment: str

    @cached_property
    def _id(self) -> tuple[str, str]:
        made = f"{int(self.now.timestamp() * 1000):012x}"
        return (
            f"{made[:8]}-{made[8:]}-7",
            f"-8{self.practice_id.hex[-3:]}-{self.practice_id.hex[-7:-3]}",
        )

    def id_of(self, kind: int, number: int) -> str:
        """Return the id of the row of a kind with this number: version 7, and in their order.

        28 bits of the practice's own keep apart those that are filled at one moment.
        """
        head, middle = self._id
        return f"{head}{kind:03x}{middle}{number:08x}"

    def client(self, number: int) -> UUID:
        return self.clients[number % len(self.clients)]

    @cached_property
    def days(self) -> list[date]:
        """The day on which each invoice is issued, oldest first."""
        first = self.today - timedelta(days=LAST_DAY_BEFORE + DAYS)
        return [
            first + timedelta(days=DAYS * number // self.invoices)
            for number in range(self.invoices)
        ]

    @cached_property
    def numbers(self) -> list[str]:
        """The number of each invoice, without a gap in its year."""
        given: Counter[int] = Counter()
        numbers = []
        for day in self.days:
            given[day.year] += 1
            numbers.append(f"INV-{day.year}-{given[day.year]:04}")
        return numbers


class Kind:
    """Which ids belong to what."""

    ENTRY, POSTING, SESSION, INVOICE, LINE, PAYMENT, APPLICATION, KEY = range(8)


class Step(NamedTuple):
    """One entry: its number, day, source, memo, and the two lines that it has."""

    number: int
    day: date
    source: str
    memo: str
    cents: int
    debit: tuple[str, str, str]
    credit: tuple[str, str, str]


def steps(house: House) -> Iterator[Step]:
    """Yield every entry: invoice by invoice, its payments and their applications after it."""
    receivable, credit, cash, fees = (
        str(house.accounts[role])
        for role in (
            Role.CLIENT_RECEIVABLE,
            Role.CLIENT_CREDITS,
            Role.UNDEPOSITED_FUNDS,
            Role.SESSION_FEES,
        )
    )
    for number, day in enumerate(house.days):
        client, invoice = str(house.client(number)), house.id_of(Kind.INVOICE, number)
        owed = (receivable, client, invoice)
        yield Step(
            number * 6,
            day,
            f"invoice:{invoice}:issued",
            f"Invoice {house.numbers[number]} issued",
            FEE,
            owed,
            (fees, NOTHING, NOTHING),
        )
        for place, (cents, later) in enumerate(PAYMENTS):
            payment = house.id_of(Kind.PAYMENT, number * 3 + place)
            kept = (credit, client, payment)
            received_on = day + timedelta(days=later)
            receipt = f"R-{number * 3 + place + 1:05}"
            yield Step(
                number * 6 + 1 + 2 * place,
                received_on,
                f"payment:{payment}:received",
                f"Receipt {receipt}, cash",
                cents,
                (cash, NOTHING, NOTHING),
                kept,
            )
            if place < 2:
                application = house.id_of(Kind.APPLICATION, number * 2 + place)
                yield Step(
                    number * 6 + 2 + 2 * place,
                    received_on,
                    f"application:{application}",
                    f"Receipt {receipt} applied to {house.numbers[number]}",
                    applied(number, place),
                    kept,
                    owed,
                )


def applied(number: int, place: int) -> int:
    """Return how many cents of a payment go to its invoice."""
    return PARTLY if place == 1 and number % EVERY == 0 else PAYMENTS[place][0]


def entries(house: House) -> Iterator[str]:
    practice, by = house.practice_id, house.by.pk
    for step in steps(house):
        entry = house.id_of(Kind.ENTRY, step.number)
        yield f"{entry}\t{practice}\t{step.source}\t{step.day}\t{step.memo}\t2\t{by}"


def postings(house: House) -> Iterator[str]:
    practice = house.practice_id
    for step in steps(house):
        entry = house.id_of(Kind.ENTRY, step.number)
        first, second = (house.id_of(Kind.POSTING, step.number * 2 + side) for side in (0, 1))
        day = step.day
        account, party, item = step.debit
        yield f"{first}\t{practice}\t{entry}\t{day}\t{account}\t{step.cents}\t0\t{party}\t{item}"
        account, party, item = step.credit
        yield f"{second}\t{practice}\t{entry}\t{day}\t{account}\t0\t{step.cents}\t{party}\t{item}"


def sessions(house: House) -> Iterator[str]:
    therapist, service, by = house.therapist.pk, house.service.pk, house.by.pk
    for number, day in enumerate(house.days):
        session = house.id_of(Kind.SESSION, number)
        yield (
            f"{session}\t{house.practice_id}\t{house.client(number)}\t{therapist}\t{service}"
            f"\t{day} 17:00:00+00\t45\t{FEE}\t{house.now}\t{by}"
        )


def invoices(house: House) -> Iterator[str]:
    for number, day in enumerate(house.days):
        invoice, entry = house.id_of(Kind.INVOICE, number), house.id_of(Kind.ENTRY, number * 6)
        yield (
            f"{invoice}\t{house.practice_id}\t{house.numbers[number]}\t{house.client(number)}"
            f"\t{day}\t{day + timedelta(days=TERMS_DAYS)}\t{FEE}\t1\t{entry}\t{house.now}"
            f"\t{house.by.pk}"
        )


def invoice_lines(house: House) -> Iterator[str]:
    for number, day in enumerate(house.days):
        line, invoice = house.id_of(Kind.LINE, number), house.id_of(Kind.INVOICE, number)
        session = house.id_of(Kind.SESSION, number)
        yield (
            f"{line}\t{house.practice_id}\t{invoice}\t{session}\t{house.service.pk}\t1\t{day}"
            f"\t45\t{FEE}\t\\\\x{house.commitment}"
        )


def payments(house: House) -> Iterator[str]:
    for number, day in enumerate(house.days):
        for place, (cents, later) in enumerate(PAYMENTS):
            count = number * 3 + place
            payment, key = house.id_of(Kind.PAYMENT, count), house.id_of(Kind.KEY, count)
            entry = house.id_of(Kind.ENTRY, number * 6 + 1 + 2 * place)
            yield (
                f"{payment}\t{house.practice_id}\tR-{count + 1:05}\t{house.client(number)}\tCASH"
                f"\t{cents}\t{day + timedelta(days=later)}\t\t{key}\t{entry}\t{house.now}"
                f"\t{house.by.pk}"
            )


def applications(house: House) -> Iterator[str]:
    for number, day in enumerate(house.days):
        invoice = house.id_of(Kind.INVOICE, number)
        for place in (0, 1):
            application = house.id_of(Kind.APPLICATION, number * 2 + place)
            payment = house.id_of(Kind.PAYMENT, number * 3 + place)
            entry = house.id_of(Kind.ENTRY, number * 6 + 2 + 2 * place)
            applied_on = day + timedelta(days=PAYMENTS[place][1])
            yield (
                f"{application}\t{house.practice_id}\t{payment}\t{invoice}"
                f"\t{applied(number, place)}\t{entry}\t{applied_on}\t{house.now}\t{house.by.pk}"
            )


class Table(NamedTuple):
    """A table, the columns that are copied into it, and what yields its rows."""

    name: str
    columns: str
    rows: Callable[[House], Iterator[str]]


TOGETHER = (
    Table(
        "ledger_journalentry",
        "id, practice_id, source, entry_date, memo, posting_count, posted_by_id",
        entries,
    ),
    Table(
        "ledger_posting",
        "id, practice_id, entry_id, entry_date, account_id, debit, credit, party, item",
        postings,
    ),
    Table(
        "billing_session",
        "id, practice_id, client_id, therapist_id, service_code_id, started_at, minutes, fee,"
        " recorded_at, recorded_by_id",
        sessions,
    ),
    Table(
        "billing_invoice",
        "id, practice_id, number, client_id, issued_on, due_on, total, line_count, entry_id,"
        " issued_at, issued_by_id",
        invoices,
    ),
    Table(
        "billing_invoiceline",
        "id, practice_id, invoice_id, session_id, service_code_id, position, served_on, minutes,"
        " amount, description_commitment",
        invoice_lines,
    ),
    Table(
        "billing_payment",
        "id, practice_id, receipt, client_id, method, amount, received_on, reference, key,"
        " entry_id, recorded_at, recorded_by_id",
        payments,
    ),
)
"""In the order in which their keys allow it."""

APPLICATIONS = Table(
    "billing_paymentapplication",
    "id, practice_id, payment_id, invoice_id, amount, entry_id, applied_on, applied_at,"
    " applied_by_id",
    applications,
)
