"""Passwords: whether a new one is fit, why one has to change, and changing it."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts import password_rules
from accounts.ids import NIL
from accounts.models import (
    Membership,
    PasswordDue,
    PasswordReset,
    PastPassword,
    SignInTicket,
    User,
)
from accounts.selectors import policies
from accounts.selectors.policies import PersonRules
from accounts.services import breached, mail, sessions, tries, users
from accounts.services.tries import NameRests
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.services import events

REASONS = {
    PasswordDue.BREACHED: "others knew the old one",
    PasswordDue.CALENDAR: "by the calendar",
    PasswordDue.ORDERED: "an administrator asked for it",
    PasswordDue.RAISED: "a role needed a longer one",
    PasswordDue.REPORTED: "a sign-in was reported",
}
"""Why a password had to change, for the log."""


class PasswordRefused(Exception):
    """A password is not accepted; the message says what to do."""


class LetterNeeded(PasswordRefused):
    """A sign-in was reported: whoever has both steps may be the one who was reported."""

    def __init__(self) -> None:
        super().__init__(
            "A sign-in was reported. Only the link in the letter to your address sets a new one."
        )


class WrongPassword(Exception):
    """The present password was not given."""

    reason = "wrong password"

    def __init__(self) -> None:
        super().__init__("This is not your present password.")


def require_fit(
    password: str, *, length_min: int, names: Iterable[str], user: User | None = None
) -> None:
    """Refuse a password that is short, common, known to others, or was had before.

    ``names`` are of the person, their address and practices; ``user`` is whoever has one already.

    Raises:
        PasswordRefused
    """
    typed = users.canonical_password(password)
    wrong = password_rules.refusal(typed, length_min=length_min, names=names)
    if not wrong and breached.is_near_known(typed):
        wrong = "Others know this password: it is on a list. Choose another one."
    if not wrong and user and _was_had(user, typed):
        wrong = "You had this password before. Choose one that you never used here."
    if wrong:
        raise PasswordRefused(wrong)


def require_fit_for(user: User, password: str) -> None:
    """Refuse a password that does not keep the rules of a person's practices. Opens their scopes.

    Raises:
        PasswordRefused
    """
    rules = policies.for_person(user.pk)
    names = {*rules.names, user.email.rpartition(".")[0]}
    require_fit(password, length_min=rules.password_min, names=names, user=user)


def due(user: User, *, now: datetime) -> PasswordDue | None:
    """Return why a person has to choose a new password before they come in, if they have to.

    A right to manage people or rules makes it due by itself, unless it is known to be long.
    """
    if user.password_due:
        return PasswordDue(user.password_due)
    rules = policies.for_person(user.pk)
    if rules.password_min > password_rules.LENGTH_MIN and not user.password_is_long:
        return PasswordDue.RAISED
    ends = ends_at(user, rules)
    return PasswordDue.CALENDAR if ends and ends <= now else None


def ends_at(user: User, rules: PersonRules) -> datetime | None:
    """Return when a password ends by the calendar, None where there is none."""
    if rules.rotation_days is None:
        return None
    return user.password_changed_at + timedelta(days=rules.rotation_days)


def change(
    *,
    user: User,
    password: str,
    now: datetime,
    action: Action = Action.PASSWORD_CHANGED,
    practice_id: UUID | None = None,
    keep: str = "",
    claim: Callable[[], None] = lambda: None,
    reason: str = "by their own wish",
) -> None:
    """Give a person a new password. Every open ticket and link ends, and every session but one.

    ``keep`` is the cookie's key of the session that stays, ``practice_id`` whose log is told (the
    installation's by default), ``claim`` uses up what allowed the change, with it or not at all.

    Raises:
        PasswordRefused: it is not fit, or another change came first.
        LetterNeeded: a sign-in was reported, and this is no change by a link.
    """
    typed = users.canonical_password(password)
    try:
        require_fit_for(user, typed)
    except PasswordRefused:
        _tell_refusal(user, practice_id, "not fit")
        raise
    before, after = user.password, make_password(typed)
    with _log_of(user, practice_id):
        with transaction.atomic(using="gate"):
            # The person first, as whoever reports them does: neither waits for the other.
            held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
            if held.password_due == PasswordDue.REPORTED and action != Action.PASSWORD_RESET:
                raise LetterNeeded
            claim()
            _replace(user, before, after, now, is_long=password_rules.is_long(typed))
            tries.forget_wrong_codes(user.email)
            ended = sessions.end_others(user.pk, keep=keep, why="password")
        events.record(action, sessions_ended=ended, reason=reason)
        mail.queue(to=user.email, template="password_changed", now=now, context={"at": now})


def change_own(
    *,
    user: User,
    present: str,
    password: str,
    practice_id: UUID,
    keep: str,
    now: datetime,
    device_id: UUID | None = None,
) -> None:
    """Change the password of a signed-in person, who gives the present one first.

    Raises:
        WrongPassword, PasswordRefused
        NameRests: the present one was guessed at too often.
    """
    try:
        attempt = tries.reserve(user.email, now=now, device_id=device_id)
        if not users.is_password_of(user, present):
            raise WrongPassword
    except (NameRests, WrongPassword) as refused:
        _tell_refusal(user, practice_id, refused.reason)
        raise
    tries.succeeded(attempt)
    change(user=user, password=password, now=now, practice_id=practice_id, keep=keep)


def order(*, member: Membership) -> None:
    """Ask a member of the practice in scope to choose a new password; they are signed out now."""
    person_id = member.person_id or NIL
    User.objects.filter(pk=person_id, password_due="").update(password_due=PasswordDue.ORDERED)
    ended = sessions.end_all(person_id, why="ordered")
    events.record(Action.PASSWORD_ORDERED, target=member, sessions_ended=ended)


def note_if_known(user: User, password: str) -> None:
    """Make a password due that is known to others, as its right typing shows."""
    if not user.password_due and breached.is_known(users.canonical_password(password)):
        undue = User.objects.filter(pk=user.pk, password_due="")
        undue.update(password_due=PasswordDue.BREACHED)
        user.refresh_from_db(using="gate", fields=["password_due"])


def _log_of(user: User, practice_id: UUID | None) -> AbstractContextManager[object]:
    """Return a scope of the practice that is to be told, or of the installation."""
    if practice_id:
        return practice_scope(practice_id, person_id=user.pk)
    return installation_scope(person_id=user.pk)


def _tell_refusal(user: User, practice_id: UUID | None, reason: str) -> None:
    with _log_of(user, practice_id):
        events.record(Action.PASSWORD_REFUSED, reason=reason)


def _was_had(user: User, typed: str) -> bool:
    past = PastPassword.objects.filter(user=user).order_by("-replaced_at", "-id")
    had = [user.password, *past.values_list("password", flat=True)[: password_rules.HISTORY]]
    return any(check_password(typed, encoded) for encoded in had)


def _replace(user: User, before: str, after: str, now: datetime, *, is_long: bool) -> None:
    changed = User.objects.filter(pk=user.pk, password=before, is_active=True).update(
        password=after,
        password_changed_at=now,
        password_due="",
        password_is_long=is_long,
        password_reminder=0,
    )
    if not changed:
        raise PasswordRefused("Your password was changed a moment ago, in another place.")
    PastPassword.objects.create(user=user, password=before, replaced_at=now)
    past = PastPassword.objects.filter(user=user).order_by("-replaced_at", "-id")
    past.exclude(pk__in=list(past.values_list("pk", flat=True)[: password_rules.HISTORY])).delete()
    SignInTicket.objects.filter(user=user, used_at=None).update(used_at=now)
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=now)
    user.refresh_from_db(using="gate")
