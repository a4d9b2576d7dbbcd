"""Accounts that came later go into charts that stand, whatever a practice made of its numbers."""

import pytest
from django.db import connections, transaction
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader

from accounts.models import Membership
from accounts.tenancy import practice_scope
from ledger.chart import Role
from ledger.models import Account
from ledger.services import chart
from tests.houses import House
from tests.ledger import raw

LATER = {
    Role.CREDIT_CARD: "2410",
    Role.OFFICE_SUPPLIES: "6170",
    Role.UTILITIES: "6180",
    Role.TRAINING: "6190",
    Role.PROFESSIONAL_FEES: "6200",
    Role.ADVERTISING: "6210",
    Role.OTHER_EXPENSES: "6900",
}


def upgrade() -> None:
    migrations = MigrationLoader(None).disk_migrations
    (operation,) = migrations["ledger", "0011_accounts_of_money_out"].operations
    assert isinstance(operation, RunSQL)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for statement in operation.sql:
            cursor.execute(str(statement))


@pytest.mark.commits
def test_numbers_that_a_practice_gave_away_hold_no_upgrade_up(
    practice: House, other_practice: House, accountant: Membership
) -> None:
    for house in (practice, other_practice):
        with practice_scope(house.id):
            chart.open(by=house.automaton)
    roles = ", ".join(f"'{role}'" for role in LATER)
    raw.as_owner_unguarded(f"DELETE FROM ledger_account WHERE role IN ({roles})")
    with practice_scope(practice.id):
        for role, code in ((Role.RENT, "2410"), (Role.SOFTWARE, "2410-1"), (Role.PAYROLL, "6900")):
            account = Account.objects.get(role=role)
            chart.rename(account=account, code=code, name=account.name, by=accountant)

    upgrade()
    upgrade()

    with practice_scope(practice.id):
        given = dict(Account.objects.filter(role__in=LATER).values_list("role", "code"))
        assert given == LATER | {Role.CREDIT_CARD: "2410-2", Role.OTHER_EXPENSES: "6900-1"}
        assert Account.objects.get(role=Role.RENT).code == "2410"
    with practice_scope(other_practice.id):
        assert dict(Account.objects.filter(role__in=LATER).values_list("role", "code")) == LATER
