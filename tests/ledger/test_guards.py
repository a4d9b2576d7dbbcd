"""What the database itself refuses, each tried by plain SQL that goes round every service."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.utils import timezone

from accounts.models import Act, Approval, Membership
from accounts.tenancy import practice_scope
from ledger.days import FIRST_DAY, LAST_DAY
from ledger.models import Account, JournalEntry, Period, PeriodClose, PeriodSnapshot
from ledger.services import chart, journal, known, periods
from tests.houses import House
from tests.ledger import closing, raw
from tests.ledger.events import JANUARY, payment, rent

FEBRUARY_1 = date(2026, 2, 1)
APPEND_ONLY = [table for table in raw.LEDGER_TABLES if table != "ledger_account"]


def test_a_balanced_entry_is_taken(books: Membership) -> None:
    with raw.committing():
        entry = raw.insert_rent(books)

    assert JournalEntry.objects.get().pk == entry


def test_an_unbalanced_entry_is_refused_at_commit(books: Membership) -> None:
    with pytest.raises(IntegrityError, match="out of balance by 1 cents"), raw.committing():
        entry = raw.insert_entry(books)
        raw.insert_posting(entry, "6100", debit=500)
        raw.insert_posting(entry, "1000", credit=499)


def test_an_entry_without_postings_is_refused_at_commit(books: Membership) -> None:
    with pytest.raises(IntegrityError, match="has 0 of its 2 postings"), raw.committing():
        raw.insert_entry(books)


def test_an_entry_of_one_posting_is_refused(books: Membership) -> None:
    with pytest.raises(IntegrityError, match="ledger_journalentry_two_postings"), raw.committing():
        raw.insert_entry(books, postings=1)


def test_an_entry_is_refused_when_the_context_is_dropped_before_the_commit(
    books: Membership,
) -> None:
    """A guard that sees no rows must not take that for balance."""
    with pytest.raises(IntegrityError, match="has 0 of its 2 postings"), raw.committing():
        raw.insert_rent(books)
        raw.execute("SELECT set_config('app.context', '', true)")


@pytest.mark.parametrize(("debit", "credit"), [(0, 0), (5, 5), (-5, 0), (0, -5)], ids=str)
def test_a_posting_that_is_not_one_sided_is_refused(
    books: Membership, debit: int, credit: int
) -> None:
    with pytest.raises(IntegrityError, match="ledger_posting_one_sided"), raw.committing():
        raw.insert_posting(raw.insert_entry(books), "6100", debit=debit, credit=credit)


@pytest.mark.parametrize("code", ["1100", "1110", "2000", "2010", "2030"])
@pytest.mark.parametrize(
    ("party", "item"), [(None, None), (uuid4(), None), (None, uuid4())], ids=["-", "party", "item"]
)
def test_a_posting_on_a_control_account_names_party_and_item(
    books: Membership, code: str, party: UUID | None, item: UUID | None
) -> None:
    with pytest.raises(IntegrityError, match="names no party and item"), raw.committing():
        raw.insert_posting(raw.insert_entry(books), code, debit=5, party=party, item=item)


def test_no_posting_joins_an_entry_that_has_all_of_its_own(books: Membership) -> None:
    with raw.committing():
        entry = raw.insert_rent(books)

    with pytest.raises(IntegrityError, match="is complete"), raw.committing():
        raw.insert_posting(entry, "6100", debit=1)


@pytest.mark.commits
def test_no_posting_joins_an_entry_of_an_earlier_transaction(
    practice: House, accountant: Membership
) -> None:
    with practice_scope(practice.id):
        chart.open(by=accountant)
        entry = journal.post(**rent(accountant))

    with (
        pytest.raises(IntegrityError, match="is complete"),
        practice_scope(practice.id),
    ):
        raw.insert_posting(entry.pk, "6100", debit=1)
        raw.insert_posting(entry.pk, "1000", credit=1)


def test_a_posting_on_another_practices_account_is_refused_like_one_on_none(
    other_practice: House, practice: House
) -> None:
    with practice_scope(other_practice.id):
        chart.open(by=other_practice.automaton)
        foreign = Account.objects.get(code="1000").pk
    with practice_scope(practice.id):
        chart.open(by=practice.automaton)
        for account in (foreign, uuid4()):
            with (
                pytest.raises(IntegrityError, match="ledger_posting_account_id_same_practice"),
                transaction.atomic(),
            ):
                raw.execute(
                    "INSERT INTO ledger_posting"
                    " (id, entry_id, entry_date, account_id, debit, credit)"
                    " VALUES (%s, %s, %s, %s, 5, 0)",
                    *(uuid4(), raw.insert_entry(practice.automaton), JANUARY, account),
                )


def test_a_posting_stands_on_the_day_of_its_entry(books: Membership) -> None:
    entry = raw.insert_entry(books, on=JANUARY)

    with (
        pytest.raises(IntegrityError, match="ledger_posting_entry_id_same_practice"),
        transaction.atomic(),
    ):
        raw.execute(
            "INSERT INTO ledger_posting (id, entry_id, entry_date, account_id, debit, credit)"
            " SELECT %s, %s, %s, id, 5, 0 FROM ledger_account WHERE role = 'RENT'",
            *(uuid4(), entry, JANUARY + timedelta(days=1)),
        )


def test_an_entry_is_reversed_at_most_once(books: Membership) -> None:
    entry = raw.insert_rent(books)
    raw.insert_entry(books, source="raw:2", reverses=entry)

    with pytest.raises(IntegrityError, match="reversed_once"), transaction.atomic():
        raw.insert_entry(books, source="raw:3", reverses=entry)


def test_a_reversal_that_does_not_mirror_is_refused(books: Membership) -> None:
    with raw.committing():
        entry = raw.insert_rent(books)

    with pytest.raises(IntegrityError, match="does not mirror"), raw.committing():
        raw.insert_rent(books, source="raw:2", reverses=entry)


def test_a_reversal_of_a_reversal_is_refused(books: Membership) -> None:
    entry = journal.post(**rent(books))
    reversal = journal.reverse(
        entry=entry, source="void:1", entry_date=JANUARY, memo="Voided", by=books
    )

    with pytest.raises(IntegrityError, match="reverses a reversal"), raw.committing():
        raw.insert_rent(books, source="raw:2", reverses=reversal.pk)


def test_one_source_is_posted_once(books: Membership) -> None:
    raw.insert_rent(books)

    with pytest.raises(IntegrityError, match="source_once"), transaction.atomic():
        raw.insert_rent(books)


@pytest.mark.parametrize("shift", [timedelta(days=-1), timedelta(hours=1)], ids=["past", "future"])
def test_an_entry_is_posted_at_the_time_of_posting(books: Membership, shift: timedelta) -> None:
    with pytest.raises(IntegrityError, match="at the time of posting"), raw.committing():
        raw.insert_rent(books, posted_at=datetime.now(UTC) + shift)


@pytest.mark.parametrize(
    "on", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)], ids=str
)
def test_an_entry_of_no_day_of_the_books_is_refused(books: Membership, on: date) -> None:
    with pytest.raises(IntegrityError, match="ledger_journalentry_of_our_time"), raw.committing():
        raw.insert_rent(books, on=on)


@pytest.mark.parametrize("day", [1, 31])
@pytest.mark.usefixtures("begun")
def test_a_closed_month_takes_no_entry(books: Membership, day: int) -> None:
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    with pytest.raises(IntegrityError, match="period 2026-01 is closed"), raw.committing():
        raw.insert_rent(books, on=JANUARY.replace(day=day))


@pytest.mark.parametrize("on", [date(2025, 12, 31), FEBRUARY_1, date(2027, 1, 15)], ids=str)
@pytest.mark.usefixtures("begun")
def test_a_closed_month_leaves_the_others_open(books: Membership, on: date) -> None:
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    with raw.committing():
        entry = raw.insert_rent(books, on=on)

    assert JournalEntry.objects.get(pk=entry).entry_date == on


@pytest.mark.commits
@pytest.mark.usefixtures("begun")
def test_a_temporary_table_does_not_deceive_the_guards(books: Membership) -> None:
    """Where somebody lets ``app`` make one after all."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'GRANT TEMPORARY ON DATABASE "{cursor.db.settings_dict["NAME"]}" TO app')
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    raw.execute("CREATE TEMPORARY TABLE ledger_periodclose (LIKE public.ledger_periodclose)")

    with pytest.raises(IntegrityError, match="period 2026-01 is closed"), raw.committing():
        raw.insert_rent(books)


@pytest.mark.parametrize("kind", ["SOFT", "HARD"])
@pytest.mark.usefixtures("begun")
def test_a_month_is_closed_once(books: Membership, kind: str) -> None:
    closed = periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    with pytest.raises(IntegrityError, match="period 2026-01 is closed"), transaction.atomic():
        raw.execute(
            "INSERT INTO ledger_periodclose (id, period_id, kind, closed_by_id)"
            " VALUES (%s, %s, %s, %s)",
            *(uuid4(), closed.period_id, kind, books.pk),
        )


@pytest.mark.usefixtures("begun")
def test_a_soft_close_refuses_whoever_may_not_post_late(
    books: Membership, front_desk: Membership
) -> None:
    periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)

    with pytest.raises(IntegrityError, match="closed to all but accountants"), raw.committing():
        raw.insert_rent(front_desk)
    with raw.committing():
        raw.insert_rent(books)


@pytest.mark.usefixtures("begun")
def test_who_has_left_does_not_post_into_a_soft_close(books: Membership) -> None:
    periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)
    Membership.objects.filter(pk=books.pk).update(ended_at=timezone.now(), ended_by=books)

    with pytest.raises(IntegrityError, match="closed to all but accountants"), raw.committing():
        raw.insert_rent(books)


@pytest.mark.parametrize(
    ("decision", "spent", "about"),
    [
        ("", False, "close"),
        ("APPROVED", False, "close"),
        ("REFUSED", False, "close"),
        ("APPROVED", True, "another"),
        ("APPROVED", True, "own"),
    ],
    ids=["waits", "not spent", "refused", "of another close", "asked by somebody else"],
)
@pytest.mark.usefixtures("begun")
def test_no_month_is_reopened_without_a_second_person(
    books: Membership, decision: str, spent: bool, about: str
) -> None:
    closed = periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    second, now = closing.second_person(books), timezone.now()
    asker = second if about == "own" else books
    approval = Approval.objects.create(
        act=Act.REOPENING,
        amount_cents=0,
        subject_kind="ledger.periodclose",
        subject_id=uuid4() if about == "another" else closed.pk,
        label="2026-01",
        asked_at=now,
        asked_by=asker,
        expires_at=now + timedelta(hours=1),
        decision=decision,
        decided_at=now if decision else None,
        decided_by=(books if about == "own" else second) if decision else None,
        spent_at=now if spent else None,
    )

    with pytest.raises(IntegrityError, match="reopened by two people"), transaction.atomic():
        reopen_raw(closed, approval, books)


@pytest.mark.usefixtures("begun")
def test_an_approval_reopens_one_month_once(books: Membership) -> None:
    closed = periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    reopened = closing.reopen(JANUARY, by=books)

    with pytest.raises(IntegrityError, match="once"), transaction.atomic():
        reopen_raw(closed, reopened.approval, books)


@pytest.mark.usefixtures("begun")
def test_a_soft_close_is_not_taken_back_under_a_hard_one(books: Membership) -> None:
    soft = periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    approval = Approval.objects.get(pk=closing.approved(soft, by=books))

    with pytest.raises(IntegrityError, match="closed to everybody"), transaction.atomic():
        reopen_raw(soft, approval, books)


def reopen_raw(closed: PeriodClose, approval: Approval, by: Membership) -> None:
    raw.execute(
        "INSERT INTO ledger_periodreopen (id, close_id, reason, approval_id, reopened_by_id)"
        " VALUES (%s, %s, 'CORRECTION', %s, %s)",
        *(uuid4(), closed.pk, approval.pk, by.pk),
    )


def test_a_month_before_the_books_is_not_closed(books: Membership, begun: JournalEntry) -> None:
    period = Period.objects.create(month=date(2025, 10, 1))

    with pytest.raises(IntegrityError, match="2025-10 lies before the books"), raw.committing():
        raw.execute(
            "INSERT INTO ledger_periodclose (id, period_id, kind, closed_by_id)"
            " VALUES (%s, %s, 'SOFT', %s)",
            *(uuid4(), period.pk, books.pk),
        )


@pytest.mark.usefixtures("begun")
def test_a_close_without_frozen_statements_is_refused_at_commit(books: Membership) -> None:
    period = Period.objects.create(month=JANUARY.replace(day=1))

    with pytest.raises(IntegrityError, match="froze no statements"), raw.committing():
        raw.execute(
            "INSERT INTO ledger_periodclose (id, period_id, kind, closed_by_id)"
            " VALUES (%s, %s, 'HARD', %s)",
            *(uuid4(), period.pk, books.pk),
        )


@pytest.mark.usefixtures("begun")
def test_statements_are_frozen_under_their_own_hash(books: Membership) -> None:
    soft = periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)
    known_at = known.settle()

    with pytest.raises(IntegrityError, match="has_its_hash"), transaction.atomic():
        PeriodSnapshot.objects.create(
            close=soft, known_at=known_at, content=b"{}", sha256=hashlib.sha256(b"[]").hexdigest()
        )


@pytest.mark.commits
def test_statements_are_frozen_at_a_moment_settled_just_now(
    practice: House, accountant: Membership
) -> None:
    with practice_scope(practice.id):
        chart.open(by=accountant)
        journal.post(**rent(accountant))
        soft = periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=accountant)
        earlier = known.settle()
    for known_at in (earlier, timezone.now()):
        with (
            pytest.raises(IntegrityError, match="settled just now"),
            practice_scope(practice.id),
        ):
            PeriodSnapshot.objects.create(
                close=soft,
                known_at=known_at,
                content=b"{}",
                sha256=hashlib.sha256(b"{}").hexdigest(),
            )


@pytest.mark.parametrize("table", raw.LEDGER_TABLES)
@pytest.mark.parametrize("act", ["UPDATE {} SET practice_id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_app_role_may_not_change_history(books: Membership, table: str, act: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        raw.execute(act.format(table))


@pytest.mark.parametrize("column", ["role", "kind", "normal_side", "is_control"])
def test_the_app_role_may_not_change_what_an_account_is_for(books: Membership, column: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        raw.execute(f"UPDATE ledger_account SET {column} = {column}")


@pytest.mark.commits
def test_not_even_the_owner_changes_history(practice: House, accountant: Membership) -> None:
    with practice_scope(practice.id):
        chart.open(by=accountant)
        journal.post(**payment(accountant))
        periods.close(month=JANUARY, today=FEBRUARY_1, by=accountant)
        closing.reopen(JANUARY, by=accountant)

    for table in APPEND_ONLY:
        for act in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
            assert "append-only" in refusal_to_owner(table, act)
    for act in ("UPDATE {} SET role = 'RENT'", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
        assert "does not change" in refusal_to_owner("ledger_account", act)


def refusal_to_owner(table: str, act: str) -> str:
    """Return what the owner is told who lifts row security and tries to change a table."""
    with (
        pytest.raises(IntegrityError) as refusal,
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(act.format(table))
    return str(refusal.value)
