"""Diagnoses: codes that can be billed on the day, in their places, ended or taken back."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from clients.models import Client, Diagnosis, DiagnosisCode
from clients.selectors import diagnoses as selectors
from clients.selectors import diagnosis_codes
from clients.services import diagnoses
from tests.clients.people import NOW, TODAY, added
from tests.clients.records import JANUARY, diagnosis

AUTUMN = date(2026, 10, 5)


@pytest.fixture
def client(scope: None, front_desk: Membership) -> Client:
    return added(front_desk)


def enter(
    client: Client, by: Membership, code: str, on: date = TODAY, rank: int | None = None
) -> Diagnosis:
    return diagnoses.add(client=client, code=code, starts_on=on, rank=rank, now=NOW, by=by)


@pytest.mark.parametrize("typed", ["F41.1", "f411", " F41.1 "])
def test_a_code_is_entered_with_or_without_its_dot(
    client: Client, therapist: Membership, typed: str
) -> None:
    assert enter(client, therapist, typed).code == "F411"
    [shown] = selectors.of(client, on=TODAY)
    assert (shown.code, shown.title) == ("F41.1", "Generalized anxiety disorder")


@pytest.mark.parametrize(
    ("typed", "on", "words"),
    [
        ("F43.8", AUTUMN, "F43.8 is divided further on Oct 5, 2026; choose F43.81 or F43.89."),
        ("F41.4", AUTUMN, "F41.4 is not valid on Oct 5, 2026; choose F41.0, F41.1, F41.3, F41.8"),
        (
            "F41.1",
            date(2019, 1, 2),
            "No list of codes that begin with F is loaded for Jan 2, 2019.",
        ),
        ("Z63.0", AUTUMN, "No list of codes that begin with Z is loaded for Oct 5, 2026."),
        ("prolonged grief", AUTUMN, "Choose a code: F43.81 Prolonged grief disorder"),
        ("sad since summer", AUTUMN, "This is not an ICD-10-CM code."),
        ("'; DROP TABLE", AUTUMN, "This is not an ICD-10-CM code."),
    ],
)
def test_what_cannot_be_billed_on_the_day_is_refused_in_words(
    client: Client, therapist: Membership, typed: str, on: date, words: str
) -> None:
    with pytest.raises(diagnoses.NotBillable) as refused:
        enter(client, therapist, typed, on)

    assert str(refused.value).startswith(words)


def test_only_codes_without_a_further_division_can_be_billed(scope: None) -> None:
    codes = set(DiagnosisCode.objects.values_list("code", flat=True))
    divided = {code[:n] for code in codes for n in range(3, len(code))} & codes

    billable = set(diagnosis_codes.billable(TODAY).values_list("code", flat=True))

    assert (len(codes), len(billable)) == (1112, 871)
    assert billable & divided == set()


def test_each_has_a_place_of_its_own_and_none_twice(client: Client, therapist: Membership) -> None:
    for code in ("F41.1", "F32.1"):
        enter(client, therapist, code)

    with pytest.raises(diagnoses.AlreadyHas):
        enter(client, therapist, "F411", TODAY + timedelta(days=9))
    with pytest.raises(diagnoses.RankTaken, match="has this place"):
        enter(client, therapist, "F90.0", rank=2)
    assert [(each.rank, each.code) for each in selectors.of(client, on=TODAY)] == [
        (1, "F41.1"),
        (2, "F32.1"),
    ]


def test_a_claim_takes_twelve(client: Client, therapist: Membership) -> None:
    codes = list(diagnosis_codes.billable(TODAY).values_list("code", flat=True)[:13])
    for code in codes[:12]:
        enter(client, therapist, code)

    with pytest.raises(diagnoses.RankTaken, match="twelve"):
        enter(client, therapist, codes[12])
    assert selectors.billable(client, on=TODAY) == codes[:12]


def test_the_database_refuses_two_in_one_place_and_a_thirteenth(
    client: Client, therapist: Membership
) -> None:
    diagnosis(client, therapist)
    other = diagnosis(client, therapist, "F32.1")

    with pytest.raises(IntegrityError, match="one rank on one day"), transaction.atomic():
        Diagnosis.objects.filter(pk=other.pk).update(rank=1)
    with pytest.raises(IntegrityError, match="one_of_twelve"), transaction.atomic():
        Diagnosis.objects.filter(pk=other.pk).update(rank=13)


def test_what_has_ended_or_was_an_error_stays_and_makes_room(
    client: Client, therapist: Membership
) -> None:
    first, second = diagnosis(client, therapist), diagnosis(client, therapist, "F32.1")
    diagnoses.end(diagnosis=first, ends_on=TODAY, now=NOW, by=therapist)
    diagnoses.withdraw(diagnosis=second, now=NOW, by=therapist)
    tomorrow = TODAY + timedelta(days=1)
    enter(client, therapist, "F33.1", tomorrow)

    assert selectors.billable(client, on=TODAY) == ["F411"]
    assert selectors.billable(client, on=tomorrow) == ["F331"]
    shown = selectors.of(client, on=tomorrow)
    assert [(each.code, each.is_over, each.is_withdrawn) for each in shown] == [
        ("F33.1", False, False),
        ("F41.1", True, False),
        ("F32.1", False, True),
    ]
    with pytest.raises(diagnoses.NotStanding):
        diagnoses.end(diagnosis=second, ends_on=TODAY, now=NOW, by=therapist)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        Diagnosis.objects.filter(pk=second.pk).update(withdrawn_at=None, withdrawn_by=None)


def test_a_diagnosis_ends_once_and_not_before_it_starts(
    client: Client, therapist: Membership
) -> None:
    held = diagnosis(client, therapist)
    with pytest.raises(diagnoses.EndsBeforeItStarts):
        diagnoses.end(diagnosis=held, ends_on=JANUARY - timedelta(1), now=NOW, by=therapist)

    diagnoses.end(diagnosis=held, ends_on=TODAY, now=NOW, by=therapist)

    with pytest.raises(diagnoses.AlreadyEnded):
        diagnoses.end(diagnosis=held, ends_on=TODAY, now=NOW, by=therapist)


def test_the_code_stands_sealed(client: Client, therapist: Membership) -> None:
    held = diagnosis(client, therapist)

    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM clients_diagnosis WHERE id = %s", [held.pk])
        [(sealed,)] = cursor.fetchall()

    assert b"F411" not in bytes(sealed)
    assert "F41" not in f"{selectors.of(client, on=TODAY)!r} {held!r} {held}"


def test_the_app_changes_no_code_of_the_list(scope: None) -> None:
    for act in (
        "DELETE FROM clients_diagnosiscode",
        "UPDATE clients_diagnosiscode SET is_billable = true",
        "INSERT INTO clients_diagnosiscode SELECT * FROM clients_diagnosiscode",
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            connection.cursor().execute(act)
