"""Recording the hours that took place."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from accounts.models import Act, Membership
from accounts.selectors import limits
from audit.actions import Action
from audit.services import events
from billing.models import ServiceCode, Session
from billing.selectors import add_ons, days, known_codes
from billing.selectors.prices import Price
from billing.services import codings
from billing.services.codings import Coding
from ledger.money import Money


class NotYetHeld(Exception):
    """The session lies in the future: only what took place can be billed."""


class CodeNotValid(Exception):
    """The service's code cannot be billed on the day of the session."""


class LessThanAgreed(Exception):
    """Somebody would charge less than was agreed who may not, or not so much less."""


def require_may_charge(
    price: Price, usual: Price | None, *, may_waive: bool, by: Membership
) -> None:
    """Refuse a fee below what was agreed, unless a person may waive the difference alone.

    Raises:
        LessThanAgreed: they may waive nothing, or less than that.
    """
    if usual is None or price.fee >= usual.fee:
        return
    if not may_waive:
        raise LessThanAgreed(f"{usual.fee.dollars} is agreed. Your roles do not let you lower it.")
    alone = Money(limits.alone_up_to(by, Act.WAIVER))
    if usual.fee - price.fee > alone:
        raise LessThanAgreed(
            f"{usual.fee.dollars} is agreed, and you waive at most {alone.dollars} alone."
            " Agree on another fee with the client first."
        )


@transaction.atomic
def record(
    *,
    client: models.Model,
    therapist: Membership,
    service_code: ServiceCode,
    started_at: datetime,
    minutes: int,
    fee: Money | Price,
    now: datetime,
    by: Membership,
    source_fingerprint: bytes | None = None,
    coding: Coding | None = None,
    is_beside: bool = False,
) -> Session:
    """Record a session at its fee in cents, on its day at the earliest.

    A ``Price`` also says what the list fee is, and why less is charged. ``source_fingerprint``
    names the foreign record of an import: recording it again returns the session that it already
    has. ``coding`` says where it took place, where that is known;
    ``is_beside`` that it is an add-on, which its caller puts beside another session.

    Raises:
        NotYetHeld: the session is on a later day than ``now``, as the practice counts days.
        CodeNotValid: the service's code cannot be billed on the session's day, or stands beside
            another one only.
        codings.PlaceNotUsed, codings.ModifierNotUsed: as ``codings.say`` does.
    """
    zone = days.zone()
    held_on = days.day_of(started_at, zone)
    if held_on > days.day_of(now, zone):
        raise NotYetHeld("A session can be recorded on its day at the earliest.")
    price = Price(fee) if isinstance(fee, Money) else fee
    if source_fingerprint is not None:
        known = Session.objects.filter(source_fingerprint=source_fingerprint).first()
        if known is not None:
            return known
    if refused := known_codes.refusal(service_code.code, held_on):
        raise CodeNotValid(refused)
    if not is_beside and (refused := add_ons.refusal_alone(service_code.code, held_on)):
        raise CodeNotValid(refused)
    session = Session.objects.create(
        client_id=client.pk,
        therapist=therapist,
        service_code=service_code,
        started_at=started_at,
        minutes=minutes,
        fee=price.fee,
        discount=price.discount,
        discount_kind=price.kind,
        source_fingerprint=source_fingerprint,
        recorded_at=now,
        recorded_by=by,
    )
    events.record(
        Action.SESSION_RECORDED,
        target=session,
        label=str(client),
        touched=[client.pk],
        **_facts(price),
    )
    if coding is not None:
        codings.say(session=session, coding=coding, now=now, by=by)
    return session


def _facts(price: Price) -> dict[str, Any]:
    less = {"discount_cents": price.discount.cents} if price.discount else {}
    return {"fee_cents": price.fee.cents, **less}
