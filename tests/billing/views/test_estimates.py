"""Good faith estimates on their pages: made in three steps, given, listed, and kept from eyes."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing.models import Estimate, EstimateNote, EstimateOverrun, Invoice, ServiceCode
from billing.selectors import business_days
from billing.services.estimates import Words
from tests import counting
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing import hours
from tests.billing.conftest import Billed
from tests.clients import records

DUE = "/estimates/"


def today() -> date:
    return timezone.localdate(timezone=at.ZONE)


def far() -> date:
    """A day so far ahead that an estimate is due three business days from today."""
    return today() + timedelta(days=30)


def url(billed: Billed, route: str = "estimate_new") -> str:
    return reverse(f"billing:{route}", args=[billed.own.pk])


def typed(billed: Billed, **changes: Any) -> dict[str, Any]:
    with practice_scope(billed.house.id):
        service = ServiceCode.objects.get(code="90834").pk
    return {
        "key": str(uuid4()),
        "since": today().isoformat(),
        "until": (today() + timedelta(days=90)).isoformat(),
        "primary": "Talking therapy",
        "separate": "",
        "wanted": "PAPER",
        "therapist_1": billed.house.people["therapist"].pk,
        "service_1": service,
        "times_1": "12",
        "charge_1": "150",
        "step": "issue",
        **changes,
    }


def known(billed: Billed) -> None:
    with practice_scope(billed.house.id, person_id=billed.house.people["front-desk"].person_id):
        an.particulars_known(billed.house.people["front-desk"])


def made(billed: Billed, **changes: Any) -> Estimate:
    by = billed.house.people["front-desk"]
    until = today() + timedelta(days=90)
    told = {"since": today(), "until": until, "today": today(), "now": timezone.now()}
    with practice_scope(billed.house.id, person_id=by.person_id):
        return an.estimate(billed.own, by, **{**told, **changes})


def booked(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        hours.planned(billed.own, by, starts_at=hours.at(far()), now=timezone.now())


def test_booking_shows_by_when_an_estimate_is_due(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        service = ServiceCode.objects.get(code="90834").pk
    answer = at_desk.post(
        "/appointments/new/",
        {
            "key": str(uuid4()),
            "code": "C-0001",
            "therapist": billed.house.people["therapist"].pk,
            "service": service,
            "on": far().isoformat(),
            "at": "10:00",
            "minutes": "50",
        },
    )

    assert parse_qs(urlsplit(answer["Location"]).query)["planned_for"] == [str(billed.own.pk)]
    page = at_desk.get(answer["Location"]).content.decode()
    due = business_days.after(today(), 3)
    assert "Good faith estimate for C-0001 due" in " ".join(page.split())
    assert f"{due:%B} {due.day}" in page or f"{due:%b} {due.day}" in page
    assert url(billed) in page
    assert (
        url(billed) in at_desk.get(reverse("billing:client", args=[billed.own.pk])).content.decode()
    )


def test_who_is_insured_is_told_nothing(at_desk: Browser, billed: Billed) -> None:
    booked(billed)
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        records.coverage(billed.own, by)

    assert (
        "Good faith estimate"
        not in at_desk.get(reverse("billing:client", args=[billed.own.pk])).content.decode()
    )
    assert "Nothing is due" in at_desk.get(DUE).content.decode()


def test_three_steps_make_it_with_what_is_planned(at_desk: Browser, billed: Billed) -> None:
    known(billed)
    booked(billed)
    first = at_desk.get(url(billed)).content.decode()
    assert 'value="150.00"' in first

    again = typed(billed)
    second = at_desk.post(url(billed), {**again, "step": "words"}).content.decode()
    third = at_desk.post(url(billed), {**again, "step": "review"}).content.decode()
    assert 'name="charge_1" value="150"' in second
    assert "$1,800.00" in third or "1,800.00" in third
    answer = at_desk.post(url(billed), again)

    with practice_scope(billed.house.id):
        row = Estimate.objects.get()
    assert answer["Location"] == reverse("billing:estimate", args=[row.pk])
    assert (row.cause, row.due_on) == ("BOOKED", business_days.after(today(), 3))
    assert at_desk.post(url(billed), again).status_code == 302
    with practice_scope(billed.house.id):
        assert Estimate.objects.count() == 1
        assert Event.objects.filter(action=Action.ESTIMATE_ISSUED).count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"times_1": ""}, "Enter how many are expected."),
        ({"charge_1": "x"}, "Enter an amount in dollars and cents"),
        ({"service_1": ""}, "Choose the service."),
        ({"until": "2020-01-01"}, "The last day lies before the first."),
        ({"primary": " "}, "Say in plain words"),
        ({"until": "2099-01-01"}, "twelve months at most"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    at_desk: Browser, billed: Billed, changes: dict[str, str], words: str
) -> None:
    known(billed)
    page = at_desk.post(url(billed), typed(billed, separate="Testing elsewhere", **changes))

    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Testing elsewhere" in page.content.decode()


def test_without_numbers_it_says_what_is_missing(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.post(url(billed), typed(billed))

    assert page.status_code == 422
    assert "the practice&#x27;s address and tax number" in page.content.decode()


def test_it_is_given_and_leaves_the_list(at_desk: Browser, billed: Billed) -> None:
    row = made(billed)
    page = reverse("billing:estimate", args=[row.pk])
    assert "Made, not given yet" in at_desk.get(DUE).content.decode()

    told = {"kind": "GIVEN", "way": "EMAIL", "happened_on": today().isoformat()}
    early = at_desk.post(page, {**told, "kind": "ACCEPTED"})
    assert "Note first when and how" in early.content.decode()
    assert at_desk.post(page, told).status_code == 302
    assert at_desk.post(page, told).status_code == 302
    with practice_scope(billed.house.id):
        assert EstimateNote.objects.get().way == "EMAIL"
    assert "No good faith estimate is due." in at_desk.get(DUE).content.decode()
    assert "Given to the client, by e-mail" in at_desk.get(page).content.decode()


def test_the_document_is_printed_with_a_neutral_name(at_desk: Browser, billed: Billed) -> None:
    row = made(billed)
    pdf = at_desk.get(reverse("billing:estimate_pdf", args=[row.pk]))

    assert pdf.content.startswith(b"%PDF")
    name = f"estimate-{row.number.removeprefix('GFE-').lower()}.pdf"
    assert pdf["Content-Disposition"] == f'inline; filename="{name}"'


def test_what_names_diagnoses_is_for_those_who_see_them(
    at_desk: Browser, as_therapist: Browser, billed: Billed, therapist: Membership
) -> None:
    with practice_scope(billed.house.id, person_id=therapist.person_id):
        records.diagnosis(billed.own, therapist)
    row = made(billed, words=Words("Therapy", names_diagnoses=True))
    page, pdf = (reverse(f"billing:{name}", args=[row.pk]) for name in ("estimate", "estimate_pdf"))

    assert "F41.1" not in at_desk.get(page).content.decode()
    assert at_desk.get(pdf).status_code == 403
    assert "F41.1" in as_therapist.get(page).content.decode()
    assert as_therapist.get(pdf).status_code == 200


def test_the_desk_cannot_wish_for_diagnoses(
    at_desk: Browser, billed: Billed, therapist: Membership
) -> None:
    known(billed)
    with practice_scope(billed.house.id, person_id=therapist.person_id):
        records.diagnosis(billed.own, therapist)
    at_desk.post(url(billed), typed(billed, names_diagnoses="on"))

    with practice_scope(billed.house.id):
        assert not Estimate.objects.get().names_diagnoses


def test_an_accountant_sees_amounts_and_neither_name_nor_words(
    as_accountant: Browser, billed: Billed
) -> None:
    row = made(billed)
    page = as_accountant.get(reverse("billing:estimate", args=[row.pk])).content.decode()

    assert "1,500.00" in page
    assert "Okonkwo" not in page
    assert "Talking therapy" not in page
    assert as_accountant.get(reverse("billing:estimate_pdf", args=[row.pk])).status_code == 403


def test_a_request_is_noted_once(at_desk: Browser, billed: Billed) -> None:
    told = {"key": str(uuid4()), "asked_on": today().isoformat()}
    for _ in range(2):
        assert at_desk.post(url(billed, "client_estimates"), told).status_code == 302
    page = at_desk.get(DUE).content.decode()

    assert "The client asked for it" in page
    ahead = (today() + timedelta(days=1)).isoformat()
    late = at_desk.post(url(billed, "client_estimates"), {**told, "asked_on": ahead})
    assert "This day is not here yet." in late.content.decode()


def picked(billed: Billed, dollars: str) -> dict[str, Any]:
    by, now = billed.house.people["front-desk"], timezone.now()
    with practice_scope(billed.house.id, person_id=by.person_id):
        session = at.session(billed.own, by, dollars=dollars, on=today(), now=now)
    return {"sessions": [str(session.pk)]}


def test_an_invoice_far_above_is_asked_about_first(at_desk: Browser, billed: Billed) -> None:
    made(billed, expected=[an.expected_of(billed.house, times=1)])
    issue, chosen = reverse("billing:invoice_issue"), picked(billed, "600.00")
    asked = at_desk.post(issue, chosen)

    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Nothing is issued yet." in page
    assert "450.00" in page
    with practice_scope(billed.house.id):
        assert Invoice.objects.filter(client=billed.own).count() == 1
    without = at_desk.post(issue, {**chosen, "over_estimate": ""})
    assert "Choose why, or make a new estimate first." in without.content.decode()
    forged = at_desk.post(issue, {**chosen, "over_estimate": "BECAUSE"})
    assert forged.status_code == 422
    assert at_desk.post(issue, {**chosen, "over_estimate": "AGREED"}).status_code == 302
    with practice_scope(billed.house.id):
        assert EstimateOverrun.objects.get().reason == "AGREED"
        assert Event.objects.filter(action=Action.ESTIMATE_EXCEEDED).count() == 1
    assert "Far above" in at_desk.get(DUE).content.decode()
    assert (
        "Far above" in at_desk.get(reverse("billing:client", args=[billed.own.pk])).content.decode()
    )


def test_the_list_asks_as_often_for_many(at_desk: Browser, billed: Billed) -> None:
    booked(billed)
    made(billed, expected=[an.expected_of(billed.house, times=1)])
    at_desk.get(DUE)
    with counting.queries() as few:
        at_desk.get(DUE)
    by, now = billed.house.people["front-desk"], timezone.now()
    with practice_scope(billed.house.id, person_id=by.person_id):
        for name in ("Arlo", "Bea", "Cleo", "Dov"):
            client = at.client(by, name)
            hours.planned(client, by, starts_at=hours.at(far()), now=now)
    with counting.queries() as many:
        page = at_desk.get(DUE)

    assert "4 good faith estimates are due" in page.content.decode() or "5 good" in (
        page.content.decode()
    )
    assert len(many) <= len(few)
