"""Tokens of programs, and as whom one of them asks right now."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from accounts.models import ApiToken
from accounts.permissions import WORDS, Permission
from accounts.selectors import absences, members
from accounts.selectors.seats import Seat

P = Permission
WRITTEN = re.compile(r"qlt_[A-Za-z0-9_-]{64}", re.ASCII)

OPENED = (
    P.CLIENT_VIEW,
    P.CLIENT_VIEW_ALL,
    P.CLIENT_IDENTITY_VIEW,
    P.CLIENT_CREATE,
    P.SESSION_VIEW,
    P.SESSION_RECORD,
    P.INVOICE_VIEW,
)
"""What a token can hold: all that the interface for programs asks for, and nothing else."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A token as the list of them shows it. ``state``: active, expired or revoked."""

    pk: UUID
    name: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    words: list[str]
    state: str


PREFIX = "qlt_"
"""By which scanners for forgotten secrets find a token."""

SECRET_BYTES = 32


def text_of(token_id: UUID, secret: bytes) -> str:
    """Return a token as a program shows it: its row's id, which finds it, and its secret."""
    return PREFIX + urlsafe_b64encode(token_id.bytes + secret).decode()


def named(text: str) -> UUID | None:
    """Return which row a token names, or None if it is written as none of ours."""
    if not WRITTEN.fullmatch(text):
        return None
    return UUID(bytes=urlsafe_b64decode(text.removeprefix(PREFIX))[:16])


def digest(token: str) -> bytes:
    """Return what the database knows of a token."""
    return sha256(token.encode()).digest()


def may_hold(held: Iterable[Permission]) -> list[Permission]:
    """Return what somebody with these permissions may give to a token, in the order of its page."""
    own = frozenset(held)
    return [permission for permission in OPENED if permission in own]


def all_of_them(*, now: datetime) -> list[Shown]:
    """Return the practice's tokens, newest first, the revoked ones too. One query."""
    rows = ApiToken.objects.select_related("made_by").order_by("-made_at", "-id")
    return [
        Shown(
            row.pk,
            row.name,
            row.made_by.display_name,
            row.made_at,
            row.expires_at,
            row.last_used_at,
            [WORDS[permission][1] for permission in may_hold(row.permissions)],
            _state(row, now),
        )
        for row in rows
    ]


def asking(token_id: UUID, seat: Seat | None, *, now: datetime) -> ApiToken | None:
    """Return a token of whoever sits there now, or None if it opens nothing any more.

    It rests while its maker has lost the right to make one, is away for too long or is disabled.
    """
    if seat is None or P.API_TOKEN_CHANGE not in seat.permissions:
        return None
    if absences.rests(seat.membership, now=now) or not members.is_active(seat.membership):
        return None
    return ApiToken.objects.filter(
        pk=token_id, made_by=seat.membership, revoked_at=None, expires_at__gt=now
    ).first()


def _state(token: ApiToken, now: datetime) -> str:
    if token.revoked_at:
        return "revoked"
    return "active" if token.expires_at > now else "expired"
