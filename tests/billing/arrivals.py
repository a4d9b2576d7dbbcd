"""What came in from a medical-record system, through the product's own services."""

import json
from typing import Any
from uuid import UUID

from accounts.models import Membership
from billing.models import RejectedRecord
from billing.services import imports
from clients import fhir
from clients.models import Contact, ExternalRecord
from clients.services import contacts
from tests.billing import desk
from tests.clients.bundles import bundle, claim, encounter, patient

OTHER_ID = {"identifier": [], "id": "another-person"}


def receive(document: object, by: Membership, **terms: Any) -> imports.Outcome:
    """Receive a document as it would stand in a file."""
    told = imports.Terms(therapist=None, on=desk.TODAY, now=desk.NOW, by=by, **terms)
    content = fhir.load(json.dumps(document).encode())
    return imports.receive(content, terms=told, origin=imports.a_file())


def visited(**changes: object) -> dict[str, Any]:
    """Return a bundle of an encounter whose practitioner and service are named."""
    individual = {"reference": "Practitioner?identifier=npi|9", "display": "Dr. Vo"}
    held = encounter(participant=[{"individual": individual}])
    item = {
        "encounter": [{"reference": "urn:uuid:0b7e0000-0000-4000-8000-000000000100"}],
        "productOrService": {"coding": [{"system": "s", "code": "T-45", "display": "Talk"}]},
    }
    return bundle(patient(**changes), held, claim(item=[item]))


def left_out(by: Membership) -> tuple[UUID, UUID]:
    """Return the ids of a record that was not taken in, and of one in which both sides differ."""
    receive(patient(birthDate="1973", **OTHER_ID), by)
    receive(patient(), by)
    record = ExternalRecord.objects.get(kind="CLIENT")
    phone = Contact.objects.get(client=record.client_id, kind="PHONE")
    contacts.change(contact=phone, seen=phone.version, number_or_address="555-777-0000")
    receive(patient(telecom=[{"system": "phone", "value": "555-111-1111"}]), by)
    return RejectedRecord.objects.get().pk, record.pk
