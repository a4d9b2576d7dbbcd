"""What a client sees by a pay link: little before the second factor, their own account after it."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4, uuid5

import pytest
from django.conf import settings as product
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Practice
from accounts.selectors import members
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from billing import gateway, tasks
from billing.models import CardIntent, PayLink, Payment, PayVisit
from billing.selectors import integrity, invoices
from billing.selectors.documents import Subject
from billing.services import checkout, documents, pay_links, pay_visits
from billing.views import pay_base
from clients.models import Address, Client
from clients.services import contacts, merges
from ledger.money import Money
from tests import counting
from tests.attacks.answers import cookie_flaws, flaws
from tests.billing import desk as at
from tests.billing import paying
from tests.billing.conftest import Billed
from tests.billing.paying import BORN, Payer
from tests.billing.test_card_payments import Shop, shop
from tests.billing.test_merged_clients import merge
from tests.config.dev.stripe_simulator import spec
from tests.houses import House

__all__ = ["shop"]

OTHER_DAY = "1990-01-01"


@pytest.fixture
def payer(billed: Billed, front_desk: Membership) -> Payer:
    """C-0001, who owes 150.00, with an open link and nothing said yet."""
    with practice_scope(billed.house.id):
        paying.take_cards(billed.house.automaton)
    return Payer.of(billed.house, billed.own, front_desk)


@pytest.fixture
def paying_client(shop: Shop, front_desk: Membership) -> Payer:
    """The same with a simulator of the card company, and inside."""
    payer = Payer.of(shop.billed.house, shop.billed.own, front_desk)
    payer.enter()
    return payer


def test_the_link_leaves_the_address_at_once(payer: Payer) -> None:
    answer = payer.open()

    assert (answer.status_code, answer["Location"]) == (302, "/pay/")
    cookie = answer.cookies["__Host-pay"]
    flags = [cookie[name] for name in ("httponly", "secure", "path", "samesite")]
    assert flags == [True, True, "/", "Lax"]
    assert payer.text not in payer.browser.get("/pay/").content.decode()


def test_before_the_second_factor_there_is_a_name_and_an_amount(
    payer: Payer, billed: Billed
) -> None:
    page = payer.browser.get("/pay/").content.decode()

    assert "$150.00 is open" in page
    practice = practice_of(billed)
    assert practice.discreet_name in page
    for told in (
        billed.own.code,
        billed.own_invoice.number,
        billed.own.family_name,
        billed.own.given_names,
        "90834",
    ):
        assert told not in page


def test_looking_uses_nothing_up(payer: Payer) -> None:
    for _ in range(20):
        payer.open()
        assert payer.browser.get("/pay/").status_code == 200

    link = payer.link()
    assert (link.wrong_tries, link.opened_at) == (0, None)


def test_the_birth_date_opens_the_account(payer: Payer, billed: Billed) -> None:
    assert payer.enter()["Location"] == "/pay/account/"

    page = payer.account().content.decode()
    assert "You owe $150.00" in page
    assert billed.own_invoice.number in page
    assert billed.other_invoice.number not in page
    assert payer.link().opened_at is not None


@pytest.mark.parametrize("typed", ["04101", "04101-2234", " 04101 "])
def test_a_zip_code_opens_it_too(payer: Payer, billed: Billed, typed: str) -> None:
    move_in(billed, "04101-9999")

    assert payer.answer(zip_code=typed).status_code == 302


def test_a_zip_code_that_nobody_has_is_answered_like_a_wrong_one(
    payer: Payer, billed: Billed
) -> None:
    unknown = payer.answer(zip_code="04101").content.decode()
    move_in(billed, "04102")
    wrong = payer.answer(zip_code="04101").content.decode()

    assert "2 tries are left" in unknown
    assert without_token(unknown).replace("2 tries are", "1 try is") == without_token(wrong)


def test_an_address_of_before_opens_nothing(payer: Payer, billed: Billed) -> None:
    move_in(billed, "04101")
    with practice_scope(billed.house.id):
        Address.objects.update(ends_on=timezone.localdate() - timedelta(days=2))

    assert payer.answer(zip_code="04101").status_code == 422


def test_three_wrong_answers_end_the_link(payer: Payer) -> None:
    told = [payer.answer(birth_date=OTHER_DAY) for _ in range(3)]

    assert [each.status_code for each in told] == [422, 422, 404]
    assert "1 try is left" in told[1].content.decode()
    payer.open()
    assert payer.answer(birth_date=f"{BORN}").status_code == 404
    assert payer.browser.get("/pay/").status_code == 404


def test_a_right_answer_gives_no_tries_back(payer: Payer) -> None:
    payer.answer(birth_date=OTHER_DAY)
    payer.answer(birth_date=OTHER_DAY)
    payer.enter()
    payer.browser.post(reverse("billing:pay_leave"))
    payer.open()

    assert payer.answer(birth_date=OTHER_DAY).status_code == 404


def test_too_many_answers_from_one_address_are_not_looked_at(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pay_base, "TRIES_PER_ADDRESS", 1)
    elsewhere: dict[str, Any] = {"REMOTE_ADDR": f"10.{uuid4().int % 250}.{uuid4().int % 250}.7"}
    said = {"birth_date": OTHER_DAY}
    told = [payer.browser.post(reverse("billing:pay"), said, **elsewhere) for _ in range(3)]

    assert 429 in [each.status_code for each in told]
    assert told[-1]["Retry-After"]
    assert payer.link().wrong_tries < 3


def test_one_address_does_not_stop_the_answers_of_a_practice(
    payer: Payer, billed: Billed, front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pay_base, "TRIES_PER_ADDRESS", 5)
    monkeypatch.setattr(pay_base, "TRIES_PER_PRACTICE", 15)
    # Other tests answer in this practice within the minute, too.
    fresh = uuid4()
    monkeypatch.setattr(pay_base, "_bucket", lambda who: uuid5(fresh, str(who)))
    other = Payer.of(billed.house, billed.other, front_desk)
    one = f"10.{uuid4().int % 250}.{uuid4().int % 250}.7"
    for said in ({}, {"birth_date": f"{BORN}"}):
        for _ in range(16):
            payer.browser.post(reverse("billing:pay"), said, REMOTE_ADDR=one)

    answer = other.browser.post(
        reverse("billing:pay"), {"birth_date": f"{BORN}"}, REMOTE_ADDR="10.251.8.8"
    )
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"birth_date": "14 May"},
        {"zip_code": "4101"},
        {"birth_date": f"{BORN}", "zip_code": "04101"},
    ],
)
def test_what_is_no_answer_is_no_try(payer: Payer, said: dict[str, str]) -> None:
    assert payer.answer(**said).status_code == 422
    assert payer.link().wrong_tries == 0


@pytest.mark.parametrize("ended", ["expired", "withdrawn", "replaced", "unknown", "malformed"])
def test_every_link_that_is_over_is_answered_alike(
    payer: Payer, billed: Billed, front_desk: Membership, ended: str
) -> None:
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        now = timezone.now()
        if ended == "expired":
            made = paying.link(billed.own, front_desk, now=now - timedelta(days=14))
            payer = Payer(payer.house, made.text, payer.browser)
        elif ended == "withdrawn":
            pay_links.withdraw(link=PayLink.objects.get(), now=now, by=front_desk)
        elif ended == "replaced":
            paying.link(billed.own, front_desk)
    if ended == "unknown":
        payer = Payer(payer.house, payer.text[:-4] + "AAAA", payer.browser)
    if ended == "malformed":
        payer = Payer(payer.house, "x", payer.browser)
    payer.open()

    over = payer.browser.get("/pay/")

    assert over.status_code == 404
    nobody = Browser().get("/pay/")
    assert over.content == nobody.content
    assert practice_of(billed).discreet_name not in over.content.decode()
    assert payer.answer(birth_date=f"{BORN}").status_code == 404


def test_a_visit_that_was_idle_for_too_long_is_over(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    payer.enter()
    monkeypatch.setattr(pay_visits, "IDLE", timedelta(0))

    assert payer.account()["Location"] == "/pay/"


@pytest.mark.parametrize(
    ("after", "lasts"),
    [
        (pay_visits.IDLE - timedelta(seconds=1), True),
        (pay_visits.IDLE, False),
        (pay_visits.LONGEST, False),
    ],
)
def test_a_visit_lasts_as_long_as_it_says(
    payer: Payer, billed: Billed, after: timedelta, lasts: bool
) -> None:
    payer.enter()
    key = payer.browser.cookies["__Host-pay-visit"].value
    with practice_scope(billed.house.id):
        visit = PayVisit.objects.select_related("link").get()
        found = pay_visits.present(link=visit.link, key=key, now=visit.last_seen_at + after)

    assert (found is not None) == lasts


def test_a_visit_that_is_never_idle_ends_after_an_hour(payer: Payer, billed: Billed) -> None:
    payer.enter()
    key = payer.browser.cookies["__Host-pay-visit"].value
    with practice_scope(billed.house.id):
        visit = PayVisit.objects.select_related("link").get()
        moment, minutes = visit.began_at, 0
        while pay_visits.present(link=visit.link, key=key, now=moment):
            moment, minutes = moment + timedelta(minutes=5), minutes + 5

    assert minutes == 60


def test_leaving_ends_it_and_the_old_cookie_opens_nothing(payer: Payer) -> None:
    payer.enter()
    kept = {name: morsel.value for name, morsel in payer.browser.cookies.items()}

    left = payer.browser.post(reverse("billing:pay_leave"))

    assert left.status_code == 200
    replayed = Browser()
    replayed.cookies.load(kept)
    assert replayed.get(reverse("billing:pay_account"))["Location"] == "/pay/"


def test_a_visit_is_of_its_link_alone(payer: Payer, billed: Billed, front_desk: Membership) -> None:
    """The visit's cookie of one client beside the link's cookie of another opens nothing."""
    payer.enter()
    other = Payer.of(billed.house, billed.other, front_desk)
    other.browser.cookies["__Host-pay-visit"] = payer.browser.cookies["__Host-pay-visit"].value

    assert other.account()["Location"] == "/pay/"


def test_a_merge_and_its_undoing_end_the_visit(
    payer: Payer, billed: Billed, front_desk: Membership, accountant: Membership
) -> None:
    """Nobody reads another's invoices by their own birth date."""
    payer.enter()
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        request = merge(billed.other, billed.own, front_desk, accountant)

    assert payer.account()["Location"] == reverse("billing:pay")
    payer.enter()
    assert billed.other_invoice.number in payer.account().content.decode()
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        merges.undo(merge=request, now=timezone.now(), by=front_desk)

    assert payer.account()["Location"] == reverse("billing:pay")


def test_a_withdrawn_link_ends_the_visit_that_it_opened(
    payer: Payer,
) -> None:
    payer.enter()
    payer.withdraw()

    assert payer.account().status_code == 404


def test_the_account_is_all_that_a_visit_opens(payer: Payer, billed: Billed) -> None:
    payer.enter()

    for route, pk in {
        "billing:client": billed.own.pk,
        "billing:invoice": billed.own_invoice.pk,
        "billing:invoice_pdf": billed.own_invoice.pk,
    }.items():
        answer = payer.browser.get(reverse(route, args=[pk]))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")


def test_the_papers_are_those_that_were_issued(
    payer: Payer, billed: Billed, front_desk: Membership
) -> None:
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        payment = at.cash(billed.own, front_desk, "20.00")
        statement = at.statement(billed.own, front_desk)
        issued: dict[str, Subject] = {
            "billing:pay_invoice_pdf": billed.own_invoice,
            "billing:pay_receipt_pdf": payment,
            "billing:pay_statement_pdf": statement,
        }
        printed = {
            route: documents.render(subject, now=at.NOW, by=front_desk)
            for route, subject in issued.items()
        }
    payer.enter()

    for route, subject in issued.items():
        answer = payer.browser.get(reverse(route, args=[subject.pk]))
        assert answer.content == printed[route].pdf
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Cache-Control"] == "no-store"
        for told in (billed.own.code, billed.own.family_name.lower()):
            assert told not in answer["Content-Disposition"]


def test_papers_of_others_are_not_there(
    payer: Payer, billed: Billed, front_desk: Membership
) -> None:
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        payment = at.cash(billed.other, front_desk, "20.00")
        statement = at.statement(billed.other, front_desk)
    payer.enter()

    for route, pk in {
        "billing:pay_invoice_pdf": billed.other_invoice.pk,
        "billing:pay_receipt_pdf": payment.pk,
        "billing:pay_statement_pdf": statement.pk,
        "billing:pay_result": uuid4(),
    }.items():
        assert payer.browser.get(reverse(route, args=[pk])).status_code == 404


def test_many_invoices_take_as_many_queries_as_one(
    payer: Payer, billed: Billed, front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Once a second it is noted that the client is here.
    monkeypatch.setattr(pay_visits, "TOUCH_EVERY", timedelta(hours=1))
    payer.enter()
    counts = []
    for more in (1, 4):
        with practice_scope(billed.house.id, person_id=front_desk.person_id):
            for _ in range(more):
                at.invoice(billed.own, front_desk)
                at.cash(billed.own, front_desk, "1.00")
        with counting.queries() as asked:
            assert payer.account().status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_every_page_behind_a_link_is_in_full_dress(payer: Payer, billed: Billed) -> None:
    """Kept by no browser, framed by no site, with flags on its cookies, and of this host alone."""
    to_the_card_page = {"form-action": f"'self' {product.STRIPE_CHECKOUT_ORIGIN}"}
    answers = {"open": payer.open(), "answer": payer.browser.get("/pay/"), "enter": payer.enter()}
    for route in ("billing:pay_account", "billing:pay_wishes", "billing:pay_looks"):
        answers[route] = payer.browser.get(reverse(route))
    pdf = reverse("billing:pay_invoice_pdf", args=[billed.own_invoice.pk])
    answers["pdf"] = payer.browser.get(pdf)

    wrong = {
        name: flaws(answer.headers, wider=to_the_card_page)
        + cookie_flaws([each.OutputString() for each in answer.cookies.values() if each.value])
        for name, answer in answers.items()
    }
    assert {name: found for name, found in wrong.items() if found} == {}
    assert payer.browser.get("/pay/", headers={"Host": "evil.example"}).status_code == 400


def test_a_link_of_another_practice_opens_nothing_here(
    payer: Payer, billed: Billed, other_practice: House
) -> None:
    by = other_practice.people["front-desk"]
    with practice_scope(other_practice.id, person_id=by.person_id):
        at.open_books(by)
        paying.take_cards(other_practice.automaton)
        theirs = at.invoice(client := at.client(by), by)
    stranger = Payer.of(other_practice, client, by)
    stranger.enter()
    payer.enter()

    for browser, pk in ((stranger.browser, billed.own_invoice.pk), (payer.browser, theirs.pk)):
        foreign = browser.get(reverse("billing:pay_invoice_pdf", args=[pk]))
        missing = browser.get(reverse("billing:pay_invoice_pdf", args=[uuid4()]))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content
    visit = payer.browser.cookies["__Host-pay-visit"].value
    stranger.browser.cookies["__Host-pay-visit"] = visit
    assert stranger.account()["Location"] == "/pay/"


def test_a_forged_link_cookie_opens_nothing(payer: Payer) -> None:
    payer.browser.cookies["__Host-pay"] = payer.text

    assert payer.browser.get("/pay/").status_code == 404


def test_nothing_is_paid_without_a_token_or_by_looking(payer: Payer, billed: Billed) -> None:
    payer.enter()
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = payer.browser.cookies

    for route in ("billing:pay_start", "billing:pay_leave", "billing:pay", "billing:pay_wishes"):
        assert strict.post(reverse(route), {"amount": "1", "key": str(uuid4())}).status_code == 403
    assert payer.browser.get(reverse("billing:pay_start"), {"amount": "1"}).status_code == 405
    with practice_scope(billed.house.id):
        assert not CardIntent.objects.exists()


def test_what_the_client_reads_is_on_the_log(payer: Payer, billed: Billed) -> None:
    payer.answer(birth_date=OTHER_DAY)
    payer.enter()
    payer.account()
    payer.browser.get(reverse("billing:pay_invoice_pdf", args=[billed.own_invoice.pk]))

    with practice_scope(billed.house.id):
        told = [each for each in Event.objects.order_by("seq") if "pay_link" in each.facts]
        actions = [each.action for each in told]
        touched = Touch.objects.filter(client_id=billed.own.pk).values_list("seq", flat=True)
        assert all(each.seq in set(touched) for each in told)
        assert all(each.person_id is None for each in told)
    assert "billing.pay_link.refused" in actions
    assert "billing.pay_link.opened" in actions
    assert "billing.pay_account.viewed" in actions
    assert "billing.document.downloaded" in actions


def test_a_client_says_how_to_be_reached(payer: Payer, billed: Billed) -> None:
    payer.enter()
    url = reverse("billing:pay_wishes")
    seen = payer.browser.get(url).context["form"].initial["seen"]
    sent = {"seen": seen, "channels": ["TEXT"], "contact_wish": "DISCREET", "language": "es"}

    refused = payer.browser.post(url, {**sent, "preferred_channel": "POST"})
    assert refused.status_code == 422
    assert "This way is not ticked above" in refused.content.decode()
    assert payer.browser.post(url, sent)["Location"] == "/pay/account/"

    with practice_scope(billed.house.id):
        client = Client.objects.get(pk=billed.own.pk)
        changed = Event.objects.get(action="clients.client.changed")
    assert (client.may_email, client.may_text, client.contact_wish) == (False, True, "DISCREET")
    assert changed.facts["pay_link"] == str(payer.link().pk)


def test_what_the_practice_changed_meanwhile_is_not_written_over(payer: Payer) -> None:
    payer.enter()
    sent = {"seen": "99", "channels": ["TEXT"], "contact_wish": "ANY"}

    answer = payer.browser.post(reverse("billing:pay_wishes"), sent)

    assert answer.status_code == 422
    assert "changed this meanwhile" in answer.content.decode()


def test_a_client_sees_who_has_looked(payer: Payer, billed: Billed, at_desk: Browser) -> None:
    at_desk.get(reverse("billing:client", args=[billed.own.pk]))
    at_desk.get(reverse("billing:client", args=[billed.other.pk]))
    payer.enter()

    page = payer.browser.get(reverse("billing:pay_looks")).content.decode()

    desk = billed.house.people["front-desk"]
    assert desk.display_name in page
    assert "Front desk" in page
    assert "The record" in page
    assert "A pay link" in page
    assert billed.other.code not in page


def test_a_part_is_paid_by_the_card_page(shop: Shop, paying_client: Payer) -> None:
    page = paying_client.start("50")
    assert page.status_code == 303

    back = shop.simulator.pay(page["Location"]).location.removeprefix(product.BASE_URL)
    waiting = paying_client.browser.get(back).content.decode()
    assert "Waiting for the card company" in waiting
    report(shop)

    for _ in range(3):
        told = paying_client.browser.get(back).content.decode()
        assert "$50.00 is paid" in told
        assert "by card ··4242" in told
        assert "$100.00 is still open" in told
    assert shop.balance() == Money(10000)
    with practice_scope(shop.billed.house.id):
        assert Payment.objects.filter(method="CARD").count() == 1
        assert list(integrity.findings()) == []


def test_what_is_paid_is_paid_and_cannot_be_paid_again(shop: Shop, paying_client: Payer) -> None:
    pay(shop, paying_client, "150.00")

    page = paying_client.account().content.decode()

    assert "You owe nothing" in page
    assert "by card ··4242" in page
    assert "Go to the card page" not in page
    again = paying_client.start("150.00")
    assert again.status_code == 422
    with practice_scope(shop.billed.house.id):
        assert CardIntent.objects.count() == 1


def test_the_oldest_invoice_is_paid_first(
    shop: Shop, paying_client: Payer, front_desk: Membership
) -> None:
    billed = shop.billed
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        newer = at.invoice(
            billed.own, front_desk, dollars="80.00", issued_on=at.TODAY + timedelta(days=1)
        )

    pay(shop, paying_client, "160.00")

    with practice_scope(billed.house.id):
        assert invoices.balance_due(billed.own_invoice) == Money(0)
        assert invoices.balance_due(newer) == Money(7000)


def test_credit_counts_before_a_card_does(
    shop: Shop, paying_client: Payer, front_desk: Membership
) -> None:
    with practice_scope(shop.billed.house.id, person_id=front_desk.person_id):
        paid = at.cash(shop.billed.own, front_desk, "180.00", keep_rest=True)
        at.invoice(shop.billed.own, front_desk, dollars="90.00")
        assert paid.amount == Money(18000)

    page = paying_client.account().content.decode()

    assert "You owe $60.00" in page
    assert "$30.00 of yours is kept as credit" in page
    assert paying_client.start("60.01").status_code == 422


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0.99", "Enter $1.00 or more."),
        ("150.01", "Enter $150.00 or less"),
        ("", "Enter how much you pay."),
        ("a lot", ""),
        ("-5", ""),
    ],
)
def test_an_amount_is_within_what_is_owed(
    shop: Shop, paying_client: Payer, typed: str, said: str
) -> None:
    answer = paying_client.start(typed)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    with practice_scope(shop.billed.house.id):
        assert not CardIntent.objects.exists()


@pytest.mark.parametrize("typed", ["135", "135.00", " 135.5 "])
def test_amounts_are_taken_as_people_type_them(
    shop: Shop, paying_client: Payer, typed: str
) -> None:
    assert paying_client.start(typed).status_code == 303


def test_a_double_click_opens_one_page(shop: Shop, paying_client: Payer) -> None:
    key = str(uuid4())

    first, second = paying_client.start("50", key), paying_client.start("50", key)
    third = paying_client.start("50")

    assert first["Location"] == second["Location"] == third["Location"]
    with practice_scope(shop.billed.house.id):
        assert CardIntent.objects.count() == 1


def test_going_back_and_sending_it_again_leads_to_what_was_paid(
    shop: Shop, paying_client: Payer
) -> None:
    key = str(uuid4())
    pay(shop, paying_client, "50", key)

    again = paying_client.start("50", key)

    assert again.status_code == 302
    assert "/pay/payments/" in again["Location"]
    with practice_scope(shop.billed.house.id):
        assert CardIntent.objects.count() == 1


def test_another_amount_closes_the_page_before(shop: Shop, paying_client: Payer) -> None:
    first = paying_client.start("150")["Location"]
    second = paying_client.start("50")

    assert second.status_code == 303
    assert shop.simulator.look("requests")
    with practice_scope(shop.billed.house.id):
        states = list(CardIntent.objects.order_by("id").values_list("state", flat=True))
    assert states == ["EXPIRED", "OPEN"]
    assert first != second["Location"]


def test_a_page_that_was_paid_meanwhile_is_posted_and_no_other_is_opened(
    shop: Shop, paying_client: Payer
) -> None:
    """Two tabs: in one the client paid, and the webhook is not here yet."""
    shop.simulator.pay(paying_client.start("100")["Location"])

    answer = paying_client.start("150")

    assert answer["Location"] == "/pay/account/"
    assert shop.balance() == Money(5000)


def test_money_taken_at_the_desk_closes_the_card_page(
    shop: Shop, paying_client: Payer, front_desk: Membership
) -> None:
    paying_client.start("150")
    with practice_scope(shop.billed.house.id, person_id=front_desk.person_id):
        at.cash(shop.billed.own, front_desk, "150.00")

    tasks.redrive_practice(practice_id=str(shop.billed.house.id))

    with practice_scope(shop.billed.house.id):
        assert CardIntent.objects.get().state == "EXPIRED"
    page = paying_client.account().content.decode()
    assert "You owe nothing" in page
    assert "in cash" in page


def test_a_page_that_cannot_be_looked_at_is_watched_on(
    shop: Shop, paying_client: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = paying_client.start("150")["Location"]

    def refused(*_: Any) -> Any:
        raise gateway.Refused("key_expired")

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "fetch_checkout", refused)
        assert paying_client.start("150").status_code == 422
    shop.simulator.pay(page)
    monkeypatch.setattr(tasks, "WAITS_FOR_STRIPE", timedelta(0))
    tasks.redrive_practice(practice_id=str(shop.billed.house.id))

    assert shop.intent().state == "PAID"
    assert shop.balance() == Money(0)


def test_of_a_page_that_is_not_clear_nobody_says_that_nothing_was_charged(
    shop: Shop, paying_client: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    paying_client.start("150")

    def unclear(*_: Any) -> Any:
        raise gateway.Unclear("timeout")

    monkeypatch.setattr(gateway, "fetch_checkout", unclear)
    answer = paying_client.start("100")

    told = answer.content.decode()
    assert answer.status_code == 422
    assert "did not say whether an earlier payment of yours went through" in told
    assert "Nothing was charged" not in told


def test_the_desk_says_no_more_than_is_known_either(
    shop: Shop, paying_client: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    paying_client.start("150")

    def unclear(*_: Any) -> Any:
        raise gateway.Unclear("timeout")

    monkeypatch.setattr(gateway, "fetch_checkout", unclear)
    told = shop.desk.post(shop.start_url, follow=True).content.decode()

    assert "did not say whether the client has just paid by link" in told
    assert "Nothing was charged" not in told


def test_a_page_that_opens_after_it_was_given_up_is_closed(
    shop: Shop, paying_client: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One tab stands between its intent and Stripe while another asks for another amount."""
    other_tab = Payer(paying_client.house, paying_client.text, Browser())
    other_tab.browser.cookies = paying_client.browser.cookies
    opens = gateway.open_checkout
    seconds: list[Any] = []
    made: list[gateway.Checkout] = []

    def slow(*args: Any, **named: Any) -> Any:
        if not seconds:
            seconds.append(None)
            seconds[0] = other_tab.start("50")
        made.append(opens(*args, **named))
        return made[-1]

    monkeypatch.setattr(gateway, "open_checkout", slow)
    first, second = paying_client.start("150"), seconds[0]

    assert second["Location"] == made[0].url
    assert "/pay/payments/" in first["Location"]
    assert "Nothing was charged" in paying_client.browser.get(first["Location"]).content.decode()
    with practice_scope(shop.billed.house.id):
        speaker = checkout.credentials()
        states = list(CardIntent.objects.order_by("id").values_list("state", flat=True))
    assert states == ["EXPIRED", "OPEN"]
    assert [gateway.fetch_checkout(speaker, each.id).is_expired for each in made] == [False, True]


def test_a_card_taken_at_the_desk_closes_the_clients_page(shop: Shop, paying_client: Payer) -> None:
    paying_client.start("150")

    assert shop.open_page()

    with practice_scope(shop.billed.house.id):
        of_link = CardIntent.objects.get(pay_link__isnull=False)
        of_desk = CardIntent.objects.get(pay_link=None)
        assert (of_link.state, of_desk.state) == ("EXPIRED", "OPEN")


def test_nothing_about_a_person_goes_to_the_card_company(shop: Shop, paying_client: Payer) -> None:
    paying_client.start("150")

    asked = shop.simulator.look("requests")["requests"]
    for request in asked:
        assert spec.request_problems(request["method"], request["path"], request["params"]) == []
        text = str(request)
        for told in (
            shop.billed.own.code,
            shop.billed.own.given_names,
            shop.billed.own.family_name,
            paying_client.text,
        ):
            assert told not in text


def test_the_card_company_down_charges_nothing(shop: Shop, paying_client: Payer) -> None:
    shop.simulator.control("faults", kind="reset", moment="before", method="POST", path="/v1/")

    answer = paying_client.start("150")

    assert answer.status_code == 422
    assert "Nothing was charged" in answer.content.decode()


def practice_of(billed: Billed) -> Practice:
    with practice_scope(billed.house.id):
        return members.practice()


def report(shop: Shop) -> None:
    """Tell the practice of its newest page, and let the worker post it."""
    with practice_scope(shop.billed.house.id):
        newest = CardIntent.objects.order_by("-created_at", "-id")[0].checkout_id
    about: dict[str, object] = {"id": newest, "object": "checkout.session"}
    assert shop.report("checkout.session.completed", about).status_code == 200
    shop.work()


def pay(shop: Shop, payer: Payer, amount: str, key: str = "") -> None:
    answer = payer.start(amount, key)
    assert answer.status_code == 303, answer.content.decode()
    shop.simulator.pay(answer["Location"])
    report(shop)


def move_in(billed: Billed, postal_code: str) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        contacts.add_address(
            client=billed.own, street="1 Elm St", postal_code=postal_code, now=at.NOW, by=by
        )


def without_token(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
