"""Thousands of broken files: each is read or refused in words, and none comes in by half."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import islice
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing import tasks as intake
from billing.models import FhirFile, Session
from clients import tasks
from clients.csv_import import guess
from clients.models import (
    Assignment,
    Client,
    ClientImport,
    ClientImportFile,
    Coverage,
    Diagnosis,
    ResponsibleParty,
)
from tests.clients import fuzzing
from tests.figures import Tell
from tests.houses import House

SEED = 20_261_129
PEAK_MIB = 256
CPU_SECONDS = 10.0
ANSWERS = {200, 302, 422}


def in_a_process(kind: str, count: int) -> dict[str, Any]:
    """Read so many broken files of a kind in a process of its own."""
    asked = [sys.executable, "-m", "tests.clients.fuzzing", kind, str(count), str(SEED)]
    done = subprocess.run(asked, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("kind", ["csv", "fhir"])
def test_some_broken_files_are_read_or_refused_in_little_memory(kind: str) -> None:
    told = in_a_process(kind, 200)

    assert sum(told["told"].values()) > 200
    assert "refused without a word" not in told["told"]
    assert told["peak_mib"] <= PEAK_MIB


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", ["csv", "fhir"])
def test_twenty_thousand_broken_files(kind: str, tell: Tell) -> None:
    told = in_a_process(kind, 20_000)

    tell(f"G29 {kind}, seed {SEED}: {told}")
    assert "refused without a word" not in told["told"]
    assert told["peak_mib"] <= PEAK_MIB
    assert told["slowest_monster_cpu_seconds"] <= CPU_SECONDS


def held(house: House) -> tuple[int, int, int]:
    """Return how many clients, insurances and assignments the practice has."""
    with practice_scope(house.id):
        return Client.objects.count(), Coverage.objects.count(), Assignment.objects.count()


def through_the_pages(house: House, browser: Browser, content: bytes) -> str:
    """Send a file on its way as a person would, as far as it goes; return how far that was."""
    file = SimpleUploadedFile("a.csv", content, "text/csv")
    answer = browser.post(reverse("clients:import"), {"file": file})
    assert answer.status_code in ANSWERS
    if answer.status_code != 302:
        return "refused at the door"
    run = str(answer["Location"]).removesuffix("columns/")
    page = browser.get(f"{run}columns/")
    assert page.status_code == 200
    headings = [field.label for name, field in page.context["form"].fields.items() if "_" in name]
    chosen = {f"column_{n}": field for n, field in enumerate(guess(headings[1:])) if field}
    answer = browser.post(
        f"{run}columns/", {**chosen, "date_order": "MDY", "words_are_right": "on"}
    )
    assert answer.status_code in ANSWERS
    if answer.status_code != 302:
        return "no columns"
    assert browser.get(f"{run}check/").status_code == 200
    answer = browser.post(f"{run}check/", {"alike": "ADD"})
    assert answer.status_code in ANSWERS
    if answer.status_code != 302:
        return "refused by row"
    run_id = run.strip("/").split("/")[-1]
    tasks.take_in_file(practice_id=str(house.id), run_id=run_id)
    with practice_scope(house.id):
        done = ClientImport.objects.get(pk=run_id)
        assert ClientImportFile.objects.get(run=done).content is None
        assert done.finished_at
        assert done.created_count == done.rows_count
    return "taken in"


def all_or_nothing(house: House, browser: Browser, count: int) -> Counter[str]:
    """Send broken files through the pages; a file that was refused has changed no count."""
    told: Counter[str] = Counter()
    for content in islice(fuzzing.csv_files(Random(SEED)), count):
        before = held(house)
        outcome = through_the_pages(house, browser, content)
        after = held(house)
        assert (after == before) == (outcome != "taken in"), (outcome, before, after)
        told[outcome] += 1
    return told


@pytest.fixture
def browser(front_desk: Membership, signed_in: Callable[[Membership], Browser]) -> Browser:
    return signed_in(front_desk)


def test_some_broken_files_come_in_whole_or_not_at_all(practice: House, browser: Browser) -> None:
    told = all_or_nothing(practice, browser, 24)

    assert {"taken in", "refused by row"} <= set(told)


@pytest.mark.fuzz
def test_a_thousand_broken_files_come_in_whole_or_not_at_all(
    practice: House, browser: Browser, tell: Tell
) -> None:
    told = all_or_nothing(practice, browser, 1_000)

    peak = fuzzing.peak_mib()
    tell(
        f"G29 through the pages, seed {SEED}: {dict(told)}, 0 failures, 0 in part,"
        f" {peak} MiB at most"
    )
    assert peak <= PEAK_MIB


def through_the_upload(house: House, browser: Browser, contents: list[bytes]) -> Counter[str]:
    """Send FHIR files as a person would, let the worker take them in, and count what became."""
    files = [SimpleUploadedFile("a.json", content) for content in contents]
    answer = browser.post(reverse("billing:fhir_upload"), {"chosen": files})
    assert answer.status_code == 302
    batch = str(answer["Location"]).strip("/").split("/")[-1]
    intake.take_in_files(practice_id=str(house.id), batch=batch)
    assert browser.get(answer["Location"]).status_code == 200
    assert browser.get(reverse("billing:intake")).status_code == 200
    with practice_scope(house.id):
        rows = list(FhirFile.objects.filter(batch=batch))
    assert len(rows) == len(contents)
    assert all(row.finished_at and row.content is None for row in rows)
    return Counter(row.outcome for row in rows)


def uploaded(house: House, browser: Browser, count: int, together: int) -> Counter[str]:
    """Send so many broken files, each of another person; what was unreadable made nothing."""
    told: Counter[str] = Counter()
    source = fuzzing.fhir_files(Random(SEED))
    for start in range(0, count, together):
        some = [
            content.replace(b"4711", str(start + number).encode())
            for number, content in enumerate(islice(source, min(together, count - start)))
        ]
        told += through_the_upload(house, browser, some)
    with practice_scope(house.id):
        made = FhirFile.objects.filter(outcome="TAKEN_IN").aggregate(made=Sum("made"))["made"]
        here = (
            Client.objects.count()
            + Coverage.objects.count()
            + Diagnosis.objects.count()
            + ResponsibleParty.objects.count()
            + Session.objects.count()
        )
        assert made == here
    return told


def test_some_broken_fhir_files_come_in_whole_or_not_at_all(
    practice: House, browser: Browser
) -> None:
    told = uploaded(practice, browser, 24, together=8)

    assert {"TAKEN_IN", "UNREADABLE"} == set(told)


@pytest.mark.fuzz
def test_a_thousand_broken_fhir_files_come_in_whole_or_not_at_all(
    practice: House, browser: Browser, tell: Tell
) -> None:
    told = uploaded(practice, browser, 1_000, together=25)

    peak = fuzzing.peak_mib()
    tell(
        f"FHIR through the upload page, seed {SEED}: {dict(told)}, 0 failures, 0 in part,"
        f" {peak} MiB at most"
    )
    assert peak <= PEAK_MIB
