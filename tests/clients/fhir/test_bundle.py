"""FHIR documents as a whole: what is read, what is left out, and how that is told."""

from decimal import Decimal

import pytest

from clients import fhir
from tests.clients.bundles import Json, bundle, claim, encounter, patient, read, told, whole


def test_a_whole_bundle_is_read() -> None:
    reading = read(whole())

    assert (len(reading.patients), len(reading.encounters), len(reading.coverages)) == (1, 2, 1)
    assert (reading.claims, reading.claim_cents, reading.not_needed) == (2, 28550, 1)
    assert (reading.unusable, reading.adjusted) == ([], [])


def test_identity_shows_in_no_repr() -> None:
    reading = read(whole())

    for word in ("Ana", "vila", "1973", "555", "Lexington", "4711", "Keystone"):
        assert word not in repr(reading)


@pytest.mark.parametrize("resource", [patient(), encounter()], ids=["patient", "encounter"])
def test_what_stands_in_a_file_twice_is_taken_once(resource: Json) -> None:
    document = bundle(patient(), encounter(), claim())
    document["entry"].append({"resource": resource, "fullUrl": "urn:again"})
    document["entry"].append(
        {"resource": claim(item=[{"encounter": [{"reference": "urn:again"}]}])}
    )

    reading = read(document)

    assert (len(reading.patients), len(reading.encounters)) == (1, 1)
    assert "entry[3].resource" in dict(told(reading))


def test_what_belongs_to_somebody_unusable_is_told_too() -> None:
    reading = read(bundle(patient(name=[]), encounter(), claim()))

    assert {reason for _, reason in told(reading)} == {
        "The person has no name.",
        "The client could not be used.",
    }


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "The file is not a FHIR resource."),
        ("text", "The file is not a FHIR resource."),
        (None, "The file is not a FHIR resource."),
        ({}, "The file is not a FHIR resource."),
        ({"resourceType": 7}, "The file is not a FHIR resource."),
        ({"resourceType": "Account"}, "Nothing of this record is needed."),
        ({"resourceType": "Bundle"}, "Nothing of this record is needed."),
        ({"resourceType": "Bundle", "entry": {}}, "Nothing of this record is needed."),
    ],
)
def test_documents_without_anything_to_take(document: object, reason: str) -> None:
    assert told(read(document)) == [("resourceType", reason)]


@pytest.mark.parametrize("entry", [None, 7, {}, {"resource": []}, {"resource": {"id": "x"}}])
def test_entries_that_hold_nothing(entry: object) -> None:
    assert told(read({"resourceType": "Bundle", "entry": [entry]})) == [
        ("entry[0]", "The entry holds no resource.")
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e99999999999999999999}',
        b"1" * 5000,
        b"[" * 100_000,
        b'{"a": 1} trailing',
    ],
    ids=["empty", "open", "utf-16", "nan", "infinity", "huge", "digits", "deep", "trailing"],
)
def test_what_is_not_json_is_malformed(content: bytes) -> None:
    with pytest.raises(fhir.Malformed):
        fhir.load(content)


def test_numbers_are_read_as_they_are_written() -> None:
    assert fhir.load(b"\xef\xbb\xbf[0.1]") == [Decimal("0.1")]
