"""The command that takes in FHIR files: real ones, other people's examples, and broken ones."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from accounts.models import DemoMark, Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.management.commands import import_fhir
from billing.models import Session
from clients.models import Client, Coverage
from tests.clients.bundles import patient, whole
from tests.houses import House

SHARED = settings.BASE_DIR.parent / "shared" / "data" / "fhir"
SYNTHEA = sorted((SHARED / "synthea").glob("*.json"))
EXAMPLES = sorted((SHARED / "hl7-r4-examples").glob("*.json")) + sorted(
    (SHARED / "eob-cms").glob("*.json")
)
needs_shared = pytest.mark.skipif(not SYNTHEA, reason="the shared FHIR files are not beside us")


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_fhir", *map(str, arguments), stdout=out, stderr=out)
    return out.getvalue()


def count(house: House) -> tuple[int, int, int, int]:
    """Return how many clients, coverages, sessions there are, and the sessions' fees in cents."""
    with practice_scope(house.id):
        fees = Session.objects.aggregate(total=Sum("fee"))["total"]
        cents = fees.cents if fees else 0
        return Client.objects.count(), Coverage.objects.count(), Session.objects.count(), cents


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Ana_Davila.json"
    path.write_text(json.dumps(whole()), encoding="utf-8")
    return path


@needs_shared
def test_the_seven_patients_come_in_and_a_second_run_changes_nothing(practice: House) -> None:
    first = run(*SYNTHEA)
    after = count(practice)
    second = run(*SYNTHEA)

    assert after == (7, 12, 166, 62051938) == count(practice)
    assert "Read 182 claims over $624,114.78." in first
    assert "Made 7 clients, 12 coverages and 166 sessions to be billed, $620,519.38" in first
    assert first.count("A claim for medication") == 16
    assert first.count("rounded half up") == 3
    assert "Made 0 clients, 0 coverages and 0 sessions to be billed, $0.00" in second


@needs_shared
@pytest.mark.parametrize(
    ("file", "name", "sessions", "cents"),
    [
        ("Burt293_Fisher429", "Burt293 Fisher429", 16, 934111),
        ("Freda_OConnell", "Freda O'Connell", 14, 3986822),
        ("Maria_Luisa_Razo", "María Luisa Razo", 9, 706539),
        ("Milan_Beatty", "Milan Beatty", 15, 639148),
        ("Omar_Abernathy", "Omar Abernathy", 19, 988152),
        ("Steve_Nikolaus", "Steve Nikolaus", 60, 54261682),
        ("Trenton_Turner", "Trenton Turner", 33, 535484),
    ],
)
def test_each_patient_has_the_sessions_of_the_file(
    practice: House, file: str, name: str, sessions: int, cents: int
) -> None:
    run(SHARED / "synthea" / f"{file}.json")

    with practice_scope(practice.id):
        assert Client.objects.get().full_name == name
    assert count(practice)[2:] == (sessions, cents)


@needs_shared
def test_no_number_that_identifies_a_person_elsewhere_is_kept(practice: House) -> None:
    run(SHARED / "synthea" / "Maria_Luisa_Razo.json")

    with practice_scope(practice.id):
        client = Client.objects.get()
        rows = (client, *client.contacts.all(), *client.addresses.all())
        kept = " ".join(
            str(getattr(row, field.attname)) for row in rows for field in row._meta.fields
        )
    assert "430 Emmerich Skyway" in kept
    for number in ("999-59-8698", "S99972764", "X12910622X", "d060a28c"):
        assert number not in kept


@needs_shared
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_official_example_is_taken_or_listed(practice: House, path: Path) -> None:
    told = run(path)

    is_named = "1 practitioners named" in told
    assert count(practice)[0] == 1 or is_named or f"  {path.name} " in told


@needs_shared
def test_a_person_without_a_name_is_listed(practice: House) -> None:
    told = run(*EXAMPLES)

    assert "  Patient-newborn.json name: not used. The person has no name." in told
    with practice_scope(practice.id):
        assert {client.full_name for client in Client.objects.all()} == {
            "Kenzi",
            "Peter James Chalmers",
            "Pieter van de Heuvel",
            "Henry Levin",
            "Eve Everywoman",
        }


def test_a_broken_file_is_listed_and_the_others_go_on(
    practice: House, file: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(file.read_bytes()[:400])
    out = StringIO()

    with pytest.raises(CommandError, match="3 files were not taken in"):
        call_command(
            "import_fhir",
            str(broken),
            str(tmp_path / "missing.json"),
            str(tmp_path),
            str(file),
            stdout=out,
        )

    assert "broken.json: not taken in. The file is not JSON" in out.getvalue()
    assert "missing.json: not taken in. It cannot be read: No such file" in out.getvalue()
    assert "not taken in. It cannot be read: Is a directory" in out.getvalue()
    assert count(practice)[:3] == (1, 1, 2)


def test_the_output_and_the_log_quote_nobody(practice: House, file: Path) -> None:
    nameless = file.with_name("other.json")
    nameless.write_text(json.dumps(patient(birthDate="1973", identifier=[{"value": "77-secret"}])))

    told = run(file, nameless).replace(file.name, "")

    assert "birthDate: not used" in told
    assert not re.search(r"Ana|vila|1973|555|Keystone|4711|77-secret", told)
    with practice_scope(practice.id):
        log = str(list(Event.objects.values_list("label", "facts")))
    assert "C-0001" in log
    assert not re.search(r"Ana|vila|Davila|1973|Keystone|4711", log)


def test_the_import_is_told_to_the_log_as_the_practices_own(practice: House, file: Path) -> None:
    run(file)

    with practice_scope(practice.id):
        told = Event.objects.filter(action__startswith="clients.import").order_by("seq")
        assert [(event.person_id, event.facts) for event in told] == [
            (None, {"count": 1}),
            (None, {"created": 4, "refused": 0}),
        ]


def test_the_sessions_can_be_a_therapists(
    practice: House, therapist: Membership, file: Path
) -> None:
    run(file, "--therapist", "Therapist@harbor-lane.example ")

    with practice_scope(practice.id):
        assert set(Session.objects.values_list("therapist", flat=True)) == {therapist.pk}


@pytest.mark.parametrize("email", ["front-desk@harbor-lane.example", "nobody@example.org"])
def test_only_a_therapist_can_be_chosen(practice: House, file: Path, email: str) -> None:
    with pytest.raises(CommandError, match="No therapist"):
        run(file, "--therapist", email)

    assert count(practice)[0] == 0


def test_of_several_practices_one_is_chosen(
    practice: House, other_practice: House, file: Path
) -> None:
    with pytest.raises(CommandError, match="--practice SLUG"):
        run(file)
    run(file, "--practice", "summit-row")

    assert (count(practice)[0], count(other_practice)[0]) == (0, 1)


@pytest.mark.commits
def test_a_demo_takes_its_first_practice_and_says_so(
    practice: House, other_practice: House, file: Path
) -> None:
    DemoMark.objects.using("owner").create(marked_at=timezone.now())

    told = run(file)

    assert "the first is taken" in told
    assert "into Harbor Lane" in told
    assert (count(practice)[0], count(other_practice)[0]) == (1, 0)


def test_an_unknown_practice_is_an_error(practice: House, file: Path) -> None:
    with pytest.raises(CommandError, match="no practice of that name"):
        run(file, "--practice", "elsewhere")


def test_a_file_of_unreasonable_size_is_not_read(
    practice: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_fhir, "LARGEST_BYTES", 10)
    path = tmp_path / "large.json"
    path.write_text(json.dumps(whole()))

    with pytest.raises(CommandError):
        run(path)

    assert count(practice)[0] == 0
