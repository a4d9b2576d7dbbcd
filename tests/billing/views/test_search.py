"""Finding a client from any page, as people of the practice do, with and without scripts."""

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from clients.services import coverages
from tests import counting
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.clients.people import added
from tests.houses import House
from tests.told import said

SignedIn = Callable[[Membership], Browser]

HTMX = {"HX-Request": "true"}


def found(browser: Browser, text: str, *, as_typed: bool = False) -> str:
    """Return what a search answers, as a page or as what comes while one types."""
    response = browser.post(
        reverse("billing:search"), {"q": text}, headers=HTMX if as_typed else {}
    )
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def last_search(practice: House) -> tuple[Event, set[object]]:
    with practice_scope(practice.id):
        event = Event.objects.filter(action="clients.client.searched").latest("seq")
        touched = Touch.objects.filter(seq=event.seq).values_list("client_id", flat=True)
        return event, set(touched)


@pytest.fixture
def browser(billed: Billed, front_desk: Membership, signed_in: SignedIn) -> Browser:
    return signed_in(front_desk)


def test_a_row_tells_what_is_due_today(browser: Browser) -> None:
    text = found(browser, "okonkwo", as_typed=True)

    assert "Amara Okonkwo" in text
    assert "$150.00" in text
    assert "No insurance" in text
    assert "Whitfield" not in text


def test_a_row_tells_of_insurance_only_where_there_is_none(
    billed: Billed, front_desk: Membership, browser: Browser
) -> None:
    with practice_scope(billed.house.id):
        coverages.add(
            client=billed.own,
            payer_name="Aetna",
            member_id="W123456789",
            starts_on=None,
            ends_on=None,
            now=at.NOW,
            by=front_desk,
        )

    assert "No insurance" not in found(browser, "okonkwo", as_typed=True)


def test_what_comes_while_one_types_is_a_part_of_the_page(browser: Browser) -> None:
    text = found(browser, "whitfi", as_typed=True)

    assert "<html" not in text
    assert "1 client found." in text


def test_without_scripts_a_page_comes(browser: Browser) -> None:
    text = found(browser, "amara")

    assert "<html" in text
    assert "2 clients found." in text
    assert text.count("150.00") == 4  # the sum and, under it, the word on it


def test_a_search_is_posted_and_never_stands_in_an_address(browser: Browser) -> None:
    text = found(browser, "okonkwo")

    assert 'method="post" action="/clients/search/"' in text
    assert "q=okonkwo" not in text
    assert (
        browser.post(reverse("billing:search"), {"q": "okonkwo"}, headers=HTMX).headers.keys()
        & {
            "HX-Push-Url",
            "HX-Replace-Url",
            "Location",
        }
        == set()
    )


@pytest.mark.parametrize("as_typed", [True, False])
def test_a_search_is_an_event_with_those_shown_and_without_what_was_typed(
    billed: Billed, front_desk: Membership, browser: Browser, as_typed: bool
) -> None:
    found(browser, "whitfield", as_typed=as_typed)

    event, touched = last_search(billed.house)
    assert (event.person_id, said(event)) == (front_desk.person_id, {"count": 1})
    assert touched == {billed.other.pk}


def test_those_not_shown_are_counted_and_not_touched(
    practice: House, front_desk: Membership, signed_in: SignedIn
) -> None:
    with practice_scope(practice.id):
        for _ in range(11):
            added(front_desk)

    text = found(signed_in(front_desk), "razo", as_typed=True)

    event, touched = last_search(practice)
    assert "11 clients found. Type on" in text
    assert said(event) == {"count": 11}
    assert len(touched) == 8


def test_a_therapist_is_told_of_assigned_clients_only_and_counts_no_other(
    billed: Billed, therapist: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(therapist)

    assert "1 client found." in found(browser, "amara")
    assert "0 clients found" in found(browser, "whitfield")
    assert "C-0002" not in found(browser, "c-0", as_typed=True)


def test_the_accountant_searches_codes_only(
    billed: Billed, accountant: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(accountant)

    by_code = found(browser, "0001", as_typed=True)

    assert "0 clients found" in found(browser, "okonkwo")
    assert "$150.00" in by_code
    assert "Okonkwo" not in by_code
    assert "insurance" not in by_code


def test_an_empty_search_shows_the_list(browser: Browser) -> None:
    for response in (
        browser.post(reverse("billing:search"), {"q": "  "}),
        browser.get(reverse("billing:search")),
    ):
        assert response.headers["Location"] == reverse("clients:list")


@pytest.mark.parametrize("text", ["", "a", " 1 "])
def test_while_one_types_a_single_letter_looks_for_nobody(
    billed: Billed, browser: Browser, text: str
) -> None:
    assert found(browser, text, as_typed=True) == ""
    with practice_scope(billed.house.id):
        assert not Event.objects.filter(action="clients.client.searched").exists()


def test_a_single_character_may_be_a_whole_name(
    practice: House, front_desk: Membership, signed_in: SignedIn
) -> None:
    with practice_scope(practice.id):
        added(front_desk, "美玲", "林")

    assert "1 client found." in found(signed_in(front_desk), "林", as_typed=True)


def test_nobody_found_leads_to_adding_a_client_those_who_may(
    browser: Browser, billed: Billed, therapist: Membership, signed_in: SignedIn
) -> None:
    assert reverse("clients:new") in found(browser, "nobody", as_typed=True)
    assert reverse("clients:new") not in found(signed_in(therapist), "nobody", as_typed=True)


def test_the_number_of_queries_does_not_grow_with_those_found(
    practice: House, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser, counts = signed_in(front_desk), []
    for more in (1, 6):
        with practice_scope(practice.id):
            for _ in range(more):
                added(front_desk)
        with counting.queries() as queries:
            found(browser, "razo", as_typed=True)
        counts.append(len(queries))

    assert counts[0] == counts[1]
