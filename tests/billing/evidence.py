"""Evidence packs and samples for tests."""

import json
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts import signatures
from accounts.models import (
    AuditRequest,
    AuditRequestStep,
    DrawnSample,
    EvidencePack,
    Membership,
    Role,
    RoleGrant,
)
from accounts.selectors.terms import Term
from accounts.services import grants
from accounts.tenancy import practice_scope
from audit.services import checkpoints
from billing.reports import evidence_papers
from billing.selectors.samples import Wanted
from billing.services import audit_requests, evidence_packs, samples
from tests.billing import desk as at
from tests.houses import House

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def places(folder: Path) -> list[Path]:
    """Return two directories for checkpoints, which must lie apart."""
    return [folder / "first", folder / "second"]


def sign(practice_id: UUID, folder: Path) -> None:
    """Sign the log as it stands, and keep that in both places once it is committed."""
    with practice_scope(practice_id):
        checkpoints.write(signer=signatures.signer(), directories=places(folder), now=at.NOW)


def ordered(by: Membership, key: UUID | None = None) -> EvidencePack:
    pack, _ = evidence_packs.order(key=key or uuid4(), now=at.NOW, by=by)
    return pack


def make(pack: EvidencePack, folder: Path | None) -> list[int]:
    """Make a pack as the worker does, and return what was told of how far it is."""
    told: list[int] = []
    evidence_packs.make(
        pack_id=pack.pk,
        papers=lambda: evidence_papers.of(at.TODAY),
        checkpoints=places(folder)[0] if folder else None,
        now=at.NOW,
        progress=told.append,
    )
    pack.refresh_from_db()
    return told


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        packed.extractall(folder)
    return folder


def changed_files(folder: Path) -> list[str]:
    """Return what ``sha256sum -c SHA256SUMS`` would name: files that were changed or are gone."""
    wrong = []
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ", 1)
        file = folder / name
        if not file.exists() or sha256(file.read_bytes()).hexdigest() != digest:
            wrong.append(name)
    return wrong


def verified(folder: Path, practice_id: UUID) -> subprocess.CompletedProcess[str]:
    """Run the verifier of the pack as its README says, where nothing of ours can be imported."""
    arguments = ["verifier.py", "log.jsonl", "checkpoints", "--all", "--practice", str(practice_id)]
    return subprocess.run(
        [sys.executable, "-I", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={},
        check=False,
    )


def checks(folder: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((folder / "checks.json").read_text())
    return found


def drawn(
    by: Membership,
    population: str = "INVOICES",
    *,
    days: tuple[date, date] = MARCH,
    size: int = 25,
    seed: str = "seed-1",
    key: UUID | None = None,
) -> DrawnSample:
    return samples.draw(
        wanted=Wanted(population, *days),
        size=size,
        seed=seed,
        key=key or uuid4(),
        now=at.NOW,
        by=by,
    )


def history(by: Membership) -> dict[str, UUID]:
    """Fill the tables of examinations: a sample, a pack, and a request that was answered."""
    request = asked(by)
    answer = step(request, by, "ANSWERED", "It is in the drawer")
    asked(by, "And of INV-2026-0002")
    return {
        "sample": drawn(by, "INVOICES").pk,
        "pack": ordered(by).pk,
        "request": request.pk,
        "answer": answer.pk,
    }


def asked(by: Membership, own_words: str = "Show me INV-2026-0001", **changes: Any) -> AuditRequest:
    given: dict[str, Any] = {
        "own_words": own_words,
        "due_on": at.TODAY,
        "key": uuid4(),
        "now": at.NOW,
        "by": by,
    }
    return audit_requests.ask(**given | changes)


def step(
    request: AuditRequest, by: Membership, kind: str, own_words: str = "", page: str = ""
) -> AuditRequestStep:
    """Take the next step of a request as it stands now."""
    return audit_requests.go_on(
        request=request,
        kind=kind,
        seen_turn=request.steps.count(),
        own_words=own_words,
        page=page,
        now=at.NOW,
        by=by,
    )


def guest(house: House) -> RoleGrant:
    """Let the therapist be an auditor for an hour that is not here yet."""
    by, now = house.people["administrator"], timezone.now()
    with practice_scope(house.id, person_id=by.person_id):
        return grants.hold_for(
            member=house.people["therapist"],
            role=Role.objects.get(slug="auditor"),
            term=Term(now + timedelta(hours=1), now + timedelta(hours=2)),
            now=now,
            by=by,
        )
