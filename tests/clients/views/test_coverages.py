"""The pages of a client's insurance: the desk types a card in, and member ids stay hidden."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from audit.models import Event
from clients.models import Client, Coverage
from clients.services import payers
from tests.clients.people import NOW, added
from tests.clients.records import MEMBER_ID, coverage
from tests.houses import House

SignedIn = Callable[[Membership], Browser]


@pytest.fixture
def held(practice: House, front_desk: Membership) -> Coverage:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        payers.add(
            name="Keystone", member_id_hint="three letters, nine digits", now=NOW, by=front_desk
        )
        return coverage(added(front_desk), front_desk)


def page(route: str, held: Coverage, *, of_coverage: bool = False) -> str:
    ids = [held.client_id, held.pk] if of_coverage else [held.client_id]
    return reverse(f"clients:{route}", args=ids)


def unmaskings(house: House) -> int:
    with practice_scope(house.id):
        return Event.objects.filter(action="clients.coverage.member_id_shown").count()


def test_a_card_is_typed_in_and_listed_with_what_it_lacks(
    practice: House, held: Coverage, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)
    form = browser.get(page("coverage_new", held)).content.decode()
    assert '<option value="Keystone">' in form
    assert "three letters, nine digits" in form

    answer = browser.post(
        page("coverage_new", held),
        {
            "payer_name": "Harborview",
            "member_id": "W55501234",
            "rank": "2",
            "relation": "CHILD",
            "subscriber_given_names": "Ngozi",
            "subscriber_family_name": "Okonkwo",
            "starts_on": "2026-01-01",
        },
    )

    assert answer.headers["Location"] == page("coverages", held)
    shown = browser.get(page("coverages", held)).content.decode()
    assert "the subscriber&#x27;s birth date" in shown
    assert "••••1234" in shown
    assert "W55501234" not in shown


def test_a_refused_card_comes_back_as_it_was_typed(
    held: Coverage, front_desk: Membership, signed_in: SignedIn
) -> None:
    answer = signed_in(front_desk).post(
        page("coverage_new", held),
        {"payer_name": "Ω <b>Harborview</b>", "rank": "1", "starts_on": "2026-02-01"},
    )

    assert answer.status_code == 422
    assert "Another insurance is primary" in answer.content.decode()
    assert "Ω &lt;b&gt;Harborview&lt;/b&gt;" in answer.content.decode()


def test_no_page_shows_a_whole_member_id_before_it_is_asked_for(
    held: Coverage, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)
    addresses = [
        page("coverages", held),
        page("coverage", held, of_coverage=True),
        reverse("billing:client", args=[held.client_id]),
    ]

    bodies = [browser.get(address).content.decode() for address in addresses]

    assert [MEMBER_ID in body for body in bodies] == [False] * 3
    assert ["••••7745" in body for body in bodies] == [True] * 3


def test_a_member_id_is_shown_once_and_hidden_again(
    practice: House, held: Coverage, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)

    shown = browser.post(page("member_id", held, of_coverage=True))
    again = browser.get(page("member_id", held, of_coverage=True), follow=True)

    assert MEMBER_ID in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert MEMBER_ID not in again.content.decode()
    assert again.redirect_chain == [(page("coverages", held), 302)]
    assert unmaskings(practice) == 1


def test_without_a_fresh_second_factor_it_stays_hidden(
    practice: House, held: Coverage, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] = int(timezone.now().timestamp()) - 301
    session.save()

    answer = browser.post(page("member_id", held, of_coverage=True))

    assert answer.status_code == 422
    assert MEMBER_ID not in answer.content.decode()
    assert unmaskings(practice) == 0


def test_another_clients_coverage_is_not_shown_under_this_one(
    practice: House, held: Coverage, front_desk: Membership, signed_in: SignedIn
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        other: Client = added(front_desk, family_name="Quill")

    answer = signed_in(front_desk).post(reverse("clients:member_id", args=[other.pk, held.pk]))

    assert answer.status_code == 404
    assert unmaskings(practice) == 0


def test_ending_and_taking_back_are_told_when_they_cannot_be(
    held: Coverage, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)
    address = page("coverage_end", held, of_coverage=True)

    statuses = [
        browser.post(address, {"ends_on": day}).status_code
        for day in ("", "2025-12-31", "2026-03-01", "2026-03-01")
    ]

    assert statuses == [422, 409, 302, 409]
    assert browser.post(page("coverage_withdraw", held, of_coverage=True)).status_code == 302
    assert browser.post(page("coverage_withdraw", held, of_coverage=True)).status_code == 404


def test_a_correction_keeps_the_member_id_that_was_not_typed_again(
    practice: House, held: Coverage, front_desk: Membership, signed_in: SignedIn
) -> None:
    signed_in(front_desk).post(
        page("coverage", held, of_coverage=True),
        {"payer_name": "Keystone", "plan_name": "Gold", "rank": "1", "member_id": ""},
    )

    with practice_scope(practice.id):
        right = Coverage.objects.get(corrects=held.pk)
        assert (right.member_id, right.plan_name) == (MEMBER_ID, "Gold")
