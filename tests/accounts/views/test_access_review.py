"""The review's one screen: deciding, being told why not, finishing, and reading it later."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessReview, AccessReviewItem, Membership
from accounts.selectors import members
from accounts.services import reviews
from accounts.sessions import MFA_AT
from accounts.tenancy import practice_scope
from tests.houses import House, browser_of

PAGE = reverse("accounts:access_review")


@pytest.fixture
def review(practice: House) -> AccessReview:
    """A review that is open, with a line for each of the five."""
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        return reviews.start(now=timezone.now(), by=by)


@pytest.fixture
def browser(practice: House, review: AccessReview) -> Client:
    return browser_of(practice.people["administrator"])


def line_of(house: House, role: str) -> AccessReviewItem:
    with practice_scope(house.id):
        return AccessReviewItem.objects.get(grant__member=house.people[role])


def act(what: str, item: AccessReviewItem) -> str:
    return reverse(f"accounts:access_review_{what}", args=[item.pk])


def test_a_line_is_confirmed_and_the_next_one_takes_the_focus(
    practice: House, browser: Client
) -> None:
    url = act("confirm", line_of(practice, "accountant"))

    answer = browser.post(url, headers={"HX-Request": "true"}).content.decode()

    assert "<!DOCTYPE" not in answer
    assert "3 of 5 lines wait" not in answer
    assert "4 of 5 lines wait" in answer
    focus = answer[: answer.index("data-focus")].rpartition("<tr")[2]
    assert str(practice.people["administrator"].pk) in focus


def test_a_role_is_removed_from_the_very_next_request_on(practice: House, browser: Client) -> None:
    desk = browser_of(practice.people["front-desk"])
    assert desk.get(reverse("billing:today")).status_code == 200

    assert browser.post(act("remove", line_of(practice, "front-desk")))["Location"] == PAGE

    assert desk.get(reverse("billing:today")).status_code == 403


def test_removing_needs_a_fresh_second_factor_and_confirming_does_not(
    practice: House, browser: Client
) -> None:
    session = browser.session
    session[MFA_AT] = 0
    session.save()
    item = line_of(practice, "front-desk")

    assert browser.post(act("remove", item)).status_code == 422
    with practice_scope(practice.id):
        assert members.roles_of(practice.people["front-desk"])
    assert browser.post(act("confirm", item)).status_code == 302


def test_the_last_administrator_stays_and_it_is_said(practice: House, browser: Client) -> None:
    answer = browser.post(act("remove", line_of(practice, "administrator")))

    assert answer.status_code == 409
    assert "Somebody must stay who can change roles." in answer.content.decode()
    assert line_of(practice, "administrator").decision == ""


def test_who_has_a_colleague_is_offered_no_decision_on_themselves(
    practice: House, other_practice: House, browser: Client
) -> None:
    assert act("confirm", line_of(practice, "administrator")) in browser.get(PAGE).content.decode()
    by, other = practice.people["administrator"], practice.people["auditor"]
    with practice_scope(practice.id):
        role = members.roles_of(by)[0]
        other.grants.create(role=role, granted_at=timezone.now(), granted_by=by)

    page = browser.get(PAGE).content.decode()

    assert "A colleague decides" in page
    mine = line_of(practice, "administrator")
    assert act("confirm", mine) not in page
    answer = browser.post(act("confirm", mine))
    assert answer.status_code == 409
    assert "ask Auditor of Harbor Lane" in answer.content.decode()


def test_a_review_is_finished_kept_and_read(practice: House, browser: Client) -> None:
    with practice_scope(practice.id):
        items, review = list(AccessReviewItem.objects.all()), AccessReview.objects.get()
    one = reverse("accounts:access_review_one", args=[review.pk])
    assert browser.post(one).status_code == 409
    for item in items:
        browser.post(act("confirm", item))
    assert "Finish the review" in browser.get(PAGE).content.decode()

    assert browser.post(one)["Location"] == one

    page = browser.get(one).content.decode()
    assert "Finished" in page
    assert act("remove", items[0]) not in page
    assert browser.post(act("remove", items[0])).status_code == 409
    auditor = browser_of(practice.people["auditor"])
    assert one in auditor.get(reverse("accounts:access_review_past")).content.decode()
    assert one in auditor.get(PAGE).content.decode()


def test_an_auditor_reads_and_decides_nothing(practice: House, browser: Client) -> None:
    auditor, item = browser_of(practice.people["auditor"]), line_of(practice, "front-desk")

    assert act("confirm", item) not in auditor.get(PAGE).content.decode()
    assert auditor.post(act("confirm", item)).status_code == 403
    assert auditor.post(PAGE).status_code == 403


def test_a_late_review_is_amber_on_the_page_and_in_the_rail(
    practice: House, review: AccessReview
) -> None:
    fresh = browser_of(practice.people["administrator"])
    assert "rail__count--late" not in fresh.get(PAGE).content.decode()
    with practice_scope(practice.id):
        by = practice.people["administrator"]
        for item in AccessReviewItem.objects.all():
            reviews.confirm(item_id=item.pk, now=timezone.now(), by=by)
        reviews.close(review=review, now=timezone.now(), by=by)
        reviews.start(now=timezone.now() - timedelta(days=32), by=by)

    page = fresh.get(PAGE).content.decode()

    assert "This review is late" in page
    assert "rail__count--late" in page
    assert (
        "rail__count--late" not in browser_of(practice.people["auditor"]).get(PAGE).content.decode()
    )


def test_another_practices_lines_are_not_there(
    practice: House, other_practice: House, review: AccessReview
) -> None:
    stranger = browser_of(other_practice.people["administrator"])
    item = line_of(practice, "front-desk")

    assert stranger.post(act("confirm", item)).status_code == 404
    assert stranger.post(act("remove", item)).status_code == 404
    url = reverse("accounts:access_review_one", args=[review.pk])
    assert stranger.get(url).status_code == 404


def test_one_is_started_between_the_quarters(practice: House) -> None:
    browser = browser_of(practice.people["administrator"])
    assert "Start one now" in browser.get(PAGE).content.decode()

    browser.post(PAGE)
    twice = browser.post(PAGE, follow=True).content.decode()

    assert "A review is open already." in twice
    with practice_scope(practice.id):
        assert AccessReview.objects.count() == 1
        assert Membership.objects.filter(ended_at=None).count() == 6
