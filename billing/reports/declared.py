"""What a report declares about itself."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.permissions import Permission
from billing.forms.reports import ReportForm
from billing.selectors.tables import Asked, Table


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its name, who may read it, what it asks, and the table that it answers with.

    ``version`` counts up when the same question would get another answer than before: a run that
    was kept tells by it why a re-run differs. ``empty`` is the title and the words of nothing.
    """

    slug: str
    name: str
    lead: str
    form: type[ReportForm]
    table: Callable[[Asked], Table]
    empty: tuple[str, str]
    permission: Permission = Permission.REPORT_VIEW
    version: int = 1
