"""Who pays for a client, and what is kept back, as the front desk enters it."""

from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.tenancy import practice_scope
from clients.models import Client, ResponsibleParty, Restriction
from clients.selectors import parties
from clients.splits import divide
from tests.clients.parties import FATHER, MOTHER, parent
from tests.clients.people import TODAY, added
from tests.houses import House, browser_of

DAYS = {"starts_on": TODAY.isoformat()}


@pytest.fixture
def client_record(practice: House) -> Client:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        return added(by)


@pytest.fixture
def desk(practice: House) -> Browser:
    return browser_of(practice.people["front-desk"])


def url(route: str, client: Client, **more: Any) -> str:
    return reverse(f"clients:{route}", kwargs={"pk": client.pk, **more})


def test_two_parents_pay_sixty_and_forty(
    practice: House, desk: Browser, client_record: Client
) -> None:
    for known in (MOTHER, FATHER):
        typed = {**known, "kind": "PERSON", "relation": "PARENT"}
        assert desk.post(url("party_new", client_record), typed).status_code == 302
    shares = {"way_0": "PERCENT", "amount_0": "60", "way_1": "PERCENT", "amount_1": "40.00%"}

    answer = desk.post(url("split_new", client_record), {**DAYS, **shares})

    assert answer.headers["Location"] == url("parties", client_record)
    page = unescape(desk.get(url("parties", client_record)).content.decode())
    assert "Maternova</bdi>: 60%" in page
    assert "Paternus</bdi>: 40%" in page
    with practice_scope(practice.id):
        mother, father = ResponsibleParty.objects.order_by("id")
        [rule] = parties.rules(client_record)
        assert rule.payers == [mother.pk, father.pk]
        assert divide(10_001, rule.shares) == [6_001, 4_000]


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({}, "Say who pays which part."),
        ({"way_0": "PERCENT", "amount_0": "60"}, "The percentages make 60, not 100"),
        ({"way_0": "PERCENT", "amount_0": "100.01"}, "Enter a number, such as 60 or 33.33."),
        ({"way_0": "FIXED", "amount_0": "a lot"}, "Enter a number, such as 50 or 50.00."),
        ({"way_0": "FIXED", "amount_0": "-5"}, "Enter a number, such as 50 or 50.00."),
        ({"amount_0": "60"}, "Say whether it is a percentage or a fixed sum."),
        ({"way_0": "REST", "way_1": "REST"}, "Only one can take the rest."),
    ],
)
def test_a_split_that_makes_no_whole_is_refused_in_words(
    practice: House, desk: Browser, client_record: Client, shares: dict[str, str], words: str
) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        for known in (MOTHER, FATHER):
            parent(client_record, by, known)

    answer = desk.post(url("split_new", client_record), {**DAYS, **shares})

    assert answer.status_code == 422
    assert words in unescape(answer.content.decode())


def test_costs_are_not_divided_with_nobody(desk: Browser, client_record: Client) -> None:
    page = desk.get(url("split_new", client_record)).content.decode()

    assert "Nobody to divide with" in page
    assert f'href="{url("party_new", client_record)}"' in page
    assert 'name="starts_on"' not in page


def test_a_party_that_two_people_change_at_once_shows_what_differs(
    practice: House, desk: Browser, client_record: Client
) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        party = parent(client_record, by, MOTHER)
    typed = {**MOTHER, "kind": "PERSON", "relation": "PARENT", "seen": "1"}
    address = url("party", client_record, party_id=party.pk)
    assert desk.post(address, {**typed, "phone": "555-0711"}).status_code == 302

    late = desk.post(address, {**typed, "phone": "555-0722"})

    page = unescape(late.content.decode())
    assert late.status_code == 409
    assert "555-0711" in page
    assert "555-0722" in page


def test_a_restriction_is_set_shown_and_ended(
    practice: House, desk: Browser, client_record: Client
) -> None:
    desk.post(url("restriction_new", client_record), {"kind": "PAID_IN_FULL"})
    money = reverse("billing:client", args=[client_record.pk])
    assert "do not tell my plan" in desk.get(money).content.decode()
    again = desk.post(url("restriction_new", client_record), {"kind": "PAID_IN_FULL"})
    assert again.status_code == 422
    with practice_scope(practice.id):
        restriction = Restriction.objects.get()

    desk.post(url("restriction_end", client_record, restriction_id=restriction.pk))

    assert "do not tell my plan" not in desk.get(money).content.decode()
    assert "do not tell my plan" in desk.get(url("record", client_record)).content.decode()
    with practice_scope(practice.id):
        assert Restriction.objects.get().ended_by == practice.people["front-desk"]
