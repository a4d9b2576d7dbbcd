"""Good faith estimates for tests, made through the product's own services."""

from datetime import date
from typing import Any
from uuid import uuid4

from accounts.models import Membership
from accounts.selectors import members
from accounts.services import particulars
from accounts.tenancy import practice_scope
from billing.models import Estimate, EstimateNote, ServiceCode
from billing.services import estimates
from billing.services.estimates import Expected, Words
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing.desk import NOW, TODAY
from tests.billing.issuing import issue_one
from tests.houses import House

NPI = "1234567893"
PRACTICE = {
    "legal_name": "Harbor Lane Counseling PLLC",
    "street": "1 Harbor Lane",
    "city": "Salem",
    "region": "MA",
    "postal_code": "01970",
    "phone": "978-555-0100",
    "tax_id": "123456789",
    "npi": "",
}
THERAPIST = {
    "legal_name": "Josephine Marsh",
    "credentials": "LICSW",
    "license_number": "110042",
    "license_region": "MA",
    "npi": NPI,
}


def particulars_known(by: Membership) -> None:
    """Say of the practice and its therapist what an estimate has to name."""
    particulars.set_of_practice(**PRACTICE, now=NOW, by=by)
    particulars.set_of_therapist(member=members.therapists().get(), **THERAPIST, now=NOW, by=by)


def expected(*, times: int = 10, dollars: str = "150.00", code: str = "90834") -> Expected:
    return Expected(
        members.therapists().get(),
        ServiceCode.objects.get(code=code),
        times,
        Money.parse(dollars),
    )


def estimate(of: Client, by: Membership, **changes: Any) -> Estimate:
    """Issue an estimate of ten sessions of 150.00 each from today to the end of June."""
    particulars_known(by)
    told: dict[str, Any] = {
        "client": of,
        "since": TODAY,
        "until": date(2026, 6, 30),
        "expected": [expected()],
        "words": Words("Talking therapy, once a week"),
        "wanted": "PAPER",
        "key": uuid4(),
        "today": TODAY,
        "now": NOW,
        "by": by,
    }
    return estimates.issue(**{**told, **changes})


def noted(of: Estimate, by: Membership, kind: str = "GIVEN", **changes: Any) -> EstimateNote:
    told: dict[str, Any] = {
        "estimate": of,
        "kind": kind,
        "way": "PAPER",
        "happened_on": TODAY,
        "today": TODAY,
        "now": NOW,
        "by": by,
    }
    return estimates.note(**{**told, **changes})


def history(of: Client, by: Membership) -> Estimate:
    """Let everything become of estimates that can, so that each of their tables has a row."""
    estimates.ask(client=of, asked_on=TODAY, key=uuid4(), today=TODAY, now=NOW, by=by)
    made = estimate(of, by, expected=[expected(times=1, dollars="1.00")])
    noted(made, by)
    session = at.session(of, by, dollars="450.00", on=TODAY)
    issue_one(sessions=[session], issued_on=TODAY, over_estimate="AGREED", now=NOW, by=by)
    return made


def expected_of(house: House, *, times: int) -> Expected:
    """Return what is expected, where no scope is open."""
    with practice_scope(house.id):
        return expected(times=times)
