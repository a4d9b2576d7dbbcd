"""Taking in what other systems know of clients, each record once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import keys
from accounts.models import Membership
from clients.fhir import CoverageSeen, Patient
from clients.models import Client, ExternalRecord
from clients.selectors import likeness
from clients.services import clients, coverages

Kind = ExternalRecord.Kind


class AnotherPerson(Exception):
    """The record's own system gave its id to somebody with another birth date before."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The client of a record, whether it was added now, and the codes of those who look alike."""

    client: Client
    is_new: bool
    looks_like: tuple[str, ...]


@transaction.atomic
def take_client(*, person: Patient, now: datetime, by: Membership) -> Taken:
    """Return the client of another system's record, added if this record is new here.

    What the practice changed since stays as it is.

    Raises:
        AnotherPerson: the client of this record has another birth date.
        clients.NotYetBorn: the birth date lies in the future.
    """
    fingerprint = _fingerprint(Kind.CLIENT, person.source)
    known = _known(Kind.CLIENT, fingerprint)
    if known is not None:
        if known.client.birth_date != person.birth_date:
            raise AnotherPerson(
                f"{known.client.code} was made of this record, but has another birth date."
            )
        return Taken(known.client, is_new=False, looks_like=())
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
    _remember(Kind.CLIENT, fingerprint, client, now)
    return Taken(client, is_new=True, looks_like=tuple(other.code for other in alike))


@transaction.atomic
def take_coverage(*, client: Client, seen: CoverageSeen, now: datetime, by: Membership) -> bool:
    """Add an insurance that another system mentions; return whether it is new here."""
    fingerprint = _fingerprint(Kind.COVERAGE, seen.source)
    if _known(Kind.COVERAGE, fingerprint) is not None:
        return False
    coverages.add(
        client=client,
        payer_name=seen.payer_name,
        member_id=seen.member_id,
        starts_on=seen.starts_on,
        ends_on=seen.ends_on,
        now=now,
        by=by,
    )
    _remember(Kind.COVERAGE, fingerprint, client, now)
    return True


def _fingerprint(kind: Kind, source: str) -> bytes:
    return keys.fingerprint(source, purpose=f"clients.external.{kind.value.lower()}")


def _known(kind: Kind, fingerprint: bytes) -> ExternalRecord | None:
    records = ExternalRecord.objects.select_related("client")
    return records.filter(kind=kind, fingerprint=fingerprint).first()


def _remember(kind: Kind, fingerprint: bytes, client: Client, now: datetime) -> None:
    ExternalRecord.objects.create(
        kind=kind, fingerprint=fingerprint, client=client, taken_in_at=now
    )
