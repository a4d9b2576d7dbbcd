"""A client's account over some days: what they owed, what happened, and what they owe.

What is owed counts what is billed less what is kept as credit, over all records of the person. What
only moves between the two, as when a payment is applied to an invoice, is no line of it. Where
others pay for the client, each has an account of their own, and the client one of the rest.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Membership
from billing import posting
from billing.models import AccountStatement, Invoice, StatementRecord
from billing.selectors import aging, own_items
from billing.selectors.aging import BUCKETS, Basis, Bucket, bucket_of
from clients.models import Client
from clients.selectors import clients
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import ages, books, subledger
from ledger.selectors.integrity import Finding

OWED = (Role.CLIENT_RECEIVABLE, Role.CLIENT_CREDITS)

FALSE = """
SELECT statement.id, statement.since, statement.until FROM billing_accountstatement AS statement
WHERE statement.opening <> billing_owed(
    statement.practice_id, statement.id, statement.since, statement.known_at)
OR statement.closing <> billing_owed(
    statement.practice_id, statement.id, statement.until + 1, statement.known_at)
OR statement.record_count <> (SELECT count(*) FROM billing_statementrecord AS record
    WHERE record.practice_id = statement.practice_id AND record.statement_id = statement.id)
ORDER BY statement.id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What one entry did to the account: a charge is positive. ``balance`` is what it leaves."""

    on: date
    words: str
    entry_id: UUID
    amount: Money
    balance: Money
    posted_at: datetime

    @property
    def charged(self) -> Money:
        return max(self.amount, ZERO)

    @property
    def credited(self) -> Money:
        return max(-self.amount, ZERO)


@dataclass(frozen=True, slots=True)
class Open:
    """An invoice of which something is open at the end of the account."""

    number: str
    issued_on: date
    due_on: date
    left: Money
    days_late: int


@dataclass(frozen=True, slots=True)
class Account:
    """The account of one person from ``since`` to ``until``, both included, in cents.

    ``insurance`` is what their plans still owe and ``prepaid`` what they paid ahead for sessions:
    neither is part of the balance. What was entered late, after the last statement of its days was
    made, stands among the lines: so ``opening`` is what that statement ended with, while
    ``owed_before`` is what the books say now of the time before ``since``.
    """

    since: date
    until: date
    owed_before: Money
    opening: Money
    lines: list[Line]
    open_invoices: list[Open]
    buckets: list[Bucket]
    credit: Money
    insurance: Money
    prepaid: Money

    @property
    def charged(self) -> Money:
        return sum((line.charged for line in self.lines), ZERO)

    @property
    def credited(self) -> Money:
        """What was paid, and whatever else made the balance less."""
        return sum((line.credited for line in self.lines), ZERO)

    @property
    def closing(self) -> Money:
        return self.opening + self.charged - self.credited

    @property
    def in_credit(self) -> Money:
        """What the practice owes the client instead, if it does."""
        return max(-self.closing, ZERO)

    @property
    def late(self) -> Money:
        return sum((each.left for each in self.open_invoices if each.days_late), ZERO)


def account(
    records: Collection[UUID],
    *,
    party_id: UUID | None = None,
    since: date,
    until: date,
    known_at: datetime | None = None,
) -> Account:
    """Return the account of one person, as known at a moment: what they were billed and paid
    themself over all their records, or what one of those did who pay for them.
    """
    lines = list(_lines(records, party_id, until, known_at))
    owed_before = sum((line.amount for line in lines if line.on < since), ZERO)
    late = _entered_late(lines, records, party_id, since, known_at)
    opening = owed_before - sum((line.amount for line in late), ZERO)
    receivable = Role.CLIENT_RECEIVABLE
    theirs = own_items.of_parties(receivable, records=records)
    owed = [
        charge
        for charge in ages.open_charges(receivable, as_of=until, known_at=known_at, parties=records)
        if theirs.get(charge.item) == party_id
    ]
    aged = aging.parts_of(owed, as_of=until, known_at=known_at, basis=Basis.DUE)
    amounts = [ZERO] * len(BUCKETS)
    for part in aged:
        amounts[bucket_of((until - part.counts_from).days)] += part.amount
    return Account(
        since=since,
        until=until,
        owed_before=owed_before,
        opening=opening,
        lines=_balanced(opening, [*late, *(line for line in lines if line.on >= since)]),
        open_invoices=_open(records, party_id, until, known_at),
        buckets=[Bucket(label, amounts[place]) for place, (label, _) in enumerate(BUCKETS)],
        credit=_sum(
            own_items.of_one(Role.CLIENT_CREDITS, records, party_id, as_of=until, known_at=known_at)
        ),
        # A plan pays for the client, who alone buys packages.
        insurance=ZERO if party_id else _held(Role.INSURANCE_RECEIVABLE, records, until, known_at),
        prepaid=ZERO if party_id else _held(Role.PREPAID_SESSIONS, records, until, known_at),
    )


def _lines(
    records: Collection[UUID], party_id: UUID | None, until: date, known_at: datetime | None
) -> Iterator[Line]:
    found = books.postings(as_of=until, known_at=known_at).filter(
        party__in=records, account__role__in=OWED
    )
    theirs = {
        item: payer
        for role in OWED
        for item, payer in own_items.of_parties(role, records=records).items()
    }
    if party_id is not None:
        found = found.filter(item__in=[item for item, pk in theirs.items() if pk == party_id])
    elif theirs:
        found = found.exclude(item__in=list(theirs))
    rows = found.order_by(*books.IN_ORDER).values_list(
        "entry_id", "entry_date", "entry__memo", "entry__posted_at", "debit", "credit"
    )
    balance = ZERO
    for (entry_id, on, memo, posted_at), moved in groupby(rows, key=lambda row: row[:4]):
        amount = sum((debit - credit for *_, debit, credit in moved), ZERO)
        if amount:
            balance += amount
            yield Line(on, _words(memo, amount), entry_id, amount, balance, posted_at)


def _entered_late(
    lines: Iterable[Line],
    records: Collection[UUID],
    party_id: UUID | None,
    since: date,
    known_at: datetime | None,
) -> list[Line]:
    """Return what stands on no statement, though the last one before ``since`` covered its day: it
    was posted after that statement was made.
    """
    made = AccountStatement.objects.filter(client__in=records, party=party_id, until__lt=since)
    if known_at is not None:
        made = made.filter(known_at__lt=known_at)
    last = made.order_by("-until", "-known_at").first()
    if last is None:
        return []
    return [
        replace(line, words=f"{line.words}, entered late")
        for line in lines
        if line.on <= last.until and line.posted_at > last.known_at
    ]


def _balanced(opening: Money, lines: Iterable[Line]) -> list[Line]:
    """Return lines with what each leaves, from an opening balance on."""
    balance, found = opening, []
    for line in lines:
        balance += line.amount
        found.append(replace(line, balance=balance))
    return found


def _words(memo: str, amount: Money) -> str:
    """Say of credit between two accounts on whose side of it this one is."""
    came = {posting.MOVED: amount < ZERO, posting.MOVED_BACK: amount > ZERO}
    return memo.replace("to another", "from another") if came.get(memo) else memo


def _open(
    records: Collection[UUID], party_id: UUID | None, until: date, known_at: datetime | None
) -> list[Open]:
    items = own_items.of_one(
        Role.CLIENT_RECEIVABLE, records, party_id, as_of=until, known_at=known_at
    )
    left = {each.item: each.balance for each in items}
    invoices = Invoice.objects.filter(pk__in=left).order_by("due_on", "number")
    return [
        Open(
            each.number,
            each.issued_on,
            each.due_on,
            left[each.pk],
            max((until - each.due_on).days, 0),
        )
        for each in invoices
    ]


def _held(role: Role, records: Collection[UUID], until: date, known_at: datetime | None) -> Money:
    return _sum(subledger.open_items(role, as_of=until, known_at=known_at, parties=records))


def _sum(items: Iterable[subledger.OpenItem]) -> Money:
    return sum((each.balance for each in items), ZERO)


def findings() -> Iterator[Finding]:
    """Yield the statements that do not say what the books said then (I-13)."""
    with connection.cursor() as cursor:
        cursor.execute(FALSE)
        found = cursor.fetchall()
    for pk, since, until in found:
        told = f"The statement from {since} to {until} is not what the books said."
        yield Finding("I-13", told, (pk,))


def visible_to(
    member: Membership, *, on: date, permissions: clients.Permissions | None = None
) -> QuerySet[AccountStatement]:
    """Return the statements that tell only of clients whom a member may see on a business date."""
    return telling_only_of(clients.visible_to(member, on=on, permissions=permissions))


def telling_only_of(records: QuerySet[Client]) -> QuerySet[AccountStatement]:
    """Return the statements of some records that tell of no other.

    One that was made while two records were one tells of both, also after they are two again.
    """
    of_others = StatementRecord.objects.filter(
        ~Exists(records.filter(pk=OuterRef("client"))), statement=OuterRef("pk")
    )
    rows = AccountStatement.objects.filter(~Exists(of_others), client__in=records)
    return rows.select_related("client", "made_by")


def made_of(
    records: Collection[UUID], *, among: QuerySet[AccountStatement], party_id: UUID | None
) -> list[AccountStatement]:
    """Return those of some statements that were made for some records, of the client's own items or
    of one who pays for them, the newest first.
    """
    found = among.filter(client__in=records, party=party_id)
    return list(found.order_by("-made_at", "-pk"))


def told_in(statements: Iterable[AccountStatement]) -> list[UUID]:
    """Return the records whose money some statements tell of, in one query."""
    rows = StatementRecord.objects.filter(statement__in=[each.pk for each in statements])
    return list(rows.order_by("client").values_list("client", flat=True).distinct())


def usual_days(
    records: Collection[UUID], *, today: date, party_id: UUID | None = None
) -> tuple[date, date]:
    """Return the days of a statement where nothing is said: from the day after the last one's end,
    or else from the first of last month, to today.
    """
    told = AccountStatement.objects.filter(client__in=records, party=party_id)
    newest = told.order_by("-until").first()
    if newest is not None and newest.until < today:
        return newest.until + timedelta(days=1), today
    last_month = today.replace(day=1) - timedelta(days=1)
    return last_month.replace(day=1), today
