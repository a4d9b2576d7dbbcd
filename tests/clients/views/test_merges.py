"""Asking for a merge, answering it and undoing it, as people of the practice do."""

from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from clients.models import Client, Merge
from clients.services import merges
from tests.clients.people import NOW, added
from tests.houses import House

SignedIn = Callable[[Membership], Browser]


@dataclass(frozen=True, slots=True)
class Two:
    """A practice with two records of one person."""

    house: House
    kept: Client
    double: Client

    def merge(self) -> Merge:
        with practice_scope(self.house.id):
            return Merge.objects.latest("asked_at")

    def is_merged(self) -> bool:
        with practice_scope(self.house.id):
            return Client.objects.filter(pk=self.double.pk, merged_into=self.kept.pk).exists()


@pytest.fixture
def two(practice: House, front_desk: Membership) -> Two:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        return Two(practice, added(front_desk), added(front_desk, "Luisa", phone="555-533-1316"))


@pytest.fixture
def asked(two: Two, front_desk: Membership) -> Merge:
    with practice_scope(two.house.id, person_id=front_desk.person_id):
        return merges.ask(kept=two.kept, merged=two.double, now=NOW, by=front_desk)


def told(browser: Browser, name: str, *args: object, **data: str) -> str:
    """Return what a page says after a form was sent, or when it is opened."""
    url = reverse(f"clients:{name}", args=args)
    response = browser.post(url, data, follow=True) if data else browser.get(url)
    return " ".join(unescape(response.content.decode()).split())


def test_one_asks_and_another_agrees(
    two: Two, front_desk: Membership, accountant: Membership, signed_in: SignedIn
) -> None:
    said = told(signed_in(front_desk), "merge_ask", two.kept.pk, code=" c-0002 ")
    assert "A second person is asked to agree." in said
    assert "Take the request back" in said
    assert "Approve" not in said

    pk = two.merge().pk
    assert "Waits for you" in told(signed_in(accountant), "merges")
    said = told(signed_in(accountant), "merge_answer", pk, answer="approve")

    assert "The two records are shown as one." in said
    assert two.is_merged()
    assert "Make two records again" in told(signed_in(front_desk), "merge", pk)
    told(signed_in(front_desk), "merge_undo", pk, sure="yes")
    assert not two.is_merged()


def test_ones_own_request_is_not_answered_by_oneself(
    two: Two, asked: Merge, front_desk: Membership, signed_in: SignedIn
) -> None:
    said = told(signed_in(front_desk), "merge_answer", asked.pk, answer="approve")

    assert "This needs another person than you." in said
    assert not two.is_merged()


def test_who_sees_codes_only_is_told_what_agrees_and_no_value(
    asked: Merge, front_desk: Membership, accountant: Membership, signed_in: SignedIn
) -> None:
    codes_only = told(signed_in(accountant), "merge", asked.pk)
    whole = told(signed_in(front_desk), "merge", asked.pk)

    assert "Birth date</th> <td>The same</td>" in codes_only
    assert "Name</th> <td>Different</td>" in codes_only
    for value in ("Razo", "Luisa", "555-533", "1973"):
        assert value not in codes_only
        assert value in whole


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "Enter the code of the other record"),
        ("C-0099", "There is no client with this code."),
        ("C-0001", "one and the same record"),
    ],
)
def test_what_cannot_be_merged_is_said_at_the_code(
    two: Two, front_desk: Membership, signed_in: SignedIn, code: str, words: str
) -> None:
    url = reverse("clients:merge_ask", args=[two.kept.pk])

    response = signed_in(front_desk).post(url, {"code": code})

    assert response.status_code == 422
    assert words in unescape(response.content.decode())


def test_a_merge_of_clients_who_may_not_be_seen_is_not_there(
    two: Two, asked: Merge, stranger: Membership, signed_in: SignedIn
) -> None:
    for name, pk in (("merge", asked.pk), ("merge_ask", two.kept.pk)):
        url = reverse(f"clients:{name}", args=[pk])
        assert signed_in(stranger).get(url).status_code == 404


def test_without_merges_the_page_says_how_one_is_made(
    practice: House, front_desk: Membership, signed_in: SignedIn
) -> None:
    assert "No records were merged" in told(signed_in(front_desk), "merges")
