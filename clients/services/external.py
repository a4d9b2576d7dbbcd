"""Taking in what other systems know of clients: each record once, and each newer version of it.

The other system owns the fields that it fills; what the practice changed itself stays
(docs/adr/0022-whose-word-counts.md).
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from django.db import transaction

from accounts import keys
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.fhir import CoverageSeen, DiagnosisSeen, Patient, Version
from clients.models import Client, Coverage, ExternalRecord, ResponsibleParty
from clients.selectors import external as stands
from clients.selectors import likeness
from clients.selectors.external import OF_A_CLIENT, OF_A_COVERAGE, Said
from clients.services import adoptions, clients, coverages, diagnoses

Kind = ExternalRecord.Kind

LARGEST_NUMBER_DIGITS = 18


class AnotherPerson(Exception):
    """The record's own system gave its id to somebody with another birth date before."""


class Stand(Enum):
    """How a version that came stands to the one that was taken in."""

    SAME = "SAME"
    NEWER = "NEWER"
    OLDER = "OLDER"


@dataclass(frozen=True, slots=True)
class Taken:
    """The client of a record, and what became of the record.

    ``is_renewed``: a newer version came; ``is_changed``: something here became another by it.
    ``looks_like`` are the codes of clients who look alike; ``kept`` names the fields in which
    the practice's own word stays, though the other system has another one now.
    """

    client: Client
    is_new: bool
    looks_like: tuple[str, ...] = ()
    is_changed: bool = False
    is_renewed: bool = False
    is_outdated: bool = False
    kept: tuple[str, ...] = ()


@transaction.atomic
def take_client(
    *, person: Patient, now: datetime, by: Membership, only_look_up: bool = False
) -> Taken:
    """Return the client of another system's record, added or brought up to a newer version.

    What the practice changed since stays as it is. ``only_look_up`` changes nobody who is known.

    Raises:
        AnotherPerson: the client of this record has another birth date.
        clients.NotYetBorn: the birth date lies in the future.
    """
    said = stands.said(person, (*OF_A_CLIENT, "birth_date"))
    record = known(Kind.CLIENT, person.source)
    if record is None:
        return _add_client(person, said, now, by)
    client = Client.objects.select_for_update(no_key=True).get(pk=record.client_id)
    stand = stand_of(record, person.version, said)
    if stand is Stand.OLDER or only_look_up:
        return Taken(client, is_new=False, is_outdated=stand is Stand.OLDER)
    before = record.said or {}
    if said["birth_date"] not in (before.get("birth_date"), client.birth_date.isoformat()):
        raise AnotherPerson(f"{client.code} was made of this record, but has another birth date.")
    if stand is Stand.SAME:
        return Taken(client, is_new=False)
    changes, kept = merged(stands.ours(client), said, OF_A_CLIENT, record)
    if changes:
        adoptions.change_client(client, changes, now, by)
    renew(record, person.version, said, now, differs=kept)
    return Taken(client, is_new=False, is_changed=bool(changes), is_renewed=True, kept=kept)


def _add_client(person: Patient, said: Said, now: datetime, by: Membership) -> Taken:
    alike = likeness.alike(person.given_names, person.family_name, person.birth_date)
    client = clients.add(
        given_names=person.given_names,
        family_name=person.family_name,
        preferred_name=person.preferred_name,
        birth_date=person.birth_date,
        email=person.email,
        phone=person.phone,
        postal_address=person.postal_address,
        is_another_person=True,
        now=now,
        by=by,
    )
    remember(Kind.CLIENT, person.source, client, person.version, said, now)
    return Taken(client, is_new=True, looks_like=tuple(other.code for other in alike))


@transaction.atomic
def take_coverage(
    *, client: Client, seen: CoverageSeen, now: datetime, by: Membership
) -> tuple[bool, bool]:
    """Add an insurance that another system mentions, or bring it up to a newer version.

    Return whether it is new here, and whether it was changed.
    """
    said = stands.said(seen, OF_A_COVERAGE)
    record = known(Kind.COVERAGE, seen.source)
    if record is None:
        coverage = coverages.add(
            client=client,
            payer_name=seen.payer_name,
            member_id=seen.member_id,
            starts_on=seen.starts_on,
            ends_on=seen.ends_on,
            now=now,
            by=by,
        )
        remember(Kind.COVERAGE, seen.source, client, seen.version, said, now, coverage=coverage)
        return True, False
    coverage_now = stands.standing(record.coverage)
    if coverage_now is None or stand_of(record, seen.version, said) is not Stand.NEWER:
        return False, False
    ours = stands.said(coverage_now, OF_A_COVERAGE)
    changes, kept = merged(ours, said, OF_A_COVERAGE, record)
    if changes:
        record.coverage = adoptions.correct(coverage_now, changes, now, by)
    renew(record, seen.version, said, now, differs=kept)
    return False, bool(changes)


@transaction.atomic
def take_diagnosis(
    *, client: Client, seen: DiagnosisSeen, on: date, now: datetime, by: Membership
) -> bool:
    """Enter a diagnosis that another system holds, once; return whether it is new here.

    One whose first day nobody told counts from ``on``. One that the client has already is known.

    Raises:
        diagnoses.NotBillable: the code cannot be billed on its first day.
        diagnoses.RankTaken: twelve are there.
    """
    if known(Kind.DIAGNOSIS, seen.source) is not None:
        return False
    starts_on = seen.diagnosed_on or on
    try:
        diagnoses.add(client=client, code=seen.code, starts_on=starts_on, now=now, by=by)
        is_new = True
    except diagnoses.AlreadyHas:
        is_new = False
    said: Said = {"code": seen.code, "starts_on": starts_on.isoformat()}
    remember(Kind.DIAGNOSIS, seen.source, client, seen.version, said, now)
    return is_new


@transaction.atomic
def settle_difference(*, record_id: UUID, take: bool, now: datetime, by: Membership) -> None:
    """Take the other system's word in the fields that differ, or let the practice's stand."""
    record = ExternalRecord.objects.select_for_update(no_key=True).get(pk=record_id)
    names = record.differs.split()
    changes = {name: (record.said or {}).get(name) for name in names}
    if not take:
        events.record(Action.DIFFERENCE_KEPT, target=record.client, touched=[record.client_id])
    elif record.kind == Kind.CLIENT:
        adoptions.change_client(record.client, changes, now, by)
    elif record.party is not None:
        adoptions.change_party(record.party, changes)
    elif (standing := stands.standing(record.coverage)) is not None:
        record.coverage = adoptions.correct(standing, changes, now, by)
    record.differs = ""
    record.save(update_fields=["differs", "coverage"])


def known(kind: Kind, source: str) -> ExternalRecord | None:
    """Return what is known here of another system's record, locked until the transaction ends."""
    records = ExternalRecord.objects.select_for_update(no_key=True)
    return records.filter(kind=kind, fingerprint=fingerprint(kind, source)).first()


def remember(
    kind: Kind,
    source: str,
    client: Client,
    version: Version,
    said: Said,
    now: datetime,
    *,
    coverage: Coverage | None = None,
    party: ResponsibleParty | None = None,
) -> None:
    """Note that a record was taken in, as it was then."""
    ExternalRecord.objects.create(
        kind=kind,
        fingerprint=fingerprint(kind, source),
        client=client,
        coverage=coverage,
        party=party,
        taken_in_at=now,
        said=said,
        **_marks(version, said),
    )


def renew(
    record: ExternalRecord,
    version: Version,
    said: Said,
    now: datetime,
    *,
    differs: tuple[str, ...] = (),
) -> None:
    """Note that a newer version came. Fields that differed before still do, unless it ended."""
    for name, value in _marks(version, said).items():
        setattr(record, name, value)
    record.said, record.renewed_at = said, now
    record.differs = " ".join(differs)
    record.save()


def stand_of(record: ExternalRecord, version: Version, said: Said) -> Stand:
    """Say how a version stands to the one taken in.

    The same id is the same version. Otherwise the time of change tells which is newer, then a
    version's number; where neither does, what says something else is newer.
    """
    marks = _marks(version, said)
    id_then = record.version_fingerprint and bytes(record.version_fingerprint)
    if version.id and id_then == marks["version_fingerprint"]:
        return Stand.SAME
    for name in ("source_updated_at", "version_number"):
        then, now = getattr(record, name), marks[name]
        if then is not None and now is not None and then != now:
            return Stand.NEWER if now > then else Stand.OLDER
    content_then = record.content_fingerprint and bytes(record.content_fingerprint)
    return Stand.SAME if content_then == marks["content_fingerprint"] else Stand.NEWER


def fingerprint(kind: Kind, source: str) -> bytes:
    """Return the keyed hash by which another system's record is recognized."""
    return keys.fingerprint(source, purpose=f"clients.external.{kind.value.lower()}")


def _marks(version: Version, said: Said) -> dict[str, bytes | int | datetime | None]:
    is_number = version.id.isascii() and version.id.isdigit()
    return {
        "version_fingerprint": keys.fingerprint(version.id, purpose="clients.external.version")
        if version.id
        else None,
        "version_number": int(version.id)
        if is_number and len(version.id) <= LARGEST_NUMBER_DIGITS
        else None,
        "source_updated_at": version.updated_at,
        "content_fingerprint": keys.fingerprint(
            json.dumps(said, sort_keys=True), purpose="clients.external.content"
        ),
    }


def merged(
    ours: Said, theirs: Said, names: tuple[str, ...], record: ExternalRecord
) -> tuple[Said, tuple[str, ...]]:
    """Return what to change here, and in which fields both sides changed and ours stays.

    Without a word from before nothing tells who changed what: ours stays.
    """
    before, waiting = record.said or {}, record.differs.split()
    changes: Said = {}
    kept = []
    for name in names:
        if theirs[name] == ours[name]:
            continue
        if name in waiting or not before:
            kept.append(name)
        elif theirs[name] != before.get(name):
            if ours[name] == before.get(name):
                changes[name] = theirs[name]
            else:
                kept.append(name)
    return changes, tuple(kept)
