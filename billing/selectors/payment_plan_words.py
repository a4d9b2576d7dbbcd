"""What a payment plan says in words, kept as it is so that nothing later changes it."""

from datetime import date
from typing import Any

from accounts import keys
from accounts.selectors import members, particulars
from billing.models import PaymentPlan, PaymentPlanText
from billing.selectors import paper_words
from clients.models import Client, ResponsibleParty


class Altered(Exception):
    """The sealed words of a payment plan are not those that were agreed."""


def of(*, client: Client, party: ResponsibleParty | None, on: date) -> dict[str, Any]:
    """Return who agrees with whom, as of a day; what is not known of the practice is left out."""
    known = particulars.of_practice()
    discreet = members.practice().discreet_name
    place = f"{known.city}, {known.region} {known.postal_code}" if known else ""
    return {
        "practice": discreet,
        "legal_name": known.legal_name if known else discreet,
        "practice_lines": [known.street, place, known.phone] if known else [],
        "client": client.full_name,
        "code": client.code,
        "to": _to(client, party, on),
    }


def _to(client: Client, party: ResponsibleParty | None, on: date) -> list[str]:
    if party is not None:
        text = f"{party.name}\n{party.postal_address}"
    else:
        text = f"{client.full_name}\n{paper_words.address_of(client, on=on)}"
    return [line for line in text.splitlines() if line.strip()]


def said(plan: PaymentPlan) -> dict[str, Any]:
    """Return the words of a plan as it was agreed.

    Raises:
        Altered: they are not those that were agreed.
    """
    words: dict[str, Any] = PaymentPlanText.objects.get(plan=plan).said
    if commitment(words) != bytes(plan.said_commitment):
        raise Altered(f"What {plan.reference} says is not what was agreed.")
    return words


def commitment(words: dict[str, Any]) -> bytes:
    """Return the keyed hash by which a plan vouches for its sealed words."""
    text = PaymentPlanText._meta.get_field("said").to_text(words)
    return keys.fingerprint(text, purpose="billing.payment_plan")
