"""Credit that goes to another client, for tests."""

from datetime import date
from uuid import UUID, uuid4

from accounts.models import Membership
from billing.models import CreditTransfer, Payment
from billing.services import credit_transfers
from billing.services.credit_transfers import Details
from clients.models import Client
from ledger.money import Money
from tests.billing.desk import NOW, TODAY


def details(to: Client, dollars: str, *, on: date = TODAY) -> Details:
    return Details(to, Money.parse(dollars), on, "FAMILY", "WRITTEN", min(on, TODAY))


def moved(
    payment: Payment,
    to: Client,
    by: Membership,
    dollars: str,
    *,
    on: date = TODAY,
    key: UUID | None = None,
) -> CreditTransfer:
    """Give credit to another client within the person's limit."""
    done = credit_transfers.record(
        payment=payment, details=details(to, dollars, on=on), key=key or uuid4(), now=NOW, by=by
    )
    assert isinstance(done, CreditTransfer)
    return done


def moved_back(moved: CreditTransfer, by: Membership, *, on: date = TODAY) -> None:
    credit_transfers.take_back(moved=moved, taken_back_on=on, now=NOW, by=by)
