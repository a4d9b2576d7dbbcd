from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from tests.billing import desk as at
from tests.billing.conftest import Billed


def url(billed: Billed) -> str:
    return reverse("billing:client", args=[billed.own.pk])


def test_a_clients_page_says_what_is_open_and_why(at_desk: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        at.cash(billed.own, by, "100.00")
        at.session(billed.own, by)

    page = at_desk.get(url(billed))

    for words in (
        "Amara Okonkwo",
        "Owes $50.00 on 1 invoice, $50.00 of it late.",
        "INV-2026-0001",
        "R-00001",
        "in cash",
        "Psychotherapy, about 45 minutes (90834)",
        "Therapist of Harbor Lane",
        "1973",
        "Take payment",
    ):
        assert words in page.text


def test_the_accountant_sees_money_and_no_person(as_accountant: Browser, billed: Billed) -> None:
    page = as_accountant.get(url(billed))

    assert "INV-2026-0001" in page.text
    assert "Take payment" in page.text
    for words in ("Amara", "1973", "Reach", "Insurance", "Psychotherapy", "Record a session"):
        assert words not in page.text


def test_a_therapist_opens_own_clients_only(as_therapist: Browser, billed: Billed) -> None:
    other = reverse("billing:client", args=[billed.other.pk])

    own_page = as_therapist.get(url(billed))

    assert own_page.status_code == 200
    assert "Take payment" not in own_page.text
    assert as_therapist.get(other).status_code == 404


def test_another_practices_client_is_not_there(
    billed: Billed, stranger: Membership, signed_in: Any
) -> None:
    assert signed_in(stranger).get(url(billed)).status_code == 404


def test_my_clients_are_those_assigned_with_their_balances(
    as_therapist: Browser, billed: Billed
) -> None:
    page = as_therapist.get(reverse("billing:my_clients"))

    assert "Amara Okonkwo" in page.text
    assert "150.00" in page.text
    assert "C-0002" not in page.text


def test_a_therapists_way_back_leads_to_the_own_clients(
    as_therapist: Browser, at_desk: Browser, billed: Billed
) -> None:
    own, everybody = reverse("billing:my_clients"), reverse("clients:list")

    assert (
        f'<div class="crumbs"><a href="{own}">My clients</a>' in as_therapist.get(url(billed)).text
    )
    assert f'<div class="crumbs"><a href="{everybody}">Clients</a>' in at_desk.get(url(billed)).text


def test_the_desk_cares_for_nobody_itself(at_desk: Browser) -> None:
    assert "No clients yet" in at_desk.get(reverse("billing:my_clients")).text
