"""How PostgreSQL reads the books: no plan works the context out for each row."""

import re
from uuid import uuid4

import pytest
from django.db import connections, transaction

from accounts.models import Membership
from config.dev import plans
from config.dev.state import BASE_DIR
from ledger.chart import Role
from ledger.services import journal
from tests.ledger import raw
from tests.ledger.events import JANUARY, payment

PAGE = (BASE_DIR / "docs/PLANS.md").read_text("utf-8")
SAID = {
    part.splitlines()[0]: set(re.findall(r"^Statement `(\w+)`", part, re.MULTILINE))
    for part in PAGE.split("\n## ")[1:]
}
PER_ROW = re.compile(r"(?:Filter|Cond): .*(?:current_practice_id|context_part|current_setting)\(")


def asked(books: Membership, name: str) -> list[str]:
    entry = journal.post(**payment(books))
    party = entry.postings.get(account__role=Role.CLIENT_CREDITS).party
    return plans.statements(plans.READINGS[name], JANUARY, party or uuid4())


@pytest.mark.parametrize("name", plans.READINGS)
def test_a_report_works_its_context_out_once(books: Membership, name: str) -> None:
    for statement in asked(books, name):
        plan = plans.plan(statement)

        assert "InitPlan" in plan
        assert not PER_ROW.search(plan), plan


@pytest.mark.parametrize("name", plans.READINGS)
def test_a_report_finds_its_practice_by_an_index(books: Membership, name: str) -> None:
    raw.execute("SET LOCAL enable_seqscan = off")

    for statement in asked(books, name):
        assert "Seq Scan" not in plans.plan(statement)


@pytest.mark.parametrize("name", plans.READINGS)
def test_the_page_of_plans_is_of_the_reports_as_they_are(books: Membership, name: str) -> None:
    """Run `manage.py explain_reports` when this fails, and read what changed."""
    assert {plans.digest(statement) for statement in asked(books, name)} <= SAID[name]


def test_the_page_knows_no_other_reports() -> None:
    assert SAID.keys() == plans.READINGS.keys()


@pytest.mark.commits
def test_a_policy_that_asks_for_each_row_would_be_seen(books: Membership) -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE asked_for_each_row AS SELECT current_practice_id() AS practice_id;"
            "ALTER TABLE asked_for_each_row ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY slow ON asked_for_each_row USING (practice_id = current_practice_id());"
            "GRANT SELECT ON asked_for_each_row TO app"
        )

    assert PER_ROW.search(plans.plan("SELECT * FROM asked_for_each_row"))
