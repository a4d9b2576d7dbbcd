"""What came in from a medical-record system, through the product's own services."""

import json
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from billing.models import RejectedRecord
from billing.services import imports
from clients import fhir
from clients.csv_import import Field
from clients.models import ClientImport, Contact, ExternalRecord
from clients.selectors import imports as reads
from clients.services import contacts, taking_in
from clients.services import imports as files
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


def file_taken_in(by: Membership, name: str = "Ines") -> ClientImport:
    """Return the run of a file of one client, after it was taken in."""
    content = f"Name,Born\n{name},1981-05-04\n".encode()
    run = files.upload(content=content, now=desk.NOW, by=by)
    files.name_columns(run=run, columns=[Field.FAMILY_NAME, Field.BIRTH_DATE], date_order="")
    run.refresh_from_db()
    checked = reads.check(run, content, today=desk.TODAY)
    files.confirm(run=run, checked=checked, adds_alike=True, now=desk.NOW, by=by)
    taking_in.carry_out(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    return run


def related() -> dict[str, Any]:
    """Return somebody who may pay for the client of ``bundles.patient``."""
    return {
        "resourceType": "RelatedPerson",
        "id": "r-1",
        "patient": {"reference": "Patient/p-1"},
        "relationship": [{"coding": [{"code": "FTH"}]}],
        "name": [{"text": "Rui"}],
    }
