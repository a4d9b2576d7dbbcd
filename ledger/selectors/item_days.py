"""Open items by day: since when so much is there for good, and which were ever below zero."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from ledger.chart import NORMAL_SIDE, Role, Side
from ledger.models import Posting
from ledger.money import ZERO, Money

BELOW = """
WITH moved AS (
    SELECT posting.account_id, posting.party, posting.item, posting.entry_date,
        sum(posting.debit - posting.credit) AS net
    FROM ledger_account AS account JOIN ledger_posting AS posting
        ON posting.practice_id = account.practice_id AND posting.account_id = account.id
    WHERE account.role = ANY(%(roles)s) AND posting.party IS NOT NULL AND posting.item IS NOT NULL
    GROUP BY posting.account_id, posting.party, posting.item, posting.entry_date
), closed AS (
    SELECT moved.account_id, moved.item, moved.entry_date, sum(moved.net) OVER (
        PARTITION BY moved.account_id, moved.party, moved.item ORDER BY moved.entry_date) AS net
    FROM moved
)
SELECT account.role, closed.item, min(closed.entry_date)
FROM closed JOIN ledger_account AS account ON account.id = closed.account_id
WHERE closed.net * CASE WHEN account.role = ANY(%(debits)s) THEN 1 ELSE -1 END < 0
GROUP BY account.role, closed.item ORDER BY account.role, closed.item
"""


@dataclass(frozen=True, slots=True)
class Below:
    """An open item that was below zero at the close of a day, the first of such days."""

    role: Role
    item: UUID
    on: date


def there_since(role: Role, *, party: UUID, item: UUID, amount: Money) -> date | None:
    """Return the first day from which on an item never holds less than ``amount``, in cents.

    It is the earliest day on which so much can be taken of it. None where it holds less now.
    """
    is_debit = NORMAL_SIDE[role] is Side.DEBIT
    rows = Posting.objects.filter(account__role=role, party=party, item=item)
    moved = rows.values("entry_date").annotate(debits=Sum("debit"), credits=Sum("credit"))
    since, held = None, ZERO
    for on, debits, credits in moved.order_by("entry_date").values_list(
        "entry_date", "debits", "credits"
    ):
        held += debits - credits if is_debit else credits - debits
        if held < amount:
            since = None
        elif since is None:
            since = on
    return since


def below_zero(roles: Collection[Role]) -> list[Below]:
    """Return the items of some control accounts that were below zero at the close of any day."""
    debits = [role for role in roles if NORMAL_SIDE[role] is Side.DEBIT]
    with connection.cursor() as cursor:
        cursor.execute(BELOW, {"roles": list(roles), "debits": debits})
        return [Below(Role(role), item, on) for role, item, on in cursor.fetchall()]
