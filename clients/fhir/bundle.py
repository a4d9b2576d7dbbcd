"""A document as a whole: a bundle or a single resource, and who refers to whom in it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from clients.fhir import charges, diagnoses, people, related
from clients.fhir.needed import PATHS, pruned
from clients.fhir.nodes import Node, Remedy, Unfit
from clients.fhir.records import (
    Adjusted,
    CoverageSeen,
    DiagnosisSeen,
    Encounter,
    Entry,
    ExternalName,
    Patient,
    Reading,
    RelatedPersonSeen,
    Unusable,
)

NOT_NEEDED = "Nothing of this record is needed."
NOT_HERE = "The client is not in this file."


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource and the address by which others of the document refer to it."""

    node: Node
    full_url: str

    @property
    def kind(self) -> str:
        return self.node["resourceType"].word()

    @property
    def addresses(self) -> list[str]:
        own_id = self.node["id"].word()
        found = [self.full_url, f"{self.kind}/{own_id}" if own_id else ""]
        found += [f"{self.kind}?identifier={name}" for name in people.identifiers(self.node)]
        return [address for address in found if address]

    def identity(self, origin: str) -> str:
        """Return what recognizes the record when it comes again, by its content if need be."""
        try:
            return f"{self.kind} {people.source_of(self.node, self.full_url, origin)}"
        except Unfit:
            content = json.dumps(self.node.value, sort_keys=True, default=str)
            return f"{self.kind} {sha256(content.encode(errors='replace')).hexdigest()}"


def address_of(reference: Node) -> str:
    """Return the address that a reference names, whichever version of it is meant."""
    return reference["reference"].word().partition("/_history/")[0]


@dataclass(slots=True)
class _Document:
    """A document while it is read."""

    origin: str = ""
    is_single: bool = False
    patients: dict[str, Patient] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    practitioners: dict[str, ExternalName] = field(default_factory=dict)
    fees: dict[str, tuple[charges.Charge, str]] = field(default_factory=dict)
    charged: dict[str, str] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    coverages: dict[str, CoverageSeen] = field(default_factory=dict)
    diagnoses: dict[str, DiagnosisSeen] = field(default_factory=dict)
    related: dict[str, RelatedPersonSeen] = field(default_factory=dict)
    encounters: dict[str, Encounter] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)
    adjusted: list[Adjusted] = field(default_factory=list)
    claims: int = 0
    claim_cents: int = 0
    not_needed: int = 0

    @property
    def holds_anything(self) -> bool:
        return bool(self.people or self.practitioners or self.claims or self.coverages)

    def source_of(self, resource: Resource) -> str:
        return people.source_of(resource.node, resource.full_url, self.origin)

    def patient_of(self, reference: Node) -> str:
        source = self.people.get(address_of(reference))
        if source is None:
            raise reference.unfit(NOT_HERE, Remedy.WAIT)
        if source not in self.patients:
            raise reference.unfit("The client could not be used.", Remedy.WAIT)
        return source

    def read_practitioner(self, resource: Resource) -> None:
        found = people.practitioner(resource.node, self.source_of(resource))
        self.practitioners.update(dict.fromkeys(resource.addresses, found))

    def read_patient(self, resource: Resource) -> None:
        source = self.source_of(resource)
        self.people.update(dict.fromkeys(resource.addresses, source))
        if source in self.patients:
            raise resource.node.unfit("The person stands in this file already.", Remedy.NONE)
        self.patients[source] = people.patient(resource.node, source, self.adjusted)

    def read_related_person(self, resource: Resource) -> None:
        patient = self.patient_of(resource.node["patient"])
        source = f"{patient}|{self.source_of(resource)}"
        self.related[source] = related.related_person(resource.node, source, patient, self.adjusted)

    def read_coverage(self, resource: Resource) -> None:
        try:
            record = self.source_of(resource)
        except Unfit:
            record = ""
        self._cover(resource.node, resource.node["beneficiary"], record)

    def read_explanation_of_benefit(self, resource: Resource) -> None:
        for contained in resource.node["contained"].each():
            if contained["resourceType"].word() == "Coverage":
                self._cover(contained, resource.node["patient"])

    def _cover(self, coverage: Node, patient: Node, record: str = "") -> None:
        seen = people.coverage(coverage, self.patient_of(patient), record)
        if seen is not None:
            self.coverages.setdefault(seen.source, seen)

    def read_condition(self, resource: Resource) -> None:
        patient = self.patient_of(resource.node["subject"])
        source = f"{patient}|{self.source_of(resource)}"
        try:
            self.diagnoses[source] = diagnoses.diagnosis(resource.node, source, patient)
        except Unfit as fault:
            if fault.remedy is not Remedy.NONE or self.is_single:
                raise
            self.not_needed += 1

    def read_claim(self, resource: Resource) -> None:
        charge = charges.charge(resource.node)
        self.claims += 1
        self.claim_cents += charge.cents or 0
        address = charges.encounter_address(resource.node)
        self._charge(resource, charge, address, resource.node["patient"], resource.node["item"])

    def read_charge_item(self, resource: Resource) -> None:
        charge = charges.charge_of_item(resource.node)
        context = resource.node["context"]
        if not address_of(context):
            raise context.unfit("Names no encounter.")
        self._charge(resource, charge, address_of(context), resource.node["subject"], context)

    def _charge(
        self, resource: Resource, charge: charges.Charge, address: str, patient: Node, visit: Node
    ) -> None:
        place = self.visits.get(address.partition("/_history/")[0])
        if place is None:
            raise visit.unfit("The encounter is not in this file.", Remedy.WAIT)
        if place in self.fees:
            raise resource.node.unfit("Another claim says already what the encounter costs.")
        self.fees[place] = charge, self.patient_of(patient)
        self.charged[place] = resource.node.path

    def read_encounter(self, resource: Resource) -> None:
        charges.check_finished(resource.node)
        patient = self.patient_of(resource.node["subject"])
        fee, payer = self.fees.get(resource.node.path, (None, ""))
        if fee is None:
            raise resource.node.unfit("No claim says what the encounter costs.", Remedy.WAIT)
        if payer != patient:
            raise resource.node.unfit("The claim for the encounter names another client.")
        source = f"{patient}|{self.source_of(resource)}"
        if source in self.encounters:
            raise resource.node.unfit("The encounter stands in this file already.", Remedy.NONE)
        self.encounters[source] = charges.encounter(
            resource.node,
            source,
            patient,
            fee,
            self._practitioner_of(resource.node),
            people.version_of(resource.node),
            self.adjusted,
        )

    def _practitioner_of(self, encounter: Node) -> ExternalName | None:
        """Return who held an encounter: its primary performer, or whoever is named first."""
        taking_part = [
            (
                "PPRF"
                not in {
                    coding["code"].word()
                    for kind in part["type"].each()
                    for coding in kind["coding"].each()
                },
                part["individual"],
            )
            for part in encounter["participant"].each()
        ]
        for _, person in sorted(taking_part, key=lambda part: part[0]):
            address, words = address_of(person), person["display"].label()
            if address in self.practitioners:
                return self.practitioners[address]
            _, is_conditional, named = address.partition("?identifier=")
            if is_conditional and "|" in named:
                return ExternalName(named, words or named)
            if address or words:
                return ExternalName(f"{self.origin}{address or words}", words or address)
        return None


def read(content: object, *, origin: str = "") -> Reading:
    """Return all that a bundle or a single resource says to a billing office.

    Ids are told apart by the system ``origin`` that gave them. Nothing raises: what cannot be
    used is listed with its place and the reason.
    """
    document = _Document(origin)
    resources = list(_resources(content, document))
    document.is_single = [resource.node.path for resource in resources] == [""]
    for resource in resources:
        if resource.kind == "Encounter":
            document.visits.update(dict.fromkeys(resource.addresses, resource.node.path))
    readers: dict[str, Callable[[Resource], None]] = {
        "Practitioner": document.read_practitioner,
        "Patient": document.read_patient,
        "RelatedPerson": document.read_related_person,
        "Coverage": document.read_coverage,
        "ExplanationOfBenefit": document.read_explanation_of_benefit,
        "Condition": document.read_condition,
        "Claim": document.read_claim,
        "ChargeItem": document.read_charge_item,
        "Encounter": document.read_encounter,
    }
    for kind, reader in readers.items():
        for resource in resources:
            if resource.kind == kind:
                try:
                    reader(resource)
                except Unfit as fault:
                    told = Unusable(fault.path, fault.reason, fault.remedy)
                    document.unusable.append(told)
    if not (document.holds_anything or document.unusable or document.not_needed):
        document.unusable.append(Unusable("resourceType", NOT_NEEDED, Remedy.NONE))
    return Reading(
        patients=list(document.patients.values()),
        coverages=list(document.coverages.values()),
        encounters=list(document.encounters.values()),
        unusable=document.unusable,
        adjusted=document.adjusted,
        claims=document.claims,
        claim_cents=document.claim_cents,
        not_needed=document.not_needed,
        diagnoses=list(document.diagnoses.values()),
        related=list(document.related.values()),
        practitioners=list({p.source: p for p in document.practitioners.values()}.values()),
        entries={
            resource.node.path: Entry(
                resource.kind, resource.full_url, resource.node.value, resource.identity(origin)
            )
            for resource in resources
        },
        charged=document.charged,
        addresses={
            address: resource.node.path for resource in resources for address in resource.addresses
        },
    )


def _resources(content: object, document: _Document) -> Iterator[Resource]:
    """Yield what may be of use; a single resource of no use is listed, in a bundle only counted."""
    root = Node(content)
    kind = root["resourceType"].word()
    if kind != "Bundle":
        if kind in PATHS:
            yield Resource(Node(pruned(content)), "")
        else:
            reason = NOT_NEEDED if kind else "The file is not a FHIR resource."
            document.unusable.append(Unusable("resourceType", reason, Remedy.NONE))
        return
    for entry in root["entry"].each():
        given = entry["resource"]
        kind = given["resourceType"].word()
        if not kind:
            told = Unusable(entry.path, "The entry holds no resource.", Remedy.NONE)
            document.unusable.append(told)
        elif kind in PATHS:
            yield Resource(Node(pruned(given.value), given.path), entry["fullUrl"].word())
        else:
            document.not_needed += 1
