"""Lists of known passwords: loaded by the owner, read by the gate, felt wherever one is typed."""

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction

from accounts.models import BreachedPassword, PasswordDue, User
from accounts.services import breached, passwords, signin, totp, users
from accounts.services.passwords import PasswordRefused
from accounts.services.signin import NewPasswordNeeded
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts import common_passwords
from tests.accounts.conftest import NOW
from tests.houses import PASSWORD, House

pytestmark = pytest.mark.commits

KNOWN = "kestrel lantern nutmeg quartz"


def load(*files: Path) -> str:
    said = StringIO()
    call_command("load_breached_passwords", *map(str, files), stdout=said)
    return said.getvalue()


def test_a_plain_list_and_a_published_one_are_read_alike(tmp_path: Path, commits: None) -> None:
    plain, published = tmp_path / "plain.txt", tmp_path / "published.txt"
    plain.write_bytes(b"amber anchor basil birch\r\n\nna\xefve words in latin-1\n")
    published.write_text(f"{hashlib.sha1(KNOWN.encode()).hexdigest().upper()}:1234\n")

    load(plain, published)

    assert breached.is_known("amber anchor basil birch")
    assert breached.is_known(KNOWN)
    assert not breached.is_known("olive pebble raven saffron")


def test_the_same_list_again_adds_nothing(tmp_path: Path, commits: None) -> None:
    path = tmp_path / "list.txt"
    path.write_text("one known password\nanother known one\n")

    assert "2 lines, 2 new" in load(path)
    count = BreachedPassword.objects.count()
    assert "2 lines, 0 new" in load(path)
    assert BreachedPassword.objects.count() == count
    with installation_scope():
        told = Event.objects.filter(action=Action.BREACHED_LIST_LOADED).order_by("seq")
        assert [event.facts["count"] for event in told] == [2, 0]


def test_a_file_that_is_not_there_is_said(tmp_path: Path, commits: None) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        load(tmp_path / "nothing.txt")


def test_without_a_file_the_list_of_the_product_is_loaded_once(commits: None) -> None:
    load()
    load()

    assert BreachedPassword.objects.count() > 19_000
    assert breached.is_known("password")
    with installation_scope():
        assert Event.objects.filter(action=Action.BREACHED_LIST_LOADED).count() == 1


def test_the_gate_reads_the_list_and_changes_nothing_in_it(commits: None) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic("gate"):
        BreachedPassword.objects.create(digest=b"x" * 10)


def test_all_of_three_thousand_known_passwords_are_refused(tmp_path: Path, practice: House) -> None:
    known = common_passwords.of_length(12, 3_000)
    path = tmp_path / "list.txt"
    path.write_text("\n".join(known))
    load(path)

    assert [password for password in known if is_accepted(password)] == []
    assert is_accepted(KNOWN)


def is_accepted(password: str) -> bool:
    try:
        passwords.require_fit(password, length_min=12, names=())
    except PasswordRefused:
        return False
    return True


@pytest.mark.parametrize(
    "near", [KNOWN, KNOWN.upper(), f"{KNOWN}2026!", f"!!{KNOWN}", KNOWN.replace(" ", "-")]
)
def test_what_is_near_a_known_password_is_refused(
    tmp_path: Path, practice: House, near: str
) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{KNOWN}\n{KNOWN.replace(' ', '')}\n")
    load(path)

    with pytest.raises(PasswordRefused, match="Others know this password"):
        passwords.require_fit(near, length_min=12, names=())


def test_a_known_password_is_due_once_it_was_typed_rightly(tmp_path: Path, practice: House) -> None:
    user = users.create(email="new@harbor-lane.example", password=PASSWORD, now=NOW)
    secret = totp.new_secret()
    totp.install(user=user, secret=secret, now=NOW)
    path = tmp_path / "list.txt"
    path.write_text(f"{PASSWORD}\n")
    load(path)

    ticket = signin.give_password(email=user.email, password=PASSWORD, now=NOW)

    assert User.objects.get(pk=user.pk).password_due == PasswordDue.BREACHED
    with pytest.raises(NewPasswordNeeded):
        signin.give_code(ticket=ticket.text, code=totp.code_at(secret, NOW), now=NOW)
    with pytest.raises(PasswordRefused):
        signin.give_new_password(ticket=ticket.text, password=PASSWORD, now=NOW)
