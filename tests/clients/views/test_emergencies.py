"""The pages of an emergency: opening a record, and reviewing that it was right."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.services import roles
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from clients.models import Client, EmergencyAccess
from clients.services import emergencies
from tests.clients.people import added
from tests.houses import House

SignedIn = Callable[[Membership], Browser]


@pytest.fixture
def client_record(practice: House, front_desk: Membership) -> Client:
    with practice_scope(practice.id):
        return added(front_desk)


def address(client: Client) -> str:
    return reverse("billing:client", args=[client.pk])


def test_a_therapist_opens_a_record_that_was_shut(
    client_record: Client, therapist: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(therapist)
    assert browser.get(address(client_record)).status_code == 404

    answer = browser.post(
        reverse("clients:emergency"), {"code": client_record.code, "reason": "CRISIS"}
    )

    assert answer.headers["Location"] == address(client_record)
    page = browser.get(address(client_record)).content.decode()
    assert "You opened this record in an emergency." in page


def test_without_a_fresh_second_factor_it_stays_shut(
    client_record: Client, therapist: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(therapist)
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] = int(timezone.now().timestamp()) - 301
    session.save()

    answer = browser.post(
        reverse("clients:emergency"), {"code": client_record.code, "reason": "CRISIS"}
    )

    assert answer.status_code == 422
    assert browser.get(address(client_record)).status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        {"code": "C-0099", "reason": "CRISIS"},
        {"name": "Nobody", "birth_date": "1973-08-01", "reason": "CRISIS"},
    ],
)
def test_a_guess_is_told_nothing_but_that(
    client_record: Client, therapist: Membership, signed_in: SignedIn, typed: dict[str, str]
) -> None:
    answer = signed_in(therapist).post(reverse("clients:emergency"), typed)

    assert answer.status_code == 422
    assert "Nobody is known by exactly this." in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"code": "C-0001"}, "Say why it cannot wait."),
        ({"reason": "CRISIS"}, "Enter the client&#x27;s code, or the name and the birth date."),
        ({"name": "Razo", "reason": "CRISIS"}, "Enter the client&#x27;s code"),
        ({"code": "C-0001", "reason": "CURIOUS"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said(
    client_record: Client,
    therapist: Membership,
    signed_in: SignedIn,
    typed: dict[str, str],
    said: str,
) -> None:
    answer = signed_in(therapist).post(reverse("clients:emergency"), typed)

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_an_administrator_reviews_it_without_learning_who_it_was(
    practice: House,
    client_record: Client,
    therapist: Membership,
    administrator: Membership,
    signed_in: SignedIn,
) -> None:
    with practice_scope(practice.id, person_id=therapist.person_id):
        access = emergencies.open_record(
            client=client_record,
            reason=EmergencyAccess.Reason.SAFETY,
            now=timezone.now() - emergencies.LASTS,
            by=therapist,
        )
    browser = signed_in(administrator)

    page = browser.get(reverse("clients:emergencies")).content.decode()
    assert client_record.code in page
    assert "safety is at risk" in page
    assert "Razo" not in page

    review = reverse("clients:emergency_review", args=[access.pk])
    after = browser.post(review, {"finding": "UNJUSTIFIED"}, follow=True).content.decode()
    assert "Your review is noted." in after
    assert "It was not right" in after
    again = browser.post(review, {"finding": "JUSTIFIED"}, follow=True).content.decode()
    assert "Somebody has reviewed this already." in again


def test_there_is_nothing_to_press_while_the_record_is_open(
    practice: House,
    client_record: Client,
    therapist: Membership,
    administrator: Membership,
    signed_in: SignedIn,
) -> None:
    with practice_scope(practice.id, person_id=therapist.person_id):
        access = emergencies.open_record(
            client=client_record,
            reason=EmergencyAccess.Reason.SAFETY,
            now=timezone.now(),
            by=therapist,
        )
    browser, review = (
        signed_in(administrator),
        reverse("clients:emergency_review", args=[access.pk]),
    )

    page = browser.get(reverse("clients:emergencies")).content.decode()
    after = browser.post(review, {"finding": "JUSTIFIED"}, follow=True).content.decode()

    assert "once the record is shut again" in page
    assert review not in page
    assert "This record is still open to them." in after


@pytest.mark.parametrize("is_alone", [True, False])
def test_who_is_alone_is_told_that_nobody_reviews_it(
    practice: House, administrator: Membership, signed_in: SignedIn, is_alone: bool
) -> None:
    with practice_scope(practice.id, person_id=administrator.person_id):
        now, role = timezone.now(), Role.objects.get(slug="therapist")
        roles.grant(member=administrator, role=role, now=now, by=administrator)
        if not is_alone:
            role = Role.objects.get(slug="administrator")
            other = practice.people["auditor"]
            roles.grant(member=other, role=role, now=now, by=administrator)

    page = signed_in(administrator).get(reverse("clients:emergency")).content.decode()

    assert ("Nobody else here can be told or review it" in page) is is_alone
    assert ("The administrators are told at once" in page) is not is_alone


def test_the_list_is_empty_at_first(administrator: Membership, signed_in: SignedIn) -> None:
    page = signed_in(administrator).get(reverse("clients:emergencies")).content.decode()

    assert "No record was ever opened in an emergency." in page
