"""What demo clients' records hold besides money: insurance, diagnoses, consents, fees."""

from datetime import date
from typing import TYPE_CHECKING

from accounts.models import Membership
from accounts.selectors import members
from clients.models import Client, Consent, ConsentText, Coverage, FeeAgreement
from clients.selectors import consents as published
from clients.services import consents, coverages, diagnoses, fee_agreements, payers

if TYPE_CHECKING:
    from config.dev.seed.history import Desk

CODES_FROM = date(2025, 10, 1)
"""From when the codes that the product ships count."""
PAYERS = [
    ("Keystone Mutual", "60054", "AAA999999999", "three letters, then nine digits, on the front"),
    ("Harborview Health", "87726", "W99999999", "begins with W"),
]
CODES = ["F41.1", "F33.1", "F43.23", "F90.0", "F42.2", "F32.1"]
TEXTS = {
    ConsentText.Kind.PRIVACY: "How this practice uses and shares what it knows of you.",
    ConsentText.Kind.BILLING: "You agree to be treated here, and to pay what it costs.",
    ConsentText.Kind.TELEHEALTH: "We meet by video where we both agree to.",
}


def publish(desk: "Desk", *, since: date) -> None:
    """Name the practice's payers and publish its texts."""
    by = members.automaton()
    for name, claims_id, form, hint in PAYERS:
        payers.add(
            name=name,
            claims_id=claims_id,
            member_id_form=form,
            member_id_hint=hint,
            now=desk.now,
            by=by,
        )
    for kind, body in TEXTS.items():
        consents.publish(kind=kind, body=body, effective_from=since, now=desk.now, by=by)


def write(desk: "Desk", client: Client, therapist: Membership, number: int, began_on: date) -> None:
    """Give a client what their number says: some lack a thing that a claim or a law wants."""
    now, by = desk.now, desk.front_desk
    if number % 3:
        name, *_ = PAYERS[number % 2]
        coverages.add(
            client=client,
            payer_name=name,
            member_id=f"XKC{100_200_300 + number}"
            if number % 2 == 0
            else f"W{55_000_000 + number}",
            rank=Coverage.Rank.PRIMARY,
            relation=Coverage.Relation.SELF if number % 4 else Coverage.Relation.SPOUSE,
            starts_on=began_on,
            ends_on=None,
            now=now,
            by=by,
        )
        diagnoses.add(
            client=client,
            code=CODES[number % len(CODES)],
            starts_on=max(began_on, CODES_FROM),
            now=now,
            by=therapist,
        )
    if number % 5 == 0:
        fee_agreements.agree(
            client=client,
            basis=FeeAgreement.Basis.SLIDING,
            percent=40 if number % 2 else 70,
            amount_cents=None,
            starts_on=began_on,
            now=now,
            by=by,
        )
    for text in published.in_force(began_on)[: 1 + number % 3]:
        consents.record(
            client=client,
            text=text,
            how=Consent.How.PAPER,
            given_on=began_on,
            today=desk.today,
            now=now,
            by=by,
        )
