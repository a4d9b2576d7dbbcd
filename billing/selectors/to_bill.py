"""What a run of the billing would invoice, and what a person has to look at first.

Up to the last day of a period by the practice's clock, what was left over before included.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from billing.models import (
    Appointment,
    CycleRunClient,
    KnownCode,
    MissedFee,
    Rhythm,
    ServiceFee,
    Session,
)
from billing.selectors import appointments, cycles, days, missed, packaged, sessions
from ledger.money import ZERO, Money

Why = CycleRunClient.Outcome
IN_ONE_HOUR = Q(beside__session=OuterRef("pk")) | Q(add_ons__add_on=OuterRef("pk"))
"""True of the add-ons of a session, and of the session of an add-on."""


@dataclass(frozen=True, slots=True)
class ClientDue:
    """What one invoice of a run would hold, in cents; ``packaged`` of it is paid by packages."""

    client_id: UUID
    code: str
    count: int
    total: Money
    packaged: Money = ZERO


@dataclass(frozen=True, slots=True)
class Due:
    """What a run finds, as querysets. Sessions and appointments have ``why``: the ``Outcome``
    that keeps one off an invoice, or "" where nothing does.
    """

    sessions: QuerySet[Any]
    fees: QuerySet[MissedFee]
    unmarked: QuerySet[Any]

    def of(self, client: Any) -> "Due":
        """Return what there is of one client, or of those of a queryset."""
        wanted = {"client__in": client if isinstance(client, QuerySet) else [client]}
        return Due(
            self.sessions.filter(**wanted),
            self.fees.filter(**wanted),
            self.unmarked.filter(**wanted),
        )

    @property
    def billable(self) -> QuerySet[Any]:
        return self.sessions.filter(why="")

    def by_client(self) -> list[ClientDue]:
        """Return what can be billed by client, those who owe nothing with it too, by code."""
        codes: dict[UUID, str] = {}
        counts: defaultdict[UUID, int] = defaultdict(int)
        totals: defaultdict[UUID, Money] = defaultdict(lambda: ZERO)
        for rows, cost in ((self.billable, "fee"), (self.fees, "amount")):
            summed = rows.order_by().values("client_id", "client__code")
            for each in summed.annotate(count=Count("pk"), total=Sum(cost)):
                client = each["client_id"]
                codes[client] = each["client__code"]
                counts[client] += each["count"]
                totals[client] += each["total"] or ZERO
        paid = packaged.of_clients(self.billable)
        nothing = packaged.Packaged()
        found = [
            ClientDue(pk, code, counts[pk], totals[pk] - each.less, each.paid)
            for pk, code in codes.items()
            for each in (paid.get(pk, nothing),)
        ]
        return sorted(found, key=lambda each: each.code)

    def held_up(self, free: Iterable[UUID]) -> QuerySet[Any]:
        """Return (id, is an appointment, why) of what a person has to look at, oldest first.

        ``free`` are the clients whose sessions cost nothing together.
        """
        columns = ("pk", "is_planned", "reason", "at")
        held = self.sessions.order_by().annotate(
            is_planned=Value(False),
            reason=Case(When(why="", then=Value(Why.FREE.value)), default=F("why")),
            at=F("started_at"),
        )
        held = held.filter(~Q(why="") | Q(client__in=list(free)))
        planned = self.unmarked.order_by().annotate(
            is_planned=Value(True), reason=F("why"), at=F("starts_at")
        )
        both = held.values_list(*columns).union(planned.values_list(*columns), all=True)
        oldest: QuerySet[Any] = both.order_by("at", "pk")
        return oldest

    def client_ids(self) -> set[UUID]:
        """Return everybody of whom there is anything."""
        return {
            pk
            for rows in (self.sessions, self.fees, self.unmarked)
            for pk in rows.order_by().values_list("client_id", flat=True).distinct()
        }

    def first_why(self) -> str:
        """Return what keeps a client without anything to bill off invoices; "" if nothing is."""
        for rows in (self.sessions.exclude(why=""), self.unmarked):
            if (found := rows.order_by("pk").values_list("why", flat=True).first()) is not None:
                return str(found)
        return ""


def due(last_day: date, *, zone: ZoneInfo, now: datetime) -> Due:
    """Return what waits of everybody at a moment, up to the end of a business date."""
    _, end = days.bounds(last_day, zone)
    held = Session.objects.filter(started_at__lt=end)
    lasts = ExpressionWrapper(F("minutes") * Value(timedelta(minutes=1)), DurationField())
    ends_at = ExpressionWrapper(F("starts_at") + lasts, DateTimeField())
    planned = Appointment.objects.alias(ends_at=ends_at).filter(starts_at__lt=end, ends_at__lte=now)
    return Due(
        _looked_at(sessions.unbilled(held), zone),
        missed.unbilled().filter(missed_on__lte=last_day),
        _priced(appointments.waiting(planned), zone),
    )


def due_in(rhythm: Rhythm, last_day: date, *, zone: ZoneInfo, now: datetime) -> Due:
    """Return what waits of those who are billed in a rhythm on the last day of its period."""
    every = due(last_day, zone=zone, now=now)
    return Due(
        cycles.billed_in(every.sessions, rhythm, on=last_day),
        cycles.billed_in(every.fees, rhythm, on=last_day),
        cycles.billed_in(every.unmarked, rhythm, on=last_day),
    )


def _looked_at(held: QuerySet[Session], zone: ZoneInfo) -> QuerySet[Any]:
    """Say of sessions ``why`` one cannot be billed: its code that day, or too few minutes.

    What holds up a session holds up its add-ons too, and the other way round.
    """
    beside = _by_itself(sessions.unbilled(Session.objects.filter(IN_ONE_HOUR)), zone)
    theirs = Subquery(beside.exclude(own_why="").values("own_why")[:1])
    return _by_itself(held, zone).annotate(  # type: ignore[no-any-return]  # of the annotated model
        why=Case(
            When(own_why="", then=Coalesce(theirs, Value(""))),
            default=F("own_why"),
            output_field=CharField(),
        )
    )


def _by_itself(held: QuerySet[Session], zone: ZoneInfo) -> QuerySet[Any]:
    known = KnownCode.objects.filter(code=OuterRef("service_code__code"))
    valid = known.filter(_on("held_on"))
    family = KnownCode.objects.filter(
        _on(OuterRef("held_on")),
        family=OuterRef("family"),
        minutes_from__lte=OuterRef(OuterRef("minutes")),
    ).exclude(family="")
    too_few = valid.filter(~Exists(family), minutes_from__gt=OuterRef("minutes"))
    return held.annotate(held_on=TruncDate("started_at", tzinfo=zone)).annotate(
        own_why=Case(
            When(Exists(known) & ~Exists(valid), then=Value(Why.CODE.value)),
            When(Exists(too_few), then=Value(Why.MINUTES.value)),
            default=Value(""),
            output_field=CharField(),
        )
    )


def _on(day: str | OuterRef) -> Q:
    """Return what is true of a known code that can be billed on the day of a session."""
    held_on = OuterRef(day)
    return Q(valid_from__lte=held_on) & (Q(valid_until=None) | Q(valid_until__gte=held_on))


def _priced(planned: QuerySet[Appointment], zone: ZoneInfo) -> QuerySet[Any]:
    """Say of hours of which nobody said what became of them whether the list has a fee."""
    fees = ServiceFee.objects.filter(
        service_code=OuterRef("service_code"), starts_on__lte=OuterRef("planned_on")
    ).order_by("-starts_on", "-set_at", "-id")
    listed = Subquery(fees.values("fee")[:1])
    return (
        planned.annotate(planned_on=TruncDate("starts_at", tzinfo=zone))
        .annotate(listed=listed)
        .annotate(
            why=Case(
                When(listed=None, then=Value(Why.NO_FEE.value)),
                default=Value(Why.UNMARKED.value),
                output_field=CharField(),
            )
        )
    )
