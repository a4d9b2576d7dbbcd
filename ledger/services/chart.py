from django.db import IntegrityError, transaction

from accounts import csv_export
from accounts.exported import Exported
from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from ledger.chart import CHART
from ledger.models import Account
from ledger.selectors import chart


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


@transaction.atomic
def rename(*, account: Account, code: str, name: str, by: Membership) -> None:
    """Give an account another code and name. What it is for stays, and so do its postings.

    The log keeps what it was called before. Saying the same again changes nothing.

    Raises:
        CodeTaken: another account has the code.
    """
    found = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if (found.code, found.name) == (code, name):
        return
    try:
        with transaction.atomic():
            Account.objects.filter(pk=found.pk).update(code=code, name=name)
    except IntegrityError:
        raise CodeTaken(f"Another account has the number {code}.") from None
    events.record(
        Action.ACCOUNT_RENAMED,
        target=found,
        former_name=found.name,
        code=code,
        name=name,
        renamed_by=str(by.pk),
    )


def export() -> Exported:
    """Return the chart as a CSV file, and tell the log."""
    export_id, rows = uuid7(), chart.file_rows()
    content = csv_export.written(columns=chart.COLUMNS, rows=rows, export_id=export_id)
    events.record(Action.CHART_EXPORTED, count=len(rows), export=str(export_id))
    return Exported(export_id, content, csv_export.CONTENT_TYPE, "csv")
