"""The weekly review on its pages: reading, deciding, being told why not, signing, and answering."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import LogReview, LogReviewLine, LogReviewMark, Membership, Role, RoleGrant
from accounts.selectors import log_reviews
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.weeks import all_decided, did, old_week, open_week
from tests.houses import House, browser_of

PAGE = reverse("accounts:log_reviews")


@pytest.fixture
def review(practice: House) -> LogReview:
    """A week in which the desk opened three records and took a list away."""
    desk = practice.people["front-desk"]
    did(practice, desk, count=3)
    did(practice, desk, Action.CLIENT_EXPORTED)
    return open_week(practice)


@pytest.fixture
def browser(review: LogReview, administrator: Membership) -> Client:
    return browser_of(administrator)


def one(review: LogReview) -> str:
    return reverse("accounts:log_review", args=[review.pk])


def url_of(line: LogReviewLine) -> str:
    return reverse("accounts:log_review_line", args=[line.pk])


def line_of(house: House, kind: str = "EXPORT") -> LogReviewLine:
    with practice_scope(house.id):
        return LogReviewLine.objects.filter(kind=kind).order_by("position")[0]


def state_of(house: House, line: LogReviewLine) -> str | None:
    with practice_scope(house.id):
        last: str | None = log_reviews.of(line.review).get(pk=line.pk).last
        return last


def text_of(answer: object) -> str:
    page = answer.content.decode().split('id="main"')[1]  # type: ignore[attr-defined]  # a response
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_list_leads_to_a_week_whose_lines_are_sentences(
    practice: House, browser: Client, review: LogReview
) -> None:
    assert one(review) in browser.get(PAGE).content.decode()

    page = text_of(browser.get(one(review)))

    desk = practice.people["front-desk"].display_name
    assert f"{desk} took a list of clients away as a file." in page
    assert f"{desk} opened client C-0." in page
    assert f"{desk} saw or changed the records of 4 different clients." in page
    assert review.seed in page
    with practice_scope(practice.id):
        viewed = Event.objects.filter(action=Action.LOG_VIEWED)
        assert review.line_count in [event.facts["count"] for event in viewed]


def test_a_line_is_fine_in_one_press_and_the_page_goes_on_below_it(
    practice: House, browser: Client, review: LogReview
) -> None:
    line = line_of(practice)

    answer = browser.post(url_of(line), {"says": "FINE"})

    assert answer["Location"] == f"{one(review)}#line-{line.position + 1}"
    assert state_of(practice, line) == "FINE"
    again = browser.post(url_of(line), {"says": "FINE"})
    assert again.status_code == 409
    assert "Somebody has decided on this line already." in text_of(again)


def test_what_is_asked_needs_words_and_stays_typed(practice: House, browser: Client) -> None:
    line = line_of(practice)

    answer = browser.post(url_of(line), {"says": "ASK", "own_words": " "})

    assert answer.status_code == 422
    assert "Say why in a few words." in text_of(answer)
    assert 'value="ASK"' in answer.content.decode()
    assert browser.post(url_of(line), {}).status_code == 422
    assert state_of(practice, line) is None


def test_a_person_who_is_asked_answers_on_their_own_page(
    practice: House, browser: Client, review: LogReview
) -> None:
    line, desk = line_of(practice), browser_of(practice.people["front-desk"])
    browser.post(url_of(line), {"says": "ASK", "own_words": "For whom was this list?"})
    mine = reverse("accounts:log_question", args=[line.pk])

    assert reverse("accounts:log_questions") in desk.get(reverse("accounts:you")).content.decode()
    assert "For whom was this list?" in text_of(desk.get(reverse("accounts:log_questions")))
    assert desk.post(mine, {"own_words": ""}).status_code == 422
    assert desk.post(mine, {"own_words": "For the auditor."}).status_code == 302

    assert desk.get(mine).status_code == 404
    you = desk.get(reverse("accounts:you")).content.decode()
    assert reverse("accounts:log_questions") not in you
    assert "For the auditor." in text_of(browser.get(one(review)))
    assert state_of(practice, line) == "ANSWERED"


def test_nobody_sees_a_question_to_somebody_else(practice: House, browser: Client) -> None:
    line = line_of(practice)
    browser.post(url_of(line), {"says": "ASK", "own_words": "Why?"})
    therapist = browser_of(practice.people["therapist"])

    assert "Nobody asks you anything" in text_of(therapist.get(reverse("accounts:log_questions")))
    mine = reverse("accounts:log_question", args=[line.pk])
    assert therapist.get(mine).status_code == 404
    assert therapist.post(mine, {"own_words": "x"}).status_code == 404


def test_the_random_lines_that_were_shown_are_fine_in_one_press(
    practice: House, browser: Client, review: LogReview
) -> None:
    page = browser.get(one(review)).content.decode()
    shown = re.findall(r'name="line" value="([0-9a-f-]{36})"', page)

    answer = browser.post(
        reverse("accounts:log_review_random_fine", args=[review.pk]), {"line": [*shown, "x"]}
    )

    assert answer["Location"] == one(review)
    with practice_scope(practice.id):
        assert LogReviewMark.objects.count() == len(shown) == 4
        assert all(mark.line.kind == "RANDOM" for mark in LogReviewMark.objects.all())


def test_a_week_is_signed_once_nothing_waits_and_stays(
    practice: House, browser: Client, review: LogReview, administrator: Membership
) -> None:
    early = browser.post(one(review))
    assert early.status_code == 409
    assert "wait still" in text_of(early)
    with practice_scope(practice.id, person_id=administrator.person_id):
        all_decided(review, administrator)
    assert "Sign the week off" in browser.get(one(review)).content.decode()

    assert browser.post(one(review))["Location"] == PAGE

    page = browser.get(one(review)).content.decode()
    assert "Sign the week off" not in page
    assert "and kept as it is" in page
    line = line_of(practice)
    late = browser.post(url_of(line), {"says": "INCIDENT", "own_words": "Late"})
    assert late.status_code == 409
    assert "This review is signed and stays as it is." in text_of(late)
    assert browser.post(one(review)).status_code == 409


def test_an_incident_stands_on_the_list_until_it_is_closed(
    practice: House, browser: Client
) -> None:
    line = line_of(practice)
    browser.post(url_of(line), {"says": "INCIDENT", "own_words": "Nobody asked for it."})
    assert "Nobody asked for it." in text_of(browser.get(PAGE))

    assert browser.post(url_of(line), {"says": "CLOSED", "own_words": ""}).status_code == 422
    browser.post(url_of(line), {"says": "CLOSED", "own_words": "The file was deleted."})

    assert "Nobody asked for it." not in text_of(browser.get(PAGE))
    assert "The file was deleted." in text_of(browser.get(url_of(line)))


def test_a_week_in_which_nothing_happened_is_signed_in_one_press(
    practice: House, administrator: Membership
) -> None:
    quiet, browser = old_week(practice), browser_of(administrator)
    page = browser.get(one(quiet)).content.decode()
    assert "Nothing happened" in page
    assert "Sign the week off" in page

    assert browser.post(one(quiet))["Location"] == PAGE


def test_a_late_week_is_told_on_its_page_on_the_list_and_in_the_rail(
    practice: House, administrator: Membership
) -> None:
    browser = browser_of(administrator)
    assert "rail__count--late" not in browser.get(PAGE).content.decode()
    late = old_week(practice)

    assert "This review is late" in text_of(browser.get(one(late)))
    assert "Overdue" in text_of(browser.get(PAGE))
    first = browser.get(reverse("accounts:people")).content.decode()
    assert re.search(r'rail__count--late" id="waiting-L">1<', first)


def test_a_review_is_late_from_the_eighth_day_on(practice: House) -> None:
    week = old_week(practice)
    with practice_scope(practice.id):
        last = week.week_starts_on + timedelta(days=13)
        on_time, late = (log_reviews.standing(on=last + timedelta(days=days)) for days in (0, 1))
        assert on_time is not None
        assert late is not None
        assert (on_time.is_late, late.is_late) == (False, True)


def test_an_auditor_reads_and_decides_nothing(
    practice: House, browser: Client, review: LogReview
) -> None:
    auditor, line = browser_of(practice.people["auditor"]), line_of(practice)

    page = auditor.get(one(review)).content.decode()
    assert "took a list of clients away" in page
    assert "Ask or report" not in page
    assert "All of these are fine" not in page
    assert 'name="says"' not in auditor.get(url_of(line)).content.decode()
    for url in (one(review), url_of(line)):
        assert auditor.post(url, {"says": "FINE"}).status_code == 403


def test_who_has_a_colleague_is_offered_no_decision_on_themselves(
    practice: House, administrator: Membership
) -> None:
    did(practice, administrator)
    review, browser = open_week(practice), browser_of(administrator)
    line = line_of(practice, "RANDOM")
    with practice_scope(practice.id):
        RoleGrant.objects.create(
            member=practice.people["auditor"],
            role=Role.objects.get(slug="administrator"),
            granted_at=timezone.now(),
            granted_by=practice.automaton,
        )

    assert "A colleague decides" in browser.get(one(review)).content.decode()
    assert "so a colleague decides on it" in browser.get(url_of(line)).content.decode()
    answer = browser.post(url_of(line), {"says": "FINE"})
    assert answer.status_code == 409
    assert "Nobody reviews what they did themselves: ask Auditor" in text_of(answer)


def test_a_line_of_many_shows_all_of_them_page_by_page(
    practice: House, administrator: Membership
) -> None:
    did(practice, practice.people["front-desk"], Action.CLIENT_EXPORTED, count=60)
    open_week(practice)
    browser, line = browser_of(administrator), line_of(practice)
    assert len(line.seqs) == 60

    pages = [
        set(
            re.findall(
                r"no\. ([0-9,]+)<", browser.get(url_of(line), {"page": page}).content.decode()
            )
        )
        for page in ("1", "2")
    ]

    assert [len(page) for page in pages] == [50, 10]
    assert not pages[0] & pages[1]


def test_the_most_seen_leads_into_the_log_of_that_week(
    practice: House, browser: Client, review: LogReview
) -> None:
    line = line_of(practice, "VIEWER")
    page = browser.get(url_of(line)).content.decode()

    [query] = re.findall(r'href="[^"]*/log/\?([^"]*)"', page)
    found = text_of(browser.get(reverse("accounts:log") + "?" + query.replace("&amp;", "&")))
    assert "opened client C-2." in found


def test_pages_cost_the_same_however_many_lines(practice: House, other_practice: House) -> None:
    def costs(house: House, count: int) -> list[int]:
        did(house, house.people["front-desk"], Action.CLIENT_EXPORTED, count=count)
        review, browser = open_week(house), browser_of(house.people["administrator"])
        line = line_of(house)
        browser.post(url_of(line), {"says": "INCIDENT", "own_words": "Why?"})
        asked = []
        for url in (PAGE, one(review), url_of(line)):
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(url).status_code == 200
            asked.append(len(captured))
        return asked

    few, many = costs(practice, 1), costs(other_practice, 9)

    assert few == many
    assert max(many) <= 25
