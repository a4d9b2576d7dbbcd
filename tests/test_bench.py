"""What `manage.py bench` prints, and that what it measures of access is the guards themselves."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import Membership, Practice, SignInSession
from accounts.selectors import doors, sealed
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from billing.reports.registry import REPORTS
from config.dev.bench import (
    access,
    billing,
    database,
    ledger,
    payments,
    phi,
    posting,
    registry,
    running,
    search,
    timing,
)
from config.dev.bench.access import Browser, NotMeasured
from config.dev.bench.timing import Effort, Figure, Goal, Measured, Spread, rounds
from config.dev.seed import practices
from config.dev.seed.story import PRACTICES
from config.dev.state import BASE_DIR, Refused
from tests import houses
from tests.houses import House

SignIn = Callable[[Membership], Client]
KEYS = {
    *("name", "size", "unit", "samples", "ours", "floor"),
    *("added", "ratio", "goal", "goal_of", "holds"),
}


@pytest.fixture
def commits(commits: None) -> None:
    """A database of one's own in which the demo's Harbor Lane is still to be founded."""
    with practice_scope(houses.harbor_lane().id):
        Practice.objects.update(slug="harbor-lane-of-the-tests")


@pytest.fixture
def addresses() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=access.URLS):
        yield


@pytest.fixture
def key(front_desk: Membership, signed_in: SignIn, addresses: None) -> str:
    """The key of the front desk's session."""
    return key_of(signed_in(front_desk))


def key_of(browser: Client) -> str:
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def asked(key: str = "") -> tuple[int, bytes]:
    """Return what the measured application answers to the measured request."""
    stack = access.application(settings.MIDDLEWARE)
    return Browser(stack, access.cookie(key) if key else "").get(access.GUARDED)


def figure(ours: float, floor: float, goal: Goal | None) -> Figure:
    return Figure("x", 1, "us", Measured(Spread(ours, ours, ours), Spread(floor, floor), 1), goal)


@pytest.mark.commits
def test_each_figure_is_whole_and_stands_beside_its_floor(commits: None) -> None:
    found = [figure.as_json() for figure in access.figures(Effort(rounds=2, calls=3))]

    assert [each["name"] for each in found] == [
        *("access.click", "access.same_second", "access.click_cpu", "access.nobody")
    ]
    for each in json.loads(json.dumps(found)):
        assert each.keys() == KEYS
        assert (each["unit"], each["samples"]) == ("us", 6)
        for side in (each["ours"], each["floor"]):
            assert 0 < side["median"] <= side["p95"]
    assert [each["goal"] for each in found] == [3000, 3000, 4000, None]


@pytest.mark.commits
def test_a_search_is_measured_at_each_size(commits: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SIZES", (3, 8))

    found = list(search.figures(Effort(rounds=1, calls=2)))

    assert [(each.name, each.size, each.unit) for each in found] == [
        ("search.find", 3, "ms"),
        ("search.answer", 3, "ms"),
        ("search.find", 8, "ms"),
        ("search.answer", 8, "ms"),
    ]


@pytest.mark.commits
def test_the_figures_of_billing_are_of_invoices_that_were_made(
    commits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(billing, "CLIENTS_OF_A_CALL", 3)
    monkeypatch.setattr(timing, "WARM_UP", 1)

    found = list(billing.figures(Effort(rounds=1, calls=1)))

    assert [(each.name, each.size, each.unit) for each in found] == [
        ("billing.issue_by_cycle", 3, "ms"),
        ("billing.take_payment", 3, "ms"),
    ]


@pytest.mark.commits
def test_the_measured_view_answers_whom_its_guards_let_in(key: str) -> None:
    assert asked(key) == (200, b"ok")


@pytest.mark.commits
def test_it_refuses_a_member_without_the_permission(
    administrator: Membership, signed_in: SignIn, addresses: None
) -> None:
    assert asked(key_of(signed_in(administrator)))[0] == 403


@pytest.mark.commits
@pytest.mark.parametrize("cookie", ["", "nobody-has-this-key"])
def test_it_refuses_a_request_without_a_session(
    cookie: str, practice: House, addresses: None
) -> None:
    assert asked(cookie)[0] == 302


@pytest.mark.commits
def test_it_refuses_a_session_without_a_second_factor(key: str) -> None:
    session = SessionStore(key)
    del session[MFA_AT]
    session.save()

    assert asked(key)[0] == 302
    assert not SignInSession.objects.exists()


@pytest.mark.commits
def test_it_refuses_who_is_no_longer_of_the_practice(
    key: str, front_desk: Membership, practice: House
) -> None:
    with practice_scope(practice.id):
        left = {"ended_at": timezone.now(), "ended_by": practice.automaton}
        Membership.objects.filter(pk=front_desk.pk).update(**left)

    assert asked(key)[0] == 302


@pytest.mark.commits
def test_a_refusal_is_never_measured(commits: None, addresses: None) -> None:
    ask = Browser(access.application(settings.MIDDLEWARE)).asking(access.GUARDED)

    with pytest.raises(NotMeasured, match="302"):
        access.served(ask)()


@pytest.mark.commits
def test_a_measured_click_moves_the_idle_clock(key: str) -> None:
    row = SignInSession.objects.get()
    before = timezone.now() - 2 * access.PAUSE
    SignInSession.objects.update(last_seen_at=before)

    asked(key)

    row.refresh_from_db()
    assert row.last_seen_at is not None
    assert row.last_seen_at > before


@pytest.mark.commits
def test_who_is_measured_signed_in_by_both_factors(commits: None, addresses: None) -> None:
    founded = practices.found(PRACTICES[0], now=timezone.now())

    assert MFA_AT in SessionStore(access.signed_in_key(founded.people[0]))


@pytest.mark.commits
def test_the_figures_of_sealing_leave_every_value_readable(
    commits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phi, "MANY", 60)
    monkeypatch.setattr(phi, "MORE", ())
    monkeypatch.setattr(timing, "WARM_UP", 1)

    found = [figure.as_json() for figure in phi.figures(Effort(rounds=1, calls=1))]

    assert [figure["name"] for figure in found] == [
        *("phi.seal", "phi.open", "phi.seal_with_mark", "phi.page", "phi.rotation")
    ]
    under = []
    for practice_id in doors.practice_ids():
        with practice_scope(practice_id):
            under += [*sealed.under_versions()]
            assert sealed.first_offence() is None
    assert under == [3]


@pytest.mark.commits
def test_the_figures_of_the_books_are_of_sound_ones(
    commits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "SIZES", (24, 84))
    monkeypatch.setattr(ledger, "OTHERS", 1)
    monkeypatch.setattr(posting, "BATCH", 5)
    monkeypatch.setattr(timing, "WARM_UP", 1)

    found = [figure.as_json() for figure in ledger.figures(Effort(rounds=1, calls=1))]

    read = [
        "trial_balance",
        "income_statement",
        "ageing",
        "ageing_a_year_ago",
        "client_balance",
        "account_balance",
        "statement_of_account",
    ]
    every_report = [f"report.{slug}" for slug in REPORTS]
    told = [(figure["name"], figure["size"]) for figure in found]
    assert [figure for figure in told if figure[0] != "ledger.post_cpu"] == [
        ("ledger.post_beside_bare", 0),
        ("ledger.post_beside_function", 0),
        ("ledger.post_four_writers", 0),
        ("ledger.post_many", 0),
        ("ledger.post_many_linear", 0),
        *((f"ledger.{name}", size) for size in (24, 84) for name in read),
        ("ledger.post_beside_empty", 84),
        *((f"ledger.closed.{name}", 84) for name in (*read, *every_report)),
    ]


@pytest.mark.commits
@pytest.mark.stripe
def test_the_figures_of_card_money_are_of_events_that_were_posted(commits: None) -> None:
    found = [figure.as_json() for figure in payments.figures(Effort(rounds=2, calls=3))]

    assert [(each["name"], each["size"], each["unit"]) for each in found] == [
        ("payments.webhook_answer_at_50", 6, "ms"),
        ("payments.post_two_workers", 6, "ms"),
    ]
    slowest = found[0]["ours"]["p99"]  # type: ignore[index]  # a Spread
    assert slowest >= found[0]["ours"]["median"] > 0  # type: ignore[index]


def test_the_floor_has_no_middleware_and_the_same_answer(addresses: None) -> None:
    floor = access.application([])

    assert Browser(floor).get(access.BARE) == (200, b"ok")
    assert Browser(floor).get(access.GUARDED)[0] != 200


def test_the_two_sides_take_turns_and_the_scene_is_not_measured() -> None:
    told: list[str] = []
    time = iter(range(0, 10_000_000, 1000))

    found = rounds(
        lambda: told.append("ours"),
        lambda: told.append("floor"),
        effort=Effort(rounds=2, calls=2),
        clock=lambda: next(time),
        before=lambda: told.append("scene"),
    )

    ours = ["scene", "ours"] * 2
    assert told[-12:] == [*ours, "floor", "floor", "floor", "floor", *ours]
    assert found == Measured(Spread(1, 1), Spread(1, 1), samples=4)


@pytest.mark.parametrize(
    ("goal", "holds"),
    [
        (Goal("added", 80), True),
        (Goal("added", 79), False),
        (Goal("ratio", 5), True),
        (Goal("ratio", 4.9), False),
        (Goal("p95", 100), True),
        (Goal("p95", 99), False),
        (None, None),
    ],
)
def test_a_goal_is_held_against_what_is_added_or_the_ratio(
    goal: Goal | None, holds: bool | None
) -> None:
    assert figure(100, 20, goal).holds is holds


def test_an_unknown_benchmark_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match="There is no benchmark nothing; there are: access"):
        running.main(["nothing"])


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", "bench", *arguments],
        cwd=BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_prints_a_line_for_each_figure_and_leaves_no_database_behind() -> None:
    done = bench("access", "--rounds", "1", "--calls", "2")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 4, done.stderr
    over = [line["name"] for line in lines if line["holds"] is False]
    assert done.returncode == bool(over)
    assert all(name in done.stderr for name in over)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_database WHERE starts_with(datname, %s)", [database.PREFIX]
        )
        assert cursor.fetchone() == (0,)


def test_the_command_itself_refuses_an_unknown_name_too() -> None:
    done = bench("nothing")

    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        f"There is no benchmark nothing; there are: {', '.join(registry.BENCHES)}."
    )
