"""Good faith estimates: issued, made anew, given to the client, and asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import (
    Estimate,
    EstimateItem,
    EstimateNote,
    EstimateRequest,
    EstimateText,
    ServiceCode,
)
from billing.selectors import estimate_words, estimates, estimates_due
from billing.services import numbers
from clients.models import Client
from clients.selectors import families
from ledger.money import ZERO, Money

Cause = Estimate.Cause


class NothingExpected(Exception):
    """There is no item, or all of them cost nothing."""


class WrongDays(Exception):
    """The days are over, in the wrong order, or more than twelve months."""


class TwoStand(Exception):
    """Two estimates stand on these days, and one replaces only one."""


class KeyReused(Exception):
    """Another estimate, or request, was made under this key."""


class NotThen(Exception):
    """What is noted lies ahead, or before the estimate was issued."""


class NotGiven(Exception):
    """Nobody gave the estimate to the client yet, so they cannot have answered."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A service that is expected: by whom, how often, and what each costs, in cents."""

    therapist: Membership
    service_code: ServiceCode
    times: int
    charge: Money

    @property
    def sum(self) -> Money:
        return Money(self.times * self.charge.cents)


@dataclass(frozen=True, slots=True, repr=False)
class Words:
    """What is said beside the items: the main service in plain words, what has to be booked apart,
    and whether the client's diagnoses are named.
    """

    primary: str
    separate: str = ""
    names_diagnoses: bool = False


def last_day(since: date) -> date:
    """Return the last day that an estimate may be about which begins on a day: twelve months."""
    try:
        return since.replace(year=since.year + 1) - timedelta(days=1)
    except ValueError:  # Feb 29
        return date(since.year + 1, 2, 27)


@transaction.atomic
def issue(
    *,
    client: Client,
    since: date,
    until: date,
    expected: Sequence[Expected],
    words: Words,
    wanted: str,
    key: UUID,
    today: date,
    now: datetime,
    by: Membership,
) -> Estimate:
    """Issue an estimate, number it without a gap, and let it replace what stands on its days.

    What made it due is found, and kept with the deadline. The same ``key`` again returns the one
    that it has.

    Raises:
        NothingExpected: there are no items, or they cost nothing together.
        WrongDays: ``until`` is past, before ``since``, or after twelve months.
        TwoStand: two estimates stand on these days.
        estimate_words.Missing: the practice's or a therapist's particulars are not known.
        KeyReused: the key belongs to another client's estimate.
    """
    counter = numbers.lock(numbers.estimates_of(today.year))
    if (known := Estimate.objects.filter(key=key).first()) is not None:
        if known.client_id != client.pk:
            raise KeyReused("This form was sent before, for another client. Start a new one.")
        return known
    total = sum((each.sum for each in expected), ZERO)
    if not total:
        raise NothingExpected("Enter at least one service that costs something.")
    _require_days(since, until, today)
    replaced = _replaced(client, since, until)
    said = estimate_words.of(
        client=client,
        therapists=[each.therapist for each in expected],
        services=[each.service_code for each in expected],
        primary=words.primary,
        separate=words.separate,
        names_diagnoses=words.names_diagnoses,
        on=today,
    )
    cause, due_on = _cause(client, replaced, today)
    estimate = Estimate.objects.create(
        id=uuid7(),
        number=f"{counter.series}-{numbers.take(counter):04}",
        client=client,
        cause=cause,
        due_on=due_on,
        since=since,
        until=until,
        wanted=wanted,
        total=total,
        item_count=len(expected),
        names_diagnoses=bool(said["diagnoses"]),
        replaces=replaced,
        said_commitment=estimates.commitment(said),
        key=key,
        issued_on=today,
        issued_at=now,
        issued_by=by,
    )
    EstimateText.objects.create(estimate=estimate, said=said)
    EstimateItem.objects.bulk_create(
        EstimateItem(
            estimate=estimate,
            position=position,
            therapist=each.therapist,
            service_code=each.service_code,
            times=each.times,
            charge=each.charge,
        )
        for position, each in enumerate(expected, start=1)
    )
    facts: dict[str, Any] = {"replaced": replaced.number} if replaced else {}
    events.record(
        Action.ESTIMATE_ISSUED,
        target=estimate,
        touched=[client.pk],
        total_cents=total.cents,
        **facts,
    )
    return estimate


def _require_days(since: date, until: date, today: date) -> None:
    if until < since:
        raise WrongDays("The last day lies before the first.")
    if until < today:
        raise WrongDays("These days are over. An estimate is about what is to come.")
    if until > (last := last_day(since)):
        raise WrongDays(
            f"One estimate is for twelve months at most: until {last:%b} {last.day}, {last.year}."
        )


def _replaced(client: Client, since: date, until: date) -> Estimate | None:
    """Return what stands on these days: of the client's own record first, then of merged ones."""
    standing = Estimate.objects.filter(
        client__in=families.records_of(client),
        replaced_by=None,
        since__lte=until,
        until__gte=since,
    ).order_by("-issued_at", "-id")
    own = [row for row in standing if row.client_id == client.pk]
    if len(own) > 1:
        raise TwoStand(
            f"{own[1].number} and {own[0].number} both stand on these days."
            " Choose days of one of them."
        )
    return next(iter(own or standing), None)


def _cause(client: Client, replaced: Estimate | None, today: date) -> tuple[Cause, date | None]:
    dues = estimates_due.of([client.pk], on=today)
    due = next((each for each in dues if each.made_id is None), None)
    cause = Cause(due.cause) if due else Cause.OFFERED
    if cause == Cause.CHANGED and replaced is None:
        cause = Cause.BOOKED
    elif cause in {Cause.BOOKED, Cause.OFFERED} and replaced is not None:
        cause = Cause.CHANGED
    return cause, due.due_on if due else None


@transaction.atomic
def note(
    *,
    estimate: Estimate,
    kind: str,
    way: str,
    happened_on: date,
    today: date,
    now: datetime,
    by: Membership,
) -> EstimateNote:
    """Note that an estimate was given to the client, or what they said to it.

    The same again is noted once.

    Raises:
        NotThen: it lies ahead, or before the estimate was issued.
        NotGiven: the client cannot have answered what nobody gave to them.
    """
    numbers.lock(numbers.estimates_of(estimate.issued_on.year))
    if happened_on > today:
        raise NotThen("This day is not here yet.")
    if happened_on < estimate.issued_on:
        raise NotThen("The estimate was not made yet on this day.")
    rows = EstimateNote.objects.filter(estimate=estimate)
    said = {"kind": kind, "way": way, "happened_on": happened_on}
    if (known := rows.filter(**said).first()) is not None:
        return known
    if kind != EstimateNote.Kind.GIVEN and not rows.filter(kind=EstimateNote.Kind.GIVEN).exists():
        raise NotGiven("Note first when and how it was given to the client.")
    row = EstimateNote.objects.create(estimate=estimate, **said, noted_at=now, noted_by=by)
    events.record(
        Action.ESTIMATE_NOTED,
        target=estimate,
        touched=[estimate.client_id],
        what=str(row.get_kind_display()).lower(),
        way=str(row.get_way_display()).lower(),
        happened_on=happened_on.isoformat(),
    )
    return row


@transaction.atomic
def ask(
    *, client: Client, asked_on: date, key: UUID, today: date, now: datetime, by: Membership
) -> EstimateRequest:
    """Note that a client asked for an estimate; it is due three business days later.

    The same ``key`` again returns the request that it has.

    Raises:
        NotThen: the day lies ahead.
        KeyReused: the key belongs to another client's request.
    """
    numbers.lock(numbers.estimates_of(today.year))
    if asked_on > today:
        raise NotThen("This day is not here yet.")
    if (known := EstimateRequest.objects.filter(key=key).first()) is not None:
        if known.client_id != client.pk:
            raise KeyReused("This form was sent before, for another client. Start a new one.")
        return known
    row = EstimateRequest.objects.create(
        client=client, asked_on=asked_on, key=key, noted_at=now, noted_by=by
    )
    events.record(
        Action.ESTIMATE_ASKED,
        target=row,
        label=client.code,
        touched=[client.pk],
        asked_on=asked_on.isoformat(),
    )
    return row
