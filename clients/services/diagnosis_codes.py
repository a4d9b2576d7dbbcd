"""Loading a list of ICD-10-CM codes, by the owner: a new one ends what it leaves out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events
from clients.models import DiagnosisCode
from clients.selectors import diagnosis_codes

TITLE_MAX = 300


class BadList(Exception):
    """The list cannot be read; nothing of it was loaded."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A code as a list gives it."""

    code: str
    title: str
    is_billable: bool


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many codes a list brought, changed and ended."""

    added: int
    changed: int
    ended: int


def read(rows: Iterable[dict[str, str | None]]) -> list[Listed]:
    """Return the codes of a CSV file's rows, with the columns code, leaf (0 or 1), description.

    Raises:
        BadList: a line is not usable, or a code is listed twice.
    """
    listed: dict[str, Listed] = {}
    for number, row in enumerate(rows, start=2):
        code = diagnosis_codes.bare(row.get("code") or "")
        title, leaf = (row.get("description") or "").strip(), row.get("leaf")
        if not code or not 0 < len(title) <= TITLE_MAX or leaf not in {"0", "1"}:
            raise BadList(f"Line {number} is not a code, 0 or 1, and a title.")
        if code in listed:
            raise BadList(f"Line {number} lists {code} again.")
        listed[code] = Listed(code, title, leaf == "1")
    if not listed:
        raise BadList("The list is empty.")
    return list(listed.values())


def load(listed: list[Listed], *, valid_from: date) -> Loaded:
    """Make a list count from a day on, for the letters that its codes begin with.

    What it leaves out ends the day before. Loading it again changes nothing. Runs as ``owner``.

    Raises:
        BadList: codes of these letters that count from a later day are loaded.
    """
    with installation_scope(), transaction.atomic(using="owner"):
        done = _load(listed, valid_from)
        events.record(Action.DIAGNOSIS_CODES_LOADED, added=done.added, ended=done.ended)
    return done


def _load(listed: list[Listed], valid_from: date) -> Loaded:
    codes = DiagnosisCode.objects.using("owner")
    letters = {row.code[0] for row in listed}
    held = [row for row in codes.select_for_update() if row.code[0] in letters]
    later = [row.valid_from for row in held if row.valid_from > valid_from]
    if later:
        raise BadList(f"A list that counts from {max(later)} is loaded already.")
    standing = {row.code: row for row in held if row.valid_until is None}
    fresh, changed, over = [], 0, []
    for row in listed:
        before = standing.pop(row.code, None)
        if before is None or before.is_billable != row.is_billable:
            fresh.append(row)
            over += [before] if before else []
        elif before.title != row.title:
            codes.filter(pk=before.pk).update(title=row.title)
            changed += 1
    for row_before in (*over, *standing.values()):
        _end(row_before, valid_from)
    codes.bulk_create(
        DiagnosisCode(
            code=row.code, title=row.title, is_billable=row.is_billable, valid_from=valid_from
        )
        for row in fresh
    )
    return Loaded(len(fresh), changed, len(over) + len(standing))


def _end(row: DiagnosisCode, valid_from: date) -> None:
    """End a code before a day; one that would have counted from that very day never did."""
    found = DiagnosisCode.objects.using("owner").filter(pk=row.pk)
    if row.valid_from == valid_from:
        found.delete()
    else:
        found.update(valid_until=valid_from - timedelta(days=1))
