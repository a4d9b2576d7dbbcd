"""Taking in the people whom another system knows beside a client: those who may pay.

They become responsible parties; which part is whose is for the practice to decide, so nobody owes
anything by it (docs/adr/0022-whose-word-counts.md).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from clients.fhir import RelatedPersonSeen
from clients.models import Client, ExternalRecord, ResponsibleParty
from clients.names import fold
from clients.selectors import external as stands
from clients.selectors.external import OF_A_PARTY, Said
from clients.services import adoptions, external, parties
from clients.services.external import Kind, Stand

ACTIVE = "active"
"""What is remembered beside the fields: whether the relation lasts there."""


class NotActive(Exception):
    """The relation is over in the other system, and nobody knew of it here."""

    def __init__(self) -> None:
        super().__init__("The relation is not active.")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a related person; ``kept`` names fields in which the practice's word stays."""

    is_new: bool = False
    is_changed: bool = False
    is_renewed: bool = False
    is_outdated: bool = False
    kept: tuple[str, ...] = ()


@transaction.atomic
def take_related(
    *, client: Client, seen: RelatedPersonSeen, on: date, now: datetime, by: Membership
) -> Taken:
    """Add somebody who may pay for a client, or bring them up to a newer version.

    Somebody of this name and relation who stands there already is known. A relation that is over
    there has ``on`` as its last day here; it is not begun again by itself.

    Raises:
        NotActive: it is over, and was never known.
    """
    said = stands.said(seen, OF_A_PARTY) | {ACTIVE: "yes" if seen.is_active else "no"}
    record = external.known(Kind.RELATED, seen.source)
    if record is None:
        return _add(client, seen, said, now, by)
    stand = external.stand_of(record, seen.version, said)
    if stand is not Stand.NEWER or record.party is None:
        return Taken(is_outdated=stand is Stand.OLDER)
    return _renew(record, record.party, seen, said, on, now)


def _add(
    client: Client, seen: RelatedPersonSeen, said: Said, now: datetime, by: Membership
) -> Taken:
    if not seen.is_active:
        raise NotActive
    party = _alike(client, seen)
    is_new = party is None
    if party is None:
        party = parties.add(
            client=client,
            kind=ResponsibleParty.Kind.PERSON,
            relation=seen.relation,
            name=seen.name,
            phone=seen.phone,
            email=seen.email,
            postal_address=seen.postal_address,
            now=now,
            by=by,
        )
    external.remember(Kind.RELATED, seen.source, client, seen.version, said, now, party=party)
    return Taken(is_new=is_new)


def _renew(
    record: ExternalRecord,
    party: ResponsibleParty,
    seen: RelatedPersonSeen,
    said: Said,
    on: date,
    now: datetime,
) -> Taken:
    was_active = (record.said or {}).get(ACTIVE) == "yes"
    ours = stands.said(party, OF_A_PARTY)
    changes, kept = external.merged(ours, said, OF_A_PARTY, record)
    ends = was_active and not seen.is_active and party.ends_on is None
    last = max(on, party.starts_on or on) if ends else None
    if changes or ends:
        adoptions.change_party(party, changes, ends_on=last)
    external.renew(record, seen.version, said, now, differs=kept)
    return Taken(is_changed=bool(changes or ends), is_renewed=True, kept=kept)


def _alike(client: Client, seen: RelatedPersonSeen) -> ResponsibleParty | None:
    """Return a person of this name and relation who was entered here already."""
    here = ResponsibleParty.objects.filter(
        client=client, kind=ResponsibleParty.Kind.PERSON, relation=seen.relation
    )
    return next((party for party in here if fold(party.name) == fold(seen.name)), None)
