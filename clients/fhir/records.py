"""What a FHIR document is read into. Identity never shows in a ``repr``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from clients.fhir.nodes import Remedy

CPT_SYSTEMS = frozenset({"http://www.ama-assn.org/go/cpt", "urn:oid:2.16.840.1.113883.6.12"})


@dataclass(frozen=True, slots=True)
class Version:
    """Which state of a record this is, as its own system counts; "" and None where it does not."""

    id: str = ""
    updated_at: datetime | None = None


UNTOLD = Version()


@dataclass(frozen=True, slots=True)
class Patient:
    """A person who may become a client. ``source`` recognizes the record in its own system."""

    source: str = field(repr=False)
    path: str
    given_names: str = field(repr=False)
    family_name: str = field(repr=False)
    preferred_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    email: str = field(repr=False)
    phone: str = field(repr=False)
    postal_address: str = field(repr=False)
    version: Version = UNTOLD


@dataclass(frozen=True, slots=True)
class CoverageSeen:
    """An insurance that a document mentions.

    One that is a record of its own is recognized by ``record``; one that is only mentioned, by
    its person, payer and member number.
    """

    patient: str = field(repr=False)
    path: str
    payer_name: str = field(repr=False)
    member_id: str = field(repr=False)
    starts_on: date | None
    ends_on: date | None
    record: str = field(default="", repr=False)
    version: Version = UNTOLD

    @property
    def source(self) -> str:
        if self.record:
            return f"{self.patient}|{self.record}"
        return "|".join((self.patient, self.payer_name.casefold(), self.member_id))


@dataclass(frozen=True, slots=True)
class DiagnosisSeen:
    """A diagnosis by its ICD-10-CM code, as another system holds it for a client."""

    source: str = field(repr=False)
    patient: str = field(repr=False)
    path: str
    code: str = field(repr=False)
    diagnosed_on: date | None
    version: Version = UNTOLD


@dataclass(frozen=True, slots=True)
class RelatedPersonSeen:
    """Somebody beside a client who may be responsible for what the client owes.

    ``relation`` is a word of ``ResponsibleParty.Relation``.
    """

    source: str = field(repr=False)
    patient: str = field(repr=False)
    path: str
    name: str = field(repr=False)
    relation: str = field(repr=False)
    email: str = field(repr=False)
    phone: str = field(repr=False)
    postal_address: str = field(repr=False)
    is_active: bool = True
    version: Version = UNTOLD


@dataclass(frozen=True, slots=True)
class ExternalName:
    """A practitioner or a service as another system names it, with words for a person."""

    source: str = field(repr=False)
    words: str = field(repr=False)

    @property
    def cpt_code(self) -> str:
        """Return the CPT code that it is, or ""."""
        system, _, code = self.source.rpartition("|")
        return code if system in CPT_SYSTEMS else ""


@dataclass(frozen=True, slots=True)
class Encounter:
    """A finished encounter and what its claim asks for it, in cents; None for the list fee."""

    source: str = field(repr=False)
    patient: str = field(repr=False)
    path: str
    started_at: datetime
    minutes: int
    fee_cents: int | None
    practitioner: ExternalName | None = None
    service: ExternalName | None = None
    version: Version = UNTOLD


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that was left out: where it stands, why, and what would let it in.

    Quotes nothing of it.
    """

    path: str
    reason: str
    remedy: Remedy = Remedy.MEND


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A record that was used, but not as it stands: where and how. Quotes nothing of it."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the document with nothing in it but what is read.

    ``identity`` recognizes it when it comes again; "" for one that cannot be recognized.
    """

    kind: str
    full_url: str = field(repr=False)
    resource: object = field(repr=False)
    identity: str = field(repr=False)


RECORD_PLACE = re.compile(r"(entry\[\d+\]\.resource)(?:\.(.*))?")


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one document says to a billing office.

    ``claims`` and ``claim_cents`` count every claim with a readable amount, used or not.
    ``entries`` are the records by their places, ``addresses`` tells where the record of an address
    stands, and ``charged`` where the claim for an encounter's place stands.
    """

    patients: list[Patient]
    coverages: list[CoverageSeen]
    encounters: list[Encounter]
    unusable: list[Unusable]
    adjusted: list[Adjusted]
    claims: int
    claim_cents: int
    not_needed: int
    diagnoses: list[DiagnosisSeen] = field(default_factory=list)
    related: list[RelatedPersonSeen] = field(default_factory=list)
    practitioners: list[ExternalName] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    charged: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict, repr=False)

    def referred_to(self, place: str) -> set[str]:
        """Return the places of the records that one names."""
        found = _references(self.entries[place].resource)
        return {self.addresses[address] for address in found if address in self.addresses}

    def place_of(self, path: str) -> tuple[str, str]:
        """Return the place of the record that a path leads into, and the path inside it."""
        found = RECORD_PLACE.fullmatch(path)
        return (found[1], found[2] or "") if found else ("", path)


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "reference" and isinstance(member, str):
                yield member.partition("/_history/")[0]
            else:
                yield from _references(member)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
