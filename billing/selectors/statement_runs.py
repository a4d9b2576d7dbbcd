"""Whom a run of statements would tell what they owe, how, and who is left out for what reason."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from billing.models import AccountStatement, StatementRecord, StatementRun, StatementRunItem
from billing.selectors import letter_holds, letters, own_items
from clients.models import Address, Client
from clients.selectors import families
from ledger.chart import Role
from ledger.money import ZERO, Money

Way = StatementRunItem.Way
Outcome = StatementRunItem.Outcome

NO_WAY = "There is neither an e-mail address nor a postal address that may be used"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A client who owes enough. ``problem`` says why they would get no statement, or is ""."""

    client_id: UUID
    code: str
    owed: Money
    way: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: clients in all, those done, and how many of those came to what."""

    total: int
    done: int
    by_outcome: dict[str, int]
    to_print: int

    @property
    def is_over(self) -> bool:
        return self.done == self.total

    @property
    def made(self) -> int:
        return self.by_outcome.get(Outcome.MADE, 0)

    @property
    def others(self) -> list[tuple[str, int]]:
        """Return what else came of clients than a statement, in words."""
        return [
            (str(outcome.label), self.by_outcome[outcome])
            for outcome in Outcome
            if outcome != Outcome.MADE and self.by_outcome.get(outcome)
        ]


def owed(*, on: date) -> dict[UUID, Money]:
    """Return client → what they themself owe net of their credit on a day, over all their records,
    of those who owe something. What others pay for them is left out.
    """
    into = families.merged()
    net: Counter[UUID] = Counter()
    for role, sign in ((Role.CLIENT_RECEIVABLE, 1), (Role.CLIENT_CREDITS, -1)):
        for party, balance in own_items.balances(role, as_of=on).items():
            net[into.get(party, party)] += sign * balance.cents
    return {person: Money(cents) for person, cents in net.items() if cents > 0}


def owed_by(client: Client, *, on: date) -> Money:
    """Return what one client themself owes net of their credit on a day, over all their records."""
    parties = families.records_of(client)
    sums = [
        sum((each.balance for each in own_items.of_one(role, parties, None, as_of=on)), ZERO)
        for role in (Role.CLIENT_RECEIVABLE, Role.CLIENT_CREDITS)
    ]
    return sums[0] - sums[1]


def candidates(
    clients: QuerySet[Client], *, until: date, at_least: Money, days_apart: int
) -> list[Candidate]:
    """Return who of some clients owes at least so much, by code, with how each is told.

    It asks as often for a thousand as for one.
    """
    owing = {pk: net for pk, net in owed(on=until).items() if net >= at_least}
    codes = dict(clients.filter(pk__in=owing, merged_into=None).values_list("pk", "code"))
    recent = told_since(codes, day=until - timedelta(days=days_apart))
    held = letter_holds.reasons(codes, on=until)
    ways = ways_of(codes, on=until)
    found = []
    for pk, code in codes.items():
        way = ways.get(pk, "")
        problem = "" if way else NO_WAY
        if pk in recent:
            problem = f"Had a statement until {recent[pk]:%B} {recent[pk].day}"
        if pk in held:
            problem = held[pk]
        found.append(Candidate(pk, code, owing[pk], way, problem))
    return sorted(found, key=lambda each: (len(each.code), each.code))


def told_since(clients: Iterable[UUID], *, day: date) -> dict[UUID, date]:
    """Return client → the last day of their newest statement, of those who had one after a day."""
    records = families.ids_of(list(clients))
    rows = AccountStatement.objects.filter(client__in=records, party=None, until__gt=day).order_by(
        "until"
    )
    return {records[client]: until for client, until in rows.values_list("client", "until")}


def ways_of(clients: Collection[UUID], *, on: date) -> dict[UUID, str]:
    """Return client → how they are told, of those who can be: as they wish, or by what there is."""
    reaches = letters.reaches(clients)
    lasting = Address.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=on),
        Q(ends_on=None) | Q(ends_on__gte=on),
        client__in=clients,
    )
    located = set(lasting.values_list("client", flat=True))
    people = Client.objects.filter(pk__in=clients).values_list(
        "pk", "may_post", "preferred_channel"
    )
    found = {}
    for pk, may_post, preferred in people:
        by_post = may_post and pk in located
        by_email = reaches[pk].contact_id is not None
        if by_email and not (by_post and preferred == Client.Channel.POST):
            found[pk] = Way.EMAIL.value
        elif by_post:
            found[pk] = Way.PRINT.value
    return found


def runs() -> QuerySet[StatementRun]:
    """Return the runs, the newest first."""
    return StatementRun.objects.select_related("drawn_up_by", "started_by", "dropped_by").order_by(
        "-drawn_up_at", "-id"
    )


def items(run: StatementRun) -> QuerySet[Any]:
    """Return a run's clients by code."""
    rows = StatementRunItem.objects.filter(run=run).select_related("client", "statement")
    return rows.order_by("client__code", "id")


def total(run: StatementRun) -> Money:
    """Return what the clients owe together whom a run would tell."""
    kept = StatementRunItem.objects.filter(run=run).exclude(outcome=Outcome.LEFT_OUT)
    return sum(kept.values_list("owed", flat=True), ZERO)


def progress(run: StatementRun) -> Progress:
    """Return how far a run is, in one query."""
    rows = StatementRunItem.objects.filter(run=run).order_by()
    counts = list(rows.values_list("outcome", "way").annotate(count=Count("pk")))
    by_outcome: Counter[str] = Counter()
    to_print = 0
    for outcome, way, count in counts:
        by_outcome[outcome] += count
        if outcome == Outcome.MADE and way == Way.PRINT:
            to_print += count
    all_of_them = sum(by_outcome.values())
    return Progress(all_of_them, all_of_them - by_outcome.pop("", 0), dict(by_outcome), to_print)


def printed(run: StatementRun) -> QuerySet[Any]:
    """Return the statements of a run that are put on paper, by code.

    One that tells of a record which is no longer its client's, or is shown with another client by
    now, is not among them: it would bring one person's account to another.
    """
    made = AccountStatement.objects.filter(
        run_items__run=run, run_items__outcome=Outcome.MADE, run_items__way=Way.PRINT
    )
    of_others = StatementRecord.objects.alias(
        person=Coalesce("client__merged_into", "client"),
        told=Coalesce("statement__client__merged_into", "statement__client"),
    ).exclude(person=F("told"))
    mixed = of_others.filter(statement=OuterRef("pk"))
    rows = made.filter(~Exists(mixed)).select_related("client")
    return rows.order_by("client__code", "id")


def message_of(statement: AccountStatement) -> str:
    """Return what a run says on its statements; "" on those that were made one by one."""
    item = StatementRunItem.objects.filter(statement=statement).select_related("run").first()
    return item.run.message if item else ""


def left_behind() -> list[UUID]:
    """Return the runs that are started and not over, which a lost worker may have left."""
    open_items = StatementRunItem.objects.filter(closed_at=None, run__started_at__isnull=False)
    return list(open_items.values_list("run", flat=True).distinct())


def started_by(run_id: UUID) -> UUID | None:
    """Return the person in whose name a run that is started goes on."""
    found = StatementRun.objects.filter(pk=run_id, started_at__isnull=False)
    return found.values_list("started_by__person_id", flat=True).first()
