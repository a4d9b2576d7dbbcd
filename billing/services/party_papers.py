"""Papers of those who pay for a client: nothing goes to them that may not be told to others."""

from billing.models import AccountStatement, Invoice, Payment, PaymentPlan
from billing.selectors.documents import Subject
from clients.selectors.restrictions import Purpose
from clients.services import restrictions

OF_A_PAYER = (Invoice, Payment, AccountStatement, PaymentPlan)
"""What may be to somebody who pays for a client; the others are the client's alone."""


def require_open(subject: Subject) -> None:
    """Stop before a paper of somebody who pays is handed out that a restriction keeps from them.

    An invoice tells of its days of service; the others tell that there was care. The
    client's own papers are theirs (45 CFR 164.524).

    Raises:
        Restricted: a restriction keeps it back.
    """
    if not isinstance(subject, OF_A_PAYER) or subject.party_id is None:
        return
    if isinstance(subject, Invoice):
        for on in subject.lines.order_by("served_on").values_list("served_on", flat=True):
            restrictions.require_open(subject.client, purpose=Purpose.PARTY, on=on)
        return
    restrictions.require_open(subject.client, purpose=Purpose.PARTY)
