"""Taking in what another system knows: each record once, and all of a document or nothing."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, given, settings

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import ServiceCode, Session
from billing.selectors import service_codes
from billing.services import imports
from clients import fhir
from clients.models import Assignment, Client, Coverage, Diagnosis, ExternalRecord
from clients.services import diagnoses
from ledger.money import Money
from tests.clients.bundles import Json, bundle, claim, encounter, patient, read, whole
from tests.clients.fhir.test_damage import DAMAGE, damaged
from tests.houses import House

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def take_in(
    document: object, by: Membership, therapist: Membership | None = None
) -> imports.Outcome:
    terms = imports.Terms(therapist=therapist, on=TODAY, now=NOW, by=by)
    return imports.take_in(read(document), terms=terms)


def made() -> tuple[int, int, int]:
    return Client.objects.count(), Coverage.objects.count(), Session.objects.count()


def visited(person: Json) -> Json:
    return bundle(person, encounter(), claim())


def test_a_bundle_becomes_a_client_a_coverage_and_sessions(
    scope: None, front_desk: Membership
) -> None:
    outcome = take_in(whole(), front_desk)

    assert (outcome.clients, outcome.coverages, outcome.sessions) == (1, 1, 2) == made()
    assert outcome.fees == Money(28550)
    assert Client.objects.get().full_name == "Ana Lucía D'Ávila"
    assert Coverage.objects.get().payer_name == "Keystone"
    assert [s.fee for s in Session.objects.order_by("started_at")] == [Money(13500), Money(15050)]


def test_a_second_time_changes_nothing(scope: None, front_desk: Membership) -> None:
    take_in(whole(), front_desk)
    before = list(Session.objects.values()), list(Client.objects.values("id", "code"))

    outcome = take_in(whole(), front_desk)

    assert (outcome.clients, outcome.coverages, outcome.sessions) == (0, 0, 0)
    assert outcome.known_sessions == 2
    assert (list(Session.objects.values()), list(Client.objects.values("id", "code"))) == before


def test_what_is_new_in_a_later_export_is_added(scope: None, front_desk: Membership) -> None:
    take_in(bundle(patient(), encounter(0), claim(0)), front_desk)

    outcome = take_in(whole(), front_desk)

    assert (outcome.clients, outcome.coverages, outcome.sessions) == (0, 1, 1)
    assert made() == (1, 1, 2)


def test_two_practices_take_in_the_same_person_apart(
    practice: House, other_practice: House
) -> None:
    for house in (practice, other_practice):
        with practice_scope(house.id):
            assert take_in(whole(), house.automaton).sessions == 2

    with practice_scope(practice.id):
        mine = set(ExternalRecord.objects.values_list("fingerprint", flat=True))
    with practice_scope(other_practice.id):
        theirs = set(ExternalRecord.objects.values_list("fingerprint", flat=True))
    assert not {bytes(found) for found in mine} & {bytes(found) for found in theirs}


def test_the_therapist_gets_the_sessions_and_the_client(
    scope: None, front_desk: Membership, therapist: Membership
) -> None:
    take_in(whole(), front_desk, therapist)
    take_in(whole(), front_desk, therapist)

    assert set(Session.objects.values_list("therapist", flat=True)) == {therapist.pk}
    assignment = Assignment.objects.get()
    assert (assignment.therapist_id, assignment.starts_on) == (therapist.pk, TODAY)


def test_nobody_is_offered_the_service_of_imported_sessions(
    scope: None, front_desk: Membership
) -> None:
    take_in(whole(), front_desk)

    assert ServiceCode.objects.get().code == imports.CODE
    assert service_codes.offered(on=TODAY) == []


def test_an_id_that_was_given_to_somebody_else_is_refused(
    scope: None, front_desk: Membership
) -> None:
    take_in(visited(patient()), front_desk)

    outcome = take_in(visited(patient(birthDate="1980-01-01")), front_desk)

    assert [left_out.path for left_out in outcome.unusable] == [
        "entry[0].resource.birthDate",
        "entry[1].resource",
    ]
    assert "C-0001" in outcome.unusable[0].reason
    assert made() == (1, 0, 1)


def test_new_encounters_of_somebody_refused_are_refused_too(
    scope: None, front_desk: Membership
) -> None:
    take_in(patient(), front_desk)

    outcome = take_in(visited(patient(birthDate="1980-01-01")), front_desk)

    assert [left_out.path for left_out in outcome.unusable] == [
        "entry[0].resource.birthDate",
        "entry[1].resource",
    ]
    assert made() == (1, 0, 0)


def test_somebody_who_looks_known_is_added_and_told(scope: None, front_desk: Membership) -> None:
    take_in(patient(), front_desk)

    outcome = take_in(patient(identifier=[], id="another"), front_desk)

    assert outcome.clients == 1
    assert "C-0001" in outcome.adjusted[0].reason


def test_what_lies_in_the_future_is_not_billed(scope: None, front_desk: Membership) -> None:
    later = {"start": "2026-03-09T09:00:00-05:00", "end": "2026-03-09T09:45:00-05:00"}

    outcome = take_in(bundle(patient(), encounter(period=later), claim()), front_desk)

    assert [left_out.path for left_out in outcome.unusable] == ["entry[1].resource"]
    assert made() == (1, 0, 0)


def test_somebody_not_yet_born_is_not_taken(scope: None, front_desk: Membership) -> None:
    outcome = take_in(patient(birthDate="2031-01-01"), front_desk)

    assert (outcome.clients, len(outcome.unusable)) == (0, 1)


def test_no_id_of_the_other_system_is_kept(scope: None, front_desk: Membership) -> None:
    take_in(whole(), front_desk)

    for record in ExternalRecord.objects.all():
        assert len(bytes(record.fingerprint)) == 32
        assert b"4711" not in bytes(record.fingerprint)


def test_a_document_that_fails_half_way_leaves_nothing(practice: House) -> None:
    """The last session breaks a rule that the database holds and reading would have held."""
    reading = read(whole())
    reading.encounters.append(
        fhir.Encounter(
            source="another",
            patient=reading.patients[0].source,
            path="entry[9].resource",
            started_at=NOW,
            minutes=0,
            fee_cents=1,
        )
    )

    with pytest.raises(DatabaseError), practice_scope(practice.id):
        imports.take_in(
            reading, terms=imports.Terms(None, on=TODAY, now=NOW, by=practice.automaton)
        )

    with practice_scope(practice.id):
        assert made() == (0, 0, 0)
        assert not ExternalRecord.objects.exists()


@given(DAMAGE)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_bundle_is_taken_in_as_far_as_it_was_read(
    practice: House, damage: list[tuple[tuple[str | int, ...], str, object]]
) -> None:
    document = damaged(damage)
    reading = read(document)
    with practice_scope(practice.id):
        before = made()
        outcome = take_in(document, practice.automaton)
        again = take_in(document, practice.automaton)
        after = made()

    assert (outcome.clients, outcome.coverages, outcome.sessions) == tuple(
        now - then for now, then in zip(after, before, strict=True)
    )
    assert (again.clients, again.coverages, again.sessions) == (0, 0, 0)
    visits = {session.path for session in reading.encounters}
    refused = [told for told in outcome.unusable[len(reading.unusable) :] if told.path in visits]
    known_and_refused = [told for told in refused if "The client could not" in told.reason]
    assert outcome.sessions + len(refused) <= len(visits)
    assert outcome.sessions + outcome.known_sessions + len(known_and_refused) >= len(visits)


def condition(code: str = "F41.1", since: str = "2026-01-05") -> Json:
    return {
        "resourceType": "Condition",
        "id": "c-1",
        "subject": {"reference": "urn:uuid:0b7e0000-0000-4000-8000-000000000001"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]},
        "onsetDateTime": since,
    }


def test_a_diagnosis_comes_in_once(scope: None, front_desk: Membership) -> None:
    first = take_in(bundle(patient(), condition()), front_desk)
    again = take_in(bundle(patient(), condition()), front_desk)

    assert (first.diagnoses, again.diagnoses) == (1, 0)
    held = Diagnosis.objects.get()
    assert (held.code, held.starts_on) == ("F411", date(2026, 1, 5))


def test_a_diagnosis_that_the_client_has_is_known(scope: None, front_desk: Membership) -> None:
    take_in(patient(), front_desk)
    client = Client.objects.get()
    day = date(2026, 1, 5)
    diagnoses.add(client=client, code="F41.1", starts_on=day, now=NOW, by=front_desk)

    assert take_in(bundle(patient(), condition()), front_desk).diagnoses == 0
    assert Diagnosis.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "since"), [("F41", "2026-01-05"), ("F41.1", "2019-01-05"), ("F99.9", "2026-01-05")]
)
def test_a_code_that_cannot_be_billed_is_told(
    scope: None, front_desk: Membership, code: str, since: str
) -> None:
    outcome = take_in(bundle(patient(), condition(code, since)), front_desk)

    assert not Diagnosis.objects.exists()
    assert [told.path.rpartition(".")[2] for told in outcome.unusable] == ["code"]
