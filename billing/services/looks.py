"""The report of who has looked at a client's record, as a file to hand to the client."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import csv_export
from accounts.ids import uuid7
from accounts.selectors import members
from audit.actions import Action
from audit.selectors.log import Wanted
from audit.services import events
from billing.selectors import handed_out
from billing.services import typesetting
from billing.services.contents import long_day
from clients.models import Client
from clients.selectors import looks
from clients.selectors.looks import Look

LONGEST = 50_000
"""Events in one file; a client's report over six years is far below."""

COLUMNS = ("Time", "Person", "Role", "What happened", "Of the record", "How", "Event")
TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """A file that is about to leave; its name carries the client's code."""

    content: bytes
    content_type: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Span:
    """From which day to which, both included, in the practice's time zone."""

    since: date | None
    until: date | None
    after: datetime | None
    before: datetime | None

    @property
    def words(self) -> str:
        if self.since and self.until:
            return f"From {long_day(self.since)} to {long_day(self.until)}."
        if self.since:
            return f"From {long_day(self.since)} on."
        return f"Up to {long_day(self.until)}." if self.until else "From the beginning."


@transaction.atomic
def report(*, client: Client, span: Span, kind: str, now: datetime) -> Report:
    """Return the report as a CSV file or a PDF, and tell the log that it was taken away."""
    found = looks.of(client, Wanted(since=span.after, until=span.before), limit=LONGEST)
    export_id = uuid7()
    content = _csv(found, export_id) if kind == "csv" else _pdf(client, found, span, now, export_id)
    events.record(
        Action.ACCESS_REPORT_TAKEN,
        target=client,
        touched=[client.pk],
        count=len(found),
        format=kind,
        export=str(export_id),
    )
    name = f"looks-{client.code}-{timezone.localdate(now):%Y-%m-%d}.{kind}".lower()
    return Report(content, TYPES[kind], name)


def _csv(found: Sequence[Look], export_id: UUID) -> bytes:
    return csv_export.written(
        columns=COLUMNS,
        rows=(
            [
                timezone.localtime(each.at).isoformat(timespec="seconds"),
                each.who,
                each.role,
                each.sentence,
                each.part,
                each.way,
                each.number,
            ]
            for each in found
        ),
        export_id=export_id,
    )


def _pdf(
    client: Client, found: Sequence[Look], span: Span, now: datetime, export_id: UUID
) -> bytes:
    made_on = timezone.localdate(now)
    data = {
        "practice": members.practice().discreet_name,
        "code": client.code,
        "period": span.words,
        "made_on": long_day(made_on),
        "export": str(export_id),
        "released": [
            {
                "date": long_day(timezone.localdate(each.made_at)),
                "recipient": each.recipient,
                "what": each.what,
                "reason": each.reason,
            }
            for each in handed_out.of(client)
        ],
        "lines": [
            {
                "time": f"{timezone.localtime(each.at):%Y-%m-%d %H:%M}",
                "who": each.who,
                "role": each.role,
                "what": each.sentence,
                "part": each.part,
                "way": each.way,
            }
            for each in found
        ],
    }
    return typesetting.pdf_of_anything("looks", data)
