"""A small FHIR bundle of our own, as another system would write one."""

import json
from typing import Any

from clients import fhir

Json = dict[str, Any]

PATIENT = "urn:uuid:0b7e0000-0000-4000-8000-000000000001"
ENCOUNTERS = [f"urn:uuid:0b7e0000-0000-4000-8000-0000000001{n:02}" for n in range(3)]


def patient(**changes: object) -> Json:
    return {
        "resourceType": "Patient",
        "id": "p-1",
        "identifier": [
            {
                "type": {"coding": [{"code": "SS"}]},
                "system": "http://hl7.org/fhir/sid/us-ssn",
                "value": "999-59-8698",
            },
            {"system": "https://records.example/", "value": "4711"},
        ],
        "name": [
            {"use": "maiden", "family": "Laureano", "given": ["Ana"]},
            {"use": "official", "family": "D'Ávila", "given": ["Ana", "Lucía"]},
        ],
        "telecom": [
            {"system": "phone", "use": "old", "value": "555-000-0000"},
            {"system": "phone", "use": "home", "value": "555-533-1316"},
            {"system": "email", "value": "ana@example.org"},
        ],
        "birthDate": "1973-08-01",
        "address": [
            {
                "line": ["430 Skyway"],
                "city": "Lexington",
                "state": "MA",
                "postalCode": "02420",
                "country": "US",
            }
        ],
    } | changes


def encounter(number: int = 0, **changes: object) -> Json:
    return {
        "resourceType": "Encounter",
        "id": f"e-{number}",
        "status": "finished",
        "subject": {"reference": PATIENT},
        "period": {
            "start": f"2020-01-1{number}T09:00:00-05:00",
            "end": f"2020-01-1{number}T09:45:00-05:00",
        },
    } | changes


def claim(number: int = 0, value: object = 135, **changes: object) -> Json:
    return {
        "resourceType": "Claim",
        "status": "active",
        "use": "claim",
        "type": {"coding": [{"code": "institutional"}]},
        "patient": {"reference": PATIENT},
        "item": [{"encounter": [{"reference": ENCOUNTERS[number]}]}],
        "total": {"value": value, "currency": "USD"},
    } | changes


def benefit(payer: str = "Keystone", **coverage: object) -> Json:
    return {
        "resourceType": "ExplanationOfBenefit",
        "patient": {"reference": PATIENT},
        "contained": [
            {"resourceType": "ServiceRequest"},
            {"resourceType": "Coverage", "payor": [{"display": payer}]} | coverage,
        ],
    }


def bundle(*resources: Json) -> Json:
    """Return a bundle in which patients and encounters have the addresses above."""
    encounters = iter(ENCOUNTERS)
    entries: list[Json] = []
    for resource in resources:
        entry: Json = {"resource": resource}
        if resource.get("resourceType") == "Patient":
            entry["fullUrl"] = PATIENT
        elif resource.get("resourceType") == "Encounter":
            entry["fullUrl"] = next(encounters)
        entries.append(entry)
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def whole() -> Json:
    """Return a bundle that can be used down to the last record."""
    return bundle(
        patient(),
        encounter(0),
        encounter(1),
        claim(0, 135),
        claim(1, 150.5),
        benefit("Keystone"),
        benefit("Keystone"),
        benefit("no_insurance"),
        {"resourceType": "Observation", "id": "o-1"},
    )


def read(document: object) -> fhir.Reading:
    """Read a document as it would stand in a file."""
    return fhir.read(fhir.load(json.dumps(document).encode()))


def told(reading: fhir.Reading) -> list[tuple[str, str]]:
    """Return where what stands that could not be used, and why."""
    return [(left_out.path, left_out.reason) for left_out in reading.unusable]
