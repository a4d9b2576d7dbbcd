"""Which invoices are open and what all of them come to, added up where it lies.

The ids of tens of thousands of open invoices go nowhere: what comes back is a sum, or one page.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from billing.models import Invoice
from billing.selectors.invoices import END_OF_TIME
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import items

AMONG = "FROM open_item JOIN ({rows}) AS among (id, issued_on) ON among.id = open_item.item\n"
SUMS = "SELECT count(*), coalesce(sum(open_item.net), 0)::bigint " + AMONG
PAGE = (
    "SELECT among.id "
    + AMONG
    + "ORDER BY among.issued_on DESC, among.id DESC OFFSET %(first)s LIMIT %(count)s"
)


class OpenInvoices:
    """Those of some invoices of which something is open today, newest first; a page is read at a
    time. ``total`` is what is open of all of them, in cents.
    """

    def __init__(self, invoices: QuerySet[Invoice]) -> None:
        self.invoices = invoices
        counted = self._ask(SUMS)
        self.count, cents = counted[0] if counted else (0, 0)
        self.total = Money(cents)

    def __len__(self) -> int:
        return int(self.count)

    def __getitem__(self, place: slice) -> list[Invoice]:
        first = place.start or 0
        count = max((len(self) if place.stop is None else place.stop) - first, 0)
        ids = [pk for (pk,) in self._ask(PAGE, first=first, count=count)]
        found = Invoice.objects.in_bulk(ids)
        return [found[pk] for pk in ids]

    def _ask(self, question: str, **more: Any) -> Sequence[tuple[Any, ...]]:
        among = self.invoices.order_by().values_list("pk", "issued_on").query
        try:
            rows = among.sql_with_params()
        except EmptyResultSet:
            return []
        return items.of_rows(question, Role.CLIENT_RECEIVABLE, as_of=END_OF_TIME, rows=rows, **more)
