"""Books and log contradict each other when either was changed behind the other's back."""

import pytest

from accounts.tenancy import practice_scope
from ledger.models import JournalEntry
from ledger.selectors import integrity, logged
from tests.houses import House
from tests.ledger.events import AGAIN, RENT
from tests.ledger.raw import as_owner_unguarded, insert_rent
from tests.ledger.selectors.test_integrity import of, re_dated

TAMPERINGS = {
    "another date": (
        ";".join(re_dated(AGAIN, "2026-02-14")),
        "is dated 2026-02-14; when it was posted, it was dated 2026-02-15",
        AGAIN,
    ),
    "a cent on both sides": (
        "UPDATE ledger_posting SET debit = debit + (debit > 0)::int,"
        f" credit = credit + (credit > 0)::int WHERE {of(RENT)}",
        "is over 500.01; when it was posted, it was over 500.00",
        RENT,
    ),
    "another account": (
        "UPDATE ledger_posting SET account_id = (SELECT id FROM ledger_account"
        f" WHERE role = 'SOFTWARE') WHERE debit > 0 AND {of(RENT)}",
        "has other lines than when it was posted",
        RENT,
    ),
    "debit and credit turned round": (
        f"UPDATE ledger_posting SET debit = credit, credit = debit WHERE {of(RENT)}",
        "has other lines than when it was posted",
        RENT,
    ),
    "another event": (
        f"UPDATE ledger_journalentry SET source = 'rent:3' WHERE source = '{RENT}'",
        "is of another event than when it was posted",
        RENT,
    ),
}


@pytest.mark.commits
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_the_log_contradicts_is_named(committed: House, tampering: str) -> None:
    statement, told, source = TAMPERINGS[tampering]
    with practice_scope(committed.id):
        entries = {entry.source: entry.pk for entry in JournalEntry.objects.all()}
        assert list(logged.findings()) == []

    as_owner_unguarded(statement)

    with practice_scope(committed.id):
        frozen = {"I-9"}  # What a close froze shows it for its own month, and for no open one.
        alone = [finding for finding in integrity.findings() if finding.invariant not in frozen]
        assert alone == [], "the books alone do not show it"
        (found,) = logged.findings()
    assert (found.invariant, found.ids) == ("I-16", (entries[source],))
    assert told in found.sentence


@pytest.mark.commits
def test_an_entry_that_the_log_never_told_is_named(committed: House) -> None:
    with practice_scope(committed.id):
        pk = insert_rent(
            committed.people["accountant"], on=JournalEntry.objects.latest("entry_date").entry_date
        )

    with practice_scope(committed.id):
        (found,) = logged.findings()
    assert (found.ids, "is not on the log" in found.sentence) == ((pk,), True)


@pytest.mark.commits
def test_an_entry_that_only_the_log_tells_is_named(committed: House) -> None:
    with practice_scope(committed.id):
        pk = JournalEntry.objects.get(source=AGAIN).pk
    as_owner_unguarded(
        f"DELETE FROM ledger_posting WHERE {of(AGAIN)}",
        f"DELETE FROM ledger_journalentry WHERE source = '{AGAIN}'",
    )

    with practice_scope(committed.id):
        assert list(integrity.findings()) == []
        (found,) = logged.findings()
    assert (found.ids, "not in the books" in found.sentence) == ((pk,), True)
