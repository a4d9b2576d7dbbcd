"""The pages of billing in cycles: the preview, letting it run, the runs, and how often."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Membership, Role
from accounts.permissions import Permission
from accounts.services import own_roles, roles
from accounts.tenancy import practice_scope
from billing import tasks
from billing.models import BillingCycle, CycleRun, Invoice, Rhythm, Session
from billing.selectors import periods
from tests import counting
from tests.billing import cycling as at_night
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.conftest import Billed
from tests.billing.views.conftest import SignIn

CYCLES, NEW, PRACTICE = "/cycles/", "/cycles/runs/new/", "/cycles/practice/"


@pytest.fixture
def daily(billed: Billed, monkeypatch: pytest.MonkeyPatch) -> Billed:
    """The practice bills every day; a session of each client of yesterday waits."""
    monkeypatch.setattr(tasks.run_billing, "delay", lambda **_: None)
    by, day = billed.house.people["front-desk"], today() - timedelta(days=1)
    with practice_scope(billed.house.id, person_id=by.person_id):
        at_night.every(Rhythm.DAILY, by)
        for client in (billed.own, billed.other):
            at.session(client, by, on=day, now=timezone.now())
    return billed


def today() -> date:
    return localdate(timezone=at.ZONE)


def yesterday() -> str:
    return f"DAILY:{today() - timedelta(days=1)}"


def run_of(daily: Billed) -> CycleRun:
    with practice_scope(daily.house.id):
        return CycleRun.objects.get()


def test_the_preview_says_what_will_be_billed(at_desk: Browser, daily: Billed) -> None:
    answer = at_desk.get(CYCLES)

    assert "2 invoices, $300.00 in all." in answer.text
    assert daily.own.code in answer.text
    assert "Bill it now" in answer.text


def test_without_a_rhythm_everything_is_by_hand(at_desk: Browser, billed: Billed) -> None:
    assert "Everything is billed by hand" in at_desk.get(CYCLES).text


def test_what_will_be_billed_is_billed(at_desk: Browser, daily: Billed) -> None:
    answer = at_desk.post(NEW, {"period": yesterday()})
    run = run_of(daily)
    waiting = at_desk.get(answer["Location"])
    _work(daily, run)
    over = at_desk.get(answer["Location"])

    assert answer["Location"] == reverse("billing:cycle_run", args=[run.pk])
    assert "0 of 2" in waiting.text
    assert "2 invoices, $300.00 in all." in over.text
    assert "INV-" in over.text


def _work(daily: Billed, run: CycleRun) -> None:
    by = daily.house.people["front-desk"]
    with practice_scope(daily.house.id, person_id=by.person_id):
        at_night.gone_on(run, by, today=today(), now=timezone.now())


def test_pressed_twice_it_is_one_run(at_desk: Browser, daily: Billed) -> None:
    answers = [at_desk.post(NEW, {"period": yesterday()})["Location"] for _ in range(2)]
    _work(daily, run_of(daily))
    again = at_desk.post(NEW, {"period": yesterday()}, follow=True)

    assert answers[0] == answers[1]
    assert "nothing was left to bill" in again.text
    with practice_scope(daily.house.id):
        assert Invoice.objects.filter(issued_on=today() - timedelta(days=1)).count() == 2


@pytest.mark.parametrize(
    "period",
    ["", "DAILY", "DAILY:2026-02-30", "MONTHLY:1999-01-31", "'; DROP--", "DAILY:9999-12-31", "\0"],
)
def test_no_other_period_is_billed(at_desk: Browser, daily: Billed, period: str) -> None:
    answer = at_desk.post(NEW, {"period": period})

    assert answer.status_code == 422
    assert "2 invoices" in answer.text
    with practice_scope(daily.house.id):
        assert not CycleRun.objects.exists()


def test_a_month_that_runs_still_is_only_looked_at(at_desk: Browser, daily: Billed) -> None:
    by = daily.house.people["front-desk"]
    with practice_scope(daily.house.id, person_id=by.person_id):
        at_night.every(Rhythm.MONTHLY, by, of=daily.own)
    ends = f"MONTHLY:{periods.end_of(Rhythm.MONTHLY, today())}"

    shown = at_desk.get(CYCLES, {"period": ends})
    refused = at_desk.post(NEW, {"period": ends})

    assert "This period is not over" in shown.text
    assert "Bill it now" not in shown.text
    assert (refused.status_code, "once it is over" in refused.text) == (422, True)


def test_what_keeps_it_off_is_mended_in_place(at_desk: Browser, daily: Billed) -> None:
    by, day = daily.house.people["front-desk"], today() - timedelta(days=1)
    noon = datetime.combine(day, time(12), at.ZONE)
    with practice_scope(daily.house.id, person_id=by.person_id):
        waits = hours.planned(daily.own, by, starts_at=noon, now=noon - timedelta(hours=2))

    shown = at_desk.get(CYCLES, {"period": yesterday()})
    way = f"/appointments/{waits.pk}/no-show/?billing={yesterday()}"
    answer = at_desk.post(way, {}, follow=True)

    assert "To look at first" in shown.text
    assert "Nobody said what became of an appointment" in shown.text
    assert way in shown.text
    assert answer.request["PATH_INFO"] == CYCLES
    assert "To look at first" not in answer.text


def test_a_session_that_costs_nothing_is_left_unbilled_and_comes_back(
    at_desk: Browser, daily: Billed
) -> None:
    by, day = daily.house.people["front-desk"], today() - timedelta(days=1)
    with practice_scope(daily.house.id, person_id=by.person_id):
        third = at.client(by, "Abara")
        free = at.session(third, by, dollars="0.00", on=day, now=timezone.now())

    shown = at_desk.get(CYCLES)
    way = f"/sessions/{free.pk}/not-billed/?billing={yesterday()}"
    answer = at_desk.post(way, {"reason": "FREE"}, follow=True)

    assert "It costs nothing together" in shown.text
    assert answer.request["PATH_INFO"] == CYCLES
    assert "It costs nothing together" not in answer.text


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example", "DAILY:2026-13-99x"])
def test_nobody_is_led_elsewhere(at_desk: Browser, daily: Billed, way: str) -> None:
    with practice_scope(daily.house.id):
        waits = Session.objects.filter(client=daily.own).latest("started_at")

    answer = at_desk.post(f"/sessions/{waits.pk}/not-billed/?billing={way}", {"reason": "FREE"})

    assert answer["Location"] == reverse("billing:unbilled")


def test_the_accountant_sees_codes_and_no_names(as_accountant: Browser, daily: Billed) -> None:
    answer = as_accountant.get(CYCLES)

    assert daily.own.code in answer.text
    assert "Okonkwo" not in answer.text
    assert as_accountant.post(NEW, {"period": yesterday()}).status_code == 302


def test_a_therapist_who_may_sees_their_own_clients_only_and_runs_nothing(
    daily: Billed, therapist: Membership, signed_in: SignIn
) -> None:
    _grant(daily, therapist)
    browser = signed_in(therapist)
    at_night_run = _asked(daily)

    preview = browser.get(CYCLES, {"period": yesterday()})
    run = browser.get(reverse("billing:cycle_run", args=[at_night_run.pk]))
    runs = browser.get("/cycles/runs/")

    for page in (preview, run):
        assert daily.own.code in page.text
        assert daily.other.code not in page.text
    assert "1 invoice, $150.00 in all." in preview.text
    assert "0 of 1" in run.text
    assert "Bill it now" not in preview.text
    assert runs.status_code == 200
    assert browser.post(NEW, {"period": yesterday()}).status_code == 403


def _grant(daily: Billed, member: Membership) -> None:
    """Let a member look at the billing, by a role of the practice's own."""
    by, now = daily.house.people["administrator"], timezone.now()
    with practice_scope(daily.house.id, person_id=by.person_id):
        original = Role.objects.get(slug="therapist")
        own = own_roles.copy(original=original, name="Biller", description="", now=now, by=by)
        roles.set_permissions(role=own, permissions={Permission.BILLING_RUN})
        roles.grant(member=member, role=own, now=now, by=by)


def _asked(daily: Billed) -> CycleRun:
    by = daily.house.people["front-desk"]
    with practice_scope(daily.house.id, person_id=by.person_id):
        day = today() - timedelta(days=1)
        return at_night.asked(Rhythm.DAILY, day, by, today=today(), now=timezone.now())


def test_a_run_lists_those_without_an_invoice(at_desk: Browser, daily: Billed) -> None:
    by, day = daily.house.people["front-desk"], today() - timedelta(days=1)
    with practice_scope(daily.house.id, person_id=by.person_id):
        third = at.client(by, "Abara")
        at.session(third, by, dollars="0.00", on=day, now=timezone.now())
    run = _asked(daily)
    _work(daily, run)

    answer = at_desk.get(reverse("billing:cycle_run", args=[run.pk]), {"outcome": "HELD_UP"})
    wrong = at_desk.get(reverse("billing:cycle_run", args=[run.pk]), {"outcome": "' OR 1=1"})

    assert "It costs nothing together" in answer.text
    assert daily.own.code not in answer.text
    assert wrong.status_code == 200


def test_how_often_is_set_from_a_day_on(at_desk: Browser, billed: Billed) -> None:
    first = {"rhythm": "MONTHLY", "starts_on": str(today())}
    answer = at_desk.post(PRACTICE, first, follow=True)
    again = at_desk.post(PRACTICE, first, follow=True)

    assert "It is billed so from that day on." in answer.text
    assert "It is so from that day on already." in again.text
    with practice_scope(billed.house.id):
        assert BillingCycle.objects.get().rhythm == Rhythm.MONTHLY


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"starts_on": "2020-01-01"}, "does not change"),
        ({"starts_on": "never"}, "date"),
        ({"rhythm": "HOURLY"}, "HOURLY"),
        ({"rhythm": "PRACTICE"}, "PRACTICE"),
        ({"rhythm": ""}, "Choose how often."),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed(
    at_desk: Browser, billed: Billed, changes: dict[str, Any], said: str
) -> None:
    answer = at_desk.post(PRACTICE, {"rhythm": "DAILY", "starts_on": str(today()), **changes})

    assert answer.status_code == 422
    assert said in answer.text
    with practice_scope(billed.house.id):
        assert not BillingCycle.objects.exists()


def test_a_client_has_a_rhythm_of_their_own(at_desk: Browser, daily: Billed) -> None:
    way = reverse("billing:client_cycle", args=[daily.own.pk])
    typed = {"rhythm": "BY_HAND", "starts_on": str(today())}

    answer = at_desk.post(way, typed, follow=True)

    assert "Billed now: by hand." in answer.text
    assert (
        "Billed now: every day."
        in at_desk.get(reverse("billing:client_cycle", args=[daily.other.pk])).text
    )


@pytest.mark.parametrize("way", [CYCLES, "/cycles/runs/"])
def test_the_number_of_queries_does_not_grow(at_desk: Browser, daily: Billed, way: str) -> None:
    _asked(daily)
    few = _queries(at_desk, way)
    by, day = daily.house.people["front-desk"], today() - timedelta(days=1)
    noon = datetime.combine(day, time(12), at.ZONE)
    with practice_scope(daily.house.id, person_id=by.person_id):
        for name in ("Abara", "Bell", "Cruz"):
            client = at.client(by, name)
            at.session(client, by, on=day, now=timezone.now())
            hours.planned(client, by, starts_at=noon, now=noon - timedelta(hours=2))

    assert _queries(at_desk, way) <= few + 3


def _queries(browser: Browser, way: str) -> int:
    with counting.queries() as queries:
        assert browser.get(way).status_code == 200
    return len(queries)
