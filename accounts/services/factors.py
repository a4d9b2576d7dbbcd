"""Second factors of a person: the first one, further ones, and never none.

Each change is told to the log and, by a letter, to the person. While signed in, the caller stands
in a scope and has asked for a fresh second factor.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Passkey, TotpDevice, User
from accounts.services import mail, passkeys, recovery, totp
from accounts.services.totp import CodeRefused
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events


class HasOne(CodeRefused):
    """Somebody with a second factor tried to set up a first one, with their password alone."""

    reason = "has a second factor"

    def __init__(self) -> None:
        super().__init__("Your second step is set up already. Sign in again and use it.")


class OnlyOne(Exception):
    """The last second factor of a person stays."""

    def __init__(self) -> None:
        super().__init__("This is your only second step. Add another one first.")


class NotYours(Exception):
    """The person has no such passkey."""


def has_any(user: User) -> bool:
    """Return whether the person has a second factor."""
    return totp.has_device(user) or passkeys.has_any(user)


def take_first_app(*, user: User, code: str, now: datetime) -> None:
    """Take the first code of a person's first factor.

    Raises:
        CodeRefused: it is wrong, or they have a factor already.
    """
    with _first(user):
        totp.confirm(user=user, code=code, now=now)


def take_first_passkey(*, user: User, answer: str, name: str, bound_to: str, now: datetime) -> None:
    """Keep a passkey as a person's first factor, and forget the app that they did not set up.

    Raises:
        CodeRefused: the answer is wrong, or they have a factor already.
    """
    key = passkeys.made(user=user, answer=answer, name=name, now=now, bound_to=bound_to)
    with _first(user):
        passkeys.keep(key)
        TotpDevice.objects.filter(user=user, confirmed_at=None).delete()


def enrolled(*, user: User, now: datetime) -> list[str]:
    """Note that a first factor stands, and return the recovery codes to it. In a scope."""
    codes = recovery.issue(user=user)
    events.record(Action.MFA_ENROLLED, recovery_codes=len(codes))
    tell(user, "Your second step was set up", now)
    return codes


def add_passkey(*, user: User, answer: str, name: str, now: datetime) -> Passkey:
    """Keep a further passkey.

    Raises:
        passkeys.PasskeyRefused: the device's answer is wrong.
    """
    key = passkeys.made(user=user, answer=answer, name=name, now=now)
    passkeys.keep(key)
    events.record(Action.PASSKEY_ADDED, target=key)
    tell(user, "A passkey was added", now)
    return key


def rename_passkey(*, user: User, passkey_id: UUID, name: str) -> None:
    """Give a passkey another name.

    Raises:
        NotYours
    """
    if not Passkey.objects.filter(user=user, pk=passkey_id).update(name=name):
        raise NotYours
    events.record(Action.PASSKEY_RENAMED, target=Passkey(pk=passkey_id))


def remove_passkey(*, user: User, passkey_id: UUID, now: datetime) -> None:
    """Let a passkey no longer count, unless nothing would be left.

    Raises:
        NotYours, OnlyOne
    """
    with transaction.atomic(using="gate"):
        _locked(user)
        key = Passkey.objects.filter(user=user, pk=passkey_id).first()
        if key is None:
            raise NotYours
        others = Passkey.objects.filter(user=user).exclude(pk=key.pk)
        if not (others.exists() or totp.has_device(user)):
            raise OnlyOne
        Passkey.objects.filter(pk=key.pk).delete()
    events.record(Action.PASSKEY_REMOVED, target=key)
    tell(user, "A passkey was removed", now)


def take_app(*, user: User, code: str, now: datetime) -> None:
    """Take the first code of an app that a signed-in person adds, or that replaces theirs.

    Raises:
        CodeRefused
    """
    if totp.confirm_next(user=user, code=code, now=now):
        events.record(Action.MFA_REPLACED)
        tell(user, "Your authenticator app was replaced", now)
    else:
        events.record(Action.MFA_ENROLLED)
        tell(user, "An authenticator app was added", now)


def use_recovery_code(*, user: User, code: str, now: datetime) -> None:
    """Use up one of a person's recovery codes. Opens a scope of the installation.

    Raises:
        CodeRefused: it is none of their unused ones.
    """
    with installation_scope(person_id=user.pk):
        recovery.redeem(user=user, code=code, now=now)
        left = recovery.left(user)
        events.record(Action.RECOVERY_CODE_USED, left=left)
        context = {"left": left, "at": now}
        mail.queue(to=user.email, template="recovery_code_used", now=now, context=context)


def renew_recovery_codes(*, user: User, now: datetime) -> list[str]:
    """Return ten new recovery codes, to be shown once; the old ones stop."""
    codes = recovery.issue(user=user)
    events.record(Action.RECOVERY_CODES_RENEWED, codes=len(codes))
    tell(user, "New recovery codes were made", now)
    return codes


def tell(user: User, what: str, now: datetime) -> None:
    """Write to a person that one of their second factors changed."""
    context = {"what": what, "at": now}
    mail.queue(to=user.email, template="second_step", now=now, context=context)


@contextmanager
def _first(user: User) -> Iterator[None]:
    """Hold a person's row while their first factor is set up, so that only one can be first."""
    with transaction.atomic(using="gate"):
        _locked(user)
        if has_any(user):
            raise HasOne
        yield


def _locked(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
