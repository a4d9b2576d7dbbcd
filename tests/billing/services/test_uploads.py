"""FHIR files from a page: each comes in whole or not at all, and nothing of it is kept."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Membership
from accounts.selectors import members
from accounts.services import roles
from billing.models import FhirFile, RejectedRecord, Session
from billing.selectors import uploads as reads
from billing.services import uploads
from clients.models import Client
from tests.billing.services.test_imports import NOW
from tests.clients.bundles import bundle, patient, whole

pytestmark = pytest.mark.usefixtures("scope")

GOOD = json.dumps(whole()).encode()
BROKEN = GOOD[:-100]
FAULTY = json.dumps(bundle(patient(birthDate="19-73"))).encode()


def taken_in(by: Membership, *contents: bytes) -> list[FhirFile]:
    batch = uploads.upload(contents=contents, now=NOW, by=by)
    for file_id, _ in reads.waiting(batch):
        uploads.take_in(file_id=file_id, now=NOW)
    return list(FhirFile.objects.filter(batch=batch).order_by("place"))


def test_each_file_tells_what_became_of_it(front_desk: Membership) -> None:
    good, broken, faulty, again = taken_in(front_desk, GOOD, BROKEN, FAULTY, GOOD)

    assert (good.outcome, good.made, good.refused) == ("TAKEN_IN", 2, 2)
    assert (broken.outcome, broken.made) == ("UNREADABLE", 0)
    assert (faulty.outcome, faulty.refused) == ("TAKEN_IN", 1)
    assert (again.outcome, again.made, again.changed) == ("TAKEN_IN", 0, 0)
    assert again.unchanged > 0
    assert Client.objects.count() == 1


def test_sessions_wait_until_somebody_says_whose_they_are(front_desk: Membership) -> None:
    taken_in(front_desk, GOOD)

    assert not Session.objects.exists()
    assert {row.remedy for row in RejectedRecord.objects.all()} == {"MAP"}


def test_nothing_of_a_file_is_kept_when_it_is_over(front_desk: Membership) -> None:
    batch = uploads.upload(contents=[GOOD], now=NOW, by=front_desk)
    [(file_id, _)] = reads.waiting(batch)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM billing_fhirfile")
        assert b"vila" not in bytes(cursor.fetchone()[0])

    uploads.take_in(file_id=file_id, now=NOW)
    uploads.take_in(file_id=file_id, now=NOW)

    assert FhirFile.objects.get().content is None
    assert Client.objects.count() == 1


def test_what_fails_in_the_middle_leaves_nothing(
    front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = uploads.upload(contents=[GOOD], now=NOW, by=front_desk)
    [(file_id, _)] = reads.waiting(batch)

    def fail(*args: object, **kwargs: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("billing.services.uploads._finish", fail)
    with pytest.raises(ConnectionError):
        uploads.take_in(file_id=file_id, now=NOW)

    assert not Client.objects.exists()
    assert reads.left_behind(now=NOW + timedelta(minutes=1)) == [batch]


def test_who_lost_the_right_meanwhile_brings_nothing_in(front_desk: Membership) -> None:
    batch = uploads.upload(contents=[GOOD], now=NOW, by=front_desk)
    role = members.roles_of(front_desk)[0]
    roles.withdraw(member=front_desk, role=role, now=NOW, by=front_desk)

    [(file_id, _)] = reads.waiting(batch)
    uploads.take_in(file_id=file_id, now=NOW)

    assert FhirFile.objects.get().outcome == "NOT_ALLOWED"
    assert not Client.objects.exists()


def test_what_fails_for_an_hour_ends_without_a_record(front_desk: Membership) -> None:
    batch = uploads.upload(contents=[GOOD, GOOD], now=NOW, by=front_desk)

    assert uploads.give_up(now=NOW + timedelta(minutes=59)) == 0
    assert uploads.give_up(now=NOW + timedelta(minutes=60)) == 2

    assert reads.waiting(batch) == []
    assert {file.outcome for file in FhirFile.objects.all()} == {"FAILED"}
    assert not FhirFile.objects.exclude(content__isnull=True).exists()


def test_only_whoever_chose_them_sees_what_became_of_files(
    front_desk: Membership, administrator: Membership
) -> None:
    batch: UUID = uploads.upload(contents=[GOOD], now=NOW, by=front_desk)

    assert reads.batch_of(administrator, batch) is None
    found = reads.batch_of(front_desk, batch)
    assert found is not None
    assert (found.done, found.is_over) == (0, False)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"outcome": "FAILED"}, "ends_somehow"),
        ({"outcome": "FAILED", "finished_at": NOW}, "emptied_when_over"),
        ({"made": 1}, "counts_what_came_in"),
    ],
)
def test_the_database_holds_how_a_file_ends(
    front_desk: Membership, changed: dict[str, object], rule: str
) -> None:
    uploads.upload(contents=[GOOD], now=NOW, by=front_desk)

    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        FhirFile.objects.update(**changed)


def test_the_database_refuses_to_open_a_file_again(front_desk: Membership) -> None:
    taken_in(front_desk, BROKEN)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        FhirFile.objects.update(outcome="", finished_at=None)
