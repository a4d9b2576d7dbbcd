"""Letters from many sides at once: each on a connection of its own, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections
from django.utils import timezone

from accounts.tenancy import practice_scope
from billing.models import (
    AccountStatement,
    Document,
    Letter,
    LetterKind,
    Reminder,
    StatementRunItem,
)
from billing.services import letter_work, letters, reminders, statement_runs
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import post
from tests.billing.conftest import Billed
from tests.billing.test_races import SIDES, race


@pytest.mark.commits
def test_a_statement_is_told_of_once_from_many_sides(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        post.reachable(billed.own, by)
        statement = at.statement(billed.own, by)

    won = race(
        billed,
        lambda: post.letter(billed.own, by, kind=LetterKind.STATEMENT, statement=statement),
        letters.HeldBack,
    )

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        assert Letter.objects.count() == 1


@pytest.mark.commits
def test_two_workers_share_a_run_and_make_each_statement_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        for number in range(8):
            post.owing(by, f"Client {number}", address=f"c{number}@mail.example")
        post.reachable(billed.own, by)
        run = post.drawn_up(by, days_apart=0)
        statement_runs.start(run=run, now=at.NOW, by=by)

    def work() -> int:
        try:
            return letter_work.make_run(billed.house.id, run.pk, clock=timezone.now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        done = [side.result(60) for side in [pool.submit(work) for _ in range(2)]]

    with practice_scope(billed.house.id):
        made = StatementRunItem.objects.filter(outcome="MADE").count()
        assert made == StatementRunItem.objects.count() == 9
        assert AccountStatement.objects.count() == Document.objects.count() == made
        assert Letter.objects.count() == made
        assert sum(done) >= made


@pytest.mark.commits
def test_a_client_is_reminded_once_from_many_sides(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        post.reachable(billed.own, by)
        reminders.set_policy(
            steps=[14],
            at_least=Money(1),
            days_between=7,
            is_automatic=True,
            now=at.NOW,
            by=by,
        )
        at.invoice(billed.own, by, issued_on=date(2026, 1, 20))

    race(
        billed,
        lambda: reminders.send(
            client_id=Client.objects.get(pk=billed.own.pk).pk, today=at.TODAY, now=at.NOW, by=by
        ),
    )

    with practice_scope(billed.house.id):
        assert Reminder.objects.count() == Letter.objects.count() == 1
