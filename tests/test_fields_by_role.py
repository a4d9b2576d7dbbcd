"""What each role sees of a client, field by field: every page of every role is read for it.

45 CFR 164.502(b), the minimum necessary. A client is filled with values that stand nowhere else;
a role's pages hold those that it may know and none of the others.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import NoReverseMatch, reverse

from accounts.tenancy import practice_scope
from clients.models import Client, Coverage
from clients.services import assignments, clients
from tests.billing import desk, grouping, hours, planning, superbilling
from tests.clients import records
from tests.houses import House, browser_of
from tests.test_permissions import EVERY_ROUTE, OF_A_CLIENT, OF_AN_APPOINTMENT, put_back

CODE = "F43.21"
"""Adjustment disorder with depressed mood."""
FIELDS = {
    "name": ["Oluwaseun", "Quillfeather"],
    "called": ["Seunzie"],
    "birth date": ["1987-11-23", "Nov 23, 1987", "November 23, 1987", "23 Nov"],
    "contact": ["seunzie@mail.example", "555-0147-882", "17 Larkspur Reach"],
    "insurer": ["Cobaltcross", "Tealplan", "GRP-77120"],
    "end of member id": ["••••7745"],
    "whole member id": [records.MEMBER_ID],
    "subscriber": ["Adaeze", "1961-07-30", "July 30, 1961", "Jul 30, 1961"],
    "diagnosis": [f'<span class="code">{CODE}</span>', CODE],
    "initials": ["O. Q."],
}
CONTACT = {"name", "called", "birth date", "contact", "insurer", "end of member id", "subscriber"}
MAY_SEE = {
    "front-desk": CONTACT,
    "accountant": {"initials"},
    "therapist": CONTACT | {"diagnosis"},
    "administrator": set(),
    "auditor": set(),
}


@dataclass(frozen=True, slots=True)
class Record:
    """A client with every field filled, and the ids that the pages about them ask for."""

    client: Client
    ids: dict[str, dict[str, Any]]

    def addresses(self) -> list[str]:
        return [url for route in EVERY_ROUTE if (url := self.address(route))]

    def address(self, route: str) -> str | None:
        try:
            return reverse(route, kwargs=self.ids.get(route, {}))
        except NoReverseMatch:
            return None


def filled(house: House) -> Record:
    by, therapist = house.people["front-desk"], house.people["therapist"]
    with practice_scope(house.id, person_id=by.person_id):
        desk.open_books(by)
        client = clients.add(
            given_names="Oluwaseun",
            family_name="Quillfeather",
            preferred_name="Seunzie",
            birth_date=date(1987, 11, 23),
            email="seunzie@mail.example",
            phone="555-0147-882",
            postal_address="17 Larkspur Reach",
            now=desk.NOW,
            by=by,
        )
        coverage = records.coverage(
            client,
            by,
            payer_name="Cobaltcross",
            plan_name="Tealplan",
            group_number="GRP-77120",
            relation=Coverage.Relation.SPOUSE,
            subscriber_given_names="Adaeze",
            subscriber_birth_date=date(1961, 7, 30),
        )
        records.diagnosis(client, therapist, CODE)
        invoice = desk.invoice(client, by)
        payment = desk.cash(client, by, "20.00", apply_to=invoice)
        desk.session(client, by)
        superbilling.whole(client, by, code="F33.1")
        held = superbilling.paid(client, by)
        superbill = superbilling.superbill(client, by, held, names_insurer=True)
        superbilling.given(superbill, by, recipient_kind="OTHER", recipient="Adaeze")
        plan = planning.plan(client, by, desk.invoice(client, by))
        come = hours.left_open(client, by)
        of_group = grouping.left_open(client, by)
    of_client = {route: {"pk": client.pk} for route in OF_A_CLIENT}
    of_invoice = ("billing:invoice", "billing:checkout_start")
    return Record(
        client,
        {
            **of_client,
            "billing:client": {"pk": client.pk},
            "clients:assign": {"pk": client.pk},
            "clients:coverage": {"pk": client.pk, "coverage_id": coverage.pk},
            **{route: {"pk": invoice.pk} for route in of_invoice},
            "billing:payment": {"pk": payment.pk},
            **{route: {"pk": come["appointment"]} for route in OF_AN_APPOINTMENT},
            "billing:client_payment_plans": {"pk": client.pk},
            "billing:payment_plan_new": {"pk": client.pk},
            "billing:payment_plan": {"pk": plan.pk},
            "billing:payment_plan_take_back": {"pk": plan.pk},
            "billing:client_superbills": {"pk": client.pk},
            "billing:superbill_new": {"pk": client.pk},
            "billing:superbill": {"pk": superbill.pk},
            **grouping.routes(of_group),
            "billing:session_add_ons": {"pk": come["session"]},
            "billing:session_codes": {"pk": come["session"]},
            "billing:session_keep_back": {"pk": come["session"]},
            "billing:missed_fee_waive": {"pk": come["missed fee"]},
        },
    )


def assign(house: House, record: Record) -> None:
    with practice_scope(house.id):
        assignments.assign(
            client=record.client,
            therapist=house.people["therapist"],
            starts_on=desk.TODAY,
            now=desk.NOW,
            by=house.people["front-desk"],
        )


def seen(house: House, role: str, record: Record) -> dict[str, set[str]]:
    """Return field → the addresses at which a role meets it."""
    browser = browser_of(house.people[role])
    found: dict[str, set[str]] = {name: set() for name in FIELDS}
    for url in record.addresses():
        with put_back():
            body = browser.get(url).content.decode(errors="replace")
        for name, marks in FIELDS.items():
            if any(mark in body for mark in marks):
                found[name].add(url)
    with put_back():
        body = browser.post(reverse("billing:search"), {"q": "C-000"}).content.decode()
    for name, marks in FIELDS.items():
        if any(mark in body for mark in marks):
            found[name].add("search")
    return found


@pytest.mark.parametrize("role", MAY_SEE)
def test_a_role_meets_the_fields_that_it_needs_and_no_others(practice: House, role: str) -> None:
    record = filled(practice)
    assign(practice, record)

    met = seen(practice, role, record)

    assert {name for name, where in met.items() if where} == MAY_SEE[role], met


def test_a_therapist_meets_nothing_of_a_client_of_somebody_else(practice: House) -> None:
    record = filled(practice)

    met = seen(practice, "therapist", record)

    assert {name for name, where in met.items() if where} == set(), met


def test_no_role_holds_a_field_for_notes() -> None:
    """Psychotherapy notes have no place here (45 CFR 164.501): long free text is no field.

    What a search reads is made of other fields; a text of consent is the practice's own.
    """
    long_texts = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config("clients").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.TextField) or getattr(field, "max_chars", 0) > 500
    }

    assert long_texts <= {"clients.ConsentText.body", "clients.SearchText.text"}
