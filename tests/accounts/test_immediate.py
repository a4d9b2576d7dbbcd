"""What is taken away is refused at the very next request, on every session."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from threading import Event as Signal

import pytest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import middleware
from accounts.models import Membership, Role
from accounts.permissions import Permission
from accounts.selectors.roles import permissions_of
from accounts.services import grants, roles
from accounts.tenancy import practice_scope
from accounts.views import view_as
from audit.actions import Action
from audit.models import Event
from clients.services import assignments
from tests.billing import desk
from tests.houses import House, browser_of, user_of

SESSIONS = 3
AFTERWARDS = 5
Taking = Callable[[House, Membership], None]


def withdraw_every_role(practice: House, member: Membership) -> None:
    with practice_scope(practice.id, person_id=practice.people["administrator"].person_id):
        grants.hold_exactly(
            member=member, wanted=[], now=timezone.now(), by=practice.people["administrator"]
        )


def take_the_permission_from_the_role(practice: House, member: Membership) -> None:
    with practice_scope(practice.id):
        role = Role.objects.get(grants__member=member)
        held = permissions_of([role.pk])[role.pk]
        roles.set_permissions(role=role, permissions=held - {Permission.LOG_VIEW})


def end_the_membership(practice: House, member: Membership) -> None:
    with practice_scope(practice.id):
        Membership.objects.filter(pk=member.pk).update(
            ended_at=timezone.now(), ended_by=practice.automaton
        )


def disable_the_person(practice: House, member: Membership) -> None:
    user = user_of(member)
    user.is_active = False
    user.save(update_fields=["is_active"])


each_way = pytest.mark.parametrize(
    "take",
    [
        withdraw_every_role,
        take_the_permission_from_the_role,
        end_the_membership,
        disable_the_person,
    ],
)


def statuses(browsers: list[Client], path: str) -> list[int]:
    return [browser.get(path).status_code for browser in browsers]


@each_way
def test_every_session_is_refused_at_its_next_request(
    practice: House, auditor: Membership, take: Taking
) -> None:
    browsers, log = [browser_of(auditor) for _ in range(SESSIONS)], reverse("accounts:log")
    assert statuses(browsers, log) == [200] * SESSIONS

    take(practice, auditor)

    assert not {200} & set(statuses(browsers, log))


@pytest.mark.commits
@each_way
def test_people_who_keep_asking_are_answered_no_more(practice: House, take: Taking) -> None:
    """Three browsers ask again and again while somebody else takes the right away."""
    auditor, log, taken = practice.people["auditor"], reverse("accounts:log"), Signal()
    browsers = [browser_of(auditor) for _ in range(SESSIONS)]
    at_work = Barrier(SESSIONS + 1)

    def keep_asking(browser: Client) -> tuple[list[int], list[int]]:
        before, after = [browser.get(log).status_code], list[int]()
        at_work.wait(timeout=30)
        try:
            while len(after) < AFTERWARDS:
                answers = after if taken.is_set() else before
                answers.append(browser.get(log).status_code)
                time.sleep(0.02)
        finally:
            connections.close_all()
        return before, after

    with ThreadPoolExecutor(SESSIONS) as pool:
        asking = [pool.submit(keep_asking, browser) for browser in browsers]
        at_work.wait(timeout=30)
        try:
            take(practice, auditor)
        finally:
            taken.set()

    for each in asking:
        before, after = each.result()
        assert 200 in before
        assert 200 not in after


def test_an_ended_assignment_closes_the_client_at_once(
    practice: House, front_desk: Membership, therapist: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        desk.open_books(front_desk)
        client = desk.client(front_desk)
        assigned = assignments.assign(
            client=client, therapist=therapist, starts_on=desk.TODAY, now=desk.NOW, by=front_desk
        )
    browsers, path = (
        [browser_of(therapist) for _ in range(SESSIONS)],
        reverse("billing:client", args=[client.pk]),
    )
    before = statuses(browsers, path)
    with practice_scope(practice.id, person_id=front_desk.person_id):
        assignments.end(assignment=assigned, ends_on=desk.TODAY, now=timezone.now(), by=front_desk)

    assert before == [200] * SESSIONS
    assert statuses(browsers, path) == [404] * SESSIONS


@pytest.mark.commits
@each_way
def test_a_request_that_takes_long_asks_again_at_its_end(
    practice: House, monkeypatch: pytest.MonkeyPatch, take: Taking
) -> None:
    """Such as a document under way: the right goes while it is made, and it is not handed out."""
    auditor, log = practice.people["auditor"], reverse("accounts:log")
    browser, answered = browser_of(auditor), view_as.answer
    monkeypatch.setattr(middleware, "LONG_SECONDS", 0.2)

    def slowly(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> object:
        response = answered(request, get_response)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(alone, take, practice, auditor).result()
        time.sleep(0.25)
        return response

    monkeypatch.setattr(view_as, "answer", slowly)
    answer = browser.get(log)

    assert answer.status_code == 403
    assert "Your role does not open this" in answer.content.decode()
    with practice_scope(practice.id):
        told = Event.objects.order_by("-seq").values_list("action", flat=True)
        assert told[0] == Action.REQUEST_REFUSED
        assert Action.LOG_VIEWED not in set(told)


def alone(take: Taking, practice: House, member: Membership) -> None:
    """Take a right away on connections of one's own."""
    try:
        take(practice, member)
    finally:
        connections.close_all()


def test_a_long_request_of_somebody_who_still_may_is_answered(
    auditor: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "LONG_SECONDS", 0.0)

    assert browser_of(auditor).get(reverse("accounts:log")).status_code == 200
