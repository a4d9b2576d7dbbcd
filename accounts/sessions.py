"""Signed-in browsers. The cookie holds a random key; the database holds only its SHA-256.

A session ends after some idle minutes, and twelve hours after sign-in in any case. Both are
checked at every load, so no request goes round them. At the limit itself it is over: with ten
minutes, a request 599 seconds after the last one is answered and one after 600 is not. The last
one is known to the second.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import connections, router
from django.db.models import Model
from django.utils import timezone

from accounts.models import SignInSession, User

MFA_AT = "mfa_at"
PRACTICE = "practice"
SIGNED_IN_AT = "signed_in_at"

QUIET_ROUTES = frozenset(
    {
        "accounts:drafts",
        "billing:checkout_return",
        "billing:cycle_run",
        "billing:evidence_pack",
        "billing:fhir_files",
        "billing:report_order",
        "clients:import_run",
    }
)
"""Routes that a page asks by itself: they are answered, and do not keep a session awake."""

OVER = {"hours": "twelve hours were over", "idle": "quiet for too long"}
"""Why a session ended by itself, for the log; whoever ends one otherwise tells it then."""

TOUCH_EVERY = timedelta(seconds=1)

SEEN = "SELECT {session}, {person} FROM session_seen(%s, %s, %s, %s)"
"""Every request pays for this, and building the same from models costs four times as much."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that was over when its cookie came back."""

    person_id: UUID | None
    practice_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a session begins, as the list of its person's sessions shows it."""

    device_label: str = ""
    address: str | None = None


def digest(key: str) -> str:
    """Return what the database knows of a cookie's key."""
    return sha256(key.encode()).hexdigest()


class SessionStore(SessionBase):
    """Django's session engine over ``SignInSession``. The data are ids, times and choices only."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.ended: Ended | None = None
        self.is_unknown = False
        self.last_seen_at: datetime | None = None
        self.idle_limit = idle_limit(None)
        self.origin = Origin()
        self.awaits_new_key = False
        self.handle: UUID | None = None
        self.person: User | None = None
        self.keeps_awake = False
        """Whether loading it notes that the person is here, once a second at most."""

    def load(self) -> dict[str, Any]:
        now = timezone.now()
        seen_at = now if self.keeps_awake else None
        row, person = _found(digest(self.session_key or ""), seen_at)
        if row is None:
            self.is_unknown = True
            self._session_key = None
            return {}
        data = self.decode(row.session_data)
        if reason := is_over(row, now):
            if SignInSession.objects.filter(pk=row.pk).delete()[0]:
                practice = data.get(PRACTICE)
                self.ended = Ended(row.user_id, UUID(practice) if practice else None, reason)
            self._session_key = None
            return {}
        self.last_seen_at = row.last_seen_at
        self.idle_limit = idle_limit(row.idle_seconds)
        self.handle = row.handle
        self.person = person
        self.awaits_new_key = row.renewal_asked_at is not None
        return data

    def is_empty(self) -> bool:
        """Whether the cookie should go. Not for an unknown key: it may have been rotated.

        An answer that was under way would otherwise take the new key's cookie away.
        """
        return super().is_empty() and not self.is_unknown

    def flush(self) -> None:
        super().flush()
        self.is_unknown = self.awaits_new_key = False
        self.handle = self.person = None

    def hold_to(self, seconds: int) -> None:
        """Let the session be quiet for so long and no longer; never beyond the installation's."""
        SignInSession.objects.filter(session_key=digest(self.session_key or "")).update(
            idle_seconds=seconds
        )
        self.idle_limit = idle_limit(seconds)

    def _get_new_session_key(self) -> str:
        return secrets.token_urlsafe(32)

    def cycle_key(self) -> None:
        """Give the session another key; the old one is dead in the same moment.

        The row stays the same, so a session that was ended meanwhile does not come back.

        Raises:
            SessionInterrupted: it was ended meanwhile.
        """
        if self.session_key is None:
            return self.create()
        data = self._get_session()  # type: ignore[attr-defined]  # missing in the stubs
        key = self._get_new_session_key()
        living = SignInSession.objects.filter(session_key=digest(self.session_key), ended_at=None)
        if not living.update(
            session_key=digest(key),
            session_data=self.encode(data),
            user_id=data.get(SESSION_KEY),
            expire_date=_expiry(data, timezone.now()),
            renewal_asked_at=None,
        ):
            raise SessionInterrupted("This sign-in was ended.")
        self._session_key = key
        self.awaits_new_key = False
        self.modified = True
        return None

    def renew(self) -> None:
        """Get another key if one is asked for, at the end of a request.

        A request that another one has overtaken with a new key leaves cookie and session to it.

        Raises:
            SessionInterrupted: the session was ended meanwhile.
        """
        try:
            if self.awaits_new_key:
                self.cycle_key()
            elif self.modified and self._is_overtaken():
                self.modified = False
        except SessionInterrupted:
            if not self._is_overtaken():
                raise
            self.modified = False

    def _is_overtaken(self) -> bool:
        """Whether the session lives on under another key than the one that this request has."""
        if self.handle is None:
            return False
        living = SignInSession.objects.filter(handle=self.handle, ended_at=None)
        return living.exclude(session_key=digest(self.session_key or "")).exists()

    def create(self) -> None:
        self._session_key = self._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # missing in the stubs
        values = {"session_data": self.encode(data), "user_id": data.get(SESSION_KEY)}
        if must_create:
            now = timezone.now()
            SignInSession.objects.create(
                session_key=digest(self.session_key),
                expire_date=_expiry(data, now),
                last_seen_at=now,
                began_at=now,
                device_label=self.origin.device_label,
                address=self.origin.address,
                **values,
            )
        elif not SignInSession.objects.filter(session_key=digest(self.session_key)).update(
            **values
        ):
            raise UpdateError
        return None

    def exists(self, session_key: str | None) -> bool:
        return SignInSession.objects.filter(session_key=digest(session_key or "")).exists()

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            SignInSession.objects.filter(session_key=digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        SignInSession.objects.filter(expire_date__lt=timezone.now()).delete()


def _found(session_key: str, seen_at: datetime | None) -> tuple[SignInSession | None, User | None]:
    """Return a session as it was and its person, if that one may still sign in.

    With a time, the database notes that the person is here unless the session is over by then.
    """
    alias = router.db_for_write(SignInSession)
    with connections[alias].cursor() as cursor:
        asked: tuple[Any, ...] = (session_key, seen_at, TOUCH_EVERY, idle_limit(None))
        cursor.execute(_statement(), asked)
        values = cursor.fetchone()
    if values is None:
        return None, None
    end = len(_columns(SignInSession))
    row = SignInSession.from_db(alias, _columns(SignInSession), values[:end])
    person = User.from_db(alias, _columns(User), values[end:]) if values[end] else None
    return row, person


@cache
def _statement() -> str:
    columns = {
        name: ", ".join(f"({name}).{column}" for column in _columns(model))
        for name, model in {"session": SignInSession, "person": User}.items()
    }
    return SEEN.format(**columns)


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _expiry(data: dict[str, Any], now: datetime) -> datetime:
    """Twelve hours after sign-in: a new key for the same sign-in gains no time."""
    began = data.get(SIGNED_IN_AT)
    start = datetime.fromtimestamp(began, UTC) if began else now
    return start + timedelta(seconds=settings.SESSION_COOKIE_AGE)


def idle_limit(seconds: int | None) -> timedelta:
    """Return how long a session may be quiet whose person's practices allow so many seconds."""
    longest: int = settings.SESSION_IDLE_SECONDS
    return timedelta(seconds=min(seconds or longest, longest))


def is_over(row: SignInSession, now: datetime) -> str:
    """Return why a session opens nothing any more, or ""."""
    if row.ended_at is not None:
        return row.end_reason or "ended"
    if row.expire_date <= now:
        return "hours"
    if row.last_seen_at is None or row.last_seen_at + idle_limit(row.idle_seconds) <= now:
        return "idle"
    return ""
