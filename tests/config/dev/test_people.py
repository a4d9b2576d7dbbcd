"""The demo's people: shown to the one who started it, from a private file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from django.core.management import CommandError, call_command

from config.dev import people
from config.dev.management.commands import demo_codes
from config.dev.people import Person
from config.dev.state import Refused

ALIASES = ("default", "gate", "owner", "backup")


@pytest.fixture
def folder(tmp_path: Path, rosalind: Person) -> Path:
    """A state folder with one person in it."""
    file = tmp_path / people.FILE
    file.write_text(json.dumps([rosalind]))
    file.chmod(0o600)
    return tmp_path


@pytest.fixture
def rosalind() -> Person:
    return Person(
        practice="Harbor Lane",
        slug="harbor-lane",
        name="Rosalind Achebe",
        role="front-desk",
        email="rosalind@harborlane.example",
        password="four-quiet-words-here",
        totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    )


def test_the_welcome_names_address_people_and_passwords(folder: Path) -> None:
    welcome = people.welcome("http://127.0.0.1:8000", folder)

    for words in ("http://127.0.0.1:8000", "Harbor Lane", "four-quiet-words-here", "demo_codes"):
        assert words in welcome


def test_the_code_of_a_moment_is_shown_with_the_seconds_left(rosalind: Person) -> None:
    now = datetime(2026, 3, 2, 9, 30, 12, tzinfo=UTC)

    line = demo_codes.lines([rosalind], now)[0]

    assert pyotp.TOTP(rosalind["totp_secret"]).at(now) in line
    assert "18 s left" in line


def test_a_file_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / people.FILE).chmod(0o640)

    with pytest.raises(Refused, match="may be read by others"):
        people.read(folder)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"start manage\.py demo first"):
        people.read(tmp_path)


@pytest.mark.django_db(databases=ALIASES)
def test_no_code_is_shown_where_the_database_lacks_the_mark(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIETLEDGER_STATE", str(folder))

    with pytest.raises(CommandError, match="does not bear the demo's mark"):
        call_command("demo_codes")
