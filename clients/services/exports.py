"""Taking a list of clients away as a file."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts import csv_export
from accounts.exported import Exported
from accounts.ids import uuid7
from audit.actions import Action
from audit.services import events
from clients.models import Client
from clients.selectors import exports
from clients.selectors.clients import Permissions


@transaction.atomic
def export(*, visible: QuerySet[Client], on: date, permissions: Permissions) -> Exported:
    """Return visible clients as a CSV file with what the reader may know, and tell the log.

    Those whom a restriction keeps from files are left out; ``exports.left_out`` names them.
    """
    export_id = uuid7()
    kept = visible.filter(exports.KEPT_BACK).count()
    found = list(exports.rows(visible, on=on, permissions=permissions))
    content = csv_export.written(
        columns=exports.columns(permissions), rows=(row for _, row in found), export_id=export_id
    )
    left_out: dict[str, Any] = {"kept_back": kept} if kept else {}
    events.record(
        Action.CLIENT_EXPORTED,
        touched=[pk for pk, _ in found],
        count=len(found),
        **left_out,
        export=str(export_id),
    )
    return Exported(export_id, content, csv_export.CONTENT_TYPE, "csv")
