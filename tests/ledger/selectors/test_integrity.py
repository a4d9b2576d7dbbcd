"""What went round the guards is found and named. Tampering is done as the tables' owner."""

import pytest

from accounts.tenancy import practice_scope
from ledger.models import JournalEntry
from ledger.selectors import integrity
from tests.houses import House
from tests.ledger.events import AGAIN, PAID, RENT, VOID
from tests.ledger.raw import as_owner_unguarded


def of(source: str, column: str = "entry_id") -> str:
    return f"{column} = (SELECT id FROM ledger_journalentry WHERE source = '{source}')"


FREE_DAYS = "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_entry_id_same_practice"


def re_dated(source: str, day: str) -> list[str]:
    """Return what moves an entry and its postings to another day."""
    return [
        FREE_DAYS,
        f"UPDATE ledger_posting SET entry_date = '{day}' WHERE {of(source)}",
        f"UPDATE ledger_journalentry SET entry_date = '{day}' WHERE source = '{source}'",
    ]


TAMPERINGS = {
    "a cent more": (
        [f"UPDATE ledger_posting SET debit = debit + 1 WHERE debit > 0 AND {of(RENT)}"],
        ("I-1", "is out of balance by 0.01", RENT),
    ),
    "a posting less": (
        [f"DELETE FROM ledger_posting WHERE credit > 0 AND {of(RENT)}"],
        ("I-1", "is out of balance by 500.00", RENT),
    ),
    "all postings less": (
        [f"DELETE FROM ledger_posting WHERE {of(RENT)}"],
        ("I-1", "has 0 of its 2 postings", RENT),
    ),
    "a balanced pair more": (
        [
            "INSERT INTO ledger_posting"
            " (id, practice_id, entry_id, entry_date, account_id, debit, credit)"
            " SELECT gen_random_uuid(), practice_id, entry_id, entry_date, account_id,"
            " credit, debit"
            f" FROM ledger_posting WHERE {of(RENT)}"
        ],
        ("I-1", "has 4 of its 2 postings", RENT),
    ),
    "a posting on another day": (
        [
            FREE_DAYS,
            f"UPDATE ledger_posting SET entry_date = '2026-02-14' WHERE debit > 0 AND {of(AGAIN)}",
        ],
        ("I-1", "stands on another day than its entry", None),
    ),
    "a negative debit": (
        [
            "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_one_sided",
            f"UPDATE ledger_posting SET debit = -credit, credit = -debit WHERE {of(RENT)}",
        ],
        ("I-1", "is not exactly a debit or a credit", None),
    ),
    "an entry less": (
        [
            "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_entry_id_same_practice",
            f"DELETE FROM ledger_journalentry WHERE source = '{RENT}'",
        ],
        ("I-1", "belongs to no entry", None),
    ),
    "an account less": (
        [
            "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_account_id_same_practice",
            "DELETE FROM ledger_monthtotal",
            "DELETE FROM ledger_account WHERE role = 'RENT'",
        ],
        ("I-1", "stands on no account", None),
    ),
    "a party forgotten": (
        ["UPDATE ledger_posting SET party = NULL"],
        ("I-3", "is in no open item of account 2000", None),
    ),
    "an account turned": (
        ["UPDATE ledger_account SET kind = 'EXPENSE' WHERE role = 'SESSION_FEES'"],
        ("I-3", "Account 4000 is not what its role says", None),
    ),
    "a reversal on another account": (
        [
            "UPDATE ledger_posting SET account_id ="
            " (SELECT id FROM ledger_account WHERE role = 'OPERATING_BANK')"
            f" WHERE credit > 0 AND {of(VOID)}"
        ],
        ("I-5", "150.00 is left of entry", PAID),
    ),
    "a reversal of a reversal": (
        [f"UPDATE ledger_journalentry SET {of(VOID, 'reverses_id')} WHERE source = '{AGAIN}'"],
        ("I-5", "reverses a reversal", AGAIN),
    ),
    "two reversals": (
        [
            "ALTER TABLE ledger_journalentry DROP CONSTRAINT ledger_journalentry_reversed_once",
            f"UPDATE ledger_journalentry SET {of(PAID, 'reverses_id')} WHERE source = '{AGAIN}'",
        ],
        ("I-5", "is reversed 2 times", PAID),
    ),
    "an event twice": (
        [
            "ALTER TABLE ledger_journalentry DROP CONSTRAINT ledger_journalentry_source_once",
            f"UPDATE ledger_journalentry SET source = '{RENT}' WHERE source = '{AGAIN}'",
        ],
        ("I-6", "The event rent:1 is posted 2 times", RENT),
    ),
    "an entry moved into a closed month": (
        re_dated(AGAIN, "2026-01-31"),
        ("I-10", "was posted into January 2026 after it was closed", AGAIN),
    ),
}


@pytest.mark.commits
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_is_named(committed: House, tampering: str) -> None:
    statements, (invariant, told, source) = TAMPERINGS[tampering]
    with practice_scope(committed.id):
        entries = {entry.source: entry.pk for entry in JournalEntry.objects.all()}

    as_owner_unguarded(*statements)

    with practice_scope(committed.id):
        found = next(integrity.findings())
    assert (found.invariant, told in found.sentence) == (invariant, True), found.sentence
    assert entries[source] in found.ids if source else len(found.ids) == 1
