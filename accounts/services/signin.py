"""Signing in: a password, then a second factor. Neither alone opens anything.

A right password yields a ticket that lasts five minutes and works once. Every attempt is reserved
before anything is checked, so that parallel guesses cannot slip past the limit.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from accounts.models import SignInTicket, SignInTry, User
from accounts.services import recovery, totp, tries, users
from accounts.services.totp import CodeRefused
from accounts.services.tries import NameRests
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events

TICKET_LIFE = timedelta(minutes=5)


class NotAccepted(Exception):
    """The name and the password do not belong together."""

    def __init__(self) -> None:
        super().__init__("This address and password do not belong together.")


class TicketOver(Exception):
    """The five minutes after the password are over, or the ticket was used."""

    def __init__(self) -> None:
        super().__init__("This step was open for five minutes. Sign in again.")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a right password yields. ``needs_device``: a second factor is set up first."""

    text: str
    needs_device: bool


def give_password(*, email: str, password: str, now: datetime) -> Ticket:
    """Check a password, and return the ticket for the second step.

    Raises:
        NotAccepted: name and password do not belong together; nothing tells which is wrong.
        NameRests: five failures in fifteen minutes.
    """
    name = users.canonical_name(email)
    attempt = _reserve_or_tell(name, now)
    user = User.objects.filter(email=name).first()
    right = users.is_password_of(user, password)
    if user is None or not right:
        _refused(name, user, "wrong password")
        raise NotAccepted
    tries.succeeded(attempt)
    needs_device = not totp.has_device(user)
    if needs_device:
        totp.prepare(user=user)
    with installation_scope(person_id=user.pk):
        events.record(Action.SIGN_IN_TICKET_ISSUED)
    return Ticket(_issue(user, now), needs_device)


def holder(*, ticket: str, now: datetime) -> SignInTicket:
    """Return the ticket's row, with its user.

    Raises:
        TicketOver: it is unknown, used or older than five minutes.
    """
    rows = SignInTicket.objects.select_related("user")
    found = rows.filter(digest=_digest(ticket), used_at=None, expires_at__gt=now).first()
    if found is None or not found.user.is_active:
        raise TicketOver
    return found


def give_code(*, ticket: str, code: str, now: datetime) -> User:
    """Finish signing in by the authenticator app's code, and return who it is.

    Raises:
        CodeRefused, TicketOver, NameRests
    """
    return _second_step(ticket, now, partial(totp.verify, code=code, now=now))


def give_recovery_code(*, ticket: str, code: str, now: datetime) -> User:
    """Finish signing in by a recovery code, and return who it is.

    Raises:
        CodeRefused, TicketOver, NameRests
    """
    return _second_step(ticket, now, partial(recovery.redeem, code=code, now=now))


def confirm_device(*, ticket: str, code: str, now: datetime) -> tuple[User, list[str]]:
    """Finish a first sign-in: confirm the app, and return the person and their recovery codes.

    Raises:
        CodeRefused, TicketOver, NameRests
    """
    user = _second_step(ticket, now, partial(totp.confirm, code=code, now=now))
    codes = recovery.issue(user=user)
    with installation_scope(person_id=user.pk):
        events.record(Action.MFA_ENROLLED, recovery_codes=len(codes))
    return user, codes


def prove_again(*, user: User, code: str, now: datetime) -> None:
    """Ask a signed-in person for a fresh code, under the same limit as signing in.

    The caller tells the log, since it may stand in a scope.

    Raises:
        CodeRefused, NameRests
    """
    attempt = tries.reserve(user.email, now=now)
    totp.verify(user=user, code=code, now=now)
    tries.succeeded(attempt)


def _second_step(ticket: str, now: datetime, prove: Callable[..., None]) -> User:
    user = holder(ticket=ticket, now=now).user
    attempt = _reserve_or_tell(user.email, now)
    try:
        prove(user=user)
    except CodeRefused as refused:
        with installation_scope(person_id=user.pk):
            events.record(Action.MFA_FAILED, reason=refused.reason)
        raise
    tries.succeeded(attempt)
    spent = SignInTicket.objects.filter(digest=_digest(ticket), used_at=None, expires_at__gt=now)
    if not spent.update(used_at=now):
        raise TicketOver
    return user


def _reserve_or_tell(name: str, now: datetime) -> SignInTry:
    try:
        return tries.reserve(name, now=now)
    except NameRests:
        _refused(name, None, "too many tries")
        raise


def _issue(user: User, now: datetime) -> str:
    text = secrets.token_urlsafe(32)
    SignInTicket.objects.create(digest=_digest(text), user=user, expires_at=now + TICKET_LIFE)
    return text


def _refused(name: str, user: User | None, reason: str) -> None:
    """Tell the installation's log. A typed name is kept as its HMAC only."""
    person = str(user.pk) if user else "unknown"
    with installation_scope():
        events.record(
            Action.SIGN_IN_FAILED, reason=reason, name=tries.name_hash(name).hex(), person=person
        )


def _digest(ticket: str) -> bytes:
    return sha256(ticket.encode()).digest()
