"""A practice with something in every room, furnished through the product's own services."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connections
from django.utils import timezone

from accounts import edits, signatures
from accounts.alert_rules import RULES, AlertRule
from accounts.ids import uuid7
from accounts.models import Act, AlertCase, ApiWrite, Membership, Role
from accounts.permissions import Permission
from accounts.services import (
    alert_cases,
    alert_settings,
    api_tokens,
    approvals,
    invitations,
    networks,
    reviews,
)
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.selectors import chain
from audit.services import checkpoints, events
from billing.models import Invoice, Payment, ServiceCode
from billing.services import (
    bank_matches,
    bill_payments,
    bills,
    card_accounts,
    checkout,
    documents,
    imports,
    pay_links,
    statement_runs,
    webhooks,
)
from billing.services import uploads as chosen
from clients.models import Client, EmergencyAccess
from clients.services import (
    assignments,
    coverages,
    emergencies,
    merges,
    parties,
    payers,
    taking_back,
)
from clients.services import imports as files
from ledger.chart import Role as AccountRole
from ledger.money import Money
from ledger.selectors import account_moves
from ledger.services import journal, periods
from ledger.services.journal import Line
from tests.accounts import watching, weeks
from tests.attacks import planting
from tests.audit import owner
from tests.billing import (
    arrivals,
    asking,
    checks,
    cycling,
    evidence,
    grouping,
    hours,
    money,
    moving,
    paying,
    planning,
    post,
    prepaid,
    spending,
    superbilling,
)
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.clients import bundles, records
from tests.clients.parties import shared_costs
from tests.houses import House
from tests.ledger import closing

CLOSED, REOPENED, FIRST = date(2026, 1, 15), date(2025, 12, 15), date(2025, 11, 15)


@dataclass(frozen=True, slots=True)
class Furnished:
    """A practice, and the ids of what stands in it, by what somebody outside would ask for.

    Under the name of each table stands the id of one of its rows.
    """

    house: House
    signing_secret: str
    ids: dict[str, UUID]

    @property
    def id(self) -> UUID:
        return self.house.id


def furnish(house: House, family_name: str, places: list[Path]) -> Furnished:
    """Fill every table of a practice with a client; ``places`` take its checkpoints."""
    by, secret = house.people["front-desk"], f"whsec_{uuid4().hex}"
    _move_out(house, places)
    with practice_scope(house.id, person_id=by.person_id):
        at.open_books(by)
        ids = {
            "practice": house.id,
            "therapist": house.people["therapist"].pk,
            "role": Role.objects.get(slug="therapist").pk,
            "service": ServiceCode.objects.all()[0].pk,
        }
        own = at.client(by, family_name)
        superbill = superbilling.history(own, by, house.people["accountant"])
        plan = planning.history(own, by)
        ids |= _people(house) | _care(house, own, by) | _money(own, by) | _cards(own, house, secret)
        _record(own, by)
        ids |= _take_in(by)
        ids |= hours.history(own, by)
        ids |= grouping.history(own, by)
        money.put_right(own, by, house.people["accountant"])
        money.written_off(at.invoice(own, by, dollars="6.00"), house.people["accountant"], "6.00")
        money.drawer_used(by)
        checks.sent_back(own, by)
        moving.moved(money.kept(own, by, "4.00"), at.client(by, "Ostrow"), by, "4.00")
        ids |= post.post_used(own, by)
        ids |= asking.history(at.invoice(own, by), by)
        statement_runs.start(run=post.drawn_up(by), now=at.NOW, by=by)
        post.drawn_up(by)
        money.waiting_refund(money.kept(own, by, "3.00"), by)
        cycling.history(own, by)
        estimate = an.history(own, by)
        ids |= prepaid.history(own, by)
        one = Payment.objects.get(pk=ids["payment"])
        for printed in (at.statement(own, by), estimate, superbill, plan, one):
            documents.render(printed, now=at.NOW, by=by)
        ids |= evidence.history(by)
        _spend(house.people["accountant"])
        _months(house.people["accountant"])
        edit = edits.sealed(before={"language": "es"}, after={"language": "en"})
        events.record(Action.CLIENT_CHANGED, target=own, touched=[own.pk], values=edit)
    _watched(house)
    with practice_scope(house.id):
        checkpoints.write(signer=signatures.signer(), directories=places, now=at.NOW)
        weeks.history(house)
        planting.plant()
        ids = planting.first_ids() | ids
    return Furnished(house, secret, ids)


def _move_out(house: House, places: list[Path]) -> None:
    """Let what the log holds so far have been moved out, as if it were seven years old."""
    with practice_scope(house.id):
        long_ago = at.NOW - timedelta(days=7 * 366)
        checkpoints.write(signer=signatures.signer(), directories=places, now=long_ago)
        [mark] = chain.checkpoints()
    mine = f"practice_id = '{house.id}' AND seq <= {mark.size}"
    owner.tamper(
        f"DELETE FROM audit_event WHERE {mine}",
        f"INSERT INTO audit_archive SELECT practice_id, {mark.size}, 0, hash, hash, now()"
        f" FROM audit_checkpoint WHERE practice_id = '{house.id}'",
    )
    with connections["owner"].cursor() as cursor, owner.unguarded():
        cursor.execute(f"DELETE FROM audit_touch WHERE {mine}")
        cursor.execute(f"DELETE FROM audit_value WHERE {mine}")


def _people(house: House) -> dict[str, UUID]:
    """Invite somebody, open a review, and name the network that every test client is in."""
    by, now = house.people["administrator"], timezone.now()
    invited = invitations.invite(
        email=f"wren@{house.slug}.example",
        display_name="Wren Holloway",
        role=Role.objects.get(slug="auditor"),
        now=now,
        by=by,
    )
    review = reviews.start(now=now, by=by)
    network = networks.add(
        network=networks.parsed("127.0.0.0/8"),
        label="Here",
        address=ip_address("127.0.0.1"),
        now=now,
        by=by,
    )
    token = api_tokens.make(
        name="Records",
        scopes={Permission.CLIENT_VIEW},
        days=30,
        now=now,
        by=house.people["front-desk"],
    )
    ApiWrite.objects.create(
        token=token.row, key="one-of-mine", request_hash=b"hash", answer={}, asked_at=now
    )
    line = review.items.order_by("id")[0]
    asked = approvals.require(
        act=Act.REFUND,
        amount_cents=350_00,
        already_cents=0,
        subject_kind="billing.payment",
        subject_id=uuid7(),
        label="R-00012",
        by=house.people["front-desk"],
        now=now,
    )
    return {
        "invitation": invited.pk,
        "review": review.pk,
        "review line": line.pk,
        "network": network.pk,
        "approval": asked.approval_id or network.pk,
    }


def _watched(house: House) -> None:
    """Let the log raise a case, which an administrator takes on, and set one of its rules."""
    by, now = house.people["administrator"], timezone.now()
    watching.acts_from(house, by, "127.0.0.1")
    watching.is_refused(house, house.people["therapist"], 10)
    watching.read(house)
    with practice_scope(house.id, person_id=by.person_id):
        case = AlertCase.objects.get(rule=AlertRule.REFUSALS)
        alert_cases.assign(case=case, to=by, key=uuid7(), now=now, by=by)
        alert_settings.change(
            rule=RULES[AlertRule.REFUSALS],
            is_on=True,
            limits=[11],
            own_words="",
            seen=0,
            now=now,
            by=by,
        )


def _care(house: House, client: Client, by: Membership) -> dict[str, UUID]:
    """Assign a therapist; an assignment of before has ended."""
    therapist = house.people["therapist"]
    before = assignments.assign(
        client=client, therapist=therapist, starts_on=date(2025, 3, 3), now=at.NOW, by=by
    )
    assignments.end(assignment=before, ends_on=date(2025, 9, 1), now=at.NOW, by=by)
    assigned = assignments.assign(
        client=client, therapist=therapist, starts_on=at.TODAY, now=at.NOW, by=by
    )
    parties.add(client=client, kind="CLIENT", relation="SELF", now=at.NOW, by=by)
    shared_costs(client, by)
    emergency = emergencies.open_record(
        client=client, reason=EmergencyAccess.Reason.CRISIS, now=at.NOW, by=therapist
    )
    double = at.client(by, "Doppelt")
    merge = merges.ask(kept=client, merged=double, now=at.NOW, by=by)
    merges.approve(merge=merge, now=at.NOW, by=house.people["accountant"])
    return {
        "client": client.pk,
        "merge": merge.pk,
        "assignment": assigned.pk,
        "emergency": emergency.pk,
    }


def _record(client: Client, by: Membership) -> None:
    """Give a client an insurance that was corrected, a diagnosis, a consent and a fee."""
    hours.wants(payers.add(name="Keystone", now=at.NOW, by=by), by)
    wrong = records.coverage(client, by, rank=None)
    coverages.correct(
        coverage=wrong,
        member_id=None,
        payer_name="Keystone",
        rank=1,
        starts_on=records.JANUARY,
        ends_on=None,
        now=at.NOW,
        by=by,
    )
    records.diagnosis(client, by)
    records.consent(client, by)
    records.agreement(client, by)


def _money(client: Client, by: Membership) -> dict[str, UUID]:
    """Issue invoices, one of them printed and one paid in part; a session waits."""
    printed, open_one = at.invoice(client, by), at.invoice(client, by, dollars="90.00")
    document = documents.render(printed, now=at.NOW, by=by).document
    paid = at.cash(client, by, "20.00", apply_to=printed)
    at.cash(client, by, "300.00", keep_rest=True)
    again = at.invoice(client, by, dollars="75.00")
    waiting = at.session(client, by, dollars="110.00")
    return {
        "invoice": printed.pk,
        "paid invoice": open_one.pk,
        "open invoice": again.pk,
        "document": document.pk,
        "payment": paid.pk,
        "session": waiting.pk,
    }


def _cards(client: Client, house: House, secret: str) -> dict[str, UUID]:
    """Connect a card account, start a card payment, and be told of an event."""
    by, endpoint = house.automaton, uuid7()
    card_accounts.connect(
        secret_key=f"sk_test_{uuid4().hex}", is_live=False, now=timezone.now(), by=by
    )
    card_accounts.listen(endpoint_id=endpoint, signing_secret=secret, now=at.NOW, by=by)
    invoice = Invoice.objects.filter(client=client).order_by("-number")[0]
    opening = checkout.intend(invoice=invoice, now=at.NOW, by=by)
    checkout.note(
        intent_id=opening.intent_id, state=checkout.State.OPEN, checkout_id=f"cs_{uuid4().hex}"
    )
    body = webhook_body()
    webhooks.receive(
        endpoint_id=endpoint,
        body=body,
        signature=signature(body, secret),
        now=timezone.now(),
    )
    desk = house.people["front-desk"]
    for wants in (False, True):
        pay_links.note_wish(client=client, wants_links=wants, now=timezone.now(), by=desk)
    paying.visit(paying.link(client, desk))
    return {"endpoint": endpoint, "card intent": opening.intent_id}


def _spend(by: Membership) -> None:
    """Owe, pay, and take back; match what left with a line of the bank; let rent come again."""
    landlord = spending.vendor(by)
    wrong, twice = spending.bill(landlord, by, number="1"), spending.bill(landlord, by)
    back: dict[str, Any] = {"reason": "TWICE", "taken_back_on": at.TODAY, "now": at.NOW, "by": by}
    bills.take_back(bill=wrong, **back)
    bill_payments.take_back(payment=spending.paid(twice, by, "10.00"), **back)
    bill = spending.bill(landlord, by, number="2")
    paid = spending.paid(bill, by, "500.00")
    spending.paper(bill, by)
    spending.monthly(landlord, by)
    _, line = spending.bank_lines(by)
    posting = account_moves.on_account(paid.entry_id, line.account_id)
    assert posting
    bank_matches.match(line=line, posting_id=posting.pk, now=at.NOW, by=by)


def webhook_body() -> bytes:
    """Return an event about a page that nobody opened."""
    about = {"id": f"cs_{uuid4().hex}", "object": "checkout.session"}
    event = {"id": f"evt_{uuid4().hex}", "type": "checkout.session.completed", "livemode": False}
    return json.dumps({**event, "data": {"object": about}}).encode()


def signature(body: bytes, secret: str) -> str:
    """Sign a webhook as Stripe does, now."""
    at_second = int(time.time())
    mac = hmac.new(secret.encode(), f"{at_second}.".encode() + body, hashlib.sha256)
    return f"t={at_second},v1={mac.hexdigest()}"


def _take_in(by: Membership) -> dict[str, UUID]:
    """Import the same document in every practice, and upload the same file of clients."""
    terms = imports.Terms(therapist=None, on=at.TODAY, now=at.NOW, by=by)
    imports.take_in(bundles.read(bundles.whole()), terms=terms)
    imports.take_in(
        bundles.read(bundles.bundle(bundles.patient(), arrivals.related())), terms=terms
    )
    batch = chosen.upload(contents=[b"{}"], now=timezone.now(), by=by)
    taking_back.ask(run=arrivals.file_taken_in(by), now=timezone.now(), by=by)
    files.upload(content=b"Name,Born\nRazo,1973-08-01\n", now=timezone.now(), by=by)
    return {"chosen files": batch}


def _months(by: Membership) -> None:
    """Keep a run of a report, order a long one, and close months: one of them is reopened."""
    at.kept_run(by)
    at.ordered_file(by)
    rent = [
        Line(AccountRole.RENT, debit=Money(1)),
        Line(AccountRole.OPERATING_BANK, credit=Money(1)),
    ]
    for on in (REOPENED, CLOSED):
        journal.post(source=f"rent:{on}", entry_date=on, memo="Rent", lines=rent, by=by)
    # What was prepaid is open at the end of the first month, which stays closed.
    prepaid = [
        Line(AccountRole.OPERATING_BANK, debit=Money(1)),
        Line(AccountRole.PREPAID_SESSIONS, credit=Money(1), party=uuid7(), item=uuid7()),
    ]
    journal.post(source="package:1", entry_date=FIRST, memo="Package", lines=prepaid, by=by)
    periods.close(month=FIRST, today=at.TODAY, by=by)
    periods.close(month=REOPENED, today=at.TODAY, by=by)
    closing.reopen(REOPENED, by=by)
    periods.close(month=CLOSED, today=at.TODAY, by=by)
    # Asked for and not answered.
    periods.reopen(month=CLOSED, reason=periods.Reason.CORRECTION, now=timezone.now(), by=by)
