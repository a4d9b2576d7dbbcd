"""What was not taken in: kept sealed until it is mended, waited for, or dismissed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import keys
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import RejectedRecord
from clients import fhir

State = RejectedRecord.State
Remedy = RejectedRecord.Remedy
CameBy = RejectedRecord.CameBy

JOINED_MAX = 2_000
"""Waiting records that are looked at together with one document."""

LARGEST_BODY = 200_000
"""Characters of a record's JSON; a larger one has to be corrected where it came from."""

NUMBER = "number"
SUBSTITUTE = "\x1a"
"""Stands for half a character, which no text can hold; it is refused just as well."""


class Settled(Exception):
    """The record was taken in or dismissed in the meantime."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document came from. Records of one origin may wait for each other."""

    came_by: str
    id: UUID

    @property
    def prefix(self) -> str:
        """Return what tells the ids of one system from those of another; files share theirs."""
        return "" if self.came_by == CameBy.FILE else f"{self.id} "


@dataclass(frozen=True, slots=True)
class Joined:
    """A document together with what waited: where the own records end, and the others' roles."""

    document: dict[str, Any]
    own: int
    waiting: int

    def is_own(self, path: str) -> bool:
        return self._place(path) < self.own

    def is_beside(self, path: str) -> bool:
        """Say whether a record only came along with one that waited."""
        return self._place(path) >= self.own + self.waiting

    @staticmethod
    def _place(path: str) -> int:
        number = path.removeprefix("entry[").partition("]")[0]
        return int(number) if number.isdigit() else 0


def waiting(origin: Origin) -> list[RejectedRecord]:
    """Return what waits for another record of this origin, oldest first."""
    rows = RejectedRecord.objects.filter(state=State.OPEN, remedy=Remedy.WAIT, origin=origin.id)
    return list(rows.order_by("received_at", "id")[:JOINED_MAX])


def joined(own: list[Any], rows: Iterable[RejectedRecord], *, prefix: str) -> Joined:
    """Return a bundle of own entries, of what waited, and of what came along with that.

    What stands in it already is not added again.
    """
    bodies = [unpacked(row.body) for row in rows if row.body]
    seen = _identities(own, prefix)
    entries, counts = list(own), []
    for group in (
        [body["record"] for body in bodies],
        [entry for body in bodies for entry in body["beside"]],
    ):
        before = len(entries)
        for entry in group:
            found = _identities([entry], prefix)
            if not found & seen:
                seen |= found
                entries.append(entry)
        counts.append(len(entries) - before)
    return Joined({"resourceType": "Bundle", "entry": entries}, len(own), counts[0])


def _identities(entries: list[Any], prefix: str) -> set[str]:
    found = fhir.read({"resourceType": "Bundle", "entry": entries}, origin=prefix).entries
    return {entry.identity for entry in found.values()}


def queue(
    reading: fhir.Reading, unusable: Iterable[fhir.Unusable], *, origin: Origin, now: datetime
) -> None:
    """Keep what could not be used and could be one day. What was settled as it is stays settled."""
    for told in unusable:
        place, path = reading.place_of(told.path)
        entry = reading.entries.get(place)
        if entry is None or told.remedy is fhir.Remedy.NONE:
            continue
        body = packed({"record": _as_entry(entry), "beside": list(_beside(reading, place))})
        content = json.dumps(body["record"], sort_keys=True)
        mark = _mark(entry.identity)
        content_mark = keys.fingerprint(content, purpose="billing.reject.content")
        row = RejectedRecord.objects.filter(fingerprint=mark).first()
        if row is None:
            row = RejectedRecord(fingerprint=mark)
        elif row.state != State.OPEN and bytes(row.content_fingerprint) == content_mark:
            continue
        row.content_fingerprint = content_mark
        row.channel, row.origin, row.kind = origin.came_by, origin.id, entry.kind
        row.path, row.reason, row.remedy = path[:300], told.reason[:200], told.remedy.value
        row.body = body if len(json.dumps(body)) <= LARGEST_BODY else None
        row.received_at = now
        row.state, row.dismissal, row.settled_at, row.settled_by = State.OPEN, "", None, None
        row.save()


def settle(
    came: Mapping[str, fhir.Entry],
    left: Mapping[str, fhir.Remedy],
    *,
    now: datetime,
    by: Membership,
) -> None:
    """Close what came in after all, and what turned out to be of no use.

    ``came`` are the records of a document by their places, ``left`` says what those that were
    left out would need.
    """
    rows = RejectedRecord.objects.filter(state=State.OPEN)
    opened = {bytes(mark): pk for pk, mark in rows.values_list("pk", "fingerprint")}
    for place, entry in came.items() if opened else ():
        mark, remedy = _mark(entry.identity), left.get(place)
        if mark not in opened or (remedy is not None and remedy is not fhir.Remedy.NONE):
            continue
        # A document may hold the same record twice.
        row = locked(opened.pop(mark))
        if remedy is None:
            _close(row, State.TAKEN_IN, "", now, by)
        else:
            _close(row, State.DISMISSED, RejectedRecord.Dismissal.NOT_BILLED, now, by)


def recognized(entry: dict[str, Any], row: RejectedRecord) -> bytes:
    """Return the hash by which a record is recognized: its content counts where it has no id."""
    origin = Origin(row.channel, row.origin)
    bundle = {"resourceType": "Bundle", "entry": [entry]}
    [found] = fhir.read(bundle, origin=origin.prefix).entries.values()
    return _mark(found.identity)


def open_count() -> int:
    """Return how many records are neither taken in nor dismissed."""
    return RejectedRecord.objects.filter(state=State.OPEN).count()


@transaction.atomic
def dismiss(*, reject_id: UUID, reason: str, now: datetime, by: Membership) -> RejectedRecord:
    """Close a record that will not be taken in, and empty it.

    Raises:
        Settled: it is closed already.
    """
    row = locked(reject_id)
    _close(row, State.DISMISSED, reason, now, by)
    events.record(Action.REJECT_DISMISSED, target=row, reason=reason.lower())
    return row


def locked(reject_id: UUID) -> RejectedRecord:
    """Return an open record, locked until the transaction ends.

    Raises:
        Settled: it is closed already.
    """
    rows = RejectedRecord.objects.select_for_update(no_key=True)
    row = rows.filter(pk=reject_id, state=State.OPEN).first()
    if row is None:
        raise Settled("It was taken in or dismissed in the meantime.")
    return row


def _close(row: RejectedRecord, state: str, dismissal: str, now: datetime, by: Membership) -> None:
    row.state, row.dismissal, row.body = state, dismissal, None
    row.settled_at, row.settled_by = now, by
    row.save()


def _mark(identity: str) -> bytes:
    return keys.fingerprint(identity, purpose="billing.reject")


def _as_entry(entry: fhir.Entry) -> dict[str, object]:
    return {"fullUrl": entry.full_url, "resource": entry.resource}


def _beside(reading: fhir.Reading, place: str) -> Iterator[dict[str, object]]:
    """Yield the records that one refers to, and the claim that says what an encounter costs."""
    places = {reading.charged.get(place), *reading.referred_to(place)} - {None, place}
    for other in sorted(found for found in places if found):
        yield _as_entry(reading.entries[other])


def packed(value: Any) -> Any:
    """Return JSON of a record as it can be sealed: decimals stay as they were written."""
    if isinstance(value, dict):
        return {name: packed(member) for name, member in value.items()}
    if isinstance(value, list):
        return [packed(item) for item in value]
    if isinstance(value, Decimal):
        return {NUMBER: str(value)}
    if isinstance(value, str):
        return "".join(SUBSTITUTE if "\ud800" <= c <= "\udfff" else c for c in value)
    return value


def unpacked(value: Any) -> Any:
    """Return what was packed."""
    if isinstance(value, dict):
        if value.keys() == {NUMBER}:
            return Decimal(value[NUMBER])
        return {name: unpacked(member) for name, member in value.items()}
    return [unpacked(item) for item in value] if isinstance(value, list) else value
