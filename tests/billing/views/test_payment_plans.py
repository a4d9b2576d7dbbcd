"""Payment plans on their pages: looked at, agreed once, late in the list, taken back, and read."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing.models import PaymentPlan, PaymentPlanTakenBack
from billing.services import payment_plans
from tests import counting
from tests.billing import desk as at
from tests.billing import money, paying, planning, splitting
from tests.billing.conftest import Billed
from tests.billing.paying import BORN, Payer
from tests.billing.test_merged_clients import merge
from tests.billing.views.test_work import piles
from tests.pdf_text import text_of

LIST = reverse("billing:payment_plans")


def today() -> date:
    return timezone.localdate(timezone=at.ZONE)


def opened(billed: Billed) -> Any:
    by = billed.house.people["front-desk"]
    return practice_scope(billed.house.id, person_id=by.person_id)


def url(billed: Billed, route: str = "payment_plan_new") -> str:
    return reverse(f"billing:{route}", args=[billed.own.pk])


def typed(billed: Billed, **changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "invoices": [str(billed.own_invoice.pk)],
        "installment": "40.00",
        "every": "MONTH",
        "starts_on": today().isoformat(),
        **changes,
    }


def agreed(billed: Billed, days_ago: int = 0) -> PaymentPlan:
    """Agree a plan whose first installment was due so many days ago."""
    by, on = billed.house.people["front-desk"], today() - timedelta(days=days_ago)
    with opened(billed):
        return planning.plan(
            billed.own, by, billed.own_invoice, today=on, starts_on=on, now=timezone.now()
        )


def test_the_installments_are_shown_before_anything_is_agreed(
    at_desk: Browser, billed: Billed
) -> None:
    page = at_desk.post(url(billed), typed(billed)).text

    assert "4 installments over $150.00" in page
    assert "Agree the plan" in page
    assert "Regulation Z" not in page
    with opened(billed):
        assert not PaymentPlan.objects.exists()


def test_more_than_four_say_that_it_is_credit(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.post(url(billed), typed(billed, installment="30.00")).text

    assert "5 installments" in page
    assert "This one is number 1 of the year; 0 were agreed the year before." in page


def shown(page: str) -> str:
    """Return what the page says of the plan that it shows."""
    found = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_a_plan_is_agreed_once_and_leads_to_its_page(at_desk: Browser, billed: Billed) -> None:
    sent = typed(billed)
    sent |= {"agree": "yes", "shown": shown(at_desk.post(url(billed), sent).text)}

    answer = at_desk.post(url(billed), sent)

    with opened(billed):
        plan = PaymentPlan.objects.get()
    assert answer["Location"] == reverse("billing:payment_plan", args=[plan.pk])
    assert at_desk.post(url(billed), sent)["Location"] == answer["Location"]
    with opened(billed):
        assert PaymentPlan.objects.count() == 1
        told = Event.objects.get(action=Action.PAYMENT_PLAN_AGREED)
    assert told.facts["total_cents"] == 150_00
    assert "Amara" not in str(told.facts)
    page = at_desk.get(answer["Location"]).text
    assert plan.reference in page
    assert billed.own_invoice.number in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"invoices": []}, "Choose at least one invoice."),
        ({"installment": ""}, "Enter how much each installment is."),
        ({"installment": "150.00"}, "This pays all of $150.00 at once."),
        ({"installment": "1.00"}, "This takes 150 installments"),
        ({"starts_on": "2026-01-01"}, "This day is over."),
        ({"every": "YEAR"}, "Select a valid choice."),
    ],
)
@pytest.mark.parametrize("act", [{}, {"agree": "yes"}], ids=["look", "agree"])
def test_a_refusal_says_why_and_keeps_what_was_typed(
    at_desk: Browser, billed: Billed, act: dict[str, str], changes: dict[str, Any], told: str
) -> None:
    answer = at_desk.post(url(billed), typed(billed, **changes, **act))

    assert answer.status_code == 422
    assert told in answer.text
    if "installment" not in changes:
        assert 'value="40.00"' in answer.text
    with opened(billed):
        assert not PaymentPlan.objects.exists()


def test_what_was_not_shown_is_shown_before_it_is_agreed(at_desk: Browser, billed: Billed) -> None:
    looked = shown(at_desk.post(url(billed), typed(billed)).text)
    sent = typed(billed, installment="75.00", agree="yes", shown=looked)

    answer = at_desk.post(url(billed), sent)

    assert answer.status_code == 409
    assert "This is not what was shown." in answer.text
    assert "2 installments over $150.00" in answer.text
    with opened(billed):
        assert not PaymentPlan.objects.exists()
    again = at_desk.post(url(billed), {**sent, "shown": shown(answer.text)})
    assert again.status_code == 302


def test_an_invoice_of_another_client_is_not_in_it(at_desk: Browser, billed: Billed) -> None:
    sent = typed(billed, invoices=[str(billed.other_invoice.pk)], agree="yes")

    assert at_desk.post(url(billed), sent).status_code == 422


def test_a_plan_that_is_late_is_counted_in_its_list(as_accountant: Browser, billed: Billed) -> None:
    plan = agreed(billed, days_ago=1)

    pile = piles(as_accountant)["Payment plans behind"]

    assert pile == (LIST, "1", "50.00")
    page = as_accountant.get(LIST).text
    assert plan.reference in page
    assert "$50.00 behind" in page
    assert plan.reference not in as_accountant.get(f"{LIST}?state=kept").text


def test_the_desk_begins_with_the_number_of_late_plans(at_desk: Browser, billed: Billed) -> None:
    agreed(billed, days_ago=1)

    assert "1 payment plan behind" in at_desk.get(reverse("billing:today")).text


def test_a_plan_that_is_kept_is_not_work(
    at_desk: Browser, as_accountant: Browser, billed: Billed
) -> None:
    plan = agreed(billed)

    assert "Payment plans behind" not in piles(as_accountant)
    assert "No plan is behind" in at_desk.get(LIST).text
    assert plan.reference in at_desk.get(f"{LIST}?state=kept").text
    assert plan.reference in at_desk.get(reverse("billing:client", args=[billed.own.pk])).text
    assert plan.reference in at_desk.get(url(billed, "client_payment_plans")).text


def test_an_invoice_says_which_plan_pays_it(at_desk: Browser, billed: Billed) -> None:
    invoice = reverse("billing:invoice", args=[billed.own_invoice.pk])
    assert "It is paid by plan" not in at_desk.get(invoice).text

    plan = agreed(billed)

    page = at_desk.get(invoice).text
    assert "It is paid by plan" in page
    assert reverse("billing:payment_plan", args=[plan.pk]) in page


def test_taking_back_asks_why_and_stays_on_record(at_desk: Browser, billed: Billed) -> None:
    plan = agreed(billed)
    back = reverse("billing:payment_plan_take_back", args=[plan.pk])

    assert "Choose why." in at_desk.post(back, {}).text
    for _ in range(2):
        assert at_desk.post(back, {"reason": "BROKEN"}).status_code == 302

    with opened(billed):
        assert PaymentPlanTakenBack.objects.count() == 1
        assert Event.objects.filter(action=Action.PAYMENT_PLAN_TAKEN_BACK).count() == 1
    page = at_desk.get(reverse("billing:payment_plan", args=[plan.pk])).text
    assert "the client did not keep it" in page
    assert "Take it back" not in page


def test_a_plan_that_is_paid_is_not_taken_back(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    plan = agreed(billed)
    with opened(billed):
        at.cash(billed.own, front_desk, "150.00", on=today(), apply_to=billed.own_invoice)

    answer = at_desk.post(
        reverse("billing:payment_plan_take_back", args=[plan.pk]), {"reason": "WISH"}
    )

    assert answer.status_code == 409
    assert "is owed: it has ended by itself" in answer.text


def test_what_is_to_come_next_is_taken_from_the_plans_page(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    plan = agreed(billed)
    take = f"{reverse('billing:payment_new')}?plan={plan.pk}"
    page = at_desk.get(reverse("billing:payment_plan", args=[plan.pk])).text
    assert f'href="{take}"' in page
    assert "Take $50.00" in page

    form = at_desk.get(take).text

    assert 'value="50.00"' in form
    assert "It pays what is due first," in form
    assert billed.own.code in form
    with opened(billed):
        at.cash(billed.own, front_desk, "30.00", on=today(), apply_to=billed.own_invoice)
    assert 'value="20.00"' in at_desk.get(take).text


def test_a_payer_who_agreed_pays_the_next_installment(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    with opened(billed):
        mother, _ = splitting.two_parents(billed.own, front_desk)
        parts = splitting.billed([at.session(billed.own, front_desk)], front_desk)
        hers = next(each for each in parts if each.party_id == mother.pk)
        plan = planning.plan(
            billed.own, front_desk, hers, today=today(), starts_on=today(), now=timezone.now()
        )

    form = at_desk.get(f"{reverse('billing:payment_new')}?plan={plan.pk}").text

    assert f'value="{mother.pk}" selected' in form
    assert 'value="50.00"' in form


def test_an_installment_of_a_merged_record_is_taken_by_its_invoice(
    at_desk: Browser, billed: Billed, front_desk: Membership, accountant: Membership
) -> None:
    plan = agreed(billed)
    with opened(billed):
        kept = at.client(front_desk, "Okonkwo-Bell")
        merge(kept, billed.own, front_desk, accountant)
    take = f"{reverse('billing:payment_new')}?invoice={billed.own_invoice.pk}&amp;plan={plan.pk}"

    assert take in at_desk.get(reverse("billing:payment_plan", args=[plan.pk])).text

    form = at_desk.get(take.replace("&amp;", "&")).text
    assert 'value="50.00"' in form
    assert f"It pays {billed.own_invoice.number} first" in form


def test_the_clients_page_offers_no_card_page_over_all_of_what_a_plan_pays(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    page = reverse("billing:client", args=[billed.own.pk])
    assert f"Pay {billed.own_invoice.number} by card" in at_desk.get(page).text

    with opened(billed):
        on = today() + timedelta(days=90)
        planning.plan(billed.own, front_desk, billed.own_invoice, starts_on=on, today=today())
    assert "by card" not in at_desk.get(page).text

    with opened(billed):
        weekly = at.invoice(billed.own, front_desk, issued_on=today())
    assert f"Pay {weekly.number} by card" in at_desk.get(page).text


def test_the_clients_page_says_how_much_of_what_is_owed_is_planned(
    at_desk: Browser, billed: Billed
) -> None:
    page = reverse("billing:client", args=[billed.own.pk])
    assert "in a payment plan that is kept" not in at_desk.get(page).text

    agreed(billed)

    assert "$150.00 of that is in a payment plan that is kept." in at_desk.get(page).text


def test_credit_is_told_of_before_a_plan_is_agreed(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    assert "kept as credit" not in at_desk.post(url(billed), typed(billed)).text

    with opened(billed):
        money.kept(billed.own, front_desk, "100.00")

    assert "$100.00 is kept as credit" in at_desk.post(url(billed), typed(billed)).text


def test_a_plan_that_is_behind_twice_says_both(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    with opened(billed):
        on = today() - timedelta(days=1)
        before = at.cash(billed.own, front_desk, "30.00", on=on, apply_to=billed.own_invoice)
    plan = agreed(billed, days_ago=1)
    with opened(billed):
        money.unapplied(before, front_desk, on=today())

    page = at_desk.get(reverse("billing:payment_plan", args=[plan.pk])).text

    assert "$50.00 should have come by yesterday" in page
    assert "$30.00 more is owed than was agreed" in page
    assert "Take $80.00" in page


def test_what_was_shown_may_be_gone_when_it_is_agreed(
    at_desk: Browser, billed: Billed, front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is paid between the refusal and the page that says so."""
    with opened(billed):
        at.invoice(billed.own, front_desk, issued_on=today())
    agree = payment_plans.agree

    def slow(**told: Any) -> PaymentPlan:
        try:
            return agree(**told)
        finally:
            at.cash(billed.own, front_desk, "150.00", on=today(), apply_to=billed.own_invoice)

    monkeypatch.setattr(payment_plans, "agree", slow)

    answer = at_desk.post(url(billed), typed(billed, agree="yes", shown="0" * 64))

    assert answer.status_code == 409
    assert "This is not what was shown." in answer.text


def test_a_therapist_reads_a_plan_and_cannot_agree_one(
    as_therapist: Browser, billed: Billed
) -> None:
    plan = agreed(billed)

    page = as_therapist.get(reverse("billing:payment_plan", args=[plan.pk])).text

    assert plan.reference in page
    assert "Take it back" not in page
    assert as_therapist.get(url(billed)).status_code == 403


def test_an_accountant_sees_codes_and_no_paper(as_accountant: Browser, billed: Billed) -> None:
    plan = agreed(billed)

    page = as_accountant.get(reverse("billing:payment_plan", args=[plan.pk])).text

    assert billed.own.code in page
    assert "Okonkwo" not in page
    paper = reverse("billing:payment_plan_pdf", args=[plan.pk])
    assert paper not in page
    assert as_accountant.get(paper).status_code == 403


def test_the_client_reads_the_plan_behind_their_link(
    billed: Billed, front_desk: Membership
) -> None:
    plan = agreed(billed)
    with opened(billed):
        paying.take_cards(front_desk)
    payer = Payer.of(billed.house, billed.own, front_desk)
    paper = reverse("billing:pay_plan_pdf", args=[plan.pk])
    assert payer.browser.get(paper).status_code != 200

    payer.answer(birth_date=BORN.isoformat())

    page = payer.browser.get(reverse("billing:pay_account")).text
    assert "The next $50.00 by" in page
    assert f"paid by plan {plan.reference}" in page
    assert "was due" not in page
    pdf = payer.browser.get(paper)
    assert pdf["Content-Disposition"] == 'inline; filename="payment-plan-2026-0001.pdf"'
    assert plan.reference in text_of(pdf.content)


def test_a_link_opens_no_plan_of_somebody_else(billed: Billed, front_desk: Membership) -> None:
    with opened(billed):
        other = planning.plan(billed.other, front_desk, billed.other_invoice)
    with opened(billed):
        paying.take_cards(front_desk)
    payer = Payer.of(billed.house, billed.own, front_desk)
    payer.answer(birth_date=BORN.isoformat())

    assert payer.browser.get(reverse("billing:pay_plan_pdf", args=[other.pk])).status_code == 404


def test_a_parents_plan_is_theirs_alone(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    """Neither the client's link nor, while a restriction stands, the desk hands out their paper."""
    with opened(billed):
        mother, _ = splitting.two_parents(billed.own, front_desk)
        parts = splitting.billed([at.session(billed.own, front_desk)], front_desk)
        hers = next(each for each in parts if each.party_id == mother.pk)
        plan = planning.plan(
            billed.own, front_desk, hers, today=today(), starts_on=today(), now=timezone.now()
        )
        paying.take_cards(front_desk)
    paper = reverse("billing:payment_plan_pdf", args=[plan.pk])
    assert at_desk.get(paper)["Content-Type"] == "application/pdf"
    payer = Payer.of(billed.house, billed.own, front_desk)
    payer.answer(birth_date=BORN.isoformat())
    assert "Payment plans" not in payer.browser.get(reverse("billing:pay_account")).text
    assert payer.browser.get(reverse("billing:pay_plan_pdf", args=[plan.pk])).status_code == 404

    with opened(billed):
        splitting.kept_from_others(billed.own, front_desk)

    page = at_desk.get(paper, follow=True).text
    assert "a restriction keeps from others what it tells" in page


def test_a_longer_list_asks_no_more(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    agreed(billed)
    kept = f"{LIST}?state=kept"
    at_desk.get(kept)
    with counting.queries() as one:
        at_desk.get(kept)
    with opened(billed):
        for name in ("Haddad", "Ostrow", "Whitlock"):
            client = at.client(front_desk, name)
            planning.plan(
                client, front_desk, at.invoice(client, front_desk), today=today(), starts_on=today()
            )
    with counting.queries() as four:
        assert at_desk.get(kept).text.count("PP-") >= 4

    assert len(one) == len(four)
