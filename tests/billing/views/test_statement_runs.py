"""The pages of runs of statements: the rule, the choice, how far it is, and what is printed."""

from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing import tasks
from billing.models import AccountStatement, StatementRun, StatementRunItem
from clients.models import Client
from clients.services import merges
from tests import counting
from tests.billing import post
from tests.billing.conftest import Billed
from tests.billing.test_merged_clients import merge
from tests.pdf_text import text_of

RUNS = "/statement-runs/"


@pytest.fixture
def owing(billed: Billed) -> Billed:
    """Three clients who owe: one is told by e-mail, one on paper, and one by no way there is."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        post.reachable(billed.own, by)
        post.owing(by, "Paper")
    return billed


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs for which the worker was woken."""
    told: list[str] = []
    monkeypatch.setattr("accounts.worker.wake", lambda task, **ids: told.append(str(ids["run_id"])))
    return told


def rule(**changes: str) -> dict[str, str]:
    return {"key": str(uuid4()), "at_least": "10", "days_apart": "25", "message": "", **changes}


def drawn_up(browser: Browser, **changes: str) -> str:
    """Draw a run up and return its address."""
    answer = browser.post(RUNS, rule(**changes))
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_run_is_looked_at_before_anything_is_made(at_desk: Browser, owing: Billed) -> None:
    page = drawn_up(at_desk)
    answer = at_desk.get(page)

    assert "$300.00 is owed by who gets one" in answer.text
    for words in ("Told by e-mail", "Printed", "neither an e-mail address nor a postal address"):
        assert words in answer.text
    assert "A run is drawn up" in at_desk.get(RUNS).text
    with practice_scope(owing.house.id):
        assert not AccountStatement.objects.exists()


def test_the_rule_is_typed_as_people_type(at_desk: Browser, owing: Billed) -> None:
    for changes, words in (
        ({"at_least": "much"}, "much"),
        ({"at_least": "0"}, "Enter more than zero"),
        ({"at_least": "1,000.00"}, "Nobody owes that much"),
        ({"days_apart": ""}, "Enter a number of days"),
        ({"message": "4242424242424242"}, "card number"),
    ):
        answer = at_desk.post(RUNS, rule(**changes))
        assert answer.status_code in {400, 422}
        assert words in answer.text
    with practice_scope(owing.house.id):
        assert not StatementRun.objects.exists()


def test_the_form_that_is_sent_twice_draws_up_one(at_desk: Browser, owing: Billed) -> None:
    typed = rule()
    first, second = (at_desk.post(RUNS, typed)["Location"] for _ in range(2))

    assert first == second
    assert at_desk.post(RUNS, rule()).status_code == 422


def test_who_is_unpicked_is_left_out_and_the_rest_is_made(
    at_desk: Browser, owing: Billed, woken: list[str]
) -> None:
    page = drawn_up(at_desk)
    with practice_scope(owing.house.id):
        mailed, paper = StatementRunItem.objects.order_by("client__code")
        run_id = str(mailed.run_id)
    shown = [str(mailed.pk), str(paper.pk)]

    nobody = at_desk.post(page, {"shown": shown, "start": "1"})
    assert (nobody.status_code, "Every client is left out" in nobody.text) == (422, True)
    kept = {"shown": shown, "kept": shown[1:]}
    assert "The choice is kept" in at_desk.post(page, kept, follow=True).text
    answer = at_desk.post(page, {**kept, "start": "1"}, follow=True)
    assert "The statements are being made" in answer.text
    assert woken == [run_id]
    again = at_desk.post(page, {**kept, "start": "1"}, follow=True)
    assert "Somebody has started this run already" in again.text
    assert woken == [run_id]

    tasks.make_statements(practice_id=str(owing.house.id), run_id=run_id)
    over = at_desk.get(page)
    for words in ("1 statement made", "Left out by hand: 1", "Print 1 on paper"):
        assert words in over.text
    fragment = at_desk.get(page, headers={"HX-Request": "true"})
    assert "1 statement made" in fragment.text
    assert fragment["HX-Refresh"] == "true"
    assert "<html" not in fragment.text


def test_what_goes_on_paper_is_one_file(
    at_desk: Browser, as_accountant: Browser, owing: Billed, woken: list[str]
) -> None:
    page = drawn_up(at_desk)
    with practice_scope(owing.house.id):
        items = [str(pk) for pk in StatementRunItem.objects.values_list("pk", flat=True)]
        run = StatementRun.objects.get()
    at_desk.post(page, {"shown": items, "kept": items, "start": "1"})
    tasks.make_statements(practice_id=str(owing.house.id), run_id=str(run.pk))
    file = reverse("billing:statement_run_print", args=[run.pk, 1])

    answer = at_desk.get(file)
    assert answer["Content-Type"] == "application/pdf"
    assert "Paper" not in answer["Content-Disposition"]
    assert "1 Elm St" in text_of(answer.content)
    assert at_desk.get(reverse("billing:statement_run_print", args=[run.pk, 2])).status_code == 404
    assert as_accountant.get(file).status_code == 403
    shown = as_accountant.get(page).text
    assert "Who sees names prints them" in shown
    assert "Okonkwo" not in shown
    board = at_desk.get("/letters/?kind=STATEMENT").text
    assert "Waits to be sent" in board


def test_a_run_says_what_it_does_not_print(
    at_desk: Browser, owing: Billed, accountant: Membership, woken: list[str]
) -> None:
    """A statement of two records as one person's is printed for neither once they are parted."""
    by = owing.house.people["front-desk"]
    with practice_scope(owing.house.id, person_id=by.person_id):
        paper = Client.objects.get(code="C-0003")
        request = merge(paper, owing.other, by, accountant)
    page = drawn_up(at_desk)
    with practice_scope(owing.house.id):
        items = [str(pk) for pk in StatementRunItem.objects.values_list("pk", flat=True)]
        run = StatementRun.objects.get()
    at_desk.post(page, {"shown": items, "kept": items, "start": "1"})
    tasks.make_statements(practice_id=str(owing.house.id), run_id=str(run.pk))
    before = at_desk.get(page).text
    with practice_scope(owing.house.id, person_id=by.person_id):
        merges.undo(merge=request, now=timezone.now(), by=by)
    after = at_desk.get(page).text

    assert "Print 1 on paper" in before
    assert "Not printed" not in before
    assert "Not printed: 1. It tells of records" in after
    assert "on paper" not in after


def test_a_run_is_dropped(at_desk: Browser, owing: Billed) -> None:
    page = drawn_up(at_desk)

    assert "Nothing was made" in at_desk.post(f"{page}drop/", follow=True).text
    assert "was dropped" in at_desk.get(page).text
    assert "Somebody has dropped" in at_desk.post(f"{page}drop/", follow=True).text
    assert "Somebody has dropped" in at_desk.post(page, {"start": "1"}, follow=True).text


def test_a_page_of_a_run_asks_as_often_for_many_as_for_few(at_desk: Browser, owing: Billed) -> None:
    by = owing.house.people["front-desk"]

    def asked() -> int:
        page = drawn_up(at_desk)
        with counting.queries() as asked_for:
            at_desk.get(page)
        at_desk.post(f"{page}drop/")
        return len(asked_for)

    few = asked()
    with practice_scope(owing.house.id, person_id=by.person_id):
        for number in range(4):
            post.owing(by, f"More {number}", address=f"m{number}@mail.example")
            post.held(post.owing(by, f"Held {number}"), by)

    assert asked() == few


def test_therapists_run_nothing(as_therapist: Browser, owing: Billed) -> None:
    assert as_therapist.get(RUNS).status_code == 403
    assert as_therapist.post(RUNS, rule()).status_code == 403
