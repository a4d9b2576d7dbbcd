"""The pages of diagnoses, consents and fees: typed in, refused in words, and on the log."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from clients.models import Client, ConsentText, Diagnosis, FeeAgreement
from clients.services import assignments
from tests.clients import records
from tests.clients.people import NOW, TODAY, added
from tests.houses import House

SignedIn = Callable[[Membership], Browser]


@pytest.fixture
def client_record(practice: House, front_desk: Membership, therapist: Membership) -> Client:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        client = added(front_desk)
        assignments.assign(
            client=client, therapist=therapist, starts_on=TODAY, now=NOW, by=front_desk
        )
    return client


def page(route: str, client: Client, *ids: object) -> str:
    return reverse(f"clients:{route}", args=[client.pk, *ids])


def told(house: House, start: str) -> list[str]:
    with practice_scope(house.id):
        found = Event.objects.filter(action__startswith=start).order_by("seq")
        return list(found.values_list("action", flat=True))


def test_a_therapist_enters_ends_and_takes_back_a_diagnosis(
    practice: House, client_record: Client, therapist: Membership, signed_in: SignedIn
) -> None:
    browser, address = signed_in(therapist), page("diagnoses", client_record)
    refused = browser.post(address, {"code": "F43.8", "starts_on": "2026-10-05"})
    assert refused.status_code == 422
    assert "choose F43.81 or F43.89" in refused.content.decode()

    assert browser.post(address, {"code": "f43.81", "starts_on": "2026-01-05"}).status_code == 302
    with practice_scope(practice.id):
        held = Diagnosis.objects.get(client=client_record)
    assert "Prolonged grief disorder" in browser.get(address).content.decode()
    end = page("diagnosis_end", client_record, held.pk)
    days = ("", "2025-01-01", "2026-02-01", "2026-02-01")
    assert [browser.post(end, {"ends_on": day}).status_code for day in days] == [
        422,
        409,
        302,
        409,
    ]
    assert browser.post(page("diagnosis_withdraw", client_record, held.pk)).status_code == 302

    assert "Entered in error" in browser.get(address).content.decode()
    acts = [act for act in told(practice, "clients.diagnosis.") if not act.endswith("viewed")]
    assert acts == [f"clients.diagnosis.{act}" for act in ("added", "ended", "withdrawn")]


def test_a_text_is_published_consented_to_and_withdrawn(
    practice: House,
    client_record: Client,
    front_desk: Membership,
    administrator: Membership,
    signed_in: SignedIn,
) -> None:
    desk, address = signed_in(front_desk), page("consents", client_record)
    assert "The practice has published no text yet." in desk.get(address).content.decode()
    texts = reverse("clients:consent_texts")
    sent = {"kind": "TELEHEALTH", "effective_from": "2026-01-01", "body": "By <video>.\r\nAgreed?"}
    assert signed_in(administrator).post(texts, sent).status_code == 302
    with practice_scope(practice.id):
        text = ConsentText.objects.get()
        assert text.body == "By <video>.\nAgreed?"

    given = {"text": text.pk, "how": "PAPER", "given_on": "2026-03-01"}
    assert desk.post(address, given).status_code == 302
    shown = desk.get(address).content.decode()
    assert "Since Mar 1" in shown
    assert "The consent is recorded." in shown
    assert desk.post(address, given).status_code == 422
    assert "By &lt;video&gt;." in shown
    with practice_scope(practice.id):
        consent = client_record.consents.get()
    withdraw = page("consent_withdraw", client_record, consent.pk)
    days = ("", "2026-02-01", "2026-03-02", "2026-03-02")
    assert [desk.post(withdraw, {"withdrawn_on": day}).status_code for day in days] == [
        422,
        409,
        302,
        409,
    ]


def test_a_low_fee_is_approved_by_somebody_else(
    practice: House,
    client_record: Client,
    front_desk: Membership,
    accountant: Membership,
    signed_in: SignedIn,
) -> None:
    desk, address = signed_in(front_desk), page("fee_agreements", client_record)
    terms = {"basis": "HARDSHIP", "amount": "35.50", "starts_on": "2026-01-01"}
    both = desk.post(address, {**terms, "percent": "40"})
    assert "either a percentage of the list fee or an amount" in both.content.decode()
    soon = desk.post(address, {**terms, "review_on": "2026-01-01"}).content.decode()
    assert soon.index('name="review_on"') < soon.index("Look at it again after the first day.")
    assert "At least 0." in desk.post(address, {**terms, "percent": "-3"}).content.decode()
    assert desk.post(address, terms).status_code == 302
    with practice_scope(practice.id):
        made = FeeAgreement.objects.get(client=client_record)
        assert made.amount_cents == 35_50
    approve = page("fee_agreement_approve", client_record, made.pk)
    waiting = desk.get(address).content.decode()
    assert "Waits for a second person" in waiting
    assert "It counts once a second person approved it." in waiting

    own = desk.post(approve)
    assert (own.status_code, "another person than you" in own.content.decode()) == (409, True)
    second = signed_in(accountant)
    assert second.post(approve).status_code == 302
    assert "the fee counts from its first day" in second.get(address).content.decode()

    assert "$35.50 per session" in desk.get(address).content.decode()
    end = page("fee_agreement_end", client_record, made.pk)
    days = ("", "2025-01-01", "2026-02-01")
    assert [desk.post(end, {"ends_on": day}).status_code for day in days] == [422, 409, 302]
    assert desk.post(page("fee_agreement_withdraw", client_record, made.pk)).status_code == 302


def test_what_belongs_to_another_client_is_not_there(
    practice: House, client_record: Client, front_desk: Membership, signed_in: SignedIn
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        other = added(front_desk, family_name="Quill")
        agreement = records.agreement(other, front_desk)
        consent = records.consent(other, front_desk)
    browser = signed_in(front_desk)

    answers = [
        browser.post(page("fee_agreement_withdraw", client_record, agreement.pk)),
        browser.post(page("consent_withdraw", client_record, consent.pk)),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
