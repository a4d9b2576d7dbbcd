"""Who opened a record in an emergency is seen looking: on every page that shows the client."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.permissions import Permission
from accounts.services import own_roles, roles
from accounts.tenancy import practice_scope
from audit.models import Touch
from billing.services import card_accounts, checkout
from billing.services.refunds import Charge
from clients.models import Client, EmergencyAccess
from clients.services import contacts, emergencies
from tests.billing import (
    asking,
    desk,
    estimating,
    grouping,
    hours,
    money,
    moving,
    planning,
    prepaid,
    superbilling,
)
from tests.clients import records
from tests.clients.parties import shared_costs
from tests.houses import House, browser_of
from tests.test_permissions import (
    EVERY_ROUTE,
    OF_A_CLIENT,
    OF_A_RECORD,
    OF_AN_APPOINTMENT,
    put_back,
)

P = Permission
OWN_ROLE = {
    P.ASSIGNMENT_CHANGE,
    P.CARD_PAYMENT_START,
    P.CLIENT_CHANGE,
    P.CLIENT_CREATE,
    P.CLIENT_IDENTITY_VIEW,
    P.CLIENT_VIEW,
    P.CONSENT_RECORD,
    P.CONSENT_VIEW,
    P.COVERAGE_CHANGE,
    P.COVERAGE_VIEW,
    P.CREDIT_TRANSFER,
    P.DIAGNOSIS_CHANGE,
    P.DIAGNOSIS_VIEW,
    P.EMERGENCY_OPEN,
    P.ESTIMATE_MAKE,
    P.FEE_AGREEMENT_CHANGE,
    P.FEE_AGREEMENT_VIEW,
    P.FEE_WAIVE,
    P.INVOICE_ISSUE,
    P.INVOICE_VIEW,
    P.INVOICE_VOID,
    P.PAY_LINK_MAKE,
    P.PAYMENT_CORRECT,
    P.PAYMENT_PLAN_AGREE,
    P.PAYMENT_RECORD,
    P.QUESTION_ANSWER,
    P.REFUND_RECORD,
    P.REPORT_VIEW,
    P.SESSION_RECORD,
    P.SESSION_VIEW,
    P.SUPERBILL_MAKE,
    P.PACKAGE_END,
    P.WRITE_OFF_RECORD,
}
"""All that shows clients, without the right to see every one of them."""

BEARING = {
    "billing:aging",
    "billing:appointment",
    "billing:appointment_new",
    "billing:group",
    "billing:group_hour",
    "billing:group_leave",
    "billing:missed_fee_waive",
    "billing:not_billed",
    "billing:session_keep_back",
    "billing:checkout_return",
    "billing:checkout_start",
    "billing:client",
    "billing:invoice",
    "billing:invoice_list",
    "billing:invoice_pdf",
    "billing:invoice_void",
    "billing:invoice_write_off",
    "billing:write_off_take_back",
    "billing:journal_entry",
    "billing:application_take_back",
    "billing:pay_links",
    "billing:package",
    "billing:package_give_back",
    "billing:package_go_on",
    "billing:package_list",
    "billing:package_new",
    "billing:payment",
    "billing:payment_apply",
    "billing:payment_correct",
    "billing:payment_new",
    "billing:payment_refund",
    "billing:payment_returned",
    "billing:credit_transfer",
    "billing:question_answer",
    "billing:questions",
    "billing:refund_take_back",
    "billing:receipt_pdf",
    "billing:statement_pdf",
    "billing:client_statements",
    "billing:client_estimates",
    "billing:estimate_new",
    "billing:estimate",
    "billing:estimate_pdf",
    "billing:estimates_due",
    "billing:client_payment_plans",
    "billing:payment_plan",
    "billing:payment_plan_new",
    "billing:payment_plan_pdf",
    "billing:payment_plan_take_back",
    "billing:payment_plans",
    "billing:client_superbills",
    "billing:superbill",
    "billing:superbill_new",
    "billing:superbill_pdf",
    "billing:superbill_superseded_pdf",
    "billing:session_new",
    "billing:unbilled",
    "clients:address",
    "clients:address_new",
    "clients:assign",
    "clients:contact",
    "clients:contact_new",
    "clients:consents",
    "clients:coverage",
    "clients:coverage_new",
    "clients:coverages",
    "clients:diagnoses",
    "clients:fee_agreements",
    "clients:list",
    "clients:parties",
    "clients:party",
    "clients:party_new",
    "clients:person_change",
    "clients:record",
    "clients:restriction_new",
    "clients:split_new",
    "clients:wishes_change",
}
"""Pages that show the client. The rest of the URLconf is asked too, and shows nothing of them."""


@dataclass(frozen=True, slots=True)
class Record:
    """A client, the ids that the client's pages ask for, and the words that tell of the client."""

    client: Client
    ids: dict[str, dict[str, Any]]
    marks: list[str]


@pytest.fixture
def opener(practice: House) -> Membership:
    """Somebody with a role of the practice's own, to whom no client is assigned."""
    member, by = practice.people["auditor"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        before = Role.objects.get(slug="auditor")
        own = own_roles.copy(original=before, name="Stand-in", description="", now=desk.NOW, by=by)
        roles.set_permissions(role=own, permissions=OWN_ROLE)
        roles.withdraw(member=member, role=before, now=desk.NOW, by=by)
        roles.grant(member=member, role=own, now=desk.NOW, by=by)
    return member


@pytest.fixture
def record(practice: House) -> Record:
    """A client with everything that a page could show, and the ids that its pages ask for."""
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk.open_books(by)
        client = desk.client(by, "Quillfeather")
        superbill = superbilling.history(client, by, practice.people["accountant"])
        superbilling.superbill(client, by, superbill.lines.get().session)
        planning.history(client, by)
        plan = planning.plan(client, by, desk.invoice(client, by))
        contact = contacts.add(
            client=client, kind="PHONE", number_or_address="555-0101", now=desk.NOW, by=by
        )
        located = contacts.add_address(client=client, street="1 Elm St", now=desk.NOW, by=by)
        party, _, _ = shared_costs(client, by)
        invoice = desk.invoice(client, by)
        payment = desk.cash(client, by, "20.00", apply_to=invoice)
        application = payment.applications.get()
        over = desk.cash(client, by, "5.00", keep_rest=True)
        refund = money.refunded(over, by, "5.00", charge=Charge.OWED)
        given = money.kept(client, by, "1.00")
        moving.moved(given, desk.client(by, "Ostrow"), by, "1.00")
        written_off = money.written_off(invoice, practice.people["accountant"], "1.00")
        bundle = prepaid.history(client, by)
        statement = desk.statement(client, by)
        estimate = estimating.estimate(client, by)
        desk.session(client, by)
        come = hours.left_open(client, by)
        of_group = grouping.left_open(client, by, therapist=practice.people["auditor"])
        coverage = records.coverage(client, by)
        card_accounts.connect(
            secret_key="sk_test_x", is_live=False, now=desk.NOW, by=practice.automaton
        )
        intent = checkout.intend(invoice=invoice, now=desk.NOW, by=by).intent_id
        checkout.note(intent_id=intent, state=checkout.State.OPEN, checkout_id="cs_x")
        question = asking.not_clear(invoice, by)
    ids = {
        "billing:client": client.pk,
        "clients:assign": client.pk,
        "billing:invoice": invoice.pk,
        "billing:invoice_pdf": invoice.pk,
        "billing:invoice_void": invoice.pk,
        "billing:invoice_write_off": invoice.pk,
        "billing:write_off_take_back": written_off.pk,
        "billing:package_new": client.pk,
        "billing:package": bundle["package"],
        "billing:package_give_back": bundle["package"],
        "billing:package_go_on": bundle["package end"],
        "billing:checkout_start": invoice.pk,
        "billing:checkout_return": intent,
        "billing:application_take_back": application.pk,
        "billing:payment": payment.pk,
        "billing:payment_apply": payment.pk,
        "billing:payment_correct": payment.pk,
        "billing:payment_refund": payment.pk,
        "billing:payment_returned": payment.pk,
        "billing:credit_transfer": over.pk,
        "billing:refund_take_back": refund.pk,
        "billing:receipt_pdf": payment.pk,
        "billing:statement_pdf": statement.pk,
        "billing:client_statements": client.pk,
        "billing:pay_links": client.pk,
        "billing:question_answer": question.pk,
        "billing:client_estimates": client.pk,
        "billing:estimate_new": client.pk,
        "billing:estimate": estimate.pk,
        "billing:estimate_pdf": estimate.pk,
        "billing:client_payment_plans": client.pk,
        "billing:payment_plan_new": client.pk,
        "billing:payment_plan": plan.pk,
        "billing:payment_plan_pdf": plan.pk,
        "billing:payment_plan_take_back": plan.pk,
        "billing:client_superbills": client.pk,
        "billing:superbill_new": client.pk,
        "billing:superbill": superbill.pk,
        "billing:superbill_pdf": superbill.pk,
        "billing:superbill_superseded_pdf": superbill.pk,
        "billing:journal_entry": invoice.entry_id,
        **dict.fromkeys(OF_A_RECORD, client.pk),
    }
    ids |= dict.fromkeys(OF_A_CLIENT, client.pk)
    ids |= dict.fromkeys(OF_AN_APPOINTMENT, come["appointment"])
    ids |= {
        "billing:session_add_ons": come["session"],
        "billing:session_codes": come["session"],
        "billing:session_keep_back": come["session"],
        "billing:missed_fee_waive": come["missed fee"],
    }
    return Record(
        client,
        {
            **{route: {"pk": pk} for route, pk in ids.items()},
            **grouping.routes(of_group),
            "clients:contact": {"pk": client.pk, "contact_id": contact.pk},
            "clients:party": {"pk": client.pk, "party_id": party.pk},
            "clients:address": {"pk": client.pk, "address_id": located.pk},
            "clients:coverage": {"pk": client.pk, "coverage_id": coverage.pk},
        },
        ["Quillfeather", client.code, invoice.number, payment.receipt],
    )


def looks(house: House, client: Client) -> int:
    with practice_scope(house.id):
        return Touch.objects.filter(client_id=client.pk).count()


def address(route: str, record: Record) -> str | None:
    """Return where a page stands about this client, or None for one that asks for other ids."""
    try:
        return reverse(route, kwargs=record.ids.get(route, {}))
    except NoReverseMatch:
        return None


def test_every_look_at_a_record_opened_in_an_emergency_is_on_the_log(
    practice: House, record: Record, opener: Membership
) -> None:
    with practice_scope(practice.id, person_id=opener.person_id):
        reason = EmergencyAccess.Reason.CRISIS
        now = timezone.now()
        emergencies.open_record(client=record.client, reason=reason, now=now, by=opener)
    browser, shown, unseen = browser_of(opener), set(), set()
    before = looks(practice, record.client)
    for route, view in EVERY_ROUTE.items():
        url = address(route, record) if hasattr(view, "get") else None
        if url is None:
            continue
        with put_back():
            answer = browser.get(url, {"client": str(record.client.pk)})
            if answer.status_code == 200 and tells(answer, record):
                shown.add(route)
                if looks(practice, record.client) == before:
                    unseen.add(route)

    assert unseen == set()
    assert shown >= BEARING


def tells(answer: Any, record: Record) -> bool:
    if not answer.headers["Content-Type"].startswith("text/html"):
        return bool(answer.headers["Content-Type"] == "application/pdf")
    page = answer.content.decode()
    return any(mark in page for mark in record.marks)
