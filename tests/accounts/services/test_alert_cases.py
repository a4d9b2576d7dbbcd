"""Cases are given to somebody, taken on and closed once, and never by whom they are about."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from accounts.alert_rules import RULES, AlertRule
from accounts.ids import uuid7
from accounts.models import (
    AlertCase,
    AlertHit,
    AlertSetting,
    AlertStep,
    Membership,
    OutgoingMail,
)
from accounts.selectors import absences, alerts
from accounts.selectors import alert_settings as found
from accounts.services import alert_cases, alert_settings
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts import watching
from tests.houses import House
from tests.told import said

NOTHING = AlertStep.Outcome.NOTHING
NOW = timezone.now


@pytest.fixture
def case(practice: House, therapist: Membership) -> AlertCase:
    watching.is_refused(practice, therapist, 10)
    watching.read(practice)
    return watching.the_case(practice)


@pytest.fixture
def about_administrator(practice: House, administrator: Membership) -> AlertCase:
    watching.is_refused(practice, administrator, 10)
    watching.read(practice)
    return watching.the_case(practice)


def within(house: House, by: Membership, act: Callable[..., Any], **given: Any) -> Any:
    with practice_scope(house.id, person_id=by.person_id):
        return act(**{"key": uuid7(), "now": NOW(), "by": by} | given)


def closed(house: House, by: Membership, case: AlertCase, **given: Any) -> Any:
    with practice_scope(house.id):
        shown = AlertHit.objects.filter(case=case).count()
    told = {"outcome": NOTHING, "own_words": "A wrong link.", "seen": shown}
    return within(house, by, alert_cases.close, case=case, **(told | given))


def test_a_case_is_given_taken_on_and_closed_and_the_log_tells_each(
    practice: House, case: AlertCase, administrator: Membership
) -> None:
    other = watching.second_administrator(practice)
    within(practice, administrator, alert_cases.assign, case=case, to=other)
    within(practice, administrator, alert_cases.assign, case=case, to=administrator)
    closed(practice, administrator, case)

    who = {"member": str(case.about_id)}
    with practice_scope(practice.id):
        told = [
            (event.action, said(event))
            for event in Event.objects.filter(area="accounts.alert").order_by("seq")[1:]
        ]
        words = [step.words for step in alerts.history(case)]
        [step] = AlertStep.objects.filter(kind="CLOSED")
        assert step.own_words == "A wrong link."
    assert told == [
        (Action.ALERT_ASSIGNED, {**who, "assignee": str(other.pk)}),
        (Action.ALERT_TAKEN, who),
        (Action.ALERT_CLOSED, {**who, "outcome": "nothing wrong"}),
    ]
    assert words == [
        "Raised with 10 events.",
        "Administrator of Harbor Lane gave it to Auditor of Harbor Lane.",
        "Administrator of Harbor Lane took it on.",
        "Administrator of Harbor Lane closed it: nothing wrong.",
    ]


def test_the_same_form_twice_is_one_step(
    practice: House, case: AlertCase, administrator: Membership
) -> None:
    key = uuid7()
    for _ in range(2):
        within(practice, administrator, alert_cases.assign, case=case, to=administrator, key=key)
    within(practice, administrator, alert_cases.assign, case=case, to=administrator)
    once, twice = (closed(practice, administrator, case, key=case.pk) for _ in range(2))

    assert once == twice
    with practice_scope(practice.id):
        assert AlertStep.objects.count() == 2


def test_what_is_closed_stays_closed(
    practice: House, case: AlertCase, administrator: Membership
) -> None:
    closed(practice, administrator, case)

    with pytest.raises(alert_cases.CaseClosed):
        closed(practice, administrator, case)
    with pytest.raises(alert_cases.CaseClosed):
        within(practice, administrator, alert_cases.assign, case=case, to=administrator)


@pytest.mark.parametrize("seen", [None, 9, 11])
def test_nothing_is_closed_that_nobody_saw(
    practice: House,
    case: AlertCase,
    therapist: Membership,
    administrator: Membership,
    seen: int | None,
) -> None:
    with pytest.raises(alert_cases.JoinedMeanwhile, match="look at it"):
        closed(practice, administrator, case, seen=seen)
    watching.is_refused(practice, therapist, 1)
    watching.read(practice)
    with pytest.raises(alert_cases.JoinedMeanwhile):
        closed(practice, administrator, case, seen=10)

    assert closed(practice, administrator, case, seen=11).outcome == NOTHING


@pytest.mark.parametrize("words", ["", "  \n ", "4242 4242 4242 4242"])
def test_a_case_is_closed_with_words_that_belong_there(
    practice: House, case: AlertCase, administrator: Membership, words: str
) -> None:
    with pytest.raises(alert_cases.NoReason):
        closed(practice, administrator, case, own_words=words)


def test_a_case_is_given_only_to_who_may_work_it(
    practice: House, case: AlertCase, administrator: Membership, accountant: Membership
) -> None:
    with pytest.raises(alert_cases.MayNotWork):
        within(practice, administrator, alert_cases.assign, case=case, to=accountant)


def test_nobody_works_a_case_about_themselves_where_a_colleague_may(
    practice: House, about_administrator: AlertCase, administrator: Membership
) -> None:
    other = watching.second_administrator(practice)

    with pytest.raises(alert_cases.AboutOneself, match="ask Auditor of Harbor Lane"):
        closed(practice, administrator, about_administrator)
    with pytest.raises(alert_cases.AboutOneself):
        within(
            practice,
            other,
            alert_cases.assign,
            case=about_administrator,
            to=administrator,
        )

    assert closed(practice, other, about_administrator).outcome == NOTHING


def test_who_is_alone_closes_their_own(
    practice: House, about_administrator: AlertCase, administrator: Membership
) -> None:
    assert closed(practice, administrator, about_administrator).done_by == administrator


def insert(table: str, **values: Any) -> None:
    """Go round Python: insert a row as the app role."""
    columns = {"id": uuid7(), **values}
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*columns.values()])


def step_row(case: AlertCase, by: UUID, **values: Any) -> dict[str, Any]:
    told = {"kind": "CLOSED", "outcome": "NOTHING", "own_words": b"sealed"}
    row = {"case_id": case.pk, "key": uuid7(), "done_at": NOW(), "done_by_id": by}
    return {**told, **row, **values}


def test_the_database_lets_nobody_close_their_own_where_a_colleague_may(
    practice: House, about_administrator: AlertCase, administrator: Membership
) -> None:
    case, other = about_administrator, watching.second_administrator(practice)
    given = {"kind": "ASSIGNED", "outcome": "", "own_words": None}
    with practice_scope(practice.id):
        with pytest.raises(IntegrityError, match="about themselves"):
            insert("accounts_alertstep", **step_row(case, administrator.pk))
        later = {"done_at": NOW() + absences.AWAY_MAX * 2}
        with pytest.raises(IntegrityError, match="about themselves"):
            insert("accounts_alertstep", **step_row(case, administrator.pk, **later))
        with pytest.raises(IntegrityError, match="about themselves"):
            insert(
                "accounts_alertstep",
                **step_row(case, other.pk, **given, assignee_id=administrator.pk),
            )
        Membership.objects.filter(pk=other.pk).update(
            entered_at=None, created_at=NOW() - absences.AWAY_MAX * 2
        )
        insert("accounts_alertstep", **step_row(case, administrator.pk))


def test_the_database_closes_a_case_once_and_lets_nothing_follow(
    practice: House, case: AlertCase, administrator: Membership
) -> None:
    closed(practice, administrator, case)

    with practice_scope(practice.id):
        with pytest.raises(IntegrityError, match="stays as it is"):
            insert("accounts_alertstep", **step_row(case, administrator.pk))
        with pytest.raises(IntegrityError, match="stays as it is"):
            insert(
                "accounts_alerthit",
                case_id=case.pk,
                seq=1,
                seen_at=NOW(),
                why="",
                joined_at=NOW(),
            )


def test_the_database_holds_one_open_case_and_each_event_in_one(
    practice: House, case: AlertCase
) -> None:
    like = {"rule": case.rule, "about_id": case.about_id, "seen_on": case.seen_on}
    with practice_scope(practice.id):
        [hit, *_] = AlertHit.objects.all()
        with pytest.raises(IntegrityError, match="in an open case already"):
            insert("accounts_alertcase", **like, turn=2, raised_at=NOW())
        second = {**like, "seen_on": case.seen_on.replace(year=2020)}
        insert("accounts_alertcase", **second, turn=1, raised_at=NOW())
        other = AlertCase.objects.get(seen_on__year=2020)
        with pytest.raises(IntegrityError, match="in one case of a rule"):
            insert(
                "accounts_alerthit",
                case_id=other.pk,
                seq=hit.seq,
                seen_at=NOW(),
                why="",
                joined_at=NOW(),
            )
        transaction.set_rollback(True)


@pytest.mark.parametrize("wrong", ["person", "moment", "number"])
def test_the_database_holds_in_a_case_what_its_person_did(
    practice: House, case: AlertCase, front_desk: Membership, therapist: Membership, wrong: str
) -> None:
    who = front_desk if wrong == "person" else therapist
    watching.acts_from(practice, who, "203.0.113.7")
    with practice_scope(practice.id):
        event = Event.objects.filter(person_id=who.person_id).latest("seq")
        row = {
            "case_id": case.pk,
            "seq": event.seq + (wrong == "number"),
            "seen_at": event.at + timedelta(seconds=wrong == "moment"),
            "why": "",
            "joined_at": NOW(),
        }
        with pytest.raises(IntegrityError, match="what its person did"):
            insert("accounts_alerthit", **row)
        if wrong != "person":
            insert("accounts_alerthit", **row | {"seq": event.seq, "seen_at": event.at})


REWRITES = (
    "UPDATE accounts_alertcase SET rule = 'KIN'",
    "DELETE FROM accounts_alertcase",
    "UPDATE accounts_alerthit SET seq = 1",
    "DELETE FROM accounts_alerthit",
    "UPDATE accounts_alertstep SET outcome = 'INCIDENT'",
    "UPDATE accounts_alertstep SET own_words = NULL",
    "DELETE FROM accounts_alertstep",
    "UPDATE accounts_alertsetting SET is_on = true",
    "DELETE FROM accounts_alertsetting",
    "UPDATE accounts_alertaddress SET network = '::'",
    "UPDATE accounts_alertcursor SET seq = 0",
    "DELETE FROM accounts_alertcursor",
)


@pytest.mark.parametrize("statement", REWRITES)
def test_the_app_role_rewrites_nothing_of_what_was_seen_and_done(
    practice: House, case: AlertCase, administrator: Membership, statement: str
) -> None:
    watching.acts_from(practice, administrator, "203.0.113.7")
    watching.read(practice)
    closed(practice, administrator, case)
    set_to(practice, administrator, is_on=False, own_words="Only for now.")
    with (
        practice_scope(practice.id),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.commits
def test_nor_does_the_owner_of_the_tables(practice: House, administrator: Membership) -> None:
    watching.acts_from(practice, administrator, "203.0.113.7")
    watching.is_refused(practice, administrator, 10)
    watching.read(practice)
    set_to(practice, administrator, is_on=False, own_words="Only for now.")
    closed(practice, administrator, watching.the_case(practice))

    for statement in REWRITES:
        table = re.findall(r"accounts_\w+", statement)[0]
        with (
            pytest.raises(DatabaseError, match=r"stays|append-only|forward|immutable"),
            transaction.atomic(using="owner"),
            connections["owner"].cursor() as cursor,
        ):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(statement)


@pytest.mark.commits
def test_a_case_closed_from_many_sides_is_closed_once(
    practice: House, administrator: Membership, therapist: Membership
) -> None:
    watching.is_refused(practice, therapist, 10)
    watching.read(practice)
    case = watching.the_case(practice)

    def run() -> bool:
        try:
            closed(practice, administrator, case)
        except alert_cases.CaseClosed:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as pool:
        won = sorted(side.result(60) for side in [pool.submit(run) for _ in range(6)])

    assert won == [False] * 5 + [True]


def set_to(house: House, by: Membership, **given: Any) -> AlertSetting | None:
    told: dict[str, Any] = {
        "rule": RULES[AlertRule.REFUSALS],
        "is_on": True,
        "limits": [10],
        "own_words": "",
        "seen": 0,
        "now": NOW(),
        "by": by,
    }
    with practice_scope(house.id, person_id=by.person_id):
        return alert_settings.change(**(told | given))


def test_limits_are_set_and_the_log_says_what_they_were(
    practice: House, administrator: Membership
) -> None:
    assert set_to(practice, administrator) is None
    set_to(practice, administrator, limits=[4])

    with practice_scope(practice.id):
        [event] = Event.objects.filter(action=Action.ALERT_RULE_CHANGED)
        assert said(event) == {"before": "10", "after": "4"}
        assert event.label == "Refused again and again"
        assert found.standing()[AlertRule.REFUSALS].limits == (4,)


@pytest.mark.parametrize("limit", [2, 201])
def test_a_limit_out_of_bounds_is_refused_by_both(
    practice: House, administrator: Membership, limit: int
) -> None:
    with pytest.raises(alert_settings.OutOfBounds, match="from 3 to 200"):
        set_to(practice, administrator, limits=[limit])

    row = {"rule": "REFUSALS", "version": 1, "is_on": True, "set_at": NOW()}
    with practice_scope(practice.id):
        for first in (limit, None):
            with pytest.raises(IntegrityError, match="in_bounds"):
                insert("accounts_alertsetting", **row, first=first, set_by_id=administrator.pk)


def test_a_rule_is_switched_off_with_a_reason_only_and_on_without(
    practice: House, administrator: Membership
) -> None:
    with pytest.raises(alert_cases.NoReason):
        set_to(practice, administrator, is_on=False)
    with practice_scope(practice.id), pytest.raises(IntegrityError, match="off_for_a_reason"):
        insert(
            "accounts_alertsetting",
            rule="KIN",
            version=1,
            is_on=False,
            set_at=NOW(),
            set_by_id=administrator.pk,
        )

    set_to(practice, administrator, is_on=False, own_words="We are moving house.")
    set_to(practice, administrator, seen=1)

    with practice_scope(practice.id):
        acts = Event.objects.filter(area="accounts.alert_rule").order_by("seq")
        assert [event.action for event in acts] == [Action.ALERT_RULE_OFF, Action.ALERT_RULE_ON]


def test_others_who_work_cases_are_told_when_a_rule_sees_less(
    practice: House, administrator: Membership
) -> None:
    watching.second_administrator(practice)
    changes: list[tuple[dict[str, Any], str]] = [
        ({"limits": [4]}, ""),
        ({"limits": [5]}, "sees less"),
        ({"limits": [5], "is_on": False, "own_words": "We are moving."}, "is switched off"),
        ({"limits": [5]}, ""),
    ]
    for version, (given, words) in enumerate(changes):
        with practice_scope(practice.id):
            OutgoingMail.objects.update(tries=OutgoingMail.TRIES_MAX)
        set_to(practice, administrator, seen=version, **given)
        with practice_scope(practice.id):
            letters = OutgoingMail.objects.filter(tries=0)
            assert [letter.to for letter in letters] == ["auditor@harbor-lane.example"] * bool(
                words
            )
            assert all(words in letter.subject for letter in letters)
            assert all("Refused again and again" in letter.body for letter in letters)
            assert all("moving" not in letter.body for letter in letters)


def test_who_saw_an_older_rule_is_refused(practice: House, administrator: Membership) -> None:
    set_to(practice, administrator, limits=[4])

    with pytest.raises(alert_settings.SetMeanwhile):
        set_to(practice, administrator, limits=[5])
