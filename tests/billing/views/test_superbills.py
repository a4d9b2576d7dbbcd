"""Superbills on their pages: every gap at once, made, given, superseded, and kept from eyes."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing.models import Payment, Superbill, SuperbillGiven, SuperbillRule
from billing.services import superbills
from clients.services import restrictions
from tests import counting
from tests.billing import desk as at
from tests.billing import money, paying, post
from tests.billing import superbilling as a
from tests.billing.conftest import Billed
from tests.billing.paying import BORN, Payer

DAYS = {"since": a.FEB_1.isoformat(), "until": a.FEB_28.isoformat()}


def url(billed: Billed, route: str = "superbill_new") -> str:
    return reverse(f"billing:{route}", args=[billed.own.pk])


def new(billed: Billed) -> str:
    return f"{url(billed)}?since={DAYS['since']}&until={DAYS['until']}"


def opened(billed: Billed) -> Any:
    by = billed.house.people["front-desk"]
    return practice_scope(billed.house.id, person_id=by.person_id)


@pytest.fixture
def ready(billed: Billed) -> str:
    """Everything is said of C-0001, and a session of February is paid: its id."""
    by = billed.house.people["front-desk"]
    with opened(billed):
        a.whole(billed.own, by)
        return str(a.paid(billed.own, by, date(2026, 2, 10)).pk)


def typed(*sessions: str, **changes: str) -> dict[str, Any]:
    return {"key": str(uuid4()), **DAYS, "sessions": list(sessions), **changes}


def made(billed: Billed, session: str, **changes: Any) -> Superbill:
    """Make the superbill of a session as of today, as the pages do."""
    by, now = billed.house.people["front-desk"], timezone.now()
    told = {"today": timezone.localdate(timezone=at.ZONE), "now": now, **changes}
    with opened(billed):
        return a.superbill(billed.own, by, sessions=[UUID(session)], **told)


def test_everything_that_is_missing_is_on_the_page_with_a_way_to_mend_it(
    at_desk: Browser, as_therapist: Browser, billed: Billed
) -> None:
    by = billed.house.people["front-desk"]
    with opened(billed):
        a.held(billed.own, by, date(2026, 2, 10))
    page = at_desk.get(new(billed)).content.decode()

    for words in (
        "tax number (EIN) are not known",
        "The NPI and license of",
        "The client has no address.",
        "Not billed yet: Feb 10",
        "No diagnosis that can be billed stands on the day: Feb 10",
    ):
        assert words in page, words
    assert reverse("clients:address_new", args=[billed.own.pk]) in page
    assert reverse("clients:diagnoses", args=[billed.own.pk]) not in page
    assert "A therapist of the client enters it." in page
    theirs = as_therapist.get(new(billed)).content.decode()
    assert reverse("clients:diagnoses", args=[billed.own.pk]) in theirs
    assert "The front desk issues the invoice." in theirs


def test_last_month_is_what_it_begins_with(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.get(url(billed)).content.decode()
    last = timezone.localdate(timezone=at.ZONE).replace(day=1) - timedelta(days=1)

    assert f'value="{last.isoformat()}"' in page
    assert "No session on these days" in page


def test_it_is_made_once_and_leads_to_its_page(
    at_desk: Browser, billed: Billed, ready: str
) -> None:
    sent = typed(ready)
    answer = at_desk.post(url(billed), sent)

    with opened(billed):
        row = Superbill.objects.get()
    assert answer["Location"] == reverse("billing:superbill", args=[row.pk])
    assert at_desk.post(url(billed), sent).status_code == 302
    with opened(billed):
        assert Superbill.objects.count() == 1
        assert Event.objects.filter(action=Action.SUPERBILL_MADE).count() == 1
    assert row.number in at_desk.get(url(billed, "client_superbills")).content.decode()


def test_a_gap_keeps_it_and_what_was_picked_stays_picked(
    at_desk: Browser, billed: Billed, ready: str
) -> None:
    by = billed.house.people["front-desk"]
    with opened(billed):
        unpaid = str(a.held(billed.own, by, date(2026, 2, 24)).pk)
    refused = at_desk.post(url(billed), typed(unpaid))
    page = refused.content.decode()

    assert refused.status_code == 422
    assert "Nothing was made." in page
    assert "Not billed yet: Feb 24" in page
    assert page.count("checked") == 1
    assert at_desk.post(url(billed), typed(ready)).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"until": "2026-01-31"}, "The last day lies before the first."),
        ({"until": "2098-01-01"}, "Choose days that are over"),
        ({"since": ""}, "Enter the day."),
    ],
)
def test_what_is_wrong_is_said(
    at_desk: Browser, billed: Billed, ready: str, changes: dict[str, str], words: str
) -> None:
    page = at_desk.post(url(billed), typed(ready, **changes))

    assert page.status_code == 422
    assert words in page.content.decode()


def test_without_a_session_nothing_is_made(at_desk: Browser, billed: Billed, ready: str) -> None:
    page = at_desk.post(url(billed), typed())

    assert page.status_code == 422
    assert "Choose at least one session" in page.content.decode()


def test_the_desk_makes_one_and_is_never_shown_a_diagnosis(
    at_desk: Browser, as_therapist: Browser, billed: Billed, ready: str
) -> None:
    row = made(billed, ready)
    page, pdf = (
        reverse(f"billing:{name}", args=[row.pk]) for name in ("superbill", "superbill_pdf")
    )

    for address in (new(billed), page, url(billed, "client_superbills")):
        assert "F41" not in at_desk.get(address).content.decode(), address
    assert at_desk.get(pdf).status_code == 403
    assert "F41.1" in as_therapist.get(new(billed)).content.decode()
    assert "F41.1" in as_therapist.get(page).content.decode()
    printed = as_therapist.get(pdf)
    assert printed.content.startswith(b"%PDF")
    name = f"superbill-{row.number.removeprefix('SB-').lower()}.pdf"
    assert printed["Content-Disposition"] == f'inline; filename="{name}"'


def test_an_accountant_sees_amounts_and_neither_name_nor_words(
    as_accountant: Browser, billed: Billed, ready: str
) -> None:
    row = made(billed, ready)
    page = as_accountant.get(reverse("billing:superbill", args=[row.pk])).content.decode()

    assert "150.00" in page
    assert "Okonkwo" not in page
    assert "F41" not in page
    pdf = reverse("billing:superbill_pdf", args=[row.pk])
    assert as_accountant.get(pdf).status_code == 403
    assert as_accountant.get(new(billed)).status_code == 403


def test_a_therapist_sees_those_of_their_own_clients_only(
    as_therapist: Browser, billed: Billed
) -> None:
    by = billed.house.people["front-desk"]
    with opened(billed):
        a.whole(billed.other, by)
        row = a.superbill(billed.other, by, a.paid(billed.other, by, date(2026, 2, 10)))

    for name in ("superbill", "superbill_pdf", "superbill_superseded_pdf"):
        address = reverse(f"billing:{name}", args=[row.pk])
        assert as_therapist.get(address).status_code == 404, name
    assert (
        as_therapist.get(reverse("billing:superbill_new", args=[billed.other.pk])).status_code
        == 404
    )


def given(**changes: str) -> dict[str, str]:
    return {
        "key": str(uuid4()),
        "recipient_kind": "CLIENT",
        "recipient": "",
        "way": "PAPER",
        "given_on": timezone.localdate(timezone=at.ZONE).isoformat(),
        **changes,
    }


def test_whom_it_was_given_to_is_noted_once(
    as_therapist: Browser, billed: Billed, ready: str
) -> None:
    page = reverse("billing:superbill", args=[made(billed, ready).pk])
    plan = given(recipient_kind="PLAN", recipient="Keystone, Box 12")
    for _ in range(2):
        assert as_therapist.post(page, plan).status_code == 302

    with opened(billed):
        assert SuperbillGiven.objects.get().recipient == "Keystone, Box 12"
    assert "Keystone, Box 12" in as_therapist.get(page).content.decode()
    nameless = as_therapist.post(page, given(recipient_kind="OTHER"))
    assert "Enter who it is given to." in nameless.content.decode()
    linked = as_therapist.post(page, given(recipient_kind="OTHER", recipient="Ada", way="LINK"))
    assert "Only the client finds it behind their link." in linked.content.decode()
    early = as_therapist.post(page, given(given_on="2020-01-01"))
    assert "was not made yet on this day" in early.content.decode()


def test_a_restriction_is_said_in_its_words(
    as_therapist: Browser, billed: Billed, ready: str
) -> None:
    page = reverse("billing:superbill", args=[made(billed, ready).pk])
    with opened(billed):
        restrictions.impose(
            client=billed.own,
            kind="PAID_IN_FULL",
            now=timezone.now(),
            by=billed.house.people["front-desk"],
        )
    refused = as_therapist.post(page, given(recipient_kind="PLAN", recipient="Keystone"))

    assert refused.status_code == 422
    assert "was paid in full and is not told to the health plan" in refused.content.decode()
    with opened(billed):
        assert Event.objects.filter(action=Action.DISCLOSURE_BLOCKED).count() == 1


def test_who_cannot_open_it_only_puts_it_behind_the_link(
    at_desk: Browser, billed: Billed, ready: str
) -> None:
    page = reverse("billing:superbill", args=[made(billed, ready).pk])

    assert at_desk.post(page, given()).status_code == 422
    assert at_desk.post(page, given(way="LINK")).status_code == 302
    with opened(billed):
        assert SuperbillGiven.objects.get().way == "LINK"


def test_a_refund_shows_it_as_superseded_until_it_is_made_anew(
    as_therapist: Browser, billed: Billed, ready: str
) -> None:
    row, by = made(billed, ready), billed.house.people["front-desk"]
    with opened(billed):
        payment = Payment.objects.get(client=billed.own)
        money.unapplied(payment, by)
        money.refunded(payment, by, "60.00")
    page = reverse("billing:superbill", args=[row.pk])
    told = as_therapist.get(page).content.decode()

    assert "Superseded" in told
    assert "$150.00 paid then, $0.00 now" in told
    assert f"{url(billed)}?since=2026-02-01&amp;until=2026-02-28" in told
    assert "Superseded" in as_therapist.get(url(billed, "client_superbills")).content.decode()
    with opened(billed):
        superbills.set_rule(
            needs_paid=False, now=timezone.now(), by=billed.house.people["accountant"]
        )
    asked = as_therapist.get(new(billed)).content.decode()
    assert f"{row.number}</a> has some of these sessions" in asked
    assert as_therapist.post(url(billed), typed(ready)).status_code == 302
    told = as_therapist.get(page).content.decode()
    assert "Superseded by" in told
    marked = as_therapist.get(reverse("billing:superbill_superseded_pdf", args=[row.pk]))
    assert marked.content.startswith(b"%PDF")
    with opened(billed):
        later = Superbill.objects.get(replaces=row)
    standing = reverse("billing:superbill_superseded_pdf", args=[later.pk])
    assert as_therapist.get(standing).status_code == 404


def test_the_rule_is_set_once(as_accountant: Browser, at_desk: Browser, billed: Billed) -> None:
    page = reverse("billing:superbill_rule")

    assert as_accountant.post(page, {"rule": ""}).status_code == 422
    for _ in range(2):
        assert as_accountant.post(page, {"rule": "ANY"}).status_code == 302
    with opened(billed):
        assert SuperbillRule.objects.count() == 1
        assert Event.objects.filter(action=Action.SUPERBILL_RULE_SET).count() == 1
    assert (
        "Any session that is billed may stand on one." in at_desk.get(url(billed)).content.decode()
    )
    assert at_desk.get(page).status_code == 403


def test_what_was_given_stands_in_the_accounting(
    as_therapist: Browser, billed: Billed, ready: str
) -> None:
    row = made(billed, ready)
    as_therapist.post(
        reverse("billing:superbill", args=[row.pk]),
        given(recipient_kind="PLAN", recipient="Keystone"),
    )
    page = as_therapist.get(reverse("billing:release", args=[billed.own.pk])).content.decode()

    assert f"Superbill {row.number}" in page
    assert "Keystone" in page


def test_the_lists_ask_as_often_for_many(at_desk: Browser, billed: Billed, ready: str) -> None:
    made(billed, ready)
    at_desk.get(url(billed, "client_superbills"))
    at_desk.get(new(billed))
    with counting.queries() as few:
        at_desk.get(url(billed, "client_superbills"))
    with counting.queries() as few_new:
        at_desk.get(new(billed))
    by = billed.house.people["front-desk"]
    with opened(billed):
        for day in (3, 5, 12, 19):
            session = a.paid(billed.own, by, date(2026, 2, day))
            a.superbill(billed.own, by, session)
    with counting.queries() as many:
        at_desk.get(url(billed, "client_superbills"))
    with counting.queries() as many_new:
        at_desk.get(new(billed))

    assert len(many) <= len(few)
    assert len(many_new) <= len(few_new)


@pytest.mark.parametrize("by_mail", [True, False])
def test_the_client_finds_it_behind_a_mailed_link_alone(
    billed: Billed, ready: str, by_mail: bool
) -> None:
    """A link that was shown on the screen is known to whoever made it, who may see no diagnosis."""
    row, by = made(billed, ready), billed.house.people["front-desk"]
    with opened(billed):
        paying.take_cards(by)
        post.reachable(billed.own, by)
        a.given(row, by, way="LINK", given_on=row.issued_on, today=row.issued_on)
        text = paying.link(billed.own, by, by_mail=by_mail).text
    payer = Payer(billed.house, text, Browser())
    payer.open()
    payer.answer(birth_date=BORN.isoformat())
    page = payer.browser.get(reverse("billing:pay_account")).content.decode()
    pdf = payer.browser.get(reverse("billing:pay_superbill_pdf", args=[row.pk]))

    assert (f"of superbill {row.number}" in page) is by_mail
    assert pdf.status_code == (200 if by_mail else 404)


def test_the_client_gets_no_superbill_that_is_out_of_date(billed: Billed, ready: str) -> None:
    row, by = made(billed, ready), billed.house.people["front-desk"]
    with opened(billed):
        paying.take_cards(by)
        post.reachable(billed.own, by)
        a.given(row, by, way="LINK", given_on=row.issued_on, today=row.issued_on)
        text = paying.link(billed.own, by, by_mail=True).text
        money.unapplied(Payment.objects.get(client=billed.own), by)
    payer = Payer(billed.house, text, Browser())
    payer.open()
    payer.answer(birth_date=BORN.isoformat())

    page = payer.browser.get(reverse("billing:pay_account")).content.decode()
    assert "ask the practice for the corrected one" in page
    pdf = payer.browser.get(reverse("billing:pay_superbill_pdf", args=[row.pk]))
    assert pdf.status_code == 404


def test_what_is_not_put_there_is_not_behind_the_link(billed: Billed, ready: str) -> None:
    row, by = made(billed, ready), billed.house.people["front-desk"]
    with opened(billed):
        paying.take_cards(by)
        post.reachable(billed.own, by)
        text = paying.link(billed.own, by, by_mail=True).text
    payer = Payer(billed.house, text, Browser())
    payer.open()
    payer.answer(birth_date=BORN.isoformat())

    pdf = payer.browser.get(reverse("billing:pay_superbill_pdf", args=[row.pk]))
    assert pdf.status_code == 404


def test_the_page_of_the_client_leads_there(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.get(reverse("billing:client", args=[billed.own.pk])).content.decode()

    assert url(billed, "client_superbills") in page
