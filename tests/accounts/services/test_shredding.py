"""Destroying a practice's keys: two administrators, and then nothing opens."""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import keys
from accounts.models import Approval, DataKey, IndexKey, Membership, Role
from accounts.selectors import key_status
from accounts.services import approvals, grants, mail, shredding
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.models import Event
from clients.models import Client as Record
from tests.billing import desk
from tests.houses import House

SLUG = "harbor-lane"
SignedIn = Callable[[Membership], Client]


@pytest.fixture
def second(practice: House) -> Membership:
    """A second administrator."""
    other = practice.people["accountant"]
    with practice_scope(practice.id):
        grants.hold_exactly(
            member=other,
            wanted=list(Role.objects.filter(slug="administrator")),
            now=desk.NOW,
            by=practice.automaton,
        )
    return other


@pytest.fixture
def _books(practice: House) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk.open_books(by)
        client = desk.client(by)
        desk.cash(client, by, "20.00", apply_to=desk.invoice(client, by))


def ask(practice: House, by: Membership, typed: str = SLUG) -> object:
    with practice_scope(practice.id, person_id=by.person_id):
        return shredding.ask_or_do(typed=typed, now=timezone.now(), by=by)


def agree(practice: House, by: Membership) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        asked = Approval.objects.get(act="SHRED", decision="")
        approvals.decide(
            approval=asked, decision=Approval.Decision.APPROVED, by=by, now=timezone.now()
        )


@pytest.fixture
def shredded(practice: House, _books: None, administrator: Membership, second: Membership) -> House:
    assert ask(practice, administrator) is not None
    agree(practice, second)
    assert ask(practice, administrator) is None
    return practice


def test_one_administrator_alone_destroys_nothing(
    practice: House, administrator: Membership
) -> None:
    for _ in range(2):
        assert ask(practice, administrator) is not None
    with (
        practice_scope(practice.id, person_id=administrator.person_id),
        pytest.raises(approvals.NotYours),
    ):
        approvals.decide(
            approval=Approval.objects.get(act="SHRED"),
            decision=Approval.Decision.APPROVED,
            by=administrator,
            now=timezone.now(),
        )
    with practice_scope(practice.id):
        assert keys.active().version == 1


@pytest.mark.parametrize("typed", ["", "harbor lane", "summit-row", "Harbor Lane"])
def test_the_name_is_typed_out(practice: House, administrator: Membership, typed: str) -> None:
    with pytest.raises(shredding.AnotherName, match=SLUG):
        ask(practice, administrator, typed)


def test_afterwards_no_key_is_left_and_nothing_opens(shredded: House) -> None:
    with practice_scope(shredded.id):
        assert not DataKey.objects.exclude(wrapped=None).exists()
        assert not IndexKey.objects.exclude(wrapped=None).exists()
        client = Record.objects.get()
        for lost in (lambda: client.family_name, keys.active, keys.index_key):
            with pytest.raises(keys.KeyDestroyed):
                lost()


def test_a_process_that_held_the_key_loses_it_within_half_a_minute(shredded: House) -> None:
    held = keys.DataKey(shredded.id, 1, bytes(32))
    kept = keys.Kept(time.monotonic() + 30, {1: held}, bytes(32), frozenset())
    with practice_scope(shredded.id):
        keys._kept[shredded.id] = kept
        assert keys.version(1) is held

        keys._kept[shredded.id] = replace(kept, until=time.monotonic())
        with pytest.raises(keys.KeyDestroyed):
            keys.version(1)


def test_a_destroyed_key_of_fingerprints_stays_destroyed(shredded: House) -> None:
    with (
        practice_scope(shredded.id),
        pytest.raises(DatabaseError, match="stays destroyed"),
        transaction.atomic(),
    ):
        IndexKey.objects.update(wrapped=b"x" * 60, destroyed_at=None)


def test_log_books_and_values_verify_without_the_keys(shredded: House) -> None:
    for command, words in (
        ("verify_audit", "the log is whole"),
        ("verify_ledger", ""),
        ("verify_phi", "no value opens any more"),
    ):
        out = io.StringIO()
        call_command(command, practice=SLUG, stdout=out, stderr=out)
        assert words in out.getvalue()
    with practice_scope(shredded.id):
        assert Event.objects.filter(action=Action.PRACTICE_SHREDDED).count() == 1


def test_a_letter_to_its_people_still_goes_out(shredded: House) -> None:
    with practice_scope(shredded.id):
        assert mail.due(now=timezone.now()) == []
        context = {"at": timezone.now()}
        letter = mail.queue(
            to="noor@mail.example", template="wrong_codes", now=timezone.now(), context=context
        )

    with installation_scope():
        assert letter.pk in mail.due(now=timezone.now())
        told = mail.claim(letter.pk, now=timezone.now())
        assert told is not None
        assert told.to == ["noor@mail.example"]


def test_pages_say_in_plain_words_that_nothing_opens(
    shredded: House, signed_in: SignedIn, front_desk: Membership, administrator: Membership
) -> None:
    browser = signed_in(front_desk)
    answer = browser.get(reverse("clients:list"))

    assert answer.status_code == HTTPStatus.GONE
    assert "were destroyed" in answer.content.decode()
    keeper = signed_in(administrator)
    for route in ("keys", "log", "people", "approvals", "shredding"):
        assert keeper.get(reverse(f"accounts:{route}")).status_code == HTTPStatus.OK


def test_the_pages_lead_through_it(
    practice: House, signed_in: SignedIn, administrator: Membership, second: Membership
) -> None:
    browser, url = signed_in(administrator), reverse("accounts:shredding")
    wrong = browser.post(url, {"name": "summit-row"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f"Type {SLUG}" in wrong.content.decode()

    assert browser.post(url, {"name": SLUG}).status_code == HTTPStatus.FOUND
    assert "waits for another administrator" in browser.get(url).content.decode()
    agree(practice, second)
    assert "Destroy the keys now" in browser.get(url).content.decode()
    assert browser.post(url, {"name": SLUG}).headers["Location"] == reverse("accounts:keys")
    assert "The keys were destroyed" in browser.get(reverse("accounts:keys")).content.decode()


@pytest.mark.usefixtures("_books")
def test_the_key_page_makes_a_new_key_and_tells_how_far_it_is(
    practice: House, signed_in: SignedIn, administrator: Membership
) -> None:
    browser, url = signed_in(administrator), reverse("accounts:keys")
    assert "Seals new values" in browser.get(url).content.decode()

    browser.post(url)

    told = browser.get(url).content.decode()
    assert "Opens old values till they have moved" in told
    assert "values stand under the newest key" in told
    with practice_scope(practice.id):
        status = key_status.status()
        assert (status.is_rotating, status.moved) == (True, 0)
    assert "was made before" in browser.post(url, follow=True).content.decode()


def test_a_new_key_asks_for_a_fresh_second_step(
    practice: House, signed_in: SignedIn, administrator: Membership
) -> None:
    browser = signed_in(administrator)
    session = browser.session
    session["mfa_at"] = int((timezone.now() - timedelta(minutes=6)).timestamp())
    session.save()

    browser.post(reverse("accounts:keys"))

    with practice_scope(practice.id):
        assert key_status.old_versions() == []
