"""FHIR files, chosen on a page under Intake."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import uploads as handlers
from accounts.models import Membership
from accounts.sessions import QUIET_ROUTES
from accounts.tenancy import practice_scope
from billing import tasks
from billing.models import FhirFile
from billing.services import uploads
from clients.models import Client
from tests.clients.bundles import bundle, patient, whole
from tests.houses import House

URL = reverse("billing:fhir_upload")
GOOD = json.dumps(whole()).encode()


@pytest.fixture
def browser(front_desk: Membership, signed_in: Callable[[Membership], Browser]) -> Browser:
    return signed_in(front_desk)


def sent(browser: Browser, *contents: bytes) -> Any:
    files = [SimpleUploadedFile(f"D'Ávila {n}.json", content) for n, content in enumerate(contents)]
    return browser.post(URL, {"chosen": files})


def finished(house: House, browser: Browser, address: str) -> str:
    batch = address.strip("/").split("/")[-1]
    tasks.take_in_files(practice_id=str(house.id), batch=batch)
    return browser.get(address).content.decode()


def test_files_are_chosen_and_each_tells_what_became_of_it(
    practice: House, browser: Browser
) -> None:
    faulty = json.dumps(bundle(patient(birthDate="19-73"))).encode()
    answer = sent(browser, GOOD, b"{", faulty)
    assert answer.status_code == 302
    waiting = browser.get(answer["Location"]).content.decode()
    assert "Files taken in: <strong>0 of 3</strong>" in waiting
    assert "every 2s" in waiting

    page = finished(practice, browser, answer["Location"])

    assert "every 2s" not in page
    assert "It is no JSON that can be read" in page
    assert reverse("billing:intake") in page
    assert "See why 3 were not taken in" in page
    with practice_scope(practice.id):
        assert Client.objects.count() == 1


def test_no_name_of_a_file_is_kept(practice: House, browser: Browser) -> None:
    answer = sent(browser, GOOD)

    assert "vila" not in answer["Location"]
    assert "vila" not in finished(practice, browser, answer["Location"])


@pytest.mark.parametrize("contents", [(), (b"x" * handlers.FILE_BYTES_MAX, b"x" * 100_000)])
def test_too_much_and_nothing_are_refused_in_plain_words(
    practice: House, browser: Browser, contents: tuple[bytes, ...]
) -> None:
    answer = sent(browser, *contents)

    assert answer.status_code == 422
    assert "at most 10 MB altogether" in answer.content.decode()
    with practice_scope(practice.id):
        assert not FhirFile.objects.exists()


def test_no_more_than_fifty_files_come_at_once(browser: Browser) -> None:
    answer = sent(browser, *[b"{}"] * 51)

    assert answer.status_code == 422
    assert "at most 50 files" in answer.content.decode()


def test_nobody_sees_the_files_of_a_colleague(
    practice: House, administrator: Membership, browser: Browser
) -> None:
    with practice_scope(practice.id, person_id=administrator.person_id):
        batch = uploads.upload(contents=[GOOD], now=timezone.now(), by=administrator)

    assert browser.get(reverse("billing:fhir_files", args=[batch])).status_code == 404


def test_the_page_that_asks_by_itself_keeps_nobody_signed_in() -> None:
    assert "billing:fhir_files" in QUIET_ROUTES


def test_the_way_there_stands_under_intake(browser: Browser) -> None:
    assert f'href="{URL}"' in browser.get(reverse("billing:intake")).content.decode()


def test_a_worker_that_never_came_is_woken_again(
    practice: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(browser, GOOD)
    with practice_scope(practice.id):
        [file] = FhirFile.objects.all()
    woken: list[str] = []
    monkeypatch.setattr(tasks.take_in_files, "delay", lambda **given: woken.append(given["batch"]))
    monkeypatch.setattr("billing.selectors.uploads.WAITS_FOR_WORKER", -tasks.WAITS_FOR_WORKER)

    tasks.redrive_practice(practice_id=str(practice.id))

    assert woken == [str(file.batch)]
