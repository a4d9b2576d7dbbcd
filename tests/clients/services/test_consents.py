"""Consents: to which version of which text, since when, and what is missing."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from clients.models import Client, Consent, ConsentText
from clients.selectors import consents as selectors
from clients.services import consents
from tests.clients.people import NOW, TODAY, added
from tests.clients.records import JANUARY, consent, text

TELEHEALTH = "Telehealth"


@pytest.fixture
def client(scope: None, front_desk: Membership) -> Client:
    return added(front_desk)


def state(client: Client, kind: str = TELEHEALTH, on: date = TODAY) -> str:
    return {each.kind: each.state.value for each in selectors.statuses(client, on=on)}[kind]


def withdraw(held: Consent, by: Membership, on: date = TODAY) -> None:
    consents.withdraw(consent=held, withdrawn_on=on, today=TODAY, now=NOW, by=by)


def test_without_a_text_there_is_nothing_to_miss(client: Client, front_desk: Membership) -> None:
    assert state(client) == "No text published"

    text(front_desk)

    assert state(client) == "Missing"


def test_a_consent_counts_until_it_is_withdrawn(client: Client, front_desk: Membership) -> None:
    held = consent(client, front_desk)
    assert state(client) == "Given"

    withdraw(held, front_desk)

    assert state(client) == "Withdrawn"
    days = (JANUARY - timedelta(1), JANUARY, TODAY - timedelta(1), TODAY)
    assert [selectors.holds(client, "TELEHEALTH", on=day) for day in days] == [
        False,
        True,
        True,
        False,
    ]


def test_a_newer_text_asks_for_the_consent_anew(client: Client, front_desk: Membership) -> None:
    consent(client, front_desk)
    newer = text(front_desk, effective_from=TODAY)
    assert state(client, on=TODAY - timedelta(1)) == "Given"
    assert state(client) == "Given to an older text"

    consents.record(
        client=client,
        text=newer,
        how="ELECTRONIC",
        given_on=TODAY,
        today=TODAY,
        now=NOW,
        by=front_desk,
    )

    assert state(client) == "Given"
    assert [each.version for each in selectors.history(client)] == [2, 1]


def test_a_consent_with_an_end_is_over_after_it(client: Client, front_desk: Membership) -> None:
    consents.record(
        client=client,
        text=text(front_desk),
        how="PAPER",
        given_on=JANUARY,
        ends_on=TODAY,
        today=TODAY,
        now=NOW,
        by=front_desk,
    )

    assert [state(client, on=TODAY + timedelta(n)) for n in (0, 1)] == ["Given", "Over"]


@pytest.mark.parametrize(
    ("given_on", "ends_on", "refused"),
    [
        (TODAY + timedelta(1), None, consents.NotToday),
        (JANUARY - timedelta(1), None, consents.TextNotYet),
        (TODAY, JANUARY, consents.EndsBeforeItIsGiven),
        (JANUARY, None, consents.AlreadyGiven),
    ],
)
def test_what_cannot_be_is_not_recorded(
    client: Client,
    front_desk: Membership,
    given_on: date,
    ends_on: date | None,
    refused: type[Exception],
) -> None:
    held = consent(client, front_desk)

    with pytest.raises(refused):
        consents.record(
            client=client,
            text=held.text,
            how="PAPER",
            given_on=given_on,
            ends_on=ends_on,
            today=TODAY,
            now=NOW,
            by=front_desk,
        )


def test_a_consent_is_withdrawn_once_and_for_good(client: Client, front_desk: Membership) -> None:
    held = consent(client, front_desk)
    for day in (JANUARY - timedelta(1), TODAY + timedelta(1)):
        with pytest.raises(consents.NotToday):
            withdraw(held, front_desk, day)
    withdraw(held, front_desk)

    with pytest.raises(consents.AlreadyWithdrawn):
        withdraw(held, front_desk)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        Consent.objects.filter(pk=held.pk).update(
            withdrawn_on=None, withdrawn_at=None, withdrawn_by=None
        )


def test_the_database_wants_the_day_of_a_withdrawal(client: Client, front_desk: Membership) -> None:
    held = consent(client, front_desk)

    with pytest.raises(IntegrityError, match="withdrawn_by_someone"), transaction.atomic():
        Consent.objects.filter(pk=held.pk).update(withdrawn_at=NOW, withdrawn_by=front_desk)


def test_a_text_is_never_changed(scope: None, front_desk: Membership) -> None:
    held = text(front_desk)

    with pytest.raises(consents.NoBody):
        consents.publish(kind="CARD", body=" \n", effective_from=TODAY, now=NOW, by=front_desk)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        ConsentText.objects.filter(pk=held.pk).update(body="Something else")


def test_the_database_refuses_the_same_consent_twice(
    client: Client, front_desk: Membership
) -> None:
    held = consent(client, front_desk)

    with pytest.raises(IntegrityError, match="given_once_a_day"), transaction.atomic():
        Consent.objects.create(
            client=client,
            text=held.text,
            how="PAPER",
            given_on=JANUARY,
            recorded_at=NOW,
            recorded_by=front_desk,
        )
