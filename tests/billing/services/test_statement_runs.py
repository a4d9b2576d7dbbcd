"""Runs of statements: who is found, what is made once, and what is carried on after a crash."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event, Touch
from audit.services import events
from billing import tasks
from billing.models import (
    AccountStatement,
    Document,
    Invoice,
    Letter,
    StatementRun,
    StatementRunItem,
)
from billing.selectors import statement_runs
from billing.services import documents, statement_bundles
from billing.services import statement_runs as services
from clients.models import Client
from clients.services import contacts, merges
from ledger.money import Money
from tests import counting
from tests.billing import desk as at
from tests.billing import post, raw
from tests.billing.test_merged_clients import merge
from tests.houses import House
from tests.pdf_text import text_of

Outcome, Way = services.Outcome, services.Way


def found(**rule: Any) -> dict[str, tuple[str, str, str]]:
    asked: dict[str, Any] = {"until": at.TODAY, "at_least": Money(10_00), "days_apart": 25}
    candidates = statement_runs.candidates(Client.objects.all(), **asked | rule)
    return {each.code: (str(each.owed), each.way, each.problem) for each in candidates}


def done(run: StatementRun, by: Membership) -> None:
    """Make everything of a run that is started, as the worker does."""
    while item := services.claim(run_id=run.pk, now=at.NOW):
        if services.make(item_id=item, today=at.TODAY, now=at.NOW, by=by):
            services.finish(item_id=item, today=at.TODAY, now=at.NOW, by=by)


def started(by: Membership, **rule: Any) -> StatementRun:
    return services.start(run=post.drawn_up(by, **rule), now=at.NOW, by=by)


def outcomes(run: StatementRun) -> list[tuple[str, str, str]]:
    return [(item.client.code, item.way, item.outcome) for item in statement_runs.items(run)]


def test_the_rule_finds_who_owes_enough_net_of_credit(desk: Membership) -> None:
    post.owing(desk, "Post")
    post.owing(desk, "Mail", address=post.ADDRESS)
    post.owing(desk, "Little", dollars="9.99")
    at.cash(post.owing(desk, "Credit"), desk, "145.00", keep_rest=True)
    nowhere = at.client(desk, "Nowhere")
    at.invoice(nowhere, desk)
    at.client(desk, "Nothing")

    assert found() == {
        "C-0001": ("150.00", "PRINT", ""),
        "C-0002": ("150.00", "EMAIL", ""),
        "C-0005": ("150.00", "", statement_runs.NO_WAY),
    }
    assert "C-0004" in found(at_least=Money(5_00))


def test_wishes_choose_the_way(desk: Membership) -> None:
    both = post.owing(desk, "Both", address=post.ADDRESS)
    contacts.add_address(client=both, street="1 Elm St", now=at.NOW, by=desk)
    people = Client.objects.filter(pk=both.pk)
    ways = []
    for wishes in (
        {},
        {"preferred_channel": "POST"},
        {"preferred_channel": "", "may_email": False},
        {"may_post": False},
    ):
        people.update(**wishes)
        ways.append(found()["C-0001"][1])

    assert ways == ["EMAIL", "PRINT", "PRINT", ""]


def test_who_had_one_or_is_held_back_is_named_with_why(desk: Membership) -> None:
    at.statement(post.owing(desk, "Recent"), desk)
    post.held(post.owing(desk, "Held"), desk)

    assert {code: told[2] for code, told in found().items()} == {
        "C-0001": "Had a statement until March 3",
        "C-0002": "What is owed is disputed",
    }
    assert found(until=at.TODAY + timedelta(days=25))["C-0001"][2] == ""


def test_it_asks_as_often_for_many_as_for_few(desk: Membership) -> None:
    post.owing(desk, "One", address=post.ADDRESS)
    found()
    with counting.queries() as few:
        found()
    for number in range(5):
        post.owing(desk, f"More {number}")
    with counting.queries() as many:
        found()

    assert len(many) == len(few)


def test_a_run_makes_each_statement_once_and_tells_each_client(desk: Membership) -> None:
    post.owing(desk, "Mail", address=post.ADDRESS)
    post.owing(desk, "Post")
    run = started(desk, message="We rest in July.")
    done(run, desk)
    done(run, desk)

    assert outcomes(run) == [("C-0001", "EMAIL", "MADE"), ("C-0002", "PRINT", "MADE")]
    assert (AccountStatement.objects.count(), Document.objects.count()) == (2, 2)
    assert Letter.objects.get().client.code == "C-0001"
    statement = AccountStatement.objects.get(client__code="C-0002")
    assert statement.closing == Money(150_00)
    text = text_of(documents.render(statement, now=at.NOW, by=desk).pdf)
    assert "We rest in July." in text
    progress = statement_runs.progress(run)
    assert (progress.is_over, progress.made, progress.to_print) == (True, 2, 1)


def test_a_second_run_makes_none(desk: Membership) -> None:
    post.owing(desk, "Mail", address=post.ADDRESS)
    done(started(desk), desk)

    with pytest.raises(services.NobodyOwes, match="see why below"):
        services.draw_up(
            clients=Client.objects.all(),
            at_least=Money(10_00),
            days_apart=25,
            message="",
            key=uuid4(),
            today=at.TODAY,
            now=at.NOW,
            by=desk,
        )
    assert AccountStatement.objects.count() == 1


def test_the_same_form_draws_up_one_run_and_another_waits_its_turn(desk: Membership) -> None:
    post.owing(desk, "Mail", address=post.ADDRESS)
    key = uuid4()
    first = post.drawn_up(desk, key=key)

    assert post.drawn_up(desk, key=key) == first
    with pytest.raises(services.KeyReused):
        post.drawn_up(desk, key=key, at_least=Money(1))
    with pytest.raises(services.OneWaits):
        post.drawn_up(desk)
    services.drop(run=first, now=at.NOW, by=desk)
    with pytest.raises(services.NotOpen, match="dropped"):
        services.start(run=first, now=at.NOW, by=desk)
    assert post.drawn_up(desk).pk != first.pk
    assert not AccountStatement.objects.exists()


def test_who_is_left_out_gets_none(desk: Membership) -> None:
    post.owing(desk, "In", address=post.ADDRESS)
    post.owing(desk, "Out")
    run = post.drawn_up(desk)
    kept, left = statement_runs.items(run)
    everybody = {kept.pk, left.pk}
    assert services.choose(run=run, shown=everybody, kept=set(), now=at.NOW) == 2
    with pytest.raises(services.NobodyOwes, match="Take one in"):
        services.start(run=run, now=at.NOW, by=desk)
    assert services.choose(run=run, shown=everybody, kept={kept.pk}, now=at.NOW) == 1
    assert statement_runs.total(run) == Money(150_00)
    services.start(run=run, now=at.NOW, by=desk)
    done(run, desk)

    assert [outcome for *_, outcome in outcomes(run)] == ["MADE", "LEFT_OUT"]
    with pytest.raises(services.NotOpen, match="started"):
        services.choose(run=run, shown=everybody, kept=everybody, now=at.NOW)


def test_what_changed_since_it_was_drawn_up_counts(desk: Membership) -> None:
    names = ("Paid", "Recent", "Held", "Moved")
    paid, recent, held, moved = (
        post.owing(desk, name, address=f"{name.lower()}@mail.example") for name in names
    )
    run = started(desk)
    at.cash(paid, desk, "150.00", apply_to=paid_invoice(paid))
    at.statement(recent, desk)
    post.held(held, desk)
    Client.objects.filter(pk=moved.pk).update(may_email=False)
    done(run, desk)

    assert [outcome for *_, outcome in outcomes(run)] == ["SETTLED", "RECENT", "HELD", "MADE"]
    assert outcomes(run)[3][1] == "PRINT"
    assert not Letter.objects.exists()


@pytest.mark.parametrize("made_before", [False, True], ids=["merged first", "made first"])
def test_who_is_merged_meanwhile_gets_one_statement(
    desk: Membership, accountant: Membership, made_before: bool
) -> None:
    """With no days between two statements, so that nothing else keeps the second one back."""
    kept, other = (post.owing(desk, name) for name in ("Kept", "Other"))
    run = started(desk, days_apart=0)
    if made_before:
        item = StatementRunItem.objects.get(run=run, client=other)
        services.make(item_id=item.pk, today=at.TODAY, now=at.NOW, by=desk)
    merge(kept, other, desk, accountant)
    done(run, desk)

    assert AccountStatement.objects.count() == 1
    expected = ["RECENT", "MADE"] if made_before else ["MADE", "MERGED"]
    assert [outcome for *_, outcome in outcomes(run)] == expected


def paid_invoice(client: Client) -> Invoice:
    return Invoice.objects.get(client=client)


def test_who_is_cut_off_is_carried_on(desk: Membership) -> None:
    post.owing(desk, "Mail", address=post.ADDRESS)
    run = started(desk)
    item = services.claim(run_id=run.pk, now=at.NOW)
    assert item is not None
    services.make(item_id=item, today=at.TODAY, now=at.NOW, by=desk)
    # The worker is killed here: the statement stands, and nobody was told.
    done(run, desk)

    assert outcomes(run) == [("C-0001", "EMAIL", "MADE")]
    assert (AccountStatement.objects.count(), Letter.objects.count()) == (1, 1)


def test_what_fails_again_and_again_is_given_up_and_holds_up_nobody(desk: Membership) -> None:
    post.owing(desk, "Bad", address=post.ADDRESS)
    post.owing(desk, "Good")
    run = started(desk)
    bad = statement_runs.items(run)[0]
    for _ in range(services.TRIES_MAX):
        assert services.claim(run_id=run.pk, now=at.NOW) is not None
    StatementRunItem.objects.filter(pk=bad.pk).update(tries=services.TRIES_MAX)
    done(run, desk)
    assert services.claim(run_id=run.pk, now=at.NOW) is None

    assert [outcome for *_, outcome in outcomes(run)] == ["FAILED", "MADE"]
    assert statement_runs.left_behind() == []


def test_the_file_to_print_holds_every_statement_and_where_it_goes(desk: Membership) -> None:
    post.owing(desk, "First")
    post.owing(desk, "Second")
    run = started(desk)
    done(run, desk)
    text = text_of(statement_bundles.printed(run=run, made=list(statement_runs.printed(run))))

    for words in ("Amara First", "Amara Second", "1 Elm St", "C-0002, page 1 of 1"):
        assert words in text


def test_what_was_told_of_two_as_one_is_not_printed_once_they_are_two_again(
    desk: Membership, accountant: Membership
) -> None:
    kept, other = post.owing(desk, "Kept"), post.owing(desk, "Other")
    post.owing(desk, "Third")
    request = merge(kept, other, desk, accountant)
    run = started(desk)
    done(run, desk)
    both = list(statement_runs.printed(run))
    statement_bundles.printed(run=run, made=both)
    merges.undo(merge=request, now=at.NOW, by=desk)
    after = list(statement_runs.printed(run))

    assert [each.client.code for each in both] == ["C-0001", "C-0003"]
    assert [each.client.code for each in after] == ["C-0003"]
    events.flush()
    printed = Event.objects.get(action=Action.STATEMENT_RUN_PRINTED)
    assert Touch.objects.filter(seq=printed.seq, client_id=other.pk).exists()


def test_a_card_number_stands_on_no_statement(desk: Membership) -> None:
    post.owing(desk, "Mail", address=post.ADDRESS)

    with pytest.raises(services.BadMessage):
        post.drawn_up(desk, message="4242 4242 4242 4242")


def test_the_database_refuses_what_python_would(desk: Membership) -> None:
    client = post.owing(desk, "Mail", address=post.ADDRESS)
    other = at.client(desk, "Other")
    run = post.drawn_up(desk)
    item = statement_runs.items(run).get()
    of_other, own = at.statement(other, desk), at.statement(client, desk)
    table = "billing_statementrunitem"
    before: list[tuple[str, UUID | str | None]] = [
        (f"UPDATE {table} SET statement_id = %s", own.pk),
        (f"UPDATE {table} SET outcome = %s, closed_at = now()", "SETTLED"),
    ]
    for statement, value in before:
        with pytest.raises(DatabaseError, match="before a run is started"), transaction.atomic():
            raw.execute(statement, value)
    with pytest.raises(IntegrityError, match="no client joins"), transaction.atomic():
        StatementRunItem.objects.create(run=run, client=other, way="PRINT", owed=Money(1))
    with pytest.raises(IntegrityError, match="one_drawn_up"), transaction.atomic():
        StatementRun.objects.create(
            until=at.TODAY,
            at_least=Money(1),
            days_apart=0,
            message="",
            item_count=0,
            key=uuid4(),
            drawn_up_at=at.NOW,
            drawn_up_by=desk,
        )
    services.start(run=run, now=at.NOW, by=desk)
    with pytest.raises(IntegrityError, match="of its client and its day"), transaction.atomic():
        raw.execute(f"UPDATE {table} SET statement_id = %s", of_other.pk)
    with pytest.raises(DatabaseError, match="stays so"), transaction.atomic():
        raw.execute("UPDATE billing_statementrun SET started_at = now()")
    StatementRunItem.objects.filter(pk=item.pk).update(
        statement=own, outcome="MADE", closed_at=at.NOW
    )
    with (
        pytest.raises(DatabaseError, match="came of a client of a run stays"),
        transaction.atomic(),
    ):
        StatementRunItem.objects.filter(pk=item.pk).update(outcome="FAILED")


@pytest.mark.commits
def test_the_worker_makes_a_run_and_the_beat_finds_what_was_left(practice: House) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        at.open_books(by)
        for number in range(3):
            post.owing(by, f"Client {number}", address=f"c{number}@mail.example")
        run = post.drawn_up(by, today=timezone.localdate(timezone=at.ZONE))
        services.start(run=run, now=at.NOW, by=by)
    with practice_scope(practice.id):
        assert statement_runs.left_behind() == [run.pk]

    assert tasks.make_statements(practice_id=str(practice.id), run_id=str(run.pk)) == 3
    assert tasks.make_statements(practice_id=str(practice.id), run_id=str(run.pk)) == 0

    with practice_scope(practice.id):
        assert statement_runs.left_behind() == []
        assert Letter.objects.count() == AccountStatement.objects.count() == 3
        assert {each.made_by_id for each in AccountStatement.objects.all()} == {by.pk}
