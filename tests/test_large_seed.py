"""The large practice that benchmarks read: it is what the product would have written."""

import pytest
from django.core.management import CommandError, call_command

from accounts.selectors import doors, sealed
from accounts.tenancy import practice_scope
from billing.models import Invoice, Payment, PaymentApplication
from billing.selectors import receivables
from config.dev.seed import big
from ledger.models import JournalEntry, Posting

INVOICES = 21


@pytest.mark.commits
def test_a_large_practice_is_sound(commits: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo", "--large", "--invoices", str(INVOICES), "--others", "1")
    call_command("verify_ledger")

    told = capsys.readouterr().out
    assert f"{INVOICES} invoices and {INVOICES * 12} postings, beside 1 small" in told
    assert f"Grand Harbor Therapy: {INVOICES * 6} entries, and every invariant holds." in told
    assert "Small Practice 1: 600 entries, and every invariant holds." in told
    practice_id = doors.practice_of_slug(big.BIG.slug)
    assert practice_id is not None
    with practice_scope(practice_id):
        assert Invoice.objects.count() == INVOICES
        assert Payment.objects.count() == 3 * INVOICES
        assert PaymentApplication.objects.count() == 2 * INVOICES
        assert Posting.objects.count() == big.POSTINGS_OF_AN_INVOICE * INVOICES
        last = JournalEntry.objects.latest("entry_date").entry_date
        ages = receivables.on(as_of=last)
        assert ages.ties_out
        assert ages.owes.cents == 3 * 3_000
        assert sealed.first_offence() is None
    with pytest.raises(CommandError, match="large practice already"):
        call_command("seed_demo", "--large")
