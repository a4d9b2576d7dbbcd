from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from ledger.chart import CHART
from ledger.models import Account


class CodeTaken(Exception):
    """Another account of the chart has this code."""


def open(*, by: Membership) -> None:
    """Give the practice the accounts of the chart that it does not have yet."""
    Account.objects.bulk_create(
        [
            Account(
                code=account.code,
                name=account.name,
                kind=account.type.kind,
                normal_side=account.type.normal_side,
                role=account.role,
                is_control=account.is_control,
            )
            for account in CHART
        ],
        ignore_conflicts=True,
    )
    events.record(Action.CHART_OPENED, count=Account.objects.count(), opened_by=str(by.pk))


def rename(*, account: Account, code: str, name: str, by: Membership) -> None:
    """Give an account another code and name. What it is for stays, and so do its postings.

    Raises:
        CodeTaken: another account has the code.
    """
    if Account.objects.filter(code=code).exclude(pk=account.pk).exists():
        raise CodeTaken(f"Another account has the code {code}.")
    events.record(
        Action.ACCOUNT_RENAMED,
        target=account,
        former_name=account.name,
        code=code,
        name=name,
        renamed_by=str(by.pk),
    )
    Account.objects.filter(pk=account.pk).update(code=code, name=name)
