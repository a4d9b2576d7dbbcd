"""A document as a whole: a bundle or a single resource, and who refers to whom in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from clients.fhir import charges, people
from clients.fhir.nodes import Node, Unfit
from clients.fhir.records import Adjusted, CoverageSeen, Encounter, Patient, Reading, Unusable

NEEDED = ("Patient", "Coverage", "ExplanationOfBenefit", "Claim", "Encounter")
"""What is read, in this order: whom a record is for is known before it."""

NOT_NEEDED = "Nothing of this record is needed."


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
        return [address for address in found if address]


@dataclass(slots=True)
class _Document:
    """A document while it is read."""

    patients: dict[str, Patient] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    fees: dict[str, tuple[charges.Charge, str]] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    coverages: dict[str, CoverageSeen] = field(default_factory=dict)
    encounters: dict[str, Encounter] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)
    adjusted: list[Adjusted] = field(default_factory=list)
    claims: int = 0
    claim_cents: int = 0
    not_needed: int = 0

    def patient_of(self, reference: Node) -> str:
        source = self.people.get(reference["reference"].word())
        if source is None:
            raise reference.unfit("The client is not in this file.")
        if source not in self.patients:
            raise reference.unfit("The client could not be used.")
        return source

    def read_patient(self, resource: Resource) -> None:
        source = people.source_of(resource.node, resource.full_url)
        self.people.update(dict.fromkeys(resource.addresses, source))
        if source in self.patients:
            raise resource.node.unfit("The person stands in this file already.")
        self.patients[source] = people.patient(resource.node, source, self.adjusted)

    def read_coverage(self, resource: Resource) -> None:
        self._cover(resource.node, resource.node["beneficiary"])

    def read_explanation_of_benefit(self, resource: Resource) -> None:
        for contained in resource.node["contained"].each():
            if contained["resourceType"].word() == "Coverage":
                self._cover(contained, resource.node["patient"])

    def _cover(self, coverage: Node, patient: Node) -> None:
        seen = people.coverage(coverage, self.patient_of(patient))
        if seen is not None:
            self.coverages.setdefault(seen.source, seen)

    def read_claim(self, resource: Resource) -> None:
        charge = charges.charge(resource.node)
        self.claims += 1
        self.claim_cents += charge.cents
        address = charges.encounter_address(resource.node)
        place = self.visits.get(address)
        if place is None:
            raise resource.node["item"].unfit("The encounter is not in this file.")
        if place in self.fees:
            raise resource.node.unfit("Another claim says already what the encounter costs.")
        self.fees[place] = charge, self.patient_of(resource.node["patient"])

    def read_encounter(self, resource: Resource) -> None:
        charges.check_finished(resource.node)
        patient = self.patient_of(resource.node["subject"])
        fee, payer = self.fees.get(resource.node.path, (None, ""))
        if fee is None:
            raise resource.node.unfit("No claim says what the encounter costs.")
        if payer != patient:
            raise resource.node.unfit("The claim for the encounter names another client.")
        source = f"{patient}|{people.source_of(resource.node, resource.full_url)}"
        if source in self.encounters:
            raise resource.node.unfit("The encounter stands in this file already.")
        self.encounters[source] = charges.encounter(
            resource.node, source, patient, fee, self.adjusted
        )


def read(content: object) -> Reading:
    """Return all that a bundle or a single resource says to a billing office.

    Nothing raises: what cannot be used is listed with its place and the reason.
    """
    document = _Document()
    resources = list(_resources(Node(content), document))
    for resource in resources:
        if resource.kind == "Encounter":
            document.visits.update(dict.fromkeys(resource.addresses, resource.node.path))
    readers = (
        document.read_patient,
        document.read_coverage,
        document.read_explanation_of_benefit,
        document.read_claim,
        document.read_encounter,
    )
    for kind, reader in zip(NEEDED, readers, strict=True):
        for resource in resources:
            if resource.kind == kind:
                try:
                    reader(resource)
                except Unfit as fault:
                    document.unusable.append(Unusable(fault.path, fault.reason))
    if not (document.patients or document.unusable or document.not_needed):
        document.unusable.append(Unusable("resourceType", NOT_NEEDED))
    return Reading(
        patients=list(document.patients.values()),
        coverages=list(document.coverages.values()),
        encounters=list(document.encounters.values()),
        unusable=document.unusable,
        adjusted=document.adjusted,
        claims=document.claims,
        claim_cents=document.claim_cents,
        not_needed=document.not_needed,
    )


def _resources(root: Node, document: _Document) -> Iterator[Resource]:
    """Yield what may be of use; a single resource of no use is listed, in a bundle only counted."""
    if root["resourceType"].word() != "Bundle":
        if root["resourceType"].word() in NEEDED:
            yield Resource(root, "")
        else:
            is_fhir = bool(root["resourceType"].word())
            reason = NOT_NEEDED if is_fhir else "The file is not a FHIR resource."
            document.unusable.append(Unusable("resourceType", reason))
        return
    for entry in root["entry"].each():
        resource = Resource(entry["resource"], entry["fullUrl"].word())
        if not resource.kind:
            document.unusable.append(Unusable(entry.path, "The entry holds no resource."))
        elif resource.kind in NEEDED:
            yield resource
        else:
            document.not_needed += 1
