"""What was not taken in: kept sealed, mended, waited for, or dismissed; and once settled, empty."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.models import Event
from billing.models import RejectedRecord, Session
from billing.services import imports, mending, rejects
from clients import fhir
from clients.models import Client, Contact, Coverage
from ledger.money import Money
from tests.clients.bundles import benefit, bundle, claim, encounter, patient, whole

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
Receive = Callable[..., imports.Outcome]


@pytest.fixture
def terms(front_desk: Membership) -> imports.Terms:
    return imports.Terms(therapist=None, on=date(2026, 3, 2), now=NOW, by=front_desk)


@pytest.fixture
def receive(scope: None, terms: imports.Terms) -> Receive:
    def _receive(document: object, origin: imports.Origin | None = None) -> imports.Outcome:
        content = fhir.load(json.dumps(document).encode())
        return imports.receive(content, terms=terms, origin=origin or imports.a_file())

    return _receive


def pulled() -> imports.Origin:
    return imports.Origin(imports.CameBy.PULL, uuid7())


def opened() -> list[tuple[str, str, str]]:
    rows = RejectedRecord.objects.filter(state="OPEN").order_by("kind", "id")
    return [(row.kind, row.path, row.remedy) for row in rows]


def only() -> RejectedRecord:
    return RejectedRecord.objects.get(state="OPEN")


def test_a_record_is_kept_with_the_path_of_what_is_wrong(receive: Receive) -> None:
    receive(patient(birthDate="1973"))

    assert opened() == [("Patient", "birthDate", "MEND")]
    assert only().reason == "Is not a full date."


def test_nothing_of_the_record_stands_in_plain_sight(receive: Receive) -> None:
    receive(patient(birthDate="19-73"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT billing_rejectedrecord::text FROM billing_rejectedrecord")
        row = cursor.fetchone()[0]
    for word in ("19-73", "vila", "999-59", "Skyway"):
        assert word not in row
    # Four digits stand by chance in what is sealed, and eight hardly ever.
    for word in ("19-73", "vila", "4711", "999-59", "Skyway"):
        assert word.encode().hex() not in row


def test_what_is_not_needed_is_not_kept_in_the_body_either(receive: Receive) -> None:
    secret = {"photo": [{"data": "c2VjcmV0"}], "maritalStatus": {"text": "Divorced"}}

    receive(patient(birthDate="1973", **secret))

    body = json.dumps(only().body)
    assert "Lexington" in body
    for word in ("c2VjcmV0", "Divorced", "999-59-8698", "photo"):
        assert word not in body


def test_the_same_file_again_lists_nothing_twice(receive: Receive) -> None:
    for _ in range(3):
        receive(bundle(patient(name=[]), encounter(), claim()))

    assert [kind for kind, _, _ in opened()] == ["Claim", "Encounter", "Patient"]


def test_what_is_of_no_use_is_told_and_not_kept(receive: Receive) -> None:
    pharmacy = claim(type={"coding": [{"code": "pharmacy"}]})

    outcome = receive(bundle(patient(), pharmacy))

    assert [told.reason for told in outcome.unusable] == [
        "A claim for medication: only sessions are billed."
    ]
    assert opened() == []


def test_a_mended_patient_comes_in_with_all_that_waited(
    receive: Receive, terms: imports.Terms
) -> None:
    receive(bundle(patient(birthDate=None), encounter(), claim(), benefit()))
    assert [remedy for _, _, remedy in opened()].count("WAIT") == 3
    row = RejectedRecord.objects.get(kind="Patient")

    mended = mending.mend(reject_id=row.pk, values={"birthDate": "1973-08-01"}, terms=terms)

    assert mended.is_taken_in
    assert opened() == []
    assert Client.objects.get().birth_date == date(1973, 8, 1)
    assert (Session.objects.get().fee, Coverage.objects.count()) == (Money(13500), 1)
    assert list(RejectedRecord.objects.exclude(body__isnull=True)) == []


def test_a_mended_claim_lets_its_encounter_in(receive: Receive, terms: imports.Terms) -> None:
    receive(bundle(patient(), encounter(), claim(total={"value": "dear", "currency": "USD"})))
    row = RejectedRecord.objects.get(kind="Claim")

    mending.mend(reject_id=row.pk, values={"total.value": "$1,150.10"}, terms=terms)

    assert Session.objects.get().fee == Money(115010)
    assert opened() == []


def test_a_name_can_be_given_to_somebody_without_any(
    receive: Receive, terms: imports.Terms
) -> None:
    receive(patient(name=None))

    mending.mend(
        reject_id=only().pk,
        values={"name[0].given[0]": "Ana", "name[0].family": "Ñandú"},
        terms=terms,
    )

    assert Client.objects.get().full_name == "Ana Ñandú"


def test_what_is_mended_wrong_stays_with_its_new_fault(
    receive: Receive, terms: imports.Terms
) -> None:
    receive(patient(birthDate="1973"))

    mended = mending.mend(reject_id=only().pk, values={"birthDate": "2173-01-01"}, terms=terms)

    assert not mended.is_taken_in
    assert "future" in mended.reason
    assert opened() == [("Patient", "birthDate", "MEND")]


@pytest.mark.parametrize("path", ["id", "identifier[0].value", "status", "gender", "a", "name[0]"])
def test_only_the_listed_values_can_be_set(
    receive: Receive, terms: imports.Terms, path: str
) -> None:
    receive(patient(birthDate="1973"))

    with pytest.raises(mending.NotMendable):
        mending.mend(reject_id=only().pk, values={path: "x"}, terms=terms)


@pytest.mark.parametrize("amount", ["a lot", "NaN", "Infinity", "--1"])
def test_an_amount_is_a_number(receive: Receive, terms: imports.Terms, amount: str) -> None:
    receive(bundle(patient(), encounter(), claim(total={"value": "dear"})))
    row = RejectedRecord.objects.get(kind="Claim")

    with pytest.raises(mending.NotANumber):
        mending.mend(reject_id=row.pk, values={"total.value": amount}, terms=terms)


@pytest.mark.parametrize("amount", ["1e9999999999", "-1", "100000000"])
def test_an_unreasonable_amount_stays_listed(
    receive: Receive, terms: imports.Terms, amount: str
) -> None:
    receive(bundle(patient(), encounter(), claim(total={"value": "dear"})))
    row = RejectedRecord.objects.get(kind="Claim")

    mended = mending.mend(reject_id=row.pk, values={"total.value": amount}, terms=terms)

    assert (mended.is_taken_in, mended.path) == (False, "total.value")


def test_a_claim_and_its_encounter_find_each_other_across_pulls(receive: Receive) -> None:
    origin = pulled()
    receive(bundle(patient(), encounter(id="e-0")), origin)
    late = bundle(patient(), claim(item=[{"encounter": [{"reference": "Encounter/e-0"}]}]))

    outcome = receive(late, origin)

    assert outcome.sessions == 1
    assert opened() == []


def test_records_of_two_systems_never_find_each_other(receive: Receive) -> None:
    """Patient/p-1 of one system is not Patient/p-1 of another, without any identifier."""
    ours = patient(identifier=[])
    receive(bundle(ours, encounter(id="e-0")), pulled())
    late = bundle(ours, claim(item=[{"encounter": [{"reference": "Encounter/e-0"}]}]))

    outcome = receive(late, pulled())

    assert outcome.sessions == 0
    assert Client.objects.count() == 2


def phones() -> list[str]:
    return [each.number_or_address for each in Contact.objects.filter(kind="PHONE")]


def test_who_only_came_along_is_not_turned_back(receive: Receive, terms: imports.Terms) -> None:
    """The encounter waits with the person as they were then; they moved since."""
    origin = pulled()
    receive(bundle(patient(), encounter(id="e-0")), origin)
    receive(patient(telecom=[{"system": "phone", "value": "555-1"}]), origin)
    assert phones() == ["555-1"]

    imports.replay(list(RejectedRecord.objects.values_list("pk", flat=True)), terms=terms)

    assert phones() == ["555-1"]


def test_what_comes_right_by_itself_leaves_the_list(receive: Receive) -> None:
    receive(patient(birthDate="1973", meta={"versionId": "1"}))

    receive(patient(meta={"versionId": "2"}))

    row = RejectedRecord.objects.get()
    assert (row.state, row.body) == ("TAKEN_IN", None)


def test_an_older_version_closes_nothing(receive: Receive) -> None:
    receive(patient(meta={"versionId": "2"}))
    receive(patient(birthDate="1973", meta={"versionId": "3"}))

    receive(patient(meta={"versionId": "1"}))
    receive(patient(meta={"versionId": "2"}))

    assert opened() == [("Patient", "birthDate", "MEND")]


@pytest.mark.parametrize(
    "later", [patient(), encounter(status="cancelled")], ids=["in", "of no use"]
)
def test_what_a_document_holds_twice_is_settled_once(
    receive: Receive, later: dict[str, Any]
) -> None:
    earlier = {"Patient": {"birthDate": "1973"}, "Encounter": {"status": "in-progress"}}
    kind = later["resourceType"]
    receive(bundle(*([] if kind == "Patient" else [patient()]), later | earlier[kind]), pulled())
    origin = imports.Origin(imports.CameBy(only().channel), only().origin)

    receive(bundle(patient(), later, later), origin)

    assert opened() == []


def test_a_cancelled_encounter_leaves_the_list(receive: Receive) -> None:
    origin = pulled()
    receive(bundle(patient(), encounter(status="in-progress")), origin)
    assert opened() == [("Encounter", "status", "WAIT")]

    receive(bundle(patient(), encounter(status="cancelled")), origin)

    assert opened() == []


def test_a_dismissed_record_stays_dismissed_as_long_as_it_is_the_same(
    receive: Receive, front_desk: Membership
) -> None:
    receive(patient(birthDate="1973"))
    rejects.dismiss(reject_id=only().pk, reason="NOT_OURS", now=NOW, by=front_desk)

    receive(patient(birthDate="1973"))
    assert opened() == []

    receive(patient(birthDate="1974"))
    assert opened() == [("Patient", "birthDate", "MEND")]


def test_what_is_settled_is_settled_once(
    receive: Receive, terms: imports.Terms, front_desk: Membership
) -> None:
    receive(patient(birthDate="1973"))
    row = only()
    rejects.dismiss(reject_id=row.pk, reason="NOT_OURS", now=NOW, by=front_desk)

    with pytest.raises(rejects.Settled):
        rejects.dismiss(reject_id=row.pk, reason="NOT_OURS", now=NOW, by=front_desk)
    with pytest.raises(rejects.Settled):
        mending.mend(reject_id=row.pk, values={"birthDate": "1973-08-01"}, terms=terms)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_rejectedrecord SET state = 'DISMISSED', dismissal = 'NOT_OURS',"
        " settled_at = now(), settled_by_id = (SELECT id FROM accounts_membership LIMIT 1)",
        "UPDATE billing_rejectedrecord SET state = 'TAKEN_IN', body = NULL",
        "UPDATE billing_rejectedrecord SET dismissal = 'NOT_OURS'",
        "UPDATE billing_rejectedrecord SET remedy = 'NONE'",
    ],
    ids=["with its body", "by nobody", "open and dismissed", "no remedy"],
)
def test_the_database_holds_what_settled_means(receive: Receive, statement: str) -> None:
    receive(patient(birthDate="1973"))

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("text", ["\ud83d", "a\0b", "😀", "x" * 5000, "\u202e"])
def test_a_body_is_sealed_whatever_stands_in_it(receive: Receive, text: str) -> None:
    receive(patient(birthDate="1973", name=[{"family": text}], telecom=text))

    assert opened()[0][0] == "Patient"
    assert only().body is not None


def test_a_record_of_unreasonable_size_is_listed_without_its_body(receive: Receive) -> None:
    receive(patient(birthDate="1973", name=[{"given": ["x" * 50] * 10_000}]))

    row = only()
    assert row.body is None
    assert mending.values_of(row) == []


def test_amounts_keep_their_digits(receive: Receive, terms: imports.Terms) -> None:
    document = json.dumps(bundle(patient(birthDate=None), encounter(), claim(value=111)))

    content = fhir.load(document.replace("111", "100.10").encode())
    imports.receive(content, terms=terms, origin=imports.a_file())
    row = RejectedRecord.objects.get(kind="Patient")

    mending.mend(reject_id=row.pk, values={"birthDate": "1973-08-01"}, terms=terms)

    assert Session.objects.get().fee == Money(10010)


def test_the_log_quotes_nobody(receive: Receive, terms: imports.Terms) -> None:
    receive(patient(birthDate="1973"))
    mending.mend(reject_id=only().pk, values={"birthDate": "1973-08-01"}, terms=terms)
    transaction.set_rollback(False)

    assert "vila" not in str(list(Event.objects.values_list("label", "facts")))


def test_documents_of_any_kind_are_received(receive: Receive) -> None:
    origin = pulled()
    receive(bundle(patient(), encounter()), origin)
    strange: list[Any] = [None, 7, "x", [], {}, {"resourceType": "Bundle", "entry": 7}]
    for document in strange:
        receive(document, origin)

    assert opened() == [("Encounter", "", "WAIT")]


def test_a_single_record_keeps_its_own_paths(receive: Receive) -> None:
    origin = pulled()
    receive(bundle(patient(), encounter()), origin)

    outcome = receive(patient(id=str(uuid4()), identifier=[], birthDate="1973"), origin)

    assert [told.path for told in outcome.unusable] == ["birthDate"]


def test_a_whole_bundle_lists_nothing(receive: Receive) -> None:
    receive(whole())

    assert opened() == []
