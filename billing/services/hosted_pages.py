"""Hosted payment pages: opened, settled, and closed when nobody shall pay on them any more.

It speaks with Stripe, so it stands outside any scope and opens short ones of its own.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing import gateway
from billing.selectors import card_intents, days
from billing.services import checkout
from billing.services.checkout import State


class NotKnownYet(gateway.Unclear):
    """Whether an earlier page was paid is not clear; it is asked again later."""


def address(
    practice: UUID,
    opening: checkout.Opening,
    request: Mapping[str, Any],
    *,
    over: str,
    now: datetime,
) -> str:
    """Return where an intent is paid; ``over``, our own page, if its hosted page is over.

    A page that opens after its intent was given up, as by another tab, is closed at once.

    Raises:
        gateway.Refused, gateway.Unclear: Stripe did; what is known of it is noted before.
    """
    try:
        if opening.checkout_id:
            found = gateway.fetch_checkout(opening.credentials, opening.checkout_id)
            is_open = found.url and not found.is_expired and not found.is_paid
            return found.url if is_open else over
        made = gateway.open_checkout(
            opening.credentials, request, idempotency_key=str(opening.intent_id)
        )
    except gateway.Refused:
        _note(practice, opening, State.REFUSED)
        raise
    except gateway.Unclear:
        _note(practice, opening, State.UNKNOWN)
        raise
    if not _note(practice, opening, State.OPEN, made.id):
        late = card_intents.Pending(opening.intent_id, made.id)
        _close(practice, opening.credentials, late, now=now)
        return over
    return made.url


def _note(practice: UUID, opening: checkout.Opening, state: State, page: str = "") -> bool:
    with practice_scope(practice):
        return checkout.note(intent_id=opening.intent_id, state=state, checkout_id=page)


def settle(practice: UUID, found: gateway.Checkout, *, now: datetime) -> State | None:
    """Post what Stripe says about a page, in a scope of its own; None if it is none of ours."""
    with practice_scope(practice):
        return checkout.settle(
            checkout=found,
            received_on=days.day_of(now, days.zone()),
            now=now,
            by=members.automaton(),
        )


def close(
    practice: UUID,
    speaker: gateway.Credentials,
    intents: Iterable[card_intents.Pending],
    *,
    now: datetime,
) -> bool:
    """Let nobody pay on these pages any more; one that is paid already is posted.

    Returns whether one of them was paid.

    Raises:
        NotKnownYet: Stripe did not answer clearly; what it does later is found out later.
    """
    was_paid = False
    for intent in intents:
        try:
            state = _close(practice, speaker, intent, now=now)
        except gateway.Unclear as unclear:
            raise NotKnownYet(*unclear.args) from None
        was_paid = was_paid or state == State.PAID
    return was_paid


def _close(
    practice: UUID, speaker: gateway.Credentials, intent: card_intents.Pending, *, now: datetime
) -> State | None:
    found = (
        gateway.fetch_checkout(speaker, intent.checkout_id)
        if intent.checkout_id
        else gateway.find_checkout(speaker, intent.id)
    )
    if found is None:
        with practice_scope(practice):
            checkout.note(intent_id=intent.id, state=State.EXPIRED)
        return State.EXPIRED
    if not found.is_paid and not found.is_expired:
        try:
            found = gateway.expire_checkout(speaker, found.id)
        except gateway.Refused:
            # It was paid or over a moment ago: what it is now decides.
            found = gateway.fetch_checkout(speaker, found.id)
    return settle(practice, found, now=now)
