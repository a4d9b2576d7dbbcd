"""Patients and insurances: who is taken from a document, and who is not."""

from datetime import date

import pytest

from tests.clients.bundles import Json, benefit, bundle, patient, read, told


def test_who_a_patient_is() -> None:
    [person] = read(patient()).patients

    assert (person.given_names, person.family_name) == ("Ana Lucía", "D'Ávila")
    assert (person.birth_date, person.phone) == (date(1973, 8, 1), "555-533-1316")
    assert person.email == "ana@example.org"
    assert person.postal_address == "430 Skyway\nLexington, MA 02420\nUS"
    assert person.source == "https://records.example/|4711"


def test_no_social_security_number_is_taken() -> None:
    [person] = read(patient(identifier=[patient()["identifier"][0]])).patients

    assert person.source == "Patient/p-1"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ([{"use": "usual", "given": ["Kenzi"]}], ("Kenzi", "")),
        ([{"family": "Suharto"}], ("", "Suharto")),
        ([{"text": "Ms Ana D'Ávila"}], ("", "Ms Ana D'Ávila")),
        ([{"use": "old", "family": "Was"}, {"use": "usual", "family": "Is"}], ("", "Is")),
        ([{"use": "nickname", "given": ["Lu"]}, {"family": "Is"}], ("", "Is")),
    ],
)
def test_which_name_is_taken(name: list[Json], parts: tuple[str, str]) -> None:
    [person] = read(patient(name=name)).patients

    assert (person.given_names, person.family_name) == parts


def test_what_a_person_is_called() -> None:
    names = [{"use": "official", "given": ["Peter"]}, {"use": "usual", "given": ["Jim"]}]

    [person] = read(patient(name=names)).patients

    assert (person.given_names, person.preferred_name) == ("Peter", "Jim")


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"name": []}, "name", "The person has no name."),
        ({"name": None}, "name", "The person has no name."),
        ({"name": [{"use": "maiden", "family": "X"}]}, "name", "The person has no name."),
        ({"name": [{"family": 7}]}, "name[0].family", "Is not text."),
        ({"name": [{"family": "x" * 201}]}, "name[0].family", "Is longer than 200 characters."),
        ({"name": [{"family": "a\0b"}]}, "name[0].family", "Holds a control character."),
        ({"name": [{"family": "\ud800"}]}, "name[0].family", "Holds a control character."),
        (
            {"name": [{"family": "4242 4242 4242 4242"}]},
            "name[0].family",
            "Holds what looks like a card number.",
        ),
        ({"birthDate": None}, "birthDate", "The person has no birth date."),
        ({"birthDate": "1973"}, "birthDate", "Is not a full date."),
        ({"birthDate": "1973-02-30"}, "birthDate", "Is not a full date."),
        ({"birthDate": "0001-01-01"}, "birthDate", "Is in an impossible year."),
        ({"birthDate": 19730801}, "birthDate", "Is not text."),
    ],
)
def test_patients_who_cannot_be_used(changes: Json, path: str, reason: str) -> None:
    assert told(read(patient(**changes))) == [(path, reason)]


def test_what_can_be_done_without_is_left_out_and_told() -> None:
    telecom = [{"system": "phone", "value": "5" * 41}, {"system": "email", "value": 7}]
    reading = read(patient(telecom=telecom, address=[{"line": ["x\0"]}]))

    [person] = reading.patients
    assert (person.phone, person.email, person.postal_address) == ("", "", "")
    assert [changed.path for changed in reading.adjusted] == [
        "telecom[1].value",
        "telecom[0].value",
        "address[0].line[0]",
    ]


def test_insurances_are_taken_once_per_payer() -> None:
    payers = ["Keystone", "keystone", "Harborview", "NO_INSURANCE", "Self Pay", "self-pay"]

    reading = read(bundle(patient(), *map(benefit, payers)))

    assert [seen.payer_name for seen in reading.coverages] == ["Keystone", "Harborview"]


def test_an_insurance_as_a_record_of_its_own() -> None:
    coverage = {
        "resourceType": "Coverage",
        "beneficiary": {"reference": "Patient/p-1"},
        "payor": [{"display": "Keystone"}],
        "subscriberId": "K-123",
        "period": {"start": "2020-01-01", "end": "2020-12-31"},
    }

    [seen] = read(bundle(patient(), coverage)).coverages

    assert (seen.payer_name, seen.member_id) == ("Keystone", "K-123")
    assert (seen.starts_on, seen.ends_on) == (date(2020, 1, 1), date(2020, 12, 31))


@pytest.mark.parametrize(
    ("coverage", "path"),
    [
        ({"payor": []}, "payor.display"),
        ({"payor": [{"reference": "Organization/2"}]}, "payor[0].display"),
        ({"period": {"start": "2020-02-01", "end": "2020-01-01"}}, "period"),
        ({"period": {"start": "2020"}}, "period.start"),
    ],
)
def test_insurances_that_cannot_be_used(coverage: Json, path: str) -> None:
    reading = read(bundle(patient(), benefit(**coverage)))

    assert [where for where, _ in told(reading)] == [f"entry[1].resource.contained[1].{path}"]
