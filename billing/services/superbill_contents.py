"""What stands on a superbill, as data for its template."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from billing.models import Superbill, SuperbillLine
from billing.selectors import superbills
from billing.selectors.superbill_words import LETTERS
from billing.selectors.superbills import Superseded
from billing.services.contents import long_day, printable
from ledger.money import MINUS, ZERO, Money


def superbill(made: Superbill) -> Mapping[str, object]:
    """Return the contents of a superbill, of what was known when it was made."""
    said: dict[str, Any] = dict(superbills.said(made))
    practice, replaced, insurer = said["practice"], made.replaces, said["insurer"]
    return {
        "superseded": "",
        "practice": printable(practice["discreet"]),
        "legal_name": printable(practice["name"]),
        "street": printable(practice["street"]),
        "place": printable(f"{practice['city']}, {practice['region']} {practice['postal_code']}"),
        "phone": printable(practice["phone"]),
        "tax_id": practice["tax_id"],
        "practice_npi": practice["npi"],
        "providers": [
            {
                "name": printable(f"{each['name']}, {each['credentials']}"),
                "license": printable(each["license"]),
                "npi": each["npi"],
            }
            for each in said["providers"]
        ],
        "client": printable(said["client"]),
        "code": made.client.code,
        "birth_date": long_day(date.fromisoformat(said["birth_date"])),
        "address": [printable(line) for line in said["address"].splitlines()],
        "insurer": printable(insurer["payer"]) if insurer else "",
        "member_id": printable(insurer["member_id"]) if insurer else "",
        "number": made.number,
        "issued_on": long_day(made.issued_on),
        "since": long_day(made.since),
        "until": long_day(made.until),
        "replaced": f"{replaced.number} of {long_day(replaced.issued_on)}" if replaced else "",
        "diagnoses": [
            {"letter": letter, "code": code}
            for letter, code in zip(LETTERS, said["diagnoses"], strict=False)
        ],
        "lines": _lines(made, said),
        "charged": str(made.charged),
        "taken_off": _less(made.taken_off),
        "paid": str(made.paid),
        "balance": str(made.balance),
        "is_paid": made.balance == ZERO,
    }


def superseded(marked: Superseded) -> Mapping[str, object]:
    """Return the contents of a superbill that another one replaces: as it was, and marked so."""
    by = marked.by
    words = f"Superseded by {by.number} of {long_day(by.issued_on)}. Do not send it to a plan."
    return {**superbill(marked.superbill), "superseded": words}


def _lines(made: Superbill, said: Mapping[str, Any]) -> list[dict[str, object]]:
    rows = SuperbillLine.objects.filter(superbill=made).order_by("position")
    order = [each["id"] for each in said["providers"]]
    return [
        {
            "date": row.served_on.strftime("%m/%d/%Y"),
            "place": words["place"],
            "code": printable(words["code"]),
            "label": printable(words["label"]),
            "modifiers": " ".join(words["modifiers"]),
            "pointers": "".join(words["pointers"]),
            "units": str(words["units"]),
            "provider": str(order.index(words["provider"]) + 1) if len(order) > 1 else "",
            "charged": str(row.charged),
            "taken_off": _less(row.taken_off),
            "paid": str(row.paid),
            "paid_on": row.paid_on.strftime("%m/%d/%Y") if row.paid_on else "",
            "balance": str(row.balance),
        }
        for row, words in zip(rows, said["lines"], strict=True)
    ]


def _less(amount: Money) -> str:
    return f"{MINUS}{amount}" if amount else ""
