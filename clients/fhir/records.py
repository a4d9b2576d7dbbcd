"""What a FHIR document is read into. Identity never shows in a ``repr``."""

from dataclasses import dataclass, field
from datetime import date, datetime


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


@dataclass(frozen=True, slots=True)
class CoverageSeen:
    """An insurance that a document mentions, once per person, payer and member number."""

    patient: str = field(repr=False)
    path: str
    payer_name: str = field(repr=False)
    member_id: str = field(repr=False)
    starts_on: date | None
    ends_on: date | None

    @property
    def source(self) -> str:
        return "|".join((self.patient, self.payer_name.casefold(), self.member_id))


@dataclass(frozen=True, slots=True)
class Encounter:
    """A finished encounter and what its claim asks for it, in cents."""

    source: str = field(repr=False)
    patient: str = field(repr=False)
    path: str
    started_at: datetime
    minutes: int
    fee_cents: int


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that was left out: where it stands and why. Quotes nothing of it."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A record that was used, but not as it stands: where and how. Quotes nothing of it."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one document says to a billing office.

    ``claims`` and ``claim_cents`` count every claim with a readable amount, used or not.
    """

    patients: list[Patient]
    coverages: list[CoverageSeen]
    encounters: list[Encounter]
    unusable: list[Unusable]
    adjusted: list[Adjusted]
    claims: int
    claim_cents: int
    not_needed: int
