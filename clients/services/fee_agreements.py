"""What a client pays instead of the list fee: agreed, approved by a second person, ended."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Client, FeeAgreement
from clients.selectors import fee_agreements

ALONE_DOWN_TO_PERCENT = 50
ALONE_DOWN_TO_CENTS = 50_00
"""How little one person agrees on alone; below, a second one approves it first."""


class PercentOrAmount(Exception):
    """Neither, or both, of a percentage and an amount."""


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""


class ReviewTooSoon(Exception):
    """The day of the review is not after the first."""


class DaysTaken(Exception):
    """Another agreement stands on one of these days."""


class NotStanding(Exception):
    """The agreement was taken back, or waits for nothing."""


class NotYours(Exception):
    """Nobody approves what they agreed on themselves."""


class AlreadyEnded(Exception):
    """The agreement ends no later than that already."""


@transaction.atomic
def agree(
    *,
    client: Client,
    basis: str,
    percent: int | None,
    amount_cents: int | None,
    starts_on: date,
    ends_on: date | None = None,
    review_on: date | None = None,
    now: datetime,
    by: Membership,
) -> FeeAgreement:
    """Agree with a client on a percentage of the list fee, or on cents per session.

    Raises:
        PercentOrAmount: not exactly one of the two is given, or it is out of bounds.
        EndsBeforeItStarts: ``ends_on`` lies before ``starts_on``.
        ReviewTooSoon: ``review_on`` is not after ``starts_on``.
        DaysTaken: another agreement with the client stands on one of these days.
    """
    if (percent is None) == (amount_cents is None):
        raise PercentOrAmount("Enter either a percentage of the list fee or an amount.")
    if not 0 <= (percent or 0) <= 100 or (amount_cents or 0) < 0:
        raise PercentOrAmount("A percentage lies between 0 and 100.")
    if ends_on is not None and ends_on < starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    if review_on is not None and review_on <= starts_on:
        raise ReviewTooSoon("Look at it again after the first day.")
    _lock(client)
    if fee_agreements.overlapping(client, starts_on=starts_on, ends_on=ends_on).exists():
        raise DaysTaken("Another agreement stands on one of these days. End it first.")
    agreement = FeeAgreement.objects.create(
        client=client,
        basis=basis,
        percent=percent,
        amount_cents=amount_cents,
        starts_on=starts_on,
        ends_on=ends_on,
        review_on=review_on,
        needs_second=_needs_second(percent, amount_cents),
        agreed_at=now,
        agreed_by=by,
    )
    events.record(Action.FEE_AGREED, target=client, touched=[client.pk])
    return agreement


@transaction.atomic
def approve(*, agreement: FeeAgreement, now: datetime, by: Membership) -> None:
    """Approve an agreement that somebody else made; from here on it counts.

    Raises:
        NotStanding: it was taken back, is approved, or needs nobody.
        NotYours: the person made it themselves.
    """
    _hold(agreement)
    if not agreement.needs_second or agreement.approved_at is not None:
        raise NotStanding("This waits for nobody.")
    if agreement.agreed_by_id == by.pk:
        raise NotYours("This needs another person than you.")
    agreement.approved_at, agreement.approved_by = now, by
    agreement.save(update_fields=["approved_at", "approved_by"])
    events.record(Action.FEE_APPROVED, target=agreement.client, touched=[agreement.client_id])


@transaction.atomic
def end(*, agreement: FeeAgreement, ends_on: date, now: datetime, by: Membership) -> None:
    """End an agreement after its last day.

    Raises:
        NotStanding: it was taken back.
        AlreadyEnded: it ends on that day or before already.
        EndsBeforeItStarts: ``ends_on`` lies before its first day.
    """
    _hold(agreement)
    if agreement.ends_on is not None and agreement.ends_on <= ends_on:
        raise AlreadyEnded("This ends by that day already.")
    if ends_on < agreement.starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    agreement.ends_on, agreement.ended_at, agreement.ended_by = ends_on, now, by
    agreement.save(update_fields=["ends_on", "ended_at", "ended_by"])
    events.record(
        Action.FEE_ENDED,
        target=agreement.client,
        touched=[agreement.client_id],
        ends_on=str(ends_on),
    )


@transaction.atomic
def withdraw(*, agreement: FeeAgreement, now: datetime, by: Membership) -> None:
    """Take back an agreement that was refused or an error; it stays on record.

    Raises:
        NotStanding: it was taken back before.
    """
    _hold(agreement)
    agreement.withdrawn_at, agreement.withdrawn_by = now, by
    agreement.save(update_fields=["withdrawn_at", "withdrawn_by"])
    events.record(Action.FEE_WITHDRAWN, target=agreement.client, touched=[agreement.client_id])


def _needs_second(percent: int | None, amount_cents: int | None) -> bool:
    if percent is not None:
        return percent < ALONE_DOWN_TO_PERCENT
    return (amount_cents or 0) < ALONE_DOWN_TO_CENTS


def _hold(agreement: FeeAgreement) -> None:
    _lock(agreement.client)
    agreement.refresh_from_db()
    if agreement.withdrawn_at is not None:
        raise NotStanding("This was taken back meanwhile.")


def _lock(client: Client) -> None:
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
