"""Adding clients from a file, page by page."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import progress, uploads
from accounts.models import Membership
from accounts.sessions import MFA_AT, QUIET_ROUTES, SessionStore
from accounts.tenancy import practice_scope
from audit.models import Event
from clients import tasks
from clients.models import Client, ClientImport, ClientImportFile, ClientImportUndo
from clients.services import parties
from tests.clients.people import added
from tests.houses import House
from tests.told import said

URL = reverse("clients:import")
FILE = (
    "First Name,Last Name,Date of Birth,Notes\r\n"
    "María,Razo,3/14/1973,x\r\n健二,山田,2/11/1985,y\r\n"
)
CHOSEN = {"column_0": "given_names", "column_1": "family_name", "column_2": "birth_date"}


@pytest.fixture
def browser(front_desk: Membership, signed_in: Callable[[Membership], Browser]) -> Browser:
    return signed_in(front_desk)


def sent(browser: Browser, content: str | bytes, name: str = "Razo, María.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return browser.post(URL, {"file": SimpleUploadedFile(name, data, "text/csv")})


def page_of(browser: Browser, content: str = FILE) -> str:
    """Upload a file and return the address of its run."""
    answer = sent(browser, content)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"]).removesuffix("columns/")


def finish(house: House, browser: Browser, run: str) -> str:
    """Let the worker do what was confirmed, and return the page that tells of it."""
    with practice_scope(house.id):
        (run_id,) = ClientImport.objects.exclude(confirmed_at=None).values_list("pk", flat=True)
    tasks.take_in_file(practice_id=str(house.id), run_id=str(run_id))
    return browser.get(run).content.decode()


def test_a_file_comes_in_page_by_page(practice: House, browser: Browser) -> None:
    run = page_of(browser)
    columns = browser.get(f"{run}columns/").content.decode()
    assert "María" in columns
    assert '<option value="birth_date" selected>' in columns

    assert browser.post(f"{run}columns/", CHOSEN)["Location"] == f"{run}check/"
    assert "2 rows can be added" in browser.get(f"{run}check/").content.decode()

    assert browser.post(f"{run}check/")["Location"] == run
    assert "Adding the clients" in browser.get(run).content.decode()

    assert "2 clients added" in finish(practice, browser, run)
    with practice_scope(practice.id):
        assert [client.full_name for client in Client.objects.order_by("code")] == [
            "María Razo",
            "健二 山田",
        ]
        (created,) = set(
            Event.objects.filter(action="clients.client.added_from_file").values_list(
                "person_id", flat=True
            )
        )
        assert created == practice.people["front-desk"].person_id


def test_each_mistake_is_told_with_its_row_and_column(browser: Browser) -> None:
    run = page_of(browser, FILE + "Ann,,1990-02-30,\r\n")
    browser.post(f"{run}columns/", CHOSEN)

    page = browser.get(f"{run}check/").content.decode()

    assert "1 of 3 rows cannot be read" in page
    assert "This day is not in the calendar." in page
    assert browser.post(f"{run}check/").status_code == 422


def test_a_date_that_could_be_two_is_asked_about(browser: Browser) -> None:
    run = page_of(browser, "Last Name,DOB\r\nRazo,3/4/1990\r\n")
    chosen = {"column_0": "family_name", "column_1": "birth_date"}

    asked = browser.post(f"{run}columns/", chosen)
    told = browser.post(f"{run}columns/", {**chosen, "date_order": "DMY"})

    assert asked.status_code == 422
    assert "3/4/1990 could be two days" in asked.content.decode()
    assert told.status_code == 302


def test_letters_that_are_a_guess_are_shown_and_asked_about(browser: Browser) -> None:
    answer = sent(browser, "Last Name,DOB\r\nMüller,1990-03-04\r\n".encode("cp1252"))
    run = answer["Location"].removesuffix("columns/")
    chosen = {"column_0": "family_name", "column_1": "birth_date"}

    assert "Müller" in browser.get(f"{run}columns/").content.decode()
    assert browser.post(f"{run}columns/", chosen).status_code == 422
    assert browser.post(f"{run}columns/", {**chosen, "words_are_right": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, "Say which column holds the name."),
        ({"column_0": "family_name"}, "Say which column holds the birth date."),
        ({**CHOSEN, "column_3": "birth_date"}, "is chosen for two columns"),
        ({**CHOSEN, "column_3": "name"}, "from one column or from two"),
        ({"column_0": "creation_date"}, "Select a valid choice"),
    ],
)
def test_columns_that_make_no_client_are_not_taken(
    browser: Browser, chosen: dict[str, str], words: str
) -> None:
    run = page_of(browser)

    answer = browser.post(f"{run}columns/", chosen)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_who_looks_like_a_client_is_told_and_decided_about(
    practice: House, front_desk: Membership, browser: Browser
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        known = added(front_desk, "M", "Razo", date(1973, 3, 14))
    run = page_of(browser)
    browser.post(f"{run}columns/", CHOSEN)

    page = browser.get(f"{run}check/").content.decode()
    undecided = browser.post(f"{run}check/")
    browser.post(f"{run}check/", {"alike": "SKIP"})

    assert known.code in page
    assert undecided.status_code == 422
    assert "1 client added" in finish(practice, browser, run)


def test_the_same_file_again_is_warned_about(practice: House, browser: Browser) -> None:
    run = page_of(browser)
    browser.post(f"{run}columns/", CHOSEN)
    browser.post(f"{run}check/")
    finish(practice, browser, run)

    again = page_of(browser)

    assert "This very file was added" in browser.get(f"{again}columns/").content.decode()


def test_a_confirmation_needs_a_fresh_second_factor(practice: House, browser: Browser) -> None:
    run = page_of(browser)
    browser.post(f"{run}columns/", CHOSEN)
    session = SessionStore(browser.cookies["__Host-session"].value)
    session[MFA_AT] = int((timezone.now() - timedelta(minutes=6)).timestamp())
    session.save()

    assert browser.post(f"{run}check/").status_code == 422
    with practice_scope(practice.id):
        assert ClientImport.objects.get().confirmed_at is None


@pytest.mark.parametrize("route", ["", "columns/", "check/", "discard/"])
def test_nobody_else_sees_a_file(
    practice: House,
    browser: Browser,
    accountant: Membership,
    stranger: Membership,
    signed_in: Callable[[Membership], Browser],
    route: str,
) -> None:
    url = page_of(browser) + route

    answers = [signed_in(person).get(url).status_code for person in (accountant, stranger)]

    assert answers in ([403, 404], [403, 405])
    assert signed_in(stranger).post(url).status_code in {404, 405}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n", b"PK\x03\x04", b"a\n\x00"])
def test_what_is_no_table_is_refused_on_the_page(
    practice: House, browser: Browser, content: bytes
) -> None:
    answer = sent(browser, content)

    assert answer.status_code == 422
    with practice_scope(practice.id):
        assert not ClientImportFile.objects.exists()


def test_a_card_number_in_a_file_is_refused_and_told_to_the_log(
    practice: House, browser: Browser
) -> None:
    answer = sent(browser, FILE + "Ann,Ito,1990-01-01,4242 4242 4242 4242\r\n")

    assert answer.status_code == 422
    assert "row 4, column “notes”" in answer.content.decode().lower()
    with practice_scope(practice.id):
        event = Event.objects.get(action="clients.file.refused")
    assert said(event) == {"reason": "a card number"}


def test_a_file_beyond_ten_megabytes_is_read_past(practice: House, browser: Browser) -> None:
    answer = sent(browser, b"a" * (uploads.FILE_BYTES_MAX + uploads.ENVELOPE_BYTES + 1))

    assert answer.status_code == 422
    assert "at most 10 MB" in answer.content.decode()


def test_no_other_page_takes_a_file(browser: Browser) -> None:
    file = SimpleUploadedFile("a.csv", b"a,b", "text/csv")

    answer = browser.post(reverse("clients:new"), {"given_names": "Ann", "file": file})

    assert answer.status_code == 422
    assert not answer.wsgi_request.FILES


def test_no_file_touches_the_disk(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """A large file stays in memory: nothing can be written where temporary files go."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    answer = sent(browser, FILE + "\r\n" * 4_000_000)

    assert answer.status_code == 302


def test_a_waiting_page_keeps_nobody_signed_in() -> None:
    assert "clients:import_run" in QUIET_ROUTES


def test_a_file_is_thrown_away(practice: House, browser: Browser) -> None:
    run = page_of(browser)

    assert browser.post(f"{run}discard/")["Location"] == URL
    assert "Nothing was added" in browser.get(run).content.decode()
    assert browser.get(f"{run}columns/").status_code == 404


def test_a_file_name_stands_nowhere(practice: House, browser: Browser) -> None:
    run = page_of(browser)

    pages = [browser.get(f"{run}{part}").content.decode() for part in ("columns/", "")]

    assert not any("Razo, María.csv" in page for page in pages)


def added_by_file(house: House, browser: Browser) -> str:
    run = page_of(browser)
    browser.post(f"{run}columns/", CHOSEN)
    browser.post(f"{run}check/")
    finish(house, browser, run)
    return run


def test_the_page_shows_how_far_the_rows_are_to_its_practice_alone(
    practice: House, other_practice: House, browser: Browser
) -> None:
    run = page_of(browser)
    browser.post(f"{run}columns/", CHOSEN)
    browser.post(f"{run}check/")
    run_id = UUID(run.strip("/").split("/")[-1])
    with practice_scope(practice.id):
        progress.tell(run_id, 1)

    assert "<strong>1 of 2</strong>" in browser.get(run).content.decode()
    with practice_scope(other_practice.id):
        assert progress.done(run_id) == 0


def test_clients_of_a_file_are_taken_out_again(practice: House, browser: Browser) -> None:
    run = added_by_file(practice, browser)
    assert f"{run}undo/" in browser.get(run).content.decode()
    assert "Delete 2 clients" in browser.get(f"{run}undo/").content.decode()

    assert browser.post(f"{run}undo/")["Location"] == run
    assert "Taking the clients out again" in browser.get(run).content.decode()
    with practice_scope(practice.id):
        undo = ClientImportUndo.objects.get()
    tasks.take_file_back(practice_id=str(practice.id), undo_id=str(undo.pk))

    assert "2 clients taken out again" in browser.get(run).content.decode()
    with practice_scope(practice.id):
        assert not Client.objects.exists()


def test_who_stands_in_the_way_is_told_by_code_and_why(
    practice: House, front_desk: Membership, browser: Browser
) -> None:
    run = added_by_file(practice, browser)
    with practice_scope(practice.id, person_id=front_desk.person_id):
        client = Client.objects.get(code="C-0002")
        parties.add(
            client=client,
            kind="PERSON",
            relation="PARENT",
            name="X",
            now=timezone.now(),
            by=front_desk,
        )

    page = browser.get(f"{run}undo/").content.decode()

    assert "They cannot be taken out any more" in page
    assert "C-0002" in page
    assert "responsible party" in page
    assert browser.post(f"{run}undo/").status_code == 422
