"""What a client's record holds besides the person, for tests, by the product's own services."""

from datetime import date
from typing import Any

from accounts.models import Membership
from clients.models import Client, Consent, ConsentText, Coverage, Diagnosis, FeeAgreement
from clients.services import consents, coverages, diagnoses, fee_agreements
from tests.clients.people import NOW, TODAY

MEMBER_ID = "XQV930217745"
JANUARY = date(2026, 1, 1)


def coverage(client: Client, by: Membership, **told: Any) -> Coverage:
    """Add Keystone as the primary insurance from January on, or what ``told`` says of it."""
    card = {
        "payer_name": "Keystone",
        "member_id": MEMBER_ID,
        "rank": Coverage.Rank.PRIMARY,
        "relation": Coverage.Relation.SELF,
        "starts_on": JANUARY,
        "ends_on": None,
    }
    return coverages.add(client=client, now=NOW, by=by, **{**card, **told})


def diagnosis(client: Client, by: Membership, code: str = "F41.1") -> Diagnosis:
    return diagnoses.add(client=client, code=code, starts_on=JANUARY, now=NOW, by=by)


def text(by: Membership, kind: str = "TELEHEALTH", effective_from: date = JANUARY) -> ConsentText:
    """Publish the next version of a text."""
    body = "We meet by video."
    return consents.publish(kind=kind, body=body, effective_from=effective_from, now=NOW, by=by)


def consent(client: Client, by: Membership, to: ConsentText | None = None) -> Consent:
    return consents.record(
        client=client,
        text=to or text(by),
        how=Consent.How.PAPER,
        given_on=JANUARY,
        today=TODAY,
        now=NOW,
        by=by,
    )


def agreement(client: Client, by: Membership, **told: Any) -> FeeAgreement:
    """Agree on 40 percent of the list fee, which waits for a second person, or on what is told."""
    terms = {"basis": "SLIDING", "percent": 40, "amount_cents": None, "starts_on": JANUARY}
    return fee_agreements.agree(client=client, now=NOW, by=by, **{**terms, **told})
