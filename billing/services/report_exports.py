"""Taking a report away as a file: under an export id, which the log names with who took it."""

from datetime import date
from uuid import UUID

from django.db import transaction

from accounts.exported import Exported
from accounts.ids import uuid7
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.selectors.tables import Asked, Table
from billing.selectors.touched import clients_among
from billing.services import report_files
from billing.services.report_files import FORMATS, Made
from ledger.selectors import periods


@transaction.atomic
def export(
    *,
    slug: str,
    name: str,
    version: int,
    asked: Asked,
    table: Table,
    kind: str,
    export_id: UUID | None = None,
) -> Exported:
    """Return a report as a file of a kind of ``FORMATS``, and tell the log who took it.

    Raises:
        report_files.TooLong: it has more rows than this kind of file takes.
    """
    export_id = export_id or uuid7()
    made = Made(slug, version, name, members.practice().discreet_name, asked, export_id)
    content = FORMATS[kind].make(made, table)
    events.record(
        Action.REPORT_EXPORTED,
        label=name,
        touched=clients_among(row.client for row in table.rows),
        as_of=asked.as_of.isoformat(),
        count=len(table.rows),
        format=kind,
        export=str(export_id),
        sha256=report_files.digest(content),
    )
    return Exported(export_id, content, FORMATS[kind].content_type, kind)


@transaction.atomic
def export_frozen(*, content: bytes, sha256: str, month: date) -> Exported:
    """Return the bytes that were frozen with a close as they are, and tell the log who took them.

    They hold no export id: their hash would be another one. The name of the file has it.
    """
    export_id = uuid7()
    events.record(
        Action.REPORT_EXPORTED,
        label="Frozen statements",
        as_of=periods.last_day(month).isoformat(),
        format="json",
        export=str(export_id),
        sha256=sha256,
    )
    return Exported(export_id, content, FORMATS["json"].content_type, "json")
