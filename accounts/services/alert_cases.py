"""Cases: raised and joined by what the rules see, given to somebody, closed with an outcome.

Whatever happens to a case happens under the lock of the practice's cursor, so that nothing joins a
case while it is closed. Nobody works a case about themselves where a colleague may.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.alert_rules import AlertRule
from accounts.card_numbers import holds_card_number
from accounts.models import AlertCase, AlertCursor, AlertHit, AlertStep, Membership
from accounts.permissions import Permission
from accounts.selectors import alerts as found
from accounts.selectors import reach
from accounts.selectors.alert_settings import Standing
from accounts.services import mail
from audit.actions import Action
from audit.services import events

Key = tuple[AlertRule, UUID, date]
Kind, Outcome = AlertStep.Kind, AlertStep.Outcome


class CaseClosed(Exception):
    """The case is closed: nothing of it changes any more."""

    def __init__(self) -> None:
        super().__init__("Somebody closed this case already. Nothing of it changes any more.")


class JoinedMeanwhile(Exception):
    """More belongs to the case than whoever would close it was shown."""

    def __init__(self) -> None:
        super().__init__(
            "More was seen since you opened this case. It stands below: look at it, and close the"
            " case then."
        )


class AboutOneself(Exception):
    """A member would work a case about themselves although a colleague could."""

    def __init__(self, others: Collection[Membership]) -> None:
        names = " or ".join(sorted(other.display_name for other in others))
        super().__init__(f"Nobody works a case about themselves: ask {names}.")


class MayNotWork(Exception):
    """A case would be given to somebody who may not work it."""

    def __init__(self) -> None:
        super().__init__("They may not work cases now. Choose somebody of the list.")


class NoReason(Exception):
    """A case is closed with words why; these are none, or hold what belongs nowhere here."""


def lock() -> AlertCursor:
    """Wait for whoever reads the log or works a case of the practice in scope, and return how far
    its log was read."""
    held = AlertCursor.objects.select_for_update(no_key=True)
    cursor = held.first()
    if cursor is None:
        AlertCursor.objects.bulk_create([AlertCursor(seq=0)], ignore_conflicts=True)
        cursor = held.get()
    return cursor


def take_in(
    hits: Mapping[Key, Mapping[int, found.Hit]],
    *,
    rules: Mapping[AlertRule, Standing],
    now: datetime,
) -> None:
    """Let what was seen join the open case of its rule, person and day, or raise one. The caller
    holds the lock. Whoever works cases is told by one letter, however many were raised.
    """
    if not hits:
        return
    people = Membership.objects.in_bulk({member for _, member, _ in hits})
    open_ones, turns = found.of_keys(hits)
    raised = {
        key: _case(key, turns.get(key, 0) + 1, rules[key[0]].limits, now)
        for key in hits
        if key not in open_ones
    }
    AlertCase.objects.bulk_create(raised.values())
    cases = {**open_ones, **raised}
    AlertHit.objects.bulk_create(
        AlertHit(case=cases[key], seq=hit.seq, seen_at=hit.at, why=hit.why, joined_at=now)
        for key, held in hits.items()
        for hit in held.values()
    )
    for key, held in hits.items():
        action = Action.ALERT_RAISED if key in raised else Action.ALERT_JOINED
        events.record(action, target=cases[key], member=str(key[1]), count=len(held))
    _tell([people[member] for _, member, _ in raised], now)


def _case(key: Key, turn: int, limits: tuple[int, ...], now: datetime) -> AlertCase:
    rule, member, day = key
    first, second = (*limits, None, None)[:2]
    return AlertCase(
        rule=rule,
        about_id=member,
        seen_on=day,
        turn=turn,
        first=first,
        second=second,
        raised_at=now,
    )


def _tell(about: list[Membership], now: datetime) -> None:
    """Write to whoever works cases; of a case about themselves only where nobody else does."""
    holders = reach.holders(Permission.ALERT_WORK) if about else []
    for member, address in holders:
        alone = len(holders) == 1
        count = sum(alone or each.pk != member.pk for each in about)
        if count:
            mail.queue(to=address, template="alerts", now=now, context={"count": count})


@transaction.atomic
def assign(
    *, case: AlertCase, to: Membership, key: UUID, now: datetime, by: Membership
) -> AlertStep | None:
    """Give a case to somebody who may work it, or take it on oneself. Whose it is already keeps it,
    and the same ``key`` again returns what it made.

    Raises:
        CaseClosed, AboutOneself, MayNotWork
    """
    lock()
    if (known := AlertStep.objects.filter(key=key, case=case).first()) is not None:
        return known
    _still_open(case)
    _not_about(case, to, now)
    if to.pk not in {member.pk for member in found.workers(now=now)}:
        raise MayNotWork
    if found.assignee(case) == to:
        return None
    step = AlertStep.objects.create(
        case=case, kind=Kind.ASSIGNED, assignee=to, key=key, done_at=now, done_by=by
    )
    about = str(case.about_id)
    if to.pk == by.pk:
        events.record(Action.ALERT_TAKEN, target=case, member=about)
    else:
        events.record(Action.ALERT_ASSIGNED, target=case, member=about, assignee=str(to.pk))
    return step


@transaction.atomic
def close(
    *,
    case: AlertCase,
    outcome: AlertStep.Outcome,
    own_words: str,
    seen: int | None,
    key: UUID,
    now: datetime,
    by: Membership,
) -> AlertStep:
    """Close a case with what came of it and why, once. The same ``key`` again returns what it made.
    ``seen`` is how many events of it were shown: nothing is closed that nobody saw.

    Raises:
        CaseClosed, AboutOneself, JoinedMeanwhile, NoReason
    """
    lock()
    if (known := AlertStep.objects.filter(key=key, case=case).first()) is not None:
        return known
    _still_open(case)
    _not_about(case, by, now)
    if found.hits_of(case).count() != seen:
        raise JoinedMeanwhile
    step = AlertStep.objects.create(
        case=case,
        kind=Kind.CLOSED,
        outcome=outcome,
        own_words=worded(own_words),
        key=key,
        done_at=now,
        done_by=by,
    )
    events.record(
        Action.ALERT_CLOSED,
        target=case,
        member=str(case.about_id),
        outcome=str(Outcome(outcome).label).lower(),
    )
    return step


def worded(own_words: str) -> str:
    """Return words without the spaces at their ends.

    Raises:
        NoReason: nothing is left, or they hold the number of a card.
    """
    words = own_words.strip()
    if not words:
        raise NoReason("Say why, in your own words.")
    if holds_card_number(words):
        raise NoReason("This looks like a card number. Leave it out.")
    return words


def _still_open(case: AlertCase) -> None:
    if AlertStep.objects.filter(case=case, kind=Kind.CLOSED).exists():
        raise CaseClosed


def _not_about(case: AlertCase, member: Membership, now: datetime) -> None:
    if case.about_id != member.pk:
        return
    if others := reach.others_with(Permission.ALERT_WORK, but=member, now=now):
        raise AboutOneself(others)
