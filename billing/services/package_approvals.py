"""When giving a package back takes two people: as the void of its invoice does."""

from datetime import datetime

from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import Waiting
from billing.models import Package
from billing.selectors import of_late, package_ends
from ledger.money import ZERO


def ask(
    package: Package, rest: package_ends.Rest, *, now: datetime, by: Membership
) -> Waiting | None:
    """Ask a second person where who took money for a package would lower what is owed for it, above
    what they refund alone; return None where they need nobody.

    Raises:
        AskedBySomebodyElse: another person waits for an answer about the package.
    """
    if rest.credited <= ZERO or not of_late.took_money(by, rest.invoice):
        return None
    answer = approvals.require(
        act=Act.REFUND,
        amount_cents=rest.credited.cents,
        already_cents=of_late.gave_back(package.client_id, now=now).cents,
        subject_kind="billing.package",
        subject_id=package.pk,
        label=f"{package.reference}, given back",
        by=by,
        now=now,
    )
    return answer if isinstance(answer, Waiting) else None
