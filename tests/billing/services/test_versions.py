"""A record that comes again: the same version changes nothing, a newer one what the EHR owns."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from accounts.models import Membership
from billing.models import RejectedRecord, Session
from billing.services import imports
from clients.models import Client, Contact, Coverage, ExternalRecord
from clients.selectors import contacts
from clients.services import contacts as services
from clients.services import external
from ledger.money import Money
from tests.clients.bundles import Json, bundle, claim, encounter, patient, whole

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def receive(document: object, by: Membership, **terms: Any) -> imports.Outcome:
    told = imports.Terms(therapist=None, on=date(2026, 3, 2), now=NOW, by=by, **terms)
    return imports.receive(document, terms=told, origin=imports.a_file())


def person(version: str = "", updated: str = "", **changes: object) -> Json:
    meta = {"versionId": version, "lastUpdated": updated}
    return patient(meta={name: value for name, value in meta.items() if value}, **changes)


def phoned(number: str) -> list[Json]:
    return [{"system": "phone", "value": number}]


def dial(number: str) -> None:
    """Let the practice change the client's telephone number."""
    phone = Contact.objects.get(kind="PHONE")
    services.change(contact=phone, seen=phone.version, number_or_address=number)


def reached(kind: str) -> str:
    client = Client.objects.get()
    return contacts.first_ones([client.pk], kind).get(client.pk, "")


@pytest.mark.parametrize(
    ("first", "then", "phone"),
    [
        (("1", ""), ("2", ""), "new"),
        (("2", ""), ("1", ""), "old"),
        (("9", ""), ("10", ""), "new"),
        (("1", ""), ("1", ""), "old"),
        (("b", "2026-01-01T00:00:00Z"), ("a", "2026-01-02T00:00:00Z"), "new"),
        (("a", "2026-01-02T00:00:00Z"), ("b", "2026-01-01T00:00:00Z"), "old"),
        (("5", "2026-01-02T00:00:00Z"), ("4", "2026-01-03T00:00:00Z"), "new"),
        (("", ""), ("", ""), "new"),
        (("a", ""), ("b", ""), "new"),
        (("", "2026-01-01T12:00:00+02:00"), ("", "2026-01-01T10:00:00Z"), "new"),
        (("1", "never"), ("1" * 40, "never"), "new"),
    ],
    ids=[
        "next number",
        "number before",
        "numbers are no text",
        "same version",
        "changed later",
        "changed earlier",
        "time before number",
        "no version",
        "no order",
        "same moment",
        "unfit",
    ],
)
def test_which_version_is_newer(
    scope: None,
    front_desk: Membership,
    first: tuple[str, str],
    then: tuple[str, str],
    phone: str,
) -> None:
    receive(person(*first, telecom=phoned("old")), front_desk)

    outcome = receive(person(*then, telecom=phoned("new")), front_desk)

    assert reached("PHONE") == phone
    assert outcome.changed == (phone == "new")


def test_an_older_version_is_left_out_and_counted(scope: None, front_desk: Membership) -> None:
    receive(person("2"), front_desk)

    outcome = receive(person("1", telecom=[]), front_desk)

    assert (outcome.changed, outcome.outdated, outcome.unusable) == (0, 1, [])


def test_what_the_practice_changed_stays_and_is_listed(scope: None, front_desk: Membership) -> None:
    receive(person("1"), front_desk)
    dial("555-777-0000")

    outcome = receive(person("2", telecom=phoned("555-111-1111"), address=[]), front_desk)

    assert (reached("PHONE"), reached("EMAIL")) == ("555-777-0000", "")
    assert not any(each.is_current for each in contacts.addresses_of(Client.objects.get()))
    assert "phone" in outcome.adjusted[0].reason
    assert ExternalRecord.objects.get(kind="CLIENT").differs == "phone"


def test_a_difference_stays_until_somebody_decides(scope: None, front_desk: Membership) -> None:
    receive(person("1"), front_desk)
    dial("555-777-0000")
    receive(person("2", telecom=phoned("555-111-1111")), front_desk)
    receive(person("3", telecom=phoned("555-111-1111"), address=[]), front_desk)
    record = ExternalRecord.objects.get(kind="CLIENT")
    assert record.differs == "phone"

    external.settle_difference(record_id=record.pk, take=True, now=NOW, by=front_desk)

    assert reached("PHONE") == "555-111-1111"
    assert ExternalRecord.objects.get(kind="CLIENT").differs == ""


def test_the_practices_word_can_stand(scope: None, front_desk: Membership) -> None:
    receive(person("1"), front_desk)
    dial("555-777-0000")
    receive(person("2", telecom=phoned("555-111-1111")), front_desk)

    external.settle_difference(
        record_id=ExternalRecord.objects.get().pk, take=False, now=NOW, by=front_desk
    )

    assert reached("PHONE") == "555-777-0000"
    assert receive(person("3", telecom=phoned("555-111-1111")), front_desk).adjusted == []


def test_a_change_that_both_made_is_no_difference(scope: None, front_desk: Membership) -> None:
    receive(person("1"), front_desk)
    dial("555-111-1111")

    receive(person("2", telecom=phoned("555-111-1111")), front_desk)

    assert ExternalRecord.objects.get().differs == ""


def test_a_changed_name_is_found_again_among_those_alike(
    scope: None, front_desk: Membership
) -> None:
    receive(person("1"), front_desk)
    receive(person("2", name=[{"family": "Okafor", "given": ["Ana"]}]), front_desk)

    alike = receive(
        patient(identifier=[], id="x", name=[{"family": "Okafor", "given": ["Ana"]}]), front_desk
    )

    assert "C-0001" in alike.adjusted[0].reason


def test_a_newer_coverage_changes_the_one_that_is_here(scope: None, front_desk: Membership) -> None:
    def insured(version: str, member_id: str) -> Json:
        coverage = {
            "resourceType": "Coverage",
            "id": "c-1",
            "meta": {"versionId": version},
            "beneficiary": {"reference": "Patient/p-1"},
            "payor": [{"display": "Keystone"}],
            "subscriberId": member_id,
            "period": {"start": "2026-01-01"},
        }
        return bundle(person("1"), coverage)

    receive(insured("1", "K-1"), front_desk)
    outcome = receive(insured("2", "K-2"), front_desk)

    assert (outcome.coverages, outcome.changed) == (0, 1)
    assert Coverage.objects.get(withdrawn_at=None).member_id == "K-2"
    assert receive(insured("1", "K-1"), front_desk).changed == 0


def test_a_session_stays_as_it_was_recorded(scope: None, front_desk: Membership) -> None:
    def visited(version: str, value: int) -> Json:
        return bundle(patient(), encounter(meta={"versionId": version}), claim(value=value))

    receive(visited("1", 135), front_desk)
    outcome = receive(visited("2", 999), front_desk)
    again = receive(visited("2", 999), front_desk)

    assert Session.objects.get().fee == Money(13500)
    assert [told.path for told in outcome.unusable] == ["entry[1].resource"]
    assert again.unusable == []
    assert RejectedRecord.objects.get().state in {"OPEN", "TAKEN_IN"}


def test_nothing_of_a_version_stands_in_plain_sight(scope: None, front_desk: Membership) -> None:
    receive(person("Version-of-Ana"), front_desk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT clients_externalrecord::text FROM clients_externalrecord")
        row = cursor.fetchone()[0]
    for word in ("Version", "Ana", "1973-08-01", "555-333-1316"):
        assert word not in row
        assert word.encode().hex() not in row


def test_a_whole_bundle_again_changes_no_row(scope: None, front_desk: Membership) -> None:
    receive(whole(), front_desk)
    before = list(ExternalRecord.objects.order_by("id").values())

    outcome = receive(whole(), front_desk)

    assert (outcome.made, outcome.changed) == (0, 0)
    assert list(ExternalRecord.objects.order_by("id").values()) == before
