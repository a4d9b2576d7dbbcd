"""What an evidence pack holds: files that are proved on a machine that knows nothing of ours.

The same moment gives the same bytes: the files stand in one order, and bear no time but their own.
Ids and codes stand in them, and no name of a client or a colleague.
"""

import json
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Self
from uuid import UUID

from django.db.models.functions import Coalesce, Least

import audit
from accounts import csv_export
from accounts.models import Role, RoleGrant
from accounts.permissions import WORDS
from accounts.selectors import networks, policies, roles
from audit.selectors import chain
from billing.selectors import soundness
from billing.selectors.tables import Asked, Table
from billing.selectors.touched import clients_among
from billing.services import evidence_words, report_files
from billing.services.report_files import Made
from ledger.days import FIRST_DAY
from ledger.selectors import integrity, totals

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say, of every file in it."""

READABLE, UNIX = 0o644 << 16, 3
TOLD_EVERY = 10_000
LOOKS, PAUSE_SECONDS = 20, 0.25
"""How often, how far apart, the copies of checkpoints are looked at until none is on its way."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A report that goes in, with what it is asked."""

    slug: str
    name: str
    version: int
    asked: Asked
    table: Table


@dataclass(frozen=True, slots=True)
class Terms:
    """Of which practice a pack is, under which export, made when, with which reports.

    ``checkpoints`` is the directory outside the database where they are kept; None for nowhere.
    """

    practice_id: UUID
    practice: str
    export_id: UUID
    made_at: datetime
    papers: Sequence[Paper]
    checkpoints: Path | None
    progress: Callable[[int], None]


@dataclass(frozen=True, slots=True, repr=False)
class Pack:
    """The zip and what it holds."""

    content: bytes
    sha256: str
    event_count: int
    file_count: int
    is_sound: bool
    touched: list[UUID]
    """Clients of whom an amount stands in it, by code."""


class _Zip:
    """A zip that is written file by file, and knows the digest of each."""

    def __init__(self) -> None:
        self.digests: dict[str, str] = {}
        self._out = BytesIO()
        self._packed = zipfile.ZipFile(self._out, "w")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failed: object) -> None:
        # Left open, it would be closed after what it writes to.
        self._packed.close()

    def add(self, name: str, content: bytes) -> None:
        self.stream(name, [content])

    def stream(self, name: str, parts: Iterable[bytes]) -> None:
        entry = zipfile.ZipInfo(name, FIXED_TIME)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr, entry.create_system = READABLE, UNIX
        seen = sha256()
        with self._packed.open(entry, "w", force_zip64=True) as file:
            for part in parts:
                seen.update(part)
                file.write(part)
        self.digests[name] = seen.hexdigest()

    def closed(self) -> bytes:
        self._packed.close()
        return self._out.getvalue()

    def sums(self) -> bytes:
        """Return the digests as ``sha256sum`` writes and checks them, by name."""
        return "".join(f"{self.digests[name]}  {name}\n" for name in sorted(self.digests)).encode()


def pack(terms: Terms) -> Pack:
    """Return the evidence of the practice in scope, as it stands while it is packed."""
    with _Zip() as packed:
        return _packed(packed, terms)


def _packed(packed: _Zip, terms: Terms) -> Pack:
    event_count = _add_log(packed, terms)
    packed.add("verifier.py", Path(audit.__file__).with_name("verifier.py").read_bytes())
    packed.add("access/roles.csv", _matrix(terms.export_id))
    packed.add("access/grants.csv", _grants(terms.export_id))
    packed.add("policies.json", _policies())
    _add_reports(packed, terms)
    checks = _checks(terms)
    packed.add("checks.json", _json(checks))
    packed.add("README.txt", _readme(terms, event_count))
    packed.add("SHA256SUMS", packed.sums())
    content = packed.closed()
    return Pack(
        content,
        sha256(content).hexdigest(),
        event_count,
        len(packed.digests),
        not (checks["log"]["finding"] or checks["books"]["finding"]),
        clients_among(row.client for paper in terms.papers for row in paper.table.rows),
    )


def _add_log(packed: _Zip, terms: Terms) -> int:
    """Add what was signed outside, then the log: one that is shorter than that was cut off."""
    for _ in range(LOOKS):
        kept = _kept_outside(terms)
        lines = chain.dump(terms.practice_id)
        head = next(lines)
        if _reaches(kept, head):
            break
        # A checkpoint is in the database a moment before it is in its file.
        time.sleep(PAUSE_SECONDS)
    for name, content in kept.items():
        packed.add(f"checkpoints/{name}", content)
    count = 0

    def told() -> Iterator[bytes]:
        nonlocal count
        yield head.encode()
        for line in lines:
            count += 1
            if count % TOLD_EVERY == 0:
                terms.progress(count)
            yield line.encode()

    packed.stream("log.jsonl", told())
    return count


def _kept_outside(terms: Terms) -> dict[str, bytes]:
    """Return the public keys and the practice's checkpoints, as they stand outside."""
    found = {"keys.json": b"{}\n"}
    for name in ("keys.json", f"{terms.practice_id}.jsonl"):
        file = terms.checkpoints / name if terms.checkpoints else None
        if file and file.exists():
            found[name] = file.read_bytes()
    return found


def _reaches(kept: dict[str, bytes], head: str) -> bool:
    """Say whether what is outside covers as much as the database says was signed."""
    _, _, _, marks, _ = json.loads(head)
    newest = max((mark[1] for mark in marks), default=0)
    outside = b"".join(content for name, content in kept.items() if name.endswith(".jsonl"))
    return not newest or f'"size": {newest},'.encode() in outside


def _matrix(export_id: UUID) -> bytes:
    held = roles.all_roles()
    rows = [
        (
            group,
            words,
            permission.codename,
            *("yes" if permission in each.permissions else "no" for each in held),
        )
        for permission, (group, words) in WORDS.items()
    ]
    for act in sorted({act for each in held for act in each.limits}):
        limits = [f"{each.limits.get(act, 0) / 100:.2f}" for each in held]
        rows.append(("Limits", "Acts alone up to, in dollars", act, *limits))
    columns = ("Group", "Right", "Code", *(each.name for each in held))
    return csv_export.written(columns=columns, rows=rows, export_id=export_id)


def _grants(export_id: UUID) -> bytes:
    """Who holds or held which role, by the ids that the log says."""
    found = RoleGrant.objects.order_by("granted_at", "id").values_list(
        "member__person_id",
        "member_id",
        "role__slug",
        Coalesce("starts_at", "granted_at"),
        Least("withdrawn_at", "ends_at"),
    )
    rows = [
        (str(person or ""), str(member), slug, _moment(given), _moment(taken))
        for person, member, slug, given, taken in found
    ]
    columns = ("Person", "Member", "Role", "Given at", "Taken at")
    return csv_export.written(columns=columns, rows=rows, export_id=export_id)


def _policies() -> bytes:
    rules = policies.current()
    bound = Role.objects.filter(retired_at=None, is_network_bound=True).order_by("slug")
    return _json(
        {
            "password_changes_after_days": rules.rotation_days,
            "session_ends_after_idle_minutes": rules.idle_minutes,
            "browsers_at_once": rules.sessions_max,
            "second_factor": "needed of everybody",
            "networks": sorted(networks.allowed()),
            "roles_bound_to_networks": list(bound.values_list("slug", flat=True)),
        }
    )


def _add_reports(packed: _Zip, terms: Terms) -> None:
    told = []
    for paper in terms.papers:
        made = Made(
            paper.slug, paper.version, paper.name, terms.practice, paper.asked, terms.export_id
        )
        name = f"reports/{paper.slug}.csv"
        packed.add(name, report_files.as_csv(made, paper.table))
        told.append(
            {
                "file": name,
                "report": paper.name,
                "version": paper.version,
                "since": paper.asked.since and paper.asked.since.isoformat(),
                "as_of": paper.asked.as_of.isoformat(),
                "choices": dict(paper.asked.choices),
                "sha256": packed.digests[name],
                "canonical_sha256": report_files.digest(report_files.canonical(made, paper.table)),
                "ties": [tie.text for tie in paper.table.ties],
                "ties_out": all(tie.ok for tie in paper.table.ties),
            }
        )
    as_of = max(paper.asked.as_of for paper in terms.papers)
    packed.add("reports/ledger-totals.csv", _ledger_totals(terms))
    told.append(
        {
            "file": "reports/ledger-totals.csv",
            "report": "Totals of every account, from all its postings",
            "since": None,
            "as_of": as_of.isoformat(),
            "sha256": packed.digests["reports/ledger-totals.csv"],
        }
    )
    packed.add("reports/parameters.json", _json(told))


def _ledger_totals(terms: Terms) -> bytes:
    as_of = max(paper.asked.as_of for paper in terms.papers)
    found = totals.sums(since=FIRST_DAY, as_of=as_of, known_at=None, from_postings=True)
    rows = [
        (
            each.code,
            each.name,
            each.kind,
            each.count,
            report_files.plain_amount(each.debits),
            report_files.plain_amount(each.credits),
        )
        for each in found
    ]
    columns = ("No.", "Account", "Kind", "Postings", "Debits", "Credits")
    return csv_export.written(columns=columns, rows=rows, export_id=terms.export_id)


def _checks(terms: Terms) -> dict[str, dict[str, object]]:
    """Prove log and books as ``verify_audit`` and ``verify_ledger`` do, at this moment."""
    log = chain.verify(terms.practice_id, outside=terms.checkpoints)
    books = next(soundness.findings(), None)
    head = chain.head()
    return {
        "log": {
            "checked": "verify_audit",
            "events": head.seq if head else 0,
            "checkpoints": "outside" if terms.checkpoints else "in the database only",
            "finding": log.sentence if log else None,
        },
        "books": {
            "checked": "verify_ledger",
            "entries": integrity.entry_count(),
            "finding": f"{books.invariant} does not hold. {books.sentence}" if books else None,
        },
        "made": {"at": _moment(terms.made_at), "export": str(terms.export_id)},
    }


def _readme(terms: Terms, event_count: int) -> bytes:
    return evidence_words.README.format(
        practice=terms.practice_id,
        export=terms.export_id,
        made_at=_moment(terms.made_at),
        events=f"{event_count:,}",
    ).encode()


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


def _json(told: object) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
