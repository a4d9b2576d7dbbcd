"""What happens to every request: scope, failures, refusals, headers, card numbers."""

import logging

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, SignInSession
from accounts.sessions import MFA_AT, PRACTICE, SessionStore
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.houses import House, browser_of
from tests.told import said

pytestmark = pytest.mark.urls("tests.accounts.urls")


@pytest.fixture
def desk(front_desk: Membership, caplog: pytest.LogCaptureFixture) -> Client:
    """The front desk's browser, in which a failure is an answer and not an exception."""
    caplog.set_level(logging.CRITICAL)
    browser = browser_of(front_desk)
    browser.raise_request_exception = False
    return browser


def session_of(browser: Client) -> SessionStore:
    return SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def logged(practice: House, action: Action) -> list[dict[str, str | int]]:
    with practice_scope(practice.id):
        return [said(event) for event in Event.objects.filter(action=action).order_by("seq")]


def name_of(practice: House, member: Membership) -> str:
    with practice_scope(practice.id):
        return str(Membership.objects.get(pk=member.pk).display_name)


def test_what_a_view_writes_is_committed_with_its_event(
    desk: Client, practice: House, front_desk: Membership
) -> None:
    assert desk.get(reverse("writing")).content == b"done"

    assert name_of(practice, front_desk) == "Renamed"
    assert logged(practice, Action.CLIENT_LISTED) == [{"count": 1}]


@pytest.mark.parametrize("route", ["crashing", "answering_500", "broken_at_commit", "swallowing"])
def test_a_failed_request_leaves_only_the_event_of_its_failure(
    desk: Client, practice: House, front_desk: Membership, route: str
) -> None:
    assert desk.get(reverse(route)).status_code == 500

    assert name_of(practice, front_desk) == front_desk.display_name
    assert logged(practice, Action.CLIENT_LISTED) == []
    assert logged(practice, Action.REQUEST_FAILED) == [{"route": route}]


@pytest.mark.parametrize(("route", "status"), [("refusing", 403), ("missing", 404)])
def test_a_refusal_is_logged_and_leaves_nothing_half_written(
    desk: Client, practice: House, front_desk: Membership, route: str, status: int
) -> None:
    assert desk.get(reverse(route)).status_code == status

    assert name_of(practice, front_desk) == front_desk.display_name
    assert logged(practice, Action.CLIENT_LISTED) == []
    assert logged(practice, Action.REQUEST_REFUSED) == [{"route": route, "status": status}]


def test_a_view_outside_the_scope_opens_its_own(desk: Client) -> None:
    assert desk.get(reverse("scope_free")).content == b"1"


def test_a_refusal_outside_the_scope_is_logged_too(desk: Client, practice: House) -> None:
    assert desk.get(reverse("scope_free_missing")).status_code == 404

    assert logged(practice, Action.REQUEST_REFUSED) == [
        {"route": "scope_free_missing", "status": 404}
    ]


def test_a_view_outside_the_scope_still_needs_its_permission(administrator: Membership) -> None:
    assert browser_of(administrator).get(reverse("scope_free")).status_code == 403


def test_a_session_without_a_second_factor_is_refused(desk: Client) -> None:
    session = session_of(desk)
    del session[MFA_AT]
    session.save()

    answer = desk.get(reverse("writing"))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:sign_in"))
    assert not SignInSession.objects.exists()


def test_somebody_who_left_is_signed_out_with_a_sentence(
    desk: Client, practice: House, front_desk: Membership
) -> None:
    with practice_scope(practice.id):
        Membership.objects.filter(pk=front_desk.pk).update(
            ended_at=timezone.now(), ended_by=practice.automaton
        )

    answer = desk.get(reverse("writing"), follow=True)

    assert "You do not belong to this practice any more" in answer.content.decode()
    assert not SignInSession.objects.exists()
    assert logged(practice, Action.SESSION_ENDED) == [{"reason": "no longer a member"}]


def test_a_session_cannot_name_a_practice_that_is_not_ones_own(
    desk: Client, other_practice: House
) -> None:
    session = session_of(desk)
    session[PRACTICE] = str(other_practice.id)
    session.save()

    answer = desk.get(reverse("writing"))

    assert answer["Location"].startswith(reverse("accounts:sign_in"))


def test_without_a_practice_one_is_led_to_choose(desk: Client) -> None:
    session = session_of(desk)
    del session[PRACTICE]
    session.save()

    assert desk.get(reverse("writing"))["Location"] == reverse("accounts:choose_practice")


def test_nobody_is_led_to_sign_in_and_back(client: Client) -> None:
    assert client.get(reverse("writing"))["Location"] == "/sign-in/?next=%2Ftest%2Fwriting%2F"
    assert client.post(reverse("writing"))["Location"] == "/sign-in/"


def test_htmx_is_led_on_by_its_own_header(client: Client) -> None:
    answer = client.get(reverse("writing"), headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == "/sign-in/"


@pytest.mark.parametrize("route", ["writing", "crashing", "missing", "accounts:sign_in", "healthz"])
def test_no_answer_may_be_kept_or_framed(desk: Client, route: str) -> None:
    answer = desk.get(reverse(route))

    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert len(answer["X-Request-ID"]) == 16


def test_a_card_number_is_refused_before_anything_reads_it(desk: Client, practice: House) -> None:
    answer = desk.post(reverse("stepping_up"), {"what": "note 4242 4242 4242 4242"})

    assert answer.status_code == 422
    assert "A card number does not belong here" in answer.content.decode()
    assert "4242" not in answer.content.decode()
    assert logged(practice, Action.REQUEST_REFUSED) == [{"route": "stepping_up", "status": 422}]


def test_a_card_number_is_refused_in_an_address(desk: Client) -> None:
    assert desk.get(reverse("writing"), {"q": "4242424242424242"}).status_code == 422


@pytest.mark.parametrize("name", ["member_id", "coverage member_id"])
def test_an_insurers_number_may_look_like_a_card_number(desk: Client, name: str) -> None:
    told = {
        desk.post(reverse("stepping_up"), {name: number}).status_code
        for number in ("W123456789", "4242424242424242")
    }

    assert len(told) == 1
    assert desk.post(reverse("stepping_up"), {name + "x": "4242424242424242"}).status_code == 422


def test_htmx_gets_a_note_for_a_card_number(desk: Client) -> None:
    answer = desk.post(
        reverse("stepping_up"), {"what": "4242424242424242"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()


def test_a_webhook_is_not_read_for_card_numbers(client: Client) -> None:
    assert client.post(reverse("plain"), {"what": "4242424242424242"}).content == b"plain"


def test_a_form_without_its_token_is_refused_and_logged(
    front_desk: Membership, practice: House
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = browser_of(front_desk).cookies

    answer = browser.post(reverse("stepping_up"), {"what": "anything"})

    assert answer.status_code == 403
    assert "This page was open too long" in answer.content.decode()
    assert logged(practice, Action.REQUEST_REFUSED) == [{"route": "stepping_up", "status": 403}]


def test_an_unknown_address_is_a_plain_404(desk: Client, client: Client) -> None:
    for browser in (desk, client):
        answer = browser.get("/nothing/here/")
        assert answer.status_code == 404
        assert "There is nothing at this address" in answer.content.decode()
