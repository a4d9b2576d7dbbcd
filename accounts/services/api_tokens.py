"""Tokens for programs: made by a member within their own rights, shown once, and revoked."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.ids import uuid7
from accounts.models import ApiToken, Membership, Practice
from accounts.permissions import Permission
from accounts.selectors import api_tokens, members
from audit.actions import Action
from audit.services import events

DAYS_MAX = 365
TOKENS_MAX = 50
"""Of one practice, at once: more are a mistake or an attack."""

USED_EVERY = timedelta(minutes=1)


class NotYoursToGive(Exception):
    """A token would open more than its maker may do, or more than programs are offered."""

    def __init__(self) -> None:
        super().__init__("A token can hold only what you may do yourself.")


class LastsTooLong(Exception):
    """A token would be good for more than a year, or for no time at all."""

    def __init__(self) -> None:
        super().__init__(f"A token lasts from 1 to {DAYS_MAX} days.")


class TooMany(Exception):
    """The practice has as many working tokens as it can have."""

    def __init__(self) -> None:
        super().__init__(f"There are {TOKENS_MAX} working tokens. Revoke one first.")


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, with the text that is shown now and never again."""

    row: ApiToken
    text: str = field(repr=False)


@transaction.atomic
def make(
    *, name: str, scopes: Collection[Permission], days: int, now: datetime, by: Membership
) -> Made:
    """Make a token that acts as ``by``, within ``scopes``, for so many days.

    Raises:
        NotYoursToGive, LastsTooLong, TooMany
    """
    Practice.objects.select_for_update(no_key=True).get()
    held = members.permissions_of(by)
    wanted = frozenset(scopes)
    if not wanted or not wanted <= frozenset(api_tokens.may_hold(held)):
        raise NotYoursToGive
    if not 1 <= days <= DAYS_MAX:
        raise LastsTooLong
    if ApiToken.objects.filter(revoked_at=None, expires_at__gt=now).count() >= TOKENS_MAX:
        raise TooMany
    token_id = uuid7()
    text = api_tokens.text_of(token_id, secrets.token_bytes(api_tokens.SECRET_BYTES))
    row = ApiToken.objects.create(
        id=token_id,
        name=name,
        scopes=" ".join(sorted(permission.codename for permission in wanted)),
        digest=api_tokens.digest(text),
        made_at=now,
        made_by=by,
        expires_at=now + timedelta(days=days),
    )
    events.record(Action.API_TOKEN_MADE, target=row, permissions=len(wanted))
    return Made(row, text)


@transaction.atomic
def revoke(*, token: ApiToken, now: datetime, by: Membership) -> bool:
    """Let a token open nothing from its next request on; return whether it was good before."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(
        revoked_at=now, revoked_by=by
    )
    if changed:
        events.record(Action.API_TOKEN_REVOKED, target=token)
    return bool(changed)


@transaction.atomic
def revoke_all(*, made_by: Membership, now: datetime, by: Membership) -> int:
    """Revoke what a member made, and return how many that were."""
    mine = ApiToken.objects.filter(made_by=made_by, revoked_at=None).order_by("id")
    return sum(revoke(token=token, now=now, by=by) for token in mine)


def note_use(token_id: UUID, *, now: datetime) -> None:
    """Note that a token was used, at most once a minute."""
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
    ApiToken.objects.filter(stale, pk=token_id).update(last_used_at=now)
