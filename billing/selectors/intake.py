"""Reads of what came in from other systems and waits for a person."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import Membership
from accounts.selectors import members
from billing.models import ExternalCode, RejectedRecord, ServiceCode
from billing.selectors import service_codes
from clients.models import ExternalRecord
from clients.selectors import external

Remedy = RejectedRecord.Remedy


@dataclass(frozen=True, slots=True)
class Cause:
    """Why records were not taken in, and how many for that reason."""

    kind: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Fields of a client in which the practice's word and the other system's differ."""

    pk: UUID
    client_id: UUID
    code: str
    rows: list[tuple[str, str, str]]


def open_records() -> QuerySet[RejectedRecord]:
    """Return what is neither taken in nor dismissed, what a person can mend first."""
    return RejectedRecord.objects.filter(state=RejectedRecord.State.OPEN).order_by(
        "remedy", "-received_at", "id"
    )


def causes() -> list[Cause]:
    """Return the reasons for which records are left out, the most frequent first."""
    counted = open_records().order_by().values("kind", "reason").annotate(count=Count("pk"))
    return [
        Cause(row["kind"], row["reason"], row["count"])
        for row in counted.order_by("-count", "kind", "reason")
    ]


def waiting_ids(*remedies: str) -> list[UUID]:
    """Return the open records that wait for one of these."""
    rows = open_records().filter(remedy__in=remedies or [Remedy.WAIT, Remedy.MAP])
    return list(rows.values_list("pk", flat=True))


def external_codes() -> list[ExternalCode]:
    """Return the names of the other system, those that nobody chose a meaning for first."""
    rows = ExternalCode.objects.select_related("member", "service_code")
    return sorted(
        rows,
        key=lambda row: (
            row.member_id is not None or row.service_code_id is not None,
            row.kind,
            -row.seen,
            row.words,
        ),
    )


def meanings() -> tuple[list[Membership], list[ServiceCode]]:
    """Return the therapists and the services that a name can stand for."""
    return list(members.therapists()), service_codes.all_codes()


def differing() -> list[tuple[UUID, str, str]]:
    """Return the client, their code and the names of the fields of each difference; no value of
    it is opened.
    """
    records = ExternalRecord.objects.exclude(differs="").order_by("client__code", "id")
    rows = records.values_list("client_id", "client__code", "differs")
    return [(pk, code, differs.replace("_", " ")) for pk, code, differs in rows]


def differences() -> list[Difference]:
    """Return where both the practice and the other system changed a field, by client."""
    records = ExternalRecord.objects.exclude(differs="").select_related("client", "coverage")
    found = []
    for record in records.order_by("client__code", "id"):
        ours, said = external.holder(record), record.said or {}
        rows = [
            (name.replace("_", " "), str(ours.get(name) or ""), str(said.get(name) or ""))
            for name in record.differs.split()
        ]
        found.append(Difference(record.pk, record.client_id, record.client.code, rows))
    return found
