"""Everything held about a client: complete, exact, and handed to others only as allowed."""

import json
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from billing.models import Session
from billing.selectors import held
from billing.services import (
    card_accounts,
    checkout,
    documents,
    pay_links,
    record_pages,
    releases,
)
from clients.models import Client, Consent, EmergencyAccess, Release
from clients.selectors import families
from clients.services import assignments, consents, emergencies, merges, restrictions
from clients.services import contacts as contact_services
from clients.services.restrictions import Restricted
from ledger.models import Posting
from tests.billing import (
    asking,
    checks,
    cycling,
    grouping,
    hours,
    money,
    moving,
    paying,
    planning,
    post,
    prepaid,
    superbilling,
)
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.catalogue import OUR_MODELS
from tests.clients import records
from tests.clients.naughty import REFUSED, some
from tests.clients.parties import FATHER, MOTHER, shared_costs
from tests.houses import House, browser_of

NOW = at.NOW
OWN = {"recipient_kind": "CLIENT", "reason": "ASKED", "format": "JSON"}
OTHERS = {**OWN, "recipient_kind": "OTHER", "recipient": "Ada Counsel", "reason": "AUTHORIZED"}
PLAN = {**OTHERS, "recipient_kind": "PLAN", "recipient": "Keystone"}


@pytest.fixture
def full(practice: House) -> Client:
    """A client with something in every section."""
    by, therapist = practice.people["front-desk"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        at.open_books(by)
        client = at.client(by, "Quietwater")
        superbilling.history(client, by, practice.people["accountant"])
        contact_services.add(
            client=client, kind="PHONE", number_or_address="555-0101", now=NOW, by=by
        )
        contact_services.add_address(client=client, street="1 Elm St", now=NOW, by=by)
        shared_costs(client, by)
        records.coverage(client, by)
        records.diagnosis(client, therapist)
        records.consent(client, by)
        records.agreement(client, by)
        emergencies.open_record(
            client=client, reason=EmergencyAccess.Reason.CRISIS, now=NOW, by=therapist
        )
        hours.history(client, by)
        grouping.history(client, by)
        invoice = at.invoice(client, by)
        at.cash(client, by, "20.00", apply_to=invoice)
        money.put_right(client, by, practice.people["accountant"])
        checks.sent_back(client, by)
        planning.history(client, by)
        other = at.client(by, "Ostrow")
        moving.moved(money.kept(client, by, "4.00"), other, by, "4.00")
        moving.moved(money.kept(other, by, "6.00"), client, by, "6.00")
        documents.render(invoice, now=NOW, by=by)
        post.drawn_up(by, clients=Client.objects.filter(pk=client.pk))
        at.statement(client, by)
        post.post_used(client, by)
        card_accounts.connect(secret_key="sk_test_x", is_live=False, now=NOW, by=practice.automaton)
        checkout.intend(invoice=invoice, now=NOW, by=by)
        paying.visit(paying.link(client, by))
        asking.history(at.invoice(client, by), by)
        cycling.history(client, by)
        an.history(client, by)
        prepaid.history(client, by)
        for wants in (False, True):
            pay_links.note_wish(client=client, wants_links=wants, now=timezone.now(), by=by)
        merge = merges.ask(kept=client, merged=at.client(by, "Doppelt"), now=NOW, by=by)
        merges.approve(merge=merge, now=NOW, by=practice.people["accountant"])
        at.session(merge.merged, by)
    return client


def handed(house: House, client: Client, **how: Any) -> releases.HandedOut:
    by = house.people["therapist"]
    with practice_scope(house.id, person_id=by.person_id):
        return releases.hand_out(client=client, **{**OWN, **how}, now=NOW, by=by)


def test_the_document_holds_every_row_of_every_record_of_the_person(
    practice: House, full: Client
) -> None:
    told = json.loads(handed(practice, full).content)

    assert told["schema"] == held.SCHEMA
    assert {each["family_name"] for each in told["records"]} == {"Quietwater", "Doppelt"}
    empty = {section.name for section in held.SECTIONS if not told[section.name]}
    assert empty == {"assignments", "external_records", "releases"}
    with practice_scope(practice.id):
        held_of_both = Session.objects.filter(client__in=families.records_of(full))
        fees = [fee.cents for fee in held_of_both.order_by("pk").values_list("fee", flat=True)]
    assert [each["fee_cents"] for each in told["sessions"]] == fees
    assert len(fees) > 5
    assert told["invoices"][0]["issued_on"] == at.TODAY.isoformat()
    assert told["looks"][0]["what"].endswith(f"added client {full.code}.")


def test_the_books_are_told_as_they_stand(practice: House, full: Client) -> None:
    told = json.loads(handed(practice, full).content)["ledger_lines"]

    with practice_scope(practice.id):
        stand = Posting.objects.filter(party=full.pk)
        assert sum(each["debit_cents"] for each in told) == sum(p.debit.cents for p in stand)
        assert sum(each["credit_cents"] for each in told) == sum(p.credit.cents for p in stand)


def test_what_stood_before_a_change_is_told(practice: House, full: Client) -> None:
    browser = browser_of(practice.people["front-desk"])
    url = reverse("clients:person_change", args=[full.pk])
    form = browser.get(url).context["form"]
    typed = {**form.initial, "preferred_name": "Mara"}
    assert browser.post(url, typed).status_code == 302

    [change] = json.loads(handed(practice, full).content)["changes"]

    assert change["before"] == {"preferred_name": full.preferred_name}
    assert change["after"] == {"preferred_name": "Mara"}


def test_what_belongs_to_those_who_pay_stays_with_them(practice: House, full: Client) -> None:
    for kind in ("JSON", "PDF"):
        handed(practice, full, format=kind)
    text = handed(practice, full).content.decode()

    for parent in (MOTHER, FATHER):
        assert parent["name"] in text
        assert parent["phone"] not in text
        assert parent["email"] not in text
        assert parent["postal_address"].splitlines()[0] not in text


def may_hold_something_of_a_client(model: type[models.Model], reached: set[Any]) -> bool:
    """Say whether rows of a model point at a client, hold some id, or hold sealed words."""
    own = model._meta.concrete_fields
    return (
        model in reached
        or "PHI" in getattr(model, "FIELD_CLASSES", {})
        or any(
            isinstance(each, models.UUIDField)
            and not each.primary_key
            and each.name not in {"practice_id"}
            for each in own
        )
    )


def test_every_table_that_holds_something_of_a_client_is_told_or_named() -> None:
    """A new model that leads to a client fails here until it has a section or a reason."""
    reached: set[Any] = {Client}
    while new := {
        model
        for model in OUR_MODELS
        if model not in reached
        and any(f.is_relation and f.related_model in reached for f in model._meta.concrete_fields)
    }:
        reached |= new
    told = {section.model._meta.label for section in held.SECTIONS} | held.BY_ID

    found = {m._meta.label for m in OUR_MODELS if may_hold_something_of_a_client(m, reached)}

    assert found - told - set(held.LEFT_OUT) == set()
    assert set(held.LEFT_OUT) - found == set()
    assert told & set(held.LEFT_OUT) == set()
    assert all(apps.get_model(label) for label in held.LEFT_OUT)


def test_every_field_is_described() -> None:
    described = (settings.BASE_DIR / "docs" / "RECORD.md").read_text(encoding="utf-8")

    assert f"`{held.SCHEMA}`" in described
    for section in held.SECTIONS:
        [line] = [x for x in described.splitlines() if x.startswith(f"| `{section.name}` |")]
        for each in section.fields:
            assert f"`{held.key_of(each)}`" in line, (section.name, each.name)
    assert set(record_pages.TITLES) == {
        *(section.name for section in held.SECTIONS),
        held.LEDGER_LINES,
        held.CHANGES,
        held.LOOKS,
    }


def test_every_column_of_the_pages_is_one_of_the_document(practice: House, full: Client) -> None:
    told = json.loads(handed(practice, full).content)

    for name, columns in record_pages.TABLES.items():
        assert set(columns) <= set(told[name][0]), name


def add_addresses(client: Client, by: Membership) -> list[str]:
    """Add an address for each naughty string, and return those that were taken."""
    taken = []
    for text in [*some(), *REFUSED]:
        with suppress(ValueError), transaction.atomic():
            contact_services.add_address(client=client, street=text, now=NOW, by=by)
            taken.append(text)
    return taken


def test_what_was_typed_comes_back_exactly(desk: Membership, amara: Client) -> None:
    taken = add_addresses(amara, desk)

    content = releases.hand_out(client=amara, **OWN, now=NOW, by=desk).content

    assert [each["street"] for each in json.loads(content)["addresses"]] == taken
    assert len(taken) > 40


def test_the_pages_are_made_whatever_was_typed(practice: House, full: Client) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        add_addresses(full, by)

    made = handed(practice, full, format="PDF")

    assert made.content.startswith(b"%PDF-")
    assert made.file_name == f"record-{full.code.lower()}-2026-03-03.pdf"


@pytest.mark.parametrize(
    ("kind", "to", "is_refused"),
    [
        ("PAID_IN_FULL", PLAN, True),
        ("PAID_IN_FULL", OTHERS, False),
        ("PART_2", PLAN, True),
        ("PART_2", OTHERS, True),
        ("NO_DISCLOSURE", OTHERS, True),
        ("NO_DISCLOSURE", OWN, False),
        ("PART_2", OWN, False),
    ],
)
def test_others_get_what_the_client_allows_and_the_client_gets_all(
    desk: Membership, amara: Client, kind: str, to: dict[str, str], is_refused: bool
) -> None:
    restrictions.impose(client=amara, kind=kind, now=NOW, by=desk)

    if is_refused:
        with pytest.raises(Restricted):
            releases.hand_out(client=amara, **to, now=NOW, by=desk)
        assert not Release.objects.exists()
    else:
        releases.hand_out(client=amara, **to, now=NOW, by=desk)
        assert Release.objects.get().recipient == to.get("recipient")


def part_2_consent(client: Client, by: Membership) -> Consent:
    return records.consent(client, by, to=records.text(by, kind="PART_2"))


def test_a_written_consent_opens_a_part_2_record_until_it_is_withdrawn(
    desk: Membership, amara: Client
) -> None:
    restrictions.impose(client=amara, kind="PART_2", now=NOW, by=desk)
    consent = part_2_consent(amara, desk)

    made = releases.hand_out(client=amara, **OTHERS, now=NOW, by=desk)
    consents.withdraw(consent=consent, withdrawn_on=at.TODAY, today=at.TODAY, now=NOW, by=desk)

    assert made.release.consent == consent
    with pytest.raises(Restricted):
        releases.hand_out(client=amara, **OTHERS, now=NOW, by=desk)


INSERT = """
    INSERT INTO clients_release (id, client_id, recipient_kind, recipient, reason, format,
        consent_id, sha256, made_at, made_by_id)
    SELECT gen_random_uuid(), %s, %s, recipient, 'LAW', 'PDF', %s, sha256, made_at, made_by_id
    FROM clients_release LIMIT 1
"""


@pytest.mark.parametrize(
    ("kind", "to"), [("PAID_IN_FULL", "PLAN"), ("PART_2", "OTHER"), ("NO_DISCLOSURE", "PLAN")]
)
@pytest.mark.parametrize("merged", [False, True])
def test_the_database_refuses_what_goes_round_python(
    practice: House, desk: Membership, amara: Client, kind: str, to: str, merged: bool
) -> None:
    releases.hand_out(client=amara, **OTHERS, now=NOW, by=desk)
    restricted = amara
    if merged:
        restricted = at.client(desk, "Doppelt")
        merge = merges.ask(kept=amara, merged=restricted, now=NOW, by=desk)
        merges.approve(merge=merge, now=NOW, by=practice.people["accountant"])
    restrictions.impose(client=restricted, kind=kind, now=NOW, by=desk)

    with (
        pytest.raises(DatabaseError, match="restriction keeps"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(INSERT, [amara.pk, to, None])


def test_the_database_takes_no_other_consent(desk: Membership, amara: Client) -> None:
    releases.hand_out(client=amara, **OTHERS, now=NOW, by=desk)
    restrictions.impose(client=amara, kind="PART_2", now=NOW, by=desk)
    telehealth = records.consent(amara, desk)

    with (
        pytest.raises(DatabaseError, match="no standing consent"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(INSERT, [amara.pk, "OTHER", telehealth.pk])


def test_the_page_hands_out_and_says_why_it_does_not(practice: House, full: Client) -> None:
    by, therapist = practice.people["front-desk"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        assignments.assign(client=full, therapist=therapist, starts_on=at.TODAY, now=NOW, by=by)
        restrictions.impose(client=full, kind="NO_DISCLOSURE", now=NOW, by=by)
    browser, url = browser_of(therapist), reverse("billing:release", args=[full.pk])

    page = browser.get(url)
    refused = browser.post(url, OTHERS)
    nameless = browser.post(url, {**OTHERS, "recipient": ""})
    given = browser.post(url, OWN)

    assert "Agreed: nothing is disclosed" in page.content.decode()
    assert refused.status_code == 422
    assert "is not disclosed, as agreed with the client" in refused.content.decode()
    assert "Enter to whom it goes." in nameless.content.decode()
    assert given["Content-Disposition"].startswith(
        f'attachment; filename="record-{full.code.lower()}-'
    )
    assert "Everything held, as JSON" in browser.get(url).content.decode()
    with practice_scope(practice.id):
        told = set(Event.objects.values_list("action", flat=True))
        assert {"clients.disclosure.refused", "clients.record.released"} <= told
        released = Event.objects.get(action="clients.record.released")
        assert Touch.objects.filter(seq=released.seq).count() == 2
