"""What is done beside a service: which codes stand beside which, and what a session has."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import KnownAddOn, Session, SessionAddOn
from billing.selectors import not_billed, service_codes
from billing.selectors.service_codes import Service
from ledger.money import Money

IS_ADD_ON = Exists(SessionAddOn.objects.filter(add_on=OuterRef("pk")))
"""True of a session that stands beside another one."""


@dataclass(frozen=True, slots=True)
class Beside:
    """An add-on of a session as its page shows it."""

    pk: UUID
    code: str
    label: str
    fee: Money


def known_on(day: date) -> QuerySet[KnownAddOn]:
    """Return which code stands beside which on a day."""
    lasting = Q(valid_until=None) | Q(valid_until__gte=day)
    return KnownAddOn.objects.filter(lasting, valid_from__lte=day)


def codes_on(day: date) -> set[str]:
    """Return the codes that stand beside another one only, on a day."""
    return set(known_on(day).values_list("code", flat=True))


def beside_which(code: str, day: date) -> list[str]:
    """Return beside which codes an add-on stands on a day, or [] for any other code."""
    return sorted(known_on(day).filter(code=code).values_list("beside", flat=True))


def refusal_alone(code: str, day: date) -> str:
    """Say why a code cannot be recorded by itself on a day, or "" where it can."""
    others = beside_which(code, day)
    if not others:
        return ""
    return (
        f"{code} is an add-on: record {_any_of(others)} first, and add it on that session's page."
    )


def standing() -> QuerySet[SessionAddOn]:
    """Return the add-ons that count: those that were not taken off."""
    off = not_billed.standing().filter(session=OuterRef("add_on"))
    return SessionAddOn.objects.filter(~Exists(off))


def of_sessions(session_ids: Iterable[UUID]) -> dict[UUID, list[Beside]]:
    """Return session id → its add-ons that count, as they were added, in one query."""
    rows = standing().filter(session__in=set(session_ids)).order_by("added_at", "id")
    found: dict[UUID, list[Beside]] = defaultdict(list)
    for row in rows.select_related("add_on__service_code"):
        service = row.add_on.service_code
        found[row.session_id].append(
            Beside(row.add_on_id, service.code, service.label, row.add_on.fee)
        )
    return dict(found)


def primaries_of(session_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return add-on's session id → the session that it stands beside, in one query."""
    rows = SessionAddOn.objects.filter(add_on__in=set(session_ids))
    return dict(rows.values_list("add_on_id", "session_id"))


def problem(session: Session, code: str, *, on: date) -> str:
    """Say why an add-on does not go with a session, or "" where it does."""
    has = [row.code for row in of_sessions([session.pk]).get(session.pk, [])]
    pairs = list(known_on(on).filter(code=code))
    own = session.service_code.code
    fitting = [row for row in pairs if row.beside in {own, *has}]
    if not fitting:
        others = sorted(row.beside for row in pairs)
        return f"{code} stands beside {_any_of(others)}, not beside {own}."
    pair = fitting[0]
    allowed = 1
    if pair.every_minutes:
        over = max(session.minutes - (pair.after_minutes or 0), 0)
        allowed = ceil(over / pair.every_minutes)
        if not allowed:
            return (
                f"{code} is for what goes beyond {pair.after_minutes} minutes, and this session"
                f" took {session.minutes}."
            )
    if has.count(code) >= allowed:
        return f"{code} is added already{'' if allowed == 1 else f', {allowed} times'}."
    return ""


def offered_beside(session: Session, *, on: date) -> list[Service]:
    """Return the services with a list fee that can stand beside a session on a day, by code."""
    codes = {session.service_code.code}
    codes |= {row.code for row in of_sessions([session.pk]).get(session.pk, [])}
    fitting = set(known_on(on).filter(beside__in=codes).values_list("code", flat=True))
    return [each for each in service_codes.offered(on=on) if each.code in fitting]


def parted(picked: Iterable[UUID]) -> str:
    """Say which session would be billed without its add-on, or the other way round, or ""."""
    ids = set(picked)
    links = standing().filter(Q(session__in=ids) | Q(add_on__in=ids))
    for row in links.select_related("add_on__service_code", "session__service_code"):
        if row.session_id not in ids or row.add_on_id not in ids:
            first, beside = row.session.service_code.code, row.add_on.service_code.code
            return f"{beside} is billed with its session of {first}, on one invoice. Pick both."
    return ""


def _any_of(codes: list[str]) -> str:
    return codes[0] if len(codes) == 1 else f"{', '.join(codes[:-1])} or {codes[-1]}"
