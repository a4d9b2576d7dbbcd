"""Opening a practice's chart, and renaming its accounts."""

import pytest

from accounts.models import Membership
from ledger.chart import CHART, Role
from ledger.models import Account
from ledger.services import chart


def test_a_practice_gets_every_account_of_the_chart(books: Membership) -> None:
    accounts = Account.objects.order_by("code")

    assert [(a.code, a.name, a.role, a.is_control) for a in accounts] == [
        (a.code, a.name, a.role, a.is_control) for a in CHART
    ]


def test_opening_again_adds_nothing_and_keeps_what_was_renamed(books: Membership) -> None:
    bank = Account.objects.get(role=Role.OPERATING_BANK)
    chart.rename(account=bank, code="1001", name="First Harbor checking", by=books)

    chart.open(by=books)

    assert Account.objects.count() == len(CHART)
    assert str(Account.objects.get(role=Role.OPERATING_BANK)) == "1001 First Harbor checking"


def test_two_accounts_do_not_share_a_code(books: Membership) -> None:
    bank = Account.objects.get(role=Role.OPERATING_BANK)

    with pytest.raises(chart.CodeTaken, match="1010"):
        chart.rename(account=bank, code="1010", name="Bank", by=books)
