"""Kept runs: the same question gives the same bytes, or the page says what changed them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import ReportRun
from billing.reports.registry import REPORTS
from billing.selectors.tables import Asked
from billing.services import report_runs
from billing.services.report_runs import FIGURES, SAME, WORDS, Rerun
from clients.models import Client
from clients.services import restrictions
from ledger.models import Account, KnownPoint
from ledger.selectors.books import NotKnownYet
from ledger.services import chart
from tests.billing import desk as at
from tests.houses import House
from tests.ledger.elsewhere import elsewhere

EVERY_REPORT = pytest.mark.parametrize("slug", sorted(REPORTS))


def again(run: ReportRun, **changed: Any) -> Rerun:
    report = replace(REPORTS[run.report], **changed)
    return report_runs.repeat(
        run=run, name=report.name, version=report.version, table_of=report.table
    )


@EVERY_REPORT
def test_a_run_is_identical_whatever_is_posted_later(
    desk: Membership, amara: Client, slug: str
) -> None:
    invoice = at.invoice(amara, desk)
    run = at.kept_run(desk, slug)

    at.cash(amara, desk, "20.00", apply_to=invoice)
    rerun = again(run)

    assert (rerun.outcome, rerun.sha256, rerun.reasons) == (SAME, run.sha256, ())
    assert rerun.later == 2


def test_a_new_run_has_what_was_posted_since(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    before = at.kept_run(desk)

    at.cash(amara, desk, "20.00", apply_to=invoice)

    assert at.kept_run(desk).sha256 != before.sha256
    assert KnownPoint.objects.count() == 2


def test_a_renamed_account_is_named_as_the_reason(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)
    run = at.kept_run(desk)

    account = Account.objects.get(code="1100")
    chart.rename(account=account, code="1105", name="Due from clients", by=desk)
    rerun = again(run)

    assert rerun.outcome == WORDS
    assert "Accounts were renamed or renumbered since." in rerun.reasons


def test_a_client_who_is_kept_back_since_changes_words_only(
    desk: Membership, amara: Client
) -> None:
    at.invoice(amara, desk)
    run = at.kept_run(desk, "aging")

    restrictions.impose(client=amara, kind="NO_DISCLOSURE", now=at.NOW, by=desk)
    rerun = again(run)

    assert rerun.outcome == WORDS
    assert any("kept back" in reason for reason in rerun.reasons)


def test_a_newer_way_of_making_it_is_named_as_the_reason(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)
    run = at.kept_run(desk)

    rerun = again(run, version=2, table=REPORTS["balance-sheet"].table)

    assert rerun.outcome == FIGURES
    assert rerun.reasons == ("The report is made in another way now: version 2, not 1.",)


def test_other_figures_without_a_reason_are_an_alarm(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)
    run = at.kept_run(desk)

    rerun = again(run, table=REPORTS["balance-sheet"].table)

    assert rerun.outcome == FIGURES
    assert any("verify_ledger" in reason for reason in rerun.reasons)


def test_no_run_is_of_a_moment_that_can_gain_entries(desk: Membership, amara: Client) -> None:
    report = REPORTS["trial-balance"]

    with pytest.raises(NotKnownYet):
        report_runs.keep(
            slug=report.slug,
            name=report.name,
            version=1,
            asked=Asked(at.TODAY, known_at=timezone.now() + timedelta(hours=1)),
            table_of=report.table,
            now=at.NOW,
            by=desk,
        )


def test_a_moment_that_is_over_is_settled_where_it_was_not(desk: Membership, amara: Client) -> None:
    report, moment = REPORTS["trial-balance"], timezone.now()
    at.invoice(amara, desk)

    run = report_runs.keep(
        slug=report.slug,
        name=report.name,
        version=report.version,
        asked=Asked(at.TODAY, known_at=moment),
        table_of=report.table,
        now=at.NOW,
        by=desk,
    )

    assert (run.known_at, run.row_count) == (moment, 0)
    assert again(run).outcome == SAME


def test_the_database_refuses_a_run_of_an_unsettled_moment(desk: Membership) -> None:
    run = at.kept_run(desk)
    run.pk, run.known_at = None, timezone.now() + timedelta(hours=1)

    with pytest.raises(IntegrityError, match="not settled"), transaction.atomic():
        ReportRun.objects.create(
            **{
                field.name: getattr(run, field.name)
                for field in ReportRun._meta.concrete_fields
                if field.name not in {"id", "practice_id"}
            }
        )


def test_the_database_keeps_a_run_as_it_was(desk: Membership) -> None:
    run = at.kept_run(desk)

    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        ReportRun.objects.filter(pk=run.pk).update(sha256="0" * 64)


@pytest.mark.commits
@pytest.mark.parametrize("payments", [4, pytest.param(60, marks=pytest.mark.long)])
def test_every_run_is_identical_although_others_posted_meanwhile(
    practice: House, front_desk: Membership, payments: int
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        at.open_books(front_desk)
        client = at.client(front_desk)
        at.invoice(client, front_desk, dollars="9000.00")
    done = Event()
    kept: list[ReportRun] = []

    def pay() -> None:
        at.cash(client, front_desk, "1.00", keep_rest=True)

    def write() -> None:
        for _ in range(payments):
            elsewhere(pool, practice, pay).result()

    def keep() -> None:
        while not done.is_set() or not kept:
            with practice_scope(practice.id, person_id=front_desk.person_id):
                kept.extend(at.kept_run(front_desk, slug) for slug in sorted(REPORTS))
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        keeping = pool.submit(keep)
        writing = [pool.submit(write) for _ in range(2)]
        for each in writing:
            each.result(timeout=120)
        done.set()
        keeping.result(timeout=120)

    with practice_scope(practice.id, person_id=front_desk.person_id):
        assert [(run.report, again(run).outcome) for run in kept] == [
            (run.report, SAME) for run in kept
        ]
