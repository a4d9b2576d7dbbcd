"""Related people of another system: those who may pay are parties here, each once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Membership
from billing.models import RejectedRecord
from billing.services import imports, mending
from clients.fhir import related
from clients.models import Client, ExternalRecord, ResponsibleParty
from clients.selectors import external as stands
from clients.services import external, parties
from tests.billing.services.test_imports import NOW, TODAY, take_in
from tests.clients.bundles import Json, bundle, patient

pytestmark = pytest.mark.usefixtures("scope")


def mother(version: str = "1", **changes: object) -> Json:
    """Return the mother of the client of ``bundles.patient``."""
    return {
        "resourceType": "RelatedPerson",
        "id": "rel-1",
        "meta": {"versionId": version},
        "identifier": [{"system": "urn:clinic", "value": "rel-1"}],
        "patient": {"reference": f"Patient/{patient()['id']}"},
        "relationship": [{"coding": [{"code": "MTH"}]}],
        "name": [{"family": "D'Ávila", "given": ["Inês"]}],
        "telecom": [{"system": "phone", "value": "+1 555 0100"}],
        "address": [{"line": ["1 Quay"], "city": "Porto"}],
        "birthDate": "1950-01-01",
        "gender": "female",
        **changes,
    }


def came(by: Membership, *people: Json) -> imports.Outcome:
    return take_in(bundle(patient(), *people), by)


def test_whoever_may_pay_becomes_a_party_once(front_desk: Membership) -> None:
    first, second = came(front_desk, mother()), came(front_desk, mother())

    party = ResponsibleParty.objects.get()
    assert (party.kind, party.relation, party.name) == ("PERSON", "PARENT", "Inês D'Ávila")
    assert (party.phone, party.email, party.postal_address) == ("+1 555 0100", "", "1 Quay\nPorto")
    assert party.client == Client.objects.get()
    assert (first.related, second.related, second.changed) == (1, 0, 0)


def test_nothing_is_kept_of_them_that_is_not_needed(front_desk: Membership) -> None:
    came(front_desk, mother())

    said = ExternalRecord.objects.get(kind="RELATED").said
    assert said is not None
    assert said.keys() == {*stands.OF_A_PARTY, "active"}
    assert "1950" not in str(said)


def test_a_newer_version_is_taken_over_and_an_older_one_is_not(front_desk: Membership) -> None:
    came(front_desk, mother("2"))

    newer = came(front_desk, mother("3", name=[{"text": "Inês Costa"}]))
    older = came(front_desk, mother("1"))

    assert ResponsibleParty.objects.get().name == "Inês Costa"
    assert (newer.changed, older.changed, older.outdated) == (1, 0, 1)


def test_what_the_practice_changed_stays_until_somebody_decides(front_desk: Membership) -> None:
    came(front_desk, mother())
    party = ResponsibleParty.objects.get()
    parties.change(
        party=party,
        seen=party.version,
        relation="PARENT",
        name="Inês de Ávila",
        phone=party.phone,
        email="",
        postal_address=party.postal_address,
        starts_on=None,
        ends_on=None,
    )

    outcome = came(front_desk, mother("2", name=[{"text": "Inês Costa"}], telecom=[]))

    party.refresh_from_db()
    assert (party.name, party.phone) == ("Inês de Ávila", "")
    assert "its own word stays: name" in outcome.adjusted[-1].reason
    record = ExternalRecord.objects.get(kind="RELATED")
    assert stands.holder(record)["name"] == "Inês de Ávila"

    external.settle_difference(record_id=record.pk, take=True, now=NOW, by=front_desk)

    party.refresh_from_db()
    assert party.name == "Inês Costa"


def test_whoever_was_entered_by_hand_is_known(front_desk: Membership) -> None:
    came(front_desk)
    parties.add(
        client=Client.objects.get(),
        kind="PERSON",
        relation="PARENT",
        name="INÊS D'ÁVILA",
        now=NOW,
        by=front_desk,
    )

    outcome = came(front_desk, mother())

    assert outcome.related == 0
    assert ResponsibleParty.objects.get().name == "INÊS D'ÁVILA"


def test_a_relation_that_is_over_there_ends_here(front_desk: Membership) -> None:
    came(front_desk, mother())

    over = came(front_desk, mother("2", active=False))
    again = came(front_desk, mother("3", active=True))

    assert ResponsibleParty.objects.get().ends_on == TODAY
    assert (over.changed, again.changed) == (1, 0)


def test_a_last_day_lies_not_before_the_first(front_desk: Membership) -> None:
    came(front_desk, mother())
    ResponsibleParty.objects.update(starts_on=TODAY + timedelta(days=3))

    came(front_desk, mother("2", active=False))

    assert ResponsibleParty.objects.get().ends_on == TODAY + timedelta(days=3)


@pytest.mark.parametrize(
    ("changes", "path", "reason", "remedy"),
    [
        ({"active": False}, "active", "not active", "NONE"),
        ({"relationship": [{"coding": [{"code": "C"}]}]}, "relationship", "none in which", "NONE"),
        ({"relationship": []}, "relationship[0].coding[0].code", "Says no relation", "MEND"),
        ({"name": []}, "name", "has no name", "MEND"),
        ({"patient": {"reference": "Patient/x"}}, "patient", "not in this file", "WAIT"),
    ],
)
def test_whoever_has_no_place_here_is_left_out_for_a_reason(
    front_desk: Membership, changes: Json, path: str, reason: str, remedy: str
) -> None:
    outcome = came(front_desk, mother(**changes))

    [told] = outcome.unusable
    assert told.path.endswith(f".{path}")
    assert reason in told.reason
    assert told.remedy.value == remedy
    assert not ResponsibleParty.objects.exists()


def test_a_missing_relation_is_mended_by_hand(front_desk: Membership) -> None:
    terms = imports.Terms(therapist=None, on=TODAY, now=NOW, by=front_desk)
    imports.receive(
        bundle(patient(), mother(relationship=[])), terms=terms, origin=imports.a_file()
    )
    row = RejectedRecord.objects.get()

    mended = mending.mend(reject_id=row.pk, values={row.path: "GUARD"}, terms=terms)

    assert mended.is_taken_in
    assert ResponsibleParty.objects.get().relation == "GUARDIAN"


def test_every_relation_that_pays_is_one_that_the_record_knows() -> None:
    assert set(related.PAYING) <= set(ResponsibleParty.Relation.values)


def test_the_database_holds_that_a_related_person_is_a_party(front_desk: Membership) -> None:
    came(front_desk, mother())

    with pytest.raises(DatabaseError, match="related_is_a_party"), transaction.atomic():
        ExternalRecord.objects.filter(kind="RELATED").update(party=None)
