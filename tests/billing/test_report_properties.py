"""Whatever is posted, every report ties to the ledger, and its files say the same."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from billing.reports.registry import REPORTS
from billing.selectors.tables import Asked
from ledger.selectors import cash
from tests.ledger.conftest import books
from tests.ledger.test_properties import Model, steps

__all__ = ["books"]

CHOICES: dict[str, list[dict[str, str]]] = {
    "aging": [
        {"by": by, "basis": basis}
        for by in ("client", "therapist")
        for basis in ("due", "service", "billed", "statement")
    ],
    "general-ledger": [{}, {"account": "CLIENT_RECEIVABLE"}, {"account": "CLIENT_CREDITS"}],
    "income-by": [{"by": by} for by in ("therapist", "service", "client")],
    "journal": [{"layout": layout} for layout in ("generic", "quickbooks", "xero")],
}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(steps, max_size=10), st.integers(1, 3), st.integers(1, 3))
def test_every_report_ties_to_the_ledger(
    books: Membership, history: list[Any], one: int, other: int
) -> None:
    model = Model(books)
    with transaction.atomic():
        for verb, *arguments in history:
            getattr(model, verb)(*arguments)
        since, as_of = date(2026, min(one, other), 1), date(2026, max(one, other), 28)

        off = [
            (slug, choices, tie.text)
            for slug, report in REPORTS.items()
            for choices in CHOICES.get(slug, [{}])
            for tie in report.table(Asked(as_of, since, choices=choices)).ties
            if not tie.ok
        ]

        assert off == []
        view = cash.view(first=since, last=as_of)
        assert view.net_receipts == view.bridged == view.money_change - view.other_flows
        transaction.set_rollback(True)


@pytest.mark.parametrize("slug", sorted(REPORTS))
def test_a_report_has_a_name_and_words_of_its_own(slug: str) -> None:
    report = REPORTS[slug]

    assert report.slug == slug
    assert report.lead.endswith(".")
    assert all(report.empty)
