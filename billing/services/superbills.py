"""Superbills: made whole or not at all, replaced, and given to whom they may be given."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import (
    Superbill,
    SuperbillGiven,
    SuperbillLine,
    SuperbillRule,
    SuperbillText,
)
from billing.models.superbill import LINES_MAX
from billing.selectors import superbill_gaps, superbill_words, superbills
from billing.selectors.superbill_gaps import Hour, Missing
from billing.services import numbers
from clients.models import Client, Consent, Release, Restriction
from clients.selectors import releases, restrictions
from clients.services.restrictions import require_open
from ledger.money import ZERO, Money

To, Way = SuperbillGiven.To, SuperbillGiven.Way


class NothingChosen(Exception):
    """No session is chosen, or more than fit on one superbill."""


class WrongDays(Exception):
    """The days lie ahead, or in the wrong order."""


class Gapped(Exception):
    """Something that has to stand on it is missing. ``missing`` names all of it."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__("Something is missing: see below. Nothing was made.")
        self.missing = missing


class TwoStand(Exception):
    """The sessions stand on two superbills, and one replaces only one."""


class KeyReused(Exception):
    """Another superbill, or note, was made under this key."""


class NotThen(Exception):
    """It was not made yet on that day, or the day lies ahead."""


class NotGivenSo(Exception):
    """A superbill that another one replaces, or tells what is not so, is not given to anybody."""


@transaction.atomic
def make(
    *,
    client: Client,
    since: date,
    until: date,
    sessions: Collection[UUID],
    names_insurer: bool,
    key: UUID,
    today: date,
    now: datetime,
    by: Membership,
) -> Superbill:
    """Make the superbill of some sessions of a client, and number it without a gap.

    It replaces the superbill on which some of them stand. The same ``key`` again returns the one
    that it has.

    Raises:
        WrongDays: ``until`` is after ``today`` or before ``since``.
        NothingChosen: none of the sessions are of these days, or more than a hundred.
        Gapped: something that it has to say is missing.
        TwoStand: the sessions stand on two superbills.
        superbill_words.TooMany: they point to more than twelve diagnoses.
        KeyReused: the key belongs to another client's superbill.
    """
    # No money moves meanwhile, so what is read below is what stands when it is made.
    numbers.lock(numbers.RECEIPTS)
    counter = numbers.lock(numbers.superbills_of(today.year))
    if (known := Superbill.objects.filter(key=key).first()) is not None:
        if known.client_id != client.pk:
            raise KeyReused("This form was sent before, for another client. Start a new one.")
        return known
    if until > today or until < since:
        raise WrongDays("Choose days that are over, the first one first.")
    # Whoever restricts what plans are told locks the client too.
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
    look = superbill_gaps.look(client, since=since, until=until, today=today)
    hours = look.chosen(sessions)
    if not hours or len(hours) > LINES_MAX:
        raise NothingChosen(f"Choose at least one session, and {LINES_MAX} at most.")
    if missing := look.missing(hours):
        raise Gapped(missing)
    replaced = _replaced(hours)
    said = superbill_words.of(client=client, hours=hours, names_insurer=names_insurer, on=today)
    lines = [_line(hour, position) for position, hour in enumerate(hours, start=1)]
    superbill = Superbill.objects.create(
        id=uuid7(),
        number=f"{counter.series}-{numbers.take(counter):04}",
        client=client,
        since=since,
        until=until,
        line_count=len(lines),
        charged=_sum(line.charged for line in lines),
        taken_off=_sum(line.taken_off for line in lines),
        paid=_sum(line.paid for line in lines),
        names_insurer=said["insurer"] is not None,
        replaces=replaced,
        said_commitment=superbills.commitment(said),
        key=key,
        issued_on=today,
        issued_at=now,
        issued_by=by,
    )
    SuperbillText.objects.create(superbill=superbill, said=said)
    for line in lines:
        line.superbill = superbill
    SuperbillLine.objects.bulk_create(lines)
    facts: dict[str, Any] = {"replaced": replaced.number} if replaced else {}
    events.record(
        Action.SUPERBILL_MADE,
        target=superbill,
        touched=[client.pk],
        total_cents=superbill.charged.cents,
        **facts,
    )
    return superbill


def _sum(amounts: Any) -> Money:
    return sum(amounts, ZERO)


def _line(hour: Hour, position: int) -> SuperbillLine:
    if (figures := hour.figures) is None:
        raise LookupError("A session that is not billed is a gap.")
    return SuperbillLine(
        position=position,
        session=hour.session,
        served_on=hour.on,
        charged=figures.charged,
        taken_off=figures.taken_off,
        paid=figures.paid,
        paid_on=figures.paid_on,
        diagnosis_count=len(hour.codes),
    )


def _replaced(hours: list[Hour]) -> Superbill | None:
    standing = superbills.standing_with([hour.pk for hour in hours])
    if len(standing) > 1:
        first, second = standing[:2]
        raise TwoStand(
            f"Some of these sessions stand on {first.number}, others on {second.number}."
            " Choose those of one of them."
        )
    return next(iter(standing), None)


def give(
    *,
    superbill: Superbill,
    recipient_kind: str,
    recipient: str,
    way: str,
    given_on: date,
    key: UUID,
    today: date,
    now: datetime,
    by: Membership,
) -> SuperbillGiven:
    """Note that a superbill was given to somebody, or put it behind the client's pay link.

    Not atomic as a whole: that it was refused stays on the log. The same ``key`` again returns the
    note that it has.

    Raises:
        NotThen: it was not made yet on that day, or the day lies ahead.
        NotGivenSo: another one replaces it, or it tells of money what is not so any more.
        KeyReused: the key belongs to a note of another superbill.
        restrictions.Restricted: it is for somebody else, and the client has restricted that.
    """
    if given_on > today:
        raise NotThen("This day is not here yet.")
    if given_on < superbill.issued_on:
        raise NotThen("The superbill was not made yet on this day.")
    is_own = recipient_kind == To.CLIENT
    consent = None if is_own else _permitted(superbill.client, recipient_kind, today)
    with transaction.atomic():
        numbers.lock(numbers.superbills_of(superbill.issued_on.year))
        if (known := SuperbillGiven.objects.filter(key=key).first()) is not None:
            if known.superbill_id != superbill.pk:
                raise KeyReused("This form was sent before, for another superbill.")
            return known
        [state] = superbills.made([superbill])
        if state.is_superseded:
            raise NotGivenSo("It is superseded. Make the corrected one, and give that.")
        row = SuperbillGiven.objects.create(
            superbill=superbill,
            recipient_kind=recipient_kind,
            recipient=None if is_own else recipient,
            way=way,
            given_on=given_on,
            consent=consent,
            key=key,
            noted_at=now,
            noted_by=by,
        )
        events.record(
            Action.SUPERBILL_GIVEN,
            target=superbill,
            touched=[superbill.client_id],
            recipient=str(To(recipient_kind).label).lower(),
            way=str(Way(way).label).lower(),
            given_on=given_on.isoformat(),
        )
    return row


def _permitted(client: Client, recipient_kind: str, today: date) -> Consent | None:
    """Return the consent by which a record under 42 CFR Part 2 may be told, if it had to be there.

    Raises:
        restrictions.Restricted
    """
    purpose = releases.PURPOSES[Release.To(recipient_kind)]
    consent = releases.standing_consent(client, on=today)
    found = restrictions.blocks(client, purpose=purpose)
    require_open(client, purpose=purpose, is_consented=consent is not None)
    needs_consent = any(each.kind == Restriction.Kind.PART_2 for each in found)
    return consent if needs_consent else None


@transaction.atomic
def set_rule(*, needs_paid: bool, now: datetime, by: Membership) -> None:
    """Set whether only sessions that are paid stand on superbills; once for the same again."""
    numbers.lock(numbers.SERVICES)
    if superbills.needs_paid() == needs_paid:
        return
    rule = SuperbillRule.objects.create(needs_paid=needs_paid, set_at=now, set_by=by)
    events.record(Action.SUPERBILL_RULE_SET, target=rule, rule=str(rule))
