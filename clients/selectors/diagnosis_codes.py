"""Codes of ICD-10-CM: which can be billed on a day, and what to say of one that cannot."""

import re
from datetime import date

from django.db.models import Q, QuerySet

from clients.models import DiagnosisCode

FORM = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?")
MENTAL = "F"
"""The chapter of mental, behavioral and neurodevelopmental disorders."""
NAMED = 5
"""How many other codes a refusal names."""


def bare(text: str) -> str:
    """Return what was typed as a code without its dot, or "" for what is no code."""
    given = text.strip().upper()
    return given.replace(".", "") if FORM.fullmatch(given) else ""


def dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def on(day: date) -> QuerySet[DiagnosisCode]:
    """Return the codes that are valid on a day, divided ones too."""
    lasting = Q(valid_until=None) | Q(valid_until__gte=day)
    return DiagnosisCode.objects.filter(lasting, valid_from__lte=day)


def billable(day: date) -> QuerySet[DiagnosisCode]:
    return on(day).filter(is_billable=True).order_by("code")


def offered(day: date) -> list[tuple[str, str]]:
    """Return (code with its dot, title) of the mental-health codes that can be billed on a day."""
    found = billable(day).filter(code__startswith=MENTAL)
    return [(dotted(code), title) for code, title in found.values_list("code", "title")]


def titles(codes: set[str], day: date) -> dict[str, str]:
    """Return code → title of those that can be billed on a day; what is missing cannot."""
    return dict(billable(day).filter(code__in=codes).values_list("code", "title"))


def billable_spans(codes: set[str]) -> dict[str, list[tuple[date, date | None]]]:
    """Return code → from when to when it can be billed, once for each time; last days included."""
    found: dict[str, list[tuple[date, date | None]]] = {}
    rows = DiagnosisCode.objects.filter(code__in=codes, is_billable=True).order_by("valid_from")
    for code, first, last in rows.values_list("code", "valid_from", "valid_until"):
        found.setdefault(code, []).append((first, last))
    return found


def last_titles(codes: set[str]) -> dict[str, str]:
    """Return code → title as it read last, valid or not."""
    found = DiagnosisCode.objects.filter(code__in=codes).order_by("valid_from")
    return dict(found.values_list("code", "title"))


def refusal(code: str, day: date) -> str:
    """Say why a code cannot be billed on a day, and what can, or "" where it can."""
    if billable(day).filter(code=code).exists():
        return ""
    said = f"{day:%b} {day.day}, {day.year}"
    if not on(day).filter(code__startswith=code[0]).exists():
        return f"No list of codes that begin with {code[0]} is loaded for {said}."
    known = on(day).filter(code=code).first()
    why = "is divided further" if known else "is not valid"
    return f"{dotted(code)} {why} on {said}{_instead(code, day)}."


def called(words: str, day: date) -> list[tuple[str, str]]:
    """Return (code, title) of the first codes whose title holds all of these words."""
    found = billable(day)
    for word in words.split()[:8]:
        found = found.filter(title__icontains=word)
    return [(dotted(code), title) for code, title in found.values_list("code", "title")[:NAMED]]


def _instead(code: str, day: date) -> str:
    """Name the codes nearest to one: those below it, else those that begin as it does."""
    for length in range(len(code), 2, -1):
        near = billable(day).filter(code__startswith=code[:length])
        if near.exists():
            some = [dotted(other.code) for other in near[:NAMED]]
            return f"; choose {', '.join(some[:-1])}{' or ' if some[1:] else ''}{some[-1]}"
    return ""
