"""Places of service and modifiers as data: on which days they are used, and which fit together."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from billing.models import KnownDetail

Kind = KnownDetail.Kind
Remote = KnownDetail.Remote

OFFICE = "11"
"""What is meant where nothing is said of a session in a room of the practice."""


def on(day: date, kind: Kind) -> QuerySet[KnownDetail]:
    """Return the places or modifiers that are used on a day, by code."""
    lasting = Q(valid_until=None) | Q(valid_until__gte=day)
    return KnownDetail.objects.filter(lasting, kind=kind, valid_from__lte=day).order_by("code")


def places(day: date) -> list[tuple[str, str]]:
    """Return (code, words) of the places of service of a day."""
    return [(row.code, f"{row.code} {row.label}") for row in on(day, Kind.PLACE)]


def label_of_place(code: str) -> str:
    """Return a place in words, or "" for one that nobody said."""
    row = KnownDetail.objects.filter(kind=Kind.PLACE, code=code).order_by("-valid_from").first()
    return f"{row.code} {row.label}" if row else code


def refusal_of_place(code: str, day: date) -> str:
    """Say why a place of service cannot be said of a day, or "" where it can."""
    if on(day, Kind.PLACE).filter(code=code).exists():
        return ""
    first = KnownDetail.objects.filter(kind=Kind.PLACE, code=code).order_by("valid_from").first()
    if first is None:
        return f"{code} is no place of service. Choose one of the list."
    return f"Place {code} is not used on {day:%b} {day.day}, {day.year}. Choose another one."


def refusal_of_modifiers(modifiers: Sequence[str], day: date) -> str:
    """Say why modifiers cannot be used on a day, or "". One that is not known is not refused."""
    known = KnownDetail.objects.filter(kind=Kind.MODIFIER, code__in=modifiers)
    valid = {row.code for row in on(day, Kind.MODIFIER)}
    over = sorted({row.code for row in known} - valid)
    if not over:
        return ""
    return f"{over[0]} is not used on {day:%b} {day.day}, {day.year}. Take it off."


def is_remote(place: str, day: date) -> bool:
    """Say whether a place of service is one of telehealth."""
    return on(day, Kind.PLACE).filter(code=place).exclude(remote="").exists()


def remote_among(modifiers: Sequence[str], day: date) -> dict[str, str]:
    """Return modifier → its means, of those that say telehealth."""
    found = on(day, Kind.MODIFIER).filter(code__in=modifiers).exclude(remote="")
    return {row.code: row.remote for row in found}


def remote_places() -> set[str]:
    """Return the places of service of telehealth, of whatever day."""
    found = KnownDetail.objects.filter(kind=Kind.PLACE).exclude(remote="")
    return set(found.values_list("code", flat=True))


def contradiction(place: str, modifiers: Sequence[str], day: date) -> str:
    """Say in words why a place and modifiers do not go together, or "" where they do."""
    remote = remote_among(modifiers, day)
    if len(set(remote.values())) > 1:
        video = next(code for code, means in remote.items() if means == Remote.VIDEO)
        audio = next(code for code, means in remote.items() if means == Remote.AUDIO)
        return f"{video} says by video and {audio} by sound alone. Keep one of them."
    if remote and not is_remote(place, day):
        first = next(code for code in modifiers if code in remote)
        said = f"place {label_of_place(place)} is not" if place else "no place is chosen"
        return f"{first} says telehealth, and {said}. Take it off, or choose place 10 or 02."
    return ""
