"""Whether the clients of a file can be taken out again, and what is in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from clients.models import (
    Address,
    Assignment,
    Client,
    ClientImport,
    ClientImportUndo,
    Contact,
    Coverage,
    SearchText,
)
from clients.selectors.imports import WAITS_FOR_WORKER

SHOWN = 50

CODES = (
    "SELECT 'C-' || lpad(n::text, greatest(4, length(n::text)), '0')"
    " FROM generate_series(%s::bigint, %s::bigint) AS n"
)
"""The codes from one number to another, as ``CodeCounter`` writes them."""

UNTOUCHED: dict[type[Any], Q | None] = {
    SearchText: None,
    Contact: Q(version=1, ended_at=None),
    Address: Q(version=1),
    Coverage: Q(ended_at=None, withdrawn_at=None),
    Assignment: Q(ended_at=None, closed_at=None),
}
"""What a file makes beside a client → how it looks while nobody touched it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A client who has to stay, by code, and the words for what was added since."""

    code: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Who stands in the way; ``shown`` are the first of ``count``."""

    shown: list[Held]
    count: int


def of(run: ClientImport) -> ClientImportUndo | None:
    """Return the last time that somebody asked for the clients of a run to be taken out."""
    return ClientImportUndo.objects.filter(run=run).order_by("asked_at", "id").last()


def asked_by(undo_id: UUID) -> UUID | None:
    """Return the person who asked for an undo that is not over, or None."""
    return _open().filter(pk=undo_id).values_list("asked_by__person_id", flat=True).first()


def left_behind(*, now: datetime) -> list[UUID]:
    """Return what was asked for and no worker has begun in time."""
    found = _open().filter(asked_at__lte=now - WAITS_FOR_WORKER).order_by("asked_at", "id")
    return list(found.values_list("pk", flat=True))


def _open() -> QuerySet[ClientImportUndo]:
    return ClientImportUndo.objects.filter(finished_at=None, refused_at=None)


def clients_of(run: ClientImport) -> QuerySet[Client]:
    """Return the clients whom a run added and who are here still."""
    if run.finished_at is None or run.codes_from is None:
        return Client.objects.none()
    taken = RawSQL(CODES, [run.codes_from, run.codes_from + run.rows_count - 1])  # noqa: S611  # numbers, bound
    return Client.objects.filter(
        created_at=run.finished_at, created_by=run.confirmed_by_id, code__in=taken
    )


def held_back(run: ClientImport) -> HeldBack:
    """Return the clients of a run to whom something was added or on whom something was changed."""
    reasons: dict[str, set[str]] = {}
    for code, word in _found(run):
        reasons.setdefault(code, set()).add(word)
    held = [Held(code, tuple(sorted(reasons[code]))) for code in sorted(reasons, key=_number)]
    return HeldBack(held[:SHOWN], len(held))


def _found(run: ClientImport) -> Iterator[tuple[str, str]]:
    mine = clients_of(run)
    for code in mine.exclude(version=1, merged_into=None).values_list("code", flat=True):
        yield code, "changed record"
    for model, name in _pointing_at_clients():
        rows = model.objects.filter(**{f"{name}__in": mine})
        if model in UNTOUCHED:
            untouched = UNTOUCHED[model]
            if untouched is None:
                continue
            rows = rows.exclude(untouched & Q(**{_made_at(model): run.finished_at}))
        word = str(model._meta.verbose_name)
        for code in rows.values_list(f"{name}__code", flat=True).distinct():
            yield code, word


def _pointing_at_clients() -> Iterator[tuple[type[Any], str]]:
    """Yield every table of the product that names a client, and by which field."""
    for relation in Client._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.related_model is not Client:
            yield relation.related_model, relation.field.name  # type: ignore[union-attr,misc]  # a relation from another table


def _made_at(model: type[Any]) -> str:
    return "assigned_at" if model is Assignment else "added_at"


def _number(code: str) -> tuple[int, str]:
    return len(code), code
