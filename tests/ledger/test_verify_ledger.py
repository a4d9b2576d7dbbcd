"""The command that proves the books: its words, and what it exits with."""

import pytest
from django.core.management import CommandError, call_command

from tests.houses import House
from tests.ledger.raw import as_owner_unguarded


@pytest.mark.commits
def test_the_command_says_which_books_are_sound_and_which_are_not(
    committed: House, other_practice: House, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_ledger")
    sound = capsys.readouterr().out
    as_owner_unguarded(
        "DELETE FROM ledger_posting WHERE account_id IN"
        " (SELECT id FROM ledger_account WHERE role = 'RENT')"
    )
    with pytest.raises(CommandError, match="books of 1 of 2 practices are not sound"):
        call_command("verify_ledger")
    told = capsys.readouterr()

    assert sound.splitlines() == [
        "Harbor Lane: 4 entries, and every invariant holds.",
        "Summit Row: 0 entries, and every invariant holds.",
    ]
    assert "Summit Row: 0 entries, and every invariant holds." in told.out
    assert "Harbor Lane: I-1 does not hold. Entry" in told.err


@pytest.mark.commits
def test_the_command_checks_one_practice_by_its_slug(
    committed: House, other_practice: House, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_ledger", "--practice", "summit-row")

    assert capsys.readouterr().out == "Summit Row: 0 entries, and every invariant holds.\n"
    with pytest.raises(CommandError, match="no practice with this slug"):
        call_command("verify_ledger", "--practice", "nowhere")
