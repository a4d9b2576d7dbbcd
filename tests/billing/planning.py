"""Payment plans for tests, made through the product's own services."""

from datetime import date
from typing import Any
from uuid import uuid4

from accounts.models import Membership
from billing.models import Invoice, PaymentPlan, PaymentPlanTakenBack
from billing.selectors import payment_plans as found
from billing.services import payment_plans
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing.desk import NOW, TODAY

Every = PaymentPlan.Every
LOOKED = ("client", "invoices", "installment", "every", "starts_on", "today")


def plan(of: Client, by: Membership, *invoices: Invoice, **changes: Any) -> PaymentPlan:
    """Agree that invoices are paid at $50 a month, the first today."""
    told: dict[str, Any] = {
        "client": of,
        "invoices": [invoice.pk for invoice in invoices],
        "installment": Money(50_00),
        "every": Every.MONTH,
        "starts_on": TODAY,
        "key": uuid4(),
        "today": TODAY,
        "now": NOW,
        "by": by,
        **changes,
    }
    looked = {name: told[name] for name in LOOKED}
    try:
        shown = payment_plans.draft(**looked).sign
    except payment_plans.NothingChosen:
        shown = ""  # A form that is sent again: what it was of is in a plan by now.
    return payment_plans.agree(**{"shown": shown, **told})


def taken_back(of: PaymentPlan, by: Membership, **changes: Any) -> PaymentPlanTakenBack:
    told: dict[str, Any] = {"plan": of, "reason": "WISH", "today": TODAY, "now": NOW, "by": by}
    return payment_plans.take_back(**{**told, **changes})


def stands(of: PaymentPlan, on: date = TODAY) -> found.Plan:
    """Return a plan as it stands at the close of a day."""
    [state] = found.shown([of], today=on)
    return state


def history(of: Client, by: Membership) -> PaymentPlan:
    """Let everything become of a plan that can, so that each of their tables has a row, and another
    one take its place; nothing more is open afterwards than before.
    """
    invoice = at.invoice(of, by)
    made = plan(of, by, invoice)
    taken_back(made, by)
    plan(of, by, invoice)
    at.cash(of, by, "150.00", apply_to=invoice)
    return made
