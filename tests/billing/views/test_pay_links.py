"""The desk makes a client's pay link: sent, or shown once, and withdrawn."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.conf import settings as product
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import Letter, PayLink
from billing.selectors import pay_links
from billing.services import statements
from clients.services import contacts
from tests import counting
from tests.billing import desk as at
from tests.billing import paying, post
from tests.billing.conftest import Billed

ADDRESS = re.compile(r"https?://[^\s<]+/pay/[\w-]{64}/")
BOARD = "/letters/"


@pytest.fixture
def reached(billed: Billed, front_desk: Membership) -> Billed:
    """The first client has an e-mail address, and the practice takes cards."""
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        paying.take_cards(billed.house.automaton)
        contacts.add(
            client=billed.own,
            kind="EMAIL",
            number_or_address="amara@mail.example",
            now=at.NOW,
            by=front_desk,
        )
    return billed


def url(billed: Billed) -> str:
    return reverse("billing:pay_links", args=[billed.own.pk])


def test_one_click_sends_it(reached: Billed, at_desk: Browser) -> None:
    preview = at_desk.get(url(reached)).content.decode()
    assert "amara@mail.example" in preview
    assert not ADDRESS.search(preview)

    answer = at_desk.post(url(reached), {"key": str(uuid4()), "way": "mail"}, follow=True)

    page = answer.content.decode()
    assert "The link is on its way by e-mail." in page
    assert "Waits to be sent" in page
    assert not ADDRESS.search(page)
    with practice_scope(reached.house.id):
        sent = Letter.objects.get().mail
        title, body = sent.subject, ADDRESS.sub("…", sent.body)
    shown = unescape(preview)
    assert f"<strong>{title}</strong>" in shown
    assert f">{body}</p>" in shown


def test_it_is_shown_once_with_a_square_code(reached: Billed, at_desk: Browser) -> None:
    key = str(uuid4())
    shown = at_desk.post(url(reached), {"key": key, "way": "screen"}, headers={"Host": "127.0.0.1"})

    page = shown.content.decode()
    [address] = set(ADDRESS.findall(page))
    assert address.startswith(product.BASE_URL)
    assert "<svg" in page
    assert Browser().get(address.removeprefix(product.BASE_URL))["Location"] == "/pay/"
    again = at_desk.post(url(reached), {"key": key, "way": "screen"})
    assert again.status_code == 422
    assert "is shown once" in again.content.decode()
    with practice_scope(reached.house.id):
        assert PayLink.objects.count() == 1
        told = str(list(Event.objects.values_list("facts", "label")))
        assert address[-65:-1] not in told


def test_without_an_address_it_is_only_shown(billed: Billed, at_desk: Browser) -> None:
    with practice_scope(billed.house.id):
        paying.take_cards(billed.house.automaton)

    page = at_desk.get(url(billed)).content.decode()
    assert "Not by e-mail. No e-mail address." in page
    assert "Send by e-mail" not in page
    answer = at_desk.post(url(billed), {"key": str(uuid4()), "way": "mail"})
    assert answer.status_code == 422
    assert "Or show the link here" in answer.content.decode()


def test_without_a_card_account_it_says_so(billed: Billed, at_desk: Browser) -> None:
    answer = at_desk.post(url(billed), {"key": str(uuid4()), "way": "screen"})

    assert answer.status_code == 422
    assert "no card account" in answer.content.decode()


def test_a_link_is_withdrawn_by_a_press(reached: Billed, at_desk: Browser) -> None:
    at_desk.post(url(reached), {"key": str(uuid4()), "way": "mail"})
    with practice_scope(reached.house.id):
        pk = PayLink.objects.get().pk

    answer = at_desk.post(reverse("billing:pay_link_withdraw", args=[pk]), follow=True)

    page = answer.content.decode()
    assert "The link opens nothing any more." in page
    assert "Taken back" in page
    assert reverse("billing:pay_link_withdraw", args=[pk]) not in page


@pytest.mark.parametrize("page", ["billing:client", "billing:invoice", "billing:client_statements"])
def test_the_way_to_it_stands_where_what_is_owed_does(
    reached: Billed, at_desk: Browser, as_accountant: Browser, page: str
) -> None:
    pk = reached.own_invoice.pk if page == "billing:invoice" else reached.own.pk
    here = reverse(page, args=[pk])

    assert url(reached) in at_desk.get(here).content.decode()
    assert url(reached) not in as_accountant.get(here).content.decode()


def test_the_letter_stands_on_the_board_without_its_link(
    reached: Billed, at_desk: Browser, as_accountant: Browser
) -> None:
    at_desk.post(url(reached), {"key": str(uuid4()), "way": "mail"})
    with practice_scope(reached.house.id):
        letter = Letter.objects.select_related("mail").get()
    own = reverse("billing:client_letters", args=[reached.own.pk])
    again = reverse("billing:letter_repeat", args=[letter.pk])

    for browser in (at_desk, as_accountant):
        for page in (browser.get(f"{BOARD}?kind=PAY_LINK").text, browser.get(own).text):
            assert "Link to pay" in page
            assert "Waits to be sent" in page
            assert "/pay/" not in page
            assert again not in page

    with practice_scope(reached.house.id, person_id=reached.house.people["front-desk"].person_id):
        post.given_up(letter)
    assert f'href="{url(reached)}"' in at_desk.get(BOARD).text
    assert url(reached) not in as_accountant.get(BOARD).text


def test_therapists_and_auditors_see_no_link_on_the_board(
    reached: Billed, at_desk: Browser, as_therapist: Browser, as_auditor: Browser
) -> None:
    at_desk.post(url(reached), {"key": str(uuid4()), "way": "mail"})

    for browser in (as_therapist, as_auditor):
        for page in (BOARD, reverse("billing:client_letters", args=[reached.own.pk]), url(reached)):
            answer = browser.get(page)
            assert answer.status_code == 403
            assert "Link to pay" not in answer.text
            assert not ADDRESS.search(answer.text)


def test_many_links_take_as_many_queries_as_one(reached: Billed, at_desk: Browser) -> None:
    counts = []
    for more in (1, 4):
        for _ in range(more):
            at_desk.post(url(reached), {"key": str(uuid4()), "way": "mail"})
        with counting.queries() as asked:
            at_desk.get(url(reached))
        counts.append(len(asked))

    assert counts[0] == counts[1]


def wish(browser: Browser, billed: Billed, links: str) -> str:
    where = reverse("billing:link_wish", args=[billed.own.pk])
    return browser.post(where, {"links": links}, follow=True).content.decode()


def test_the_desk_notes_who_wants_no_links(reached: Billed, at_desk: Browser) -> None:
    at_desk.post(url(reached), {"key": str(uuid4()), "way": "screen"})
    page = wish(at_desk, reached, "none")

    assert "Noted: no links." in page
    assert "Taken back" in page
    assert "Show it here" not in page
    refused = at_desk.post(url(reached), {"key": str(uuid4()), "way": "screen"})
    assert refused.status_code == 422
    assert "This client wants no links." in refused.content.decode()
    assert "carry a link again" in wish(at_desk, reached, "wanted")
    with practice_scope(reached.house.id):
        told = [each.action for each in Event.objects.filter(action__contains="wanted")]
    assert sorted(told) == ["billing.pay_link.not_wanted", "billing.pay_link.wanted"]


def test_a_link_on_paper_is_listed_and_opens_by_what_is_typed(
    reached: Billed, at_desk: Browser, front_desk: Membership
) -> None:
    with practice_scope(reached.house.id, person_id=front_desk.person_id):
        statements.make(
            client=reached.own,
            since=at.TODAY,
            until=at.TODAY,
            key=uuid4(),
            today=at.TODAY,
            now=timezone.now(),
            by=front_desk,
        )
        link = PayLink.objects.get()
        typed = pay_links.in_groups(link.text or "").lower()

    assert "On a statement" in at_desk.get(url(reached)).content.decode()
    browser = Browser()
    answer = browser.get(reverse("billing:pay_open", args=[typed]))
    assert (answer.status_code, answer["Location"]) == (302, "/pay/")
    assert "$150.00 is open" in browser.get("/pay/").content.decode()
