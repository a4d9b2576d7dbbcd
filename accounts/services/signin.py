"""Signing in: a password, then a second factor. Neither alone opens anything.

A right password yields a ticket that lasts five minutes and works once. Every attempt is reserved
before anything is checked, so that parallel guesses cannot slip past the limit. Where a password
has to change, the ticket is kept for that after the second step: nobody is signed in before.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import PasswordDue, SignInTicket, SignInTry, User
from accounts.services import factors, mail, passkeys, passwords, totp, tries, users
from accounts.services.passkeys import Purpose
from accounts.services.totp import CodeRefused
from accounts.services.tries import NameRests, NewDevicesRest
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events

TICKET_LIFE = timedelta(minutes=5)


class NotAccepted(Exception):
    """The name and the password do not belong together."""

    def __init__(self) -> None:
        super().__init__(
            "This address and password do not belong together,"
            " or the address rests after five tries."
        )


class TicketOver(Exception):
    """The five minutes after the password are over, or the ticket was used."""

    def __init__(self) -> None:
        super().__init__("This step was open for five minutes. Sign in again.")


class NewPasswordNeeded(Exception):
    """Both steps are right, and the password has to change before anything opens."""

    def __init__(self, user: User, why: PasswordDue) -> None:
        super().__init__("Choose a new password first.")
        self.user, self.why = user, why


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a right password yields. ``needs_device``: a second factor is set up first."""

    text: str
    needs_device: bool


def give_password(
    *, email: str, password: str, now: datetime, device_id: UUID | None = None
) -> Ticket:
    """Check a password, and return the ticket for the second step.

    ``device_id`` is the known device of whoever has this name, here and in every step.

    Raises:
        NotAccepted: name and password do not belong together; nothing tells which is wrong.
        NameRests: five failures in fifteen minutes.
    """
    name = users.canonical_name(email)
    attempt = _reserve_or_tell(name, now, device_id)
    user = User.objects.filter(email=name).first()
    right = users.is_password_of(user, password)
    if user is None or not right:
        reason = "wrong password"
        tries.refused(attempt, person_id=user.pk if user else None, reason=reason)
        _refused(name, user, reason)
        raise NotAccepted
    tries.succeeded(attempt)
    passwords.note_if_known(user, password)
    needs_device = not factors.has_any(user)
    if needs_device:
        totp.prepare(user=user)
    with installation_scope(person_id=user.pk):
        events.record(Action.SIGN_IN_TICKET_ISSUED)
    return Ticket(_issue(user, now), needs_device)


def told(refused: NotAccepted | NameRests) -> str:
    """Return what to say of a refused password: one sentence, also while the name rests."""
    return str(refused if isinstance(refused, NewDevicesRest) else NotAccepted())


def holder(*, ticket: str, now: datetime) -> SignInTicket:
    """Return the ticket's row, with its user.

    Raises:
        TicketOver: it is unknown, used or older than five minutes.
    """
    found = _open(ticket, now).select_related("user").first()
    if found is None:
        raise TicketOver
    return found


def give_code(*, ticket: str, code: str, now: datetime, device_id: UUID | None = None) -> User:
    """Finish signing in by the authenticator app's code, and return who it is.

    Raises:
        CodeRefused, TicketOver, NameRests
        NewPasswordNeeded: one is due; the ticket waits for it.
    """
    return _second_step(ticket, now, partial(totp.verify, code=code, now=now), device_id)


def give_recovery_code(
    *, ticket: str, code: str, now: datetime, device_id: UUID | None = None
) -> User:
    """Finish signing in by a recovery code, and return who it is.

    Raises:
        CodeRefused, TicketOver, NameRests
        NewPasswordNeeded: one is due; the ticket waits for it.
    """
    prove = partial(factors.use_recovery_code, code=code, now=now)
    return _second_step(ticket, now, prove, device_id)


def confirm_device(
    *, ticket: str, code: str, now: datetime, device_id: UUID | None = None
) -> tuple[User, list[str]]:
    """Finish a first sign-in: confirm the app, and return the person and their recovery codes.

    Where a new password is due as well, ``awaits_password`` says so afterwards.

    Raises:
        CodeRefused, TicketOver, NameRests
    """
    first = partial(factors.take_first_app, code=code, now=now)
    return _enroll(ticket, now, first, device_id)


def give_passkey(*, ticket: str, answer: str, now: datetime, device_id: UUID | None = None) -> User:
    """Finish signing in by a passkey, and return who it is.

    Raises:
        CodeRefused, TicketOver, NameRests
        NewPasswordNeeded: one is due; the ticket waits for it.
    """
    prove = partial(
        passkeys.prove, purpose=Purpose.SIGN_IN, answer=answer, bound_to=ticket, now=now
    )
    return _second_step(ticket, now, prove, device_id)


def confirm_passkey(
    *, ticket: str, answer: str, name: str, now: datetime, device_id: UUID | None = None
) -> tuple[User, list[str]]:
    """Finish a first sign-in by a passkey in place of the app; return as ``confirm_device``.

    Raises:
        CodeRefused, TicketOver, NameRests
    """
    first = partial(factors.take_first_passkey, answer=answer, name=name, bound_to=ticket, now=now)
    return _enroll(ticket, now, first, device_id)


def awaits_password(*, ticket: str, now: datetime) -> bool:
    """Say whether both steps were taken with a ticket, which waits for a new password only."""
    return _open(ticket, now).filter(proved_at__isnull=False).exists()


def give_new_password(*, ticket: str, password: str, now: datetime) -> User:
    """Finish signing in by a new password, after both steps, and return who it is.

    Raises:
        TicketOver: the five minutes are over, or the second step was not taken.
        passwords.PasswordRefused: it is not fit; the ticket still stands.
        passwords.LetterNeeded: a sign-in was reported; no ticket helps against that.
    """
    held = holder(ticket=ticket, now=now)
    if held.proved_at is None:
        raise TicketOver
    why = passwords.due(held.user, now=now)

    def spend() -> None:
        if not _open(ticket, now).update(used_at=now):
            raise TicketOver

    passwords.change(
        user=held.user,
        password=password,
        now=now,
        claim=spend,
        reason=passwords.REASONS[why] if why else "it was due",
    )
    return held.user


def claim(*, ticket: str, now: datetime, waits: bool) -> None:
    """Take a ticket for the second step, once. ``waits``: it stands for a new password then.

    Raises:
        TicketOver
    """
    ready = _open(ticket, now).filter(proved_at=None)
    if not (ready.update(proved_at=now) if waits else ready.update(used_at=now)):
        raise TicketOver


def prove_again(
    *, user: User, now: datetime, code: str = "", passkey: str = "", device_id: UUID | None = None
) -> None:
    """Ask a signed-in person for a fresh code or passkey, under the same limit as signing in.

    The caller tells the log, since it may stand in a scope. Recovery codes do not serve here.

    Raises:
        CodeRefused, NameRests
    """
    attempt = tries.reserve(user.email, now=now, device_id=device_id, is_second_step=True)
    if passkey:
        passkeys.prove(user=user, purpose=Purpose.STEP_UP, answer=passkey, now=now)
    else:
        totp.verify(user=user, code=code, now=now)
    tries.completed(attempt)


def _enroll(
    ticket: str, now: datetime, prove: Callable[..., None], device_id: UUID | None
) -> tuple[User, list[str]]:
    try:
        user = _second_step(ticket, now, prove, device_id)
    except NewPasswordNeeded as needed:
        user = needed.user
    with installation_scope(person_id=user.pk):
        return user, factors.enrolled(user=user, now=now)


def _second_step(
    ticket: str, now: datetime, prove: Callable[..., None], device_id: UUID | None
) -> User:
    user = holder(ticket=ticket, now=now).user
    attempt = _reserve_or_tell(user.email, now, device_id, is_second_step=True)
    try:
        prove(user=user)
    except CodeRefused as refused:
        tries.refused(attempt, person_id=user.pk, reason=refused.reason)
        with installation_scope(person_id=user.pk):
            events.record(Action.MFA_FAILED, reason=refused.reason)
            if tries.is_worth_a_letter(attempt):
                mail.queue(to=user.email, template="wrong_codes", now=now, context={"at": now})
        raise
    tries.completed(attempt)
    why = passwords.due(user, now=now)
    claim(ticket=ticket, now=now, waits=why is not None)
    if why:
        raise NewPasswordNeeded(user, why)
    return user


def _open(ticket: str, now: datetime) -> QuerySet[SignInTicket]:
    # No join: an update that waited for another would not look at the ticket again.
    active = User.objects.filter(is_active=True)
    return SignInTicket.objects.filter(
        digest=_digest(ticket), used_at=None, expires_at__gt=now, user__in=active
    )


def _reserve_or_tell(
    name: str, now: datetime, device_id: UUID | None, *, is_second_step: bool = False
) -> SignInTry:
    try:
        return tries.reserve(name, now=now, device_id=device_id, is_second_step=is_second_step)
    except NameRests as rests:
        _refused(name, None, rests.reason)
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
