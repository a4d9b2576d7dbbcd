"""Evidence packs: whole on a machine without us, without a name, handed out once."""

from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.ids import uuid7
from accounts.models import EvidencePack, Membership
from accounts.permissions import Permission
from accounts.selectors import members
from accounts.services import roles
from accounts.tenancy import practice_scope
from audit.models import Event
from audit.services import events
from billing.reports import evidence_papers
from billing.selectors import evidence
from billing.services import evidence_files, evidence_packs
from billing.services.evidence_files import Terms
from billing.services.evidence_packs import Gone
from clients.models import Client
from ledger.money import Money
from tests.audit.owner import tamper
from tests.billing import desk as at
from tests.billing import evidence as papers
from tests.billing.conftest import Billed
from tests.clients import records

pytestmark = pytest.mark.usefixtures("_places")
HOLDS = {
    "README.txt",
    "access/grants.csv",
    "access/roles.csv",
    "checks.json",
    "log.jsonl",
    "policies.json",
    "reports/aging.csv",
    "reports/balance-sheet.csv",
    "reports/income.csv",
    "reports/ledger-totals.csv",
    "reports/parameters.json",
    "reports/trial-balance.csv",
    "verifier.py",
}
PLANTED = ("Amara", "Okonkwo", "Whitfield", "1987-05-14", "5550101", "F41.1", "Elm St")


@pytest.fixture
def _places(tmp_path: Path) -> None:
    for place in papers.places(tmp_path):
        place.mkdir()


def made(billed: Billed, by: Membership, folder: Path) -> bytes:
    """Have a pack made in a scope of its own, as the worker does, and fetch it."""
    with practice_scope(billed.house.id, person_id=by.person_id):
        pack = papers.ordered(by)
    with practice_scope(billed.house.id, person_id=by.person_id):
        papers.make(pack, folder)
    with practice_scope(billed.house.id, person_id=by.person_id):
        return evidence_packs.fetch(pack_id=pack.pk, now=at.NOW, by=by).content


@pytest.mark.commits
def test_a_pack_proves_itself_on_a_machine_without_us(
    billed: Billed, auditor: Membership, front_desk: Membership, tmp_path: Path
) -> None:
    papers.sign(billed.house.id, tmp_path)
    practice = billed.house.id
    folder = papers.unpacked(made(billed, auditor, tmp_path), tmp_path / "out")

    files = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}
    checkpoint_files = {"checkpoints/keys.json", f"checkpoints/{practice}.jsonl"}
    assert files == HOLDS | checkpoint_files | {"SHA256SUMS"}
    assert papers.changed_files(folder) == []
    readme = (folder / "README.txt").read_text()
    assert readme.index("A pack cannot prove its own verifier") < readme.index("1. NOTHING WAS")
    told = papers.verified(folder, practice)
    events = len((folder / "log.jsonl").read_text().splitlines()) - 1
    whole = f"{practice}: The log is whole from event 1 to {events}.\n"
    assert (told.stdout, told.returncode) == (whole, 0), told.stderr
    assert papers.checks(folder)["log"]["finding"] is None
    assert papers.checks(folder)["books"]["finding"] is None

    for name in sorted(files - {"SHA256SUMS"}):
        file = folder / name
        content = file.read_bytes()
        file.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
        assert papers.changed_files(folder) == [name]
        file.write_bytes(content)
    log = folder / "log.jsonl"
    log.write_text(log.read_text().replace("invoice.issued", "invoice.viewed", 1))
    told = papers.verified(folder, practice)
    assert "was changed" in told.stdout
    assert told.returncode == 1


@pytest.mark.commits
def test_no_name_and_nothing_else_of_a_person_is_in_it(
    billed: Billed,
    auditor: Membership,
    front_desk: Membership,
    therapist: Membership,
    tmp_path: Path,
) -> None:
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        records.diagnosis(billed.own, therapist)
        records.coverage(billed.own, front_desk)
        names = {member.display_name for member in members.people()}

    folder = papers.unpacked(made(billed, auditor, tmp_path), tmp_path / "out")

    everything = {file: file.read_text() for file in folder.rglob("*") if file.is_file()}
    assert billed.own.code in everything[folder / "reports/aging.csv"]
    for file, text in everything.items():
        found = [word for word in (*PLANTED, *names) if word in text]
        assert not found, file


@pytest.mark.commits
def test_what_is_not_whole_is_told_in_it(
    billed: Billed, auditor: Membership, tmp_path: Path
) -> None:
    papers.sign(billed.house.id, tmp_path)
    tamper("UPDATE audit_event SET label = 'INV-9' WHERE action = 'billing.invoice.issued'")

    folder = papers.unpacked(made(billed, auditor, tmp_path), tmp_path / "out")

    assert "was changed" in str(papers.checks(folder)["log"]["finding"])
    assert papers.verified(folder, billed.house.id).returncode == 1
    with practice_scope(billed.house.id):
        assert not EvidencePack.objects.get().is_sound


def test_the_same_moment_gives_the_same_bytes(
    desk: Membership, amara: Client, auditor: Membership, tmp_path: Path
) -> None:
    practice, export_id = members.practice(), uuid7()

    def pack() -> evidence_files.Pack:
        told = evidence_papers.of(at.TODAY)
        terms = Terms(practice.pk, "Harbor", export_id, at.NOW, told, None, lambda _: None)
        return evidence_files.pack(terms)

    first, second = pack(), pack()

    assert first.content == second.content
    assert first.sha256 == second.sha256


@pytest.fixture
def ordered(desk: Membership, auditor: Membership) -> EvidencePack:
    return papers.ordered(auditor)


def test_it_is_handed_out_once_and_its_digest_stays(
    ordered: EvidencePack, auditor: Membership, desk: Membership
) -> None:
    papers.make(ordered, None)
    with pytest.raises(Gone):
        evidence_packs.fetch(pack_id=ordered.pk, now=at.NOW, by=desk)

    exported = evidence_packs.fetch(pack_id=ordered.pk, now=at.NOW, by=auditor)

    pack = EvidencePack.objects.get()
    assert (pack.content, evidence.state_of(pack)) == (None, "gone")
    assert pack.sha256 == ordered.sha256
    assert exported.file_name == f"export-{ordered.pk}.zip"
    with pytest.raises(Gone):
        evidence_packs.fetch(pack_id=ordered.pk, now=at.NOW, by=auditor)


def test_the_bytes_are_sealed(ordered: EvidencePack) -> None:
    papers.make(ordered, None)

    sealed = EvidencePack.objects.values_list("content", flat=True).get()
    assert b"README.txt" not in bytes(sealed or b"README.txt")


def test_asked_twice_it_is_one(ordered: EvidencePack, auditor: Membership) -> None:
    assert papers.ordered(auditor) == ordered
    papers.make(ordered, None)
    assert papers.ordered(auditor, ordered.key) == ordered


def test_another_one_is_made_once_the_first_is_gone(
    ordered: EvidencePack, auditor: Membership, desk: Membership
) -> None:
    papers.make(ordered, None)
    with pytest.raises(evidence_packs.StillHere) as refused:
        papers.ordered(auditor)
    assert refused.value.pack == ordered
    assert papers.ordered(desk) != ordered

    evidence_packs.fetch(pack_id=ordered.pk, now=at.NOW, by=auditor)
    assert papers.ordered(auditor) != ordered


def test_a_pack_that_fails_half_way_leaves_no_open_zip(
    ordered: EvidencePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[ZipFile] = []

    def fail(packed: evidence_files._Zip, terms: Terms) -> int:
        begun.append(packed._packed)
        raise RuntimeError("half-way")

    monkeypatch.setattr(evidence_files, "_add_log", fail)
    with pytest.raises(RuntimeError, match="half-way"):
        papers.make(ordered, None)

    assert begun[0].fp is None


def test_who_lost_a_right_meanwhile_gets_none(ordered: EvidencePack, auditor: Membership) -> None:
    [role] = members.roles_of(auditor)
    roles.set_permissions(role=role, permissions=evidence.NEEDED - {Permission.LOG_VIEW})

    papers.make(ordered, None)

    assert (ordered.refusal, ordered.content) == ("NOT_ALLOWED", None)


def test_one_that_was_made_is_not_handed_to_who_lost_a_right(
    ordered: EvidencePack, auditor: Membership
) -> None:
    papers.make(ordered, None)
    [role] = members.roles_of(auditor)
    roles.set_permissions(role=role, permissions=evidence.NEEDED - {Permission.REPORT_EXPORT})

    with pytest.raises(Gone):
        evidence_packs.fetch(pack_id=ordered.pk, now=at.NOW, by=auditor)


def test_made_again_it_stays_as_it_is(ordered: EvidencePack) -> None:
    papers.make(ordered, None)
    before = ordered.sha256
    papers.make(ordered, None)

    assert ordered.sha256 == before


def test_what_nobody_fetched_is_gone_after_a_day_and_what_failed_after_an_hour(
    ordered: EvidencePack, desk: Membership
) -> None:
    papers.make(ordered, None)
    left = papers.ordered(desk)
    assert evidence.left_behind(now=at.NOW + timedelta(minutes=1)) == [left.pk]

    evidence_packs.tidy(now=at.NOW + timedelta(hours=23))
    assert EvidencePack.objects.get(pk=ordered.pk).is_ready
    assert EvidencePack.objects.get(pk=left.pk).refusal == "FAILED"
    evidence_packs.tidy(now=at.NOW + evidence.KEPT_FOR)

    pack = EvidencePack.objects.get(pk=ordered.pk)
    assert (pack.content, evidence.state_of(pack), pack.sha256) == (
        None,
        "expired",
        ordered.sha256,
    )


@pytest.mark.parametrize(
    "change",
    [
        "SET fetched_at = now()",
        "SET sha256 = repeat('0', 64)",
        "SET event_count = 1",
        "SET is_sound = NOT is_sound",
        "SET sha256 = 'x', finished_at = NULL, content = NULL",
        "SET refusal = 'BORED'",
        "SET content = NULL",
        "SET content = NULL, fetched_at = now(), expired_at = now()",
        "SET finished_at = finished_at + interval '1 day'",
    ],
)
def test_the_database_keeps_what_a_pack_was(ordered: EvidencePack, change: str) -> None:
    papers.make(ordered, None)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_evidencepack {change}")


@pytest.mark.parametrize("change", ["SET finished_at = now()", "SET event_count = 9"])
def test_the_database_lets_a_pack_be_finished_as_a_whole(
    ordered: EvidencePack, change: str
) -> None:
    """Finished without its bytes it would be ready for good, and hold nothing."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_evidencepack {change}")


def test_the_log_tells_who_took_what(ordered: EvidencePack, auditor: Membership) -> None:
    papers.make(ordered, None)
    evidence_packs.fetch(pack_id=ordered.pk, now=at.NOW, by=auditor)
    events.flush()
    told = {
        event.action.rpartition(".")[2]: event.facts
        for event in Event.objects.filter(action__startswith="accounts.evidence_pack.")
    }
    assert set(told) == {"ordered", "made", "fetched"}
    assert told["made"]["sha256"] == ordered.sha256
    assert told["made"]["count"] == ordered.event_count
    assert told["made"]["export"] == told["fetched"]["export"] == str(ordered.pk)


def test_amounts_of_the_pack_are_those_of_the_books(
    desk: Membership, amara: Client, auditor: Membership, tmp_path: Path
) -> None:
    at.invoice(amara, desk, dollars="150.00")
    pack = papers.ordered(auditor)
    papers.make(pack, None)
    content = evidence_packs.fetch(pack_id=pack.pk, now=at.NOW, by=auditor).content
    folder = papers.unpacked(content, tmp_path)

    assert str(Money.parse("150.00")) in (folder / "reports/ledger-totals.csv").read_text()
    assert str(pack.pk) in (folder / "reports/ledger-totals.csv").read_text()
