"""A name comes back exactly as it was typed, or was refused with a reason: never a 500."""

import csv
import html
import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.card_numbers import holds_card_number
from accounts.csv_export import unguarded
from accounts.models import Membership
from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing.services import documents, typesetting
from clients.csv_import import Field, Reader, Row
from clients.models import Client
from clients.selectors import clients
from clients.selectors import imports as reads
from clients.services import exports, imports, taking_in
from tests import programs
from tests.billing import desk
from tests.clients import naughty
from tests.clients.people import NOW, TODAY
from tests.figures import Tell
from tests.houses import House
from tests.pdf_text import says

NEW = reverse("clients:new")
FAMILY = "Probe"
ROWS = 2_000


@pytest.fixture
def sign_in(
    front_desk: Membership, signed_in: Callable[[Membership], Browser]
) -> Callable[[], Browser]:
    return partial(signed_in, front_desk)


@pytest.fixture
def browser(sign_in: Callable[[], Browser]) -> Browser:
    return sign_in()


@pytest.fixture
def program(front_desk: Membership, settings: Settings) -> Browser:
    settings.API_COST_PER_MINUTE = 1_000_000
    return programs.program_of(front_desk)


def typed(browser: Browser, text: str) -> Any:
    """Type a text into the form of a new client."""
    return browser.post(
        NEW,
        {
            "given_names": text,
            "family_name": FAMILY,
            "birth_date": "1973-08-01",
            "contact_wish": "ANY",
            "is_another_person": "on",
        },
    )


def by_the_form(
    house: House, sign_in: Callable[[], Browser], program: Browser, texts: Sequence[str]
) -> dict[str, int]:
    """Type each text, look wherever it shows, and count what became of them.

    It has to stand in the record, its page, a search, what programs are told, and the CSV file.
    """
    browser = sign_in()
    told = {"kept": 0, "refused": 0, "card number": 0}
    kept = []
    for text in texts:
        answer = typed(browser, text)
        if answer.status_code == 400:
            assert "card number" in answer.content.decode().lower()
            told["card number"] += 1
        elif answer.status_code == 422:
            assert 'class="field field--error"' in answer.content.decode(), ascii(text)
            told["refused"] += 1
        else:
            assert answer.status_code == 302, ascii(text)
            shows(house, browser, program, str(answer["Location"]), text)
            kept.append(text.strip())
            told["kept"] += 1
    # With all texts the first sign-in is too long ago for a list to leave the house.
    assert exported_names(sign_in().post(reverse("clients:export")).content) == kept
    return told


def shows(house: House, browser: Browser, program: Browser, url: str, text: str) -> None:
    """Say that the record, its page, a search and a program's answer give the text back."""
    kept = text.strip()
    with practice_scope(house.id):
        client = Client.objects.get(pk=url.strip("/").split("/")[-1])
        assert client.given_names == kept, ascii(text)
    assert shown(kept) in html.unescape(browser.get(url).content.decode()), ascii(text)
    found = html.unescape(
        browser.post(reverse("billing:search"), {"q": client.code}).content.decode()
    )
    assert shown(kept) in found, ascii(text)
    told = program.get(reverse("clients:api_client", args=[client.pk])).json()
    assert told["name"] == shown(kept), ascii(text)


def shown(kept: str) -> str:
    return f"{kept} {FAMILY}".strip()


def test_what_is_typed_comes_back_or_is_refused(
    practice: House, sign_in: Callable[[], Browser], program: Browser
) -> None:
    told = by_the_form(practice, sign_in, program, naughty.some(12))

    assert told["refused"] >= len(naughty.REFUSED)
    assert told["kept"] >= len(naughty.OWN) - 1


@pytest.mark.parametrize("text", naughty.REFUSED, ids=ascii)
def test_what_cannot_be_kept_is_refused_with_its_reason(browser: Browser, text: str) -> None:
    answer = typed(browser, text)

    assert answer.status_code == 422
    reasons = ("cannot be seen", "at most 200 characters")
    assert any(reason in answer.content.decode() for reason in reasons)


def test_spaces_at_the_ends_are_left_off_and_none_inside(practice: House, browser: Browser) -> None:
    answer = typed(browser, "\N{NO-BREAK SPACE} Ann  Marie ")

    with practice_scope(practice.id):
        assert Client.objects.get().given_names == "Ann  Marie"
    assert answer.status_code == 302


def through_a_file(house: House, by: Membership, texts: Sequence[str]) -> dict[str, int]:
    """Take texts in from a file, away as a file, and in from that one: nothing has changed."""
    kept, told = [], {"refused": 0}
    with practice_scope(house.id, person_id=by.person_id):
        permissions = members.permissions_of(by)
        for start in range(0, len(texts), ROWS):
            part = texts[start : start + ROWS]
            fit = fitting(part)
            told["refused"] += len(part) - len(fit)
            taken_in(by, file_of(fit))
            kept += [text.strip() for text in fit]
        rows = clients.by_code(Client.objects.all())
        assert [client.given_names for client in rows] == kept
        leaving = exports.export(visible=Client.objects.all(), on=TODAY, permissions=permissions)
        again = exported_names(leaving.content)
        assert again == kept
        before = Client.objects.count()
        taken_in(by, leaving.content)
        later = clients.by_code(Client.objects.all())[before:]
        assert [client.given_names for client in later] == kept
    return {**told, "kept": len(kept)}


def file_of(texts: Sequence[str]) -> bytes:
    made = io.StringIO(newline="")
    rows = csv.writer(made, quoting=csv.QUOTE_ALL)
    rows.writerow(["Given names", "Family name", "Birth date"])
    rows.writerows([text, FAMILY, "1973-08-01"] for text in texts)
    return made.getvalue().encode()


def fitting(texts: Sequence[str]) -> list[str]:
    """Return the texts that a file may hold; each of the others is refused for a reason."""
    return [text for text in texts if "\0" not in text and fits(text)]


def fits(text: str) -> bool:
    person = Reader(
        headings=["Given names", "Family name", "Birth date"],
        columns=[Field.GIVEN_NAMES, Field.FAMILY_NAME, Field.BIRTH_DATE],
        date_order=None,
        today=TODAY,
    ).read(Row(2, [text, FAMILY, "1973-08-01"]))
    if isinstance(person, list):
        assert person[0].text
        return False
    return not holds_card_number(text) and unguarded(text) == text


def taken_in(by: Membership, content: bytes) -> None:
    run = imports.upload(content=content, now=NOW, by=by)
    looked = reads.look(run, content)
    columns = [column.likely for column in looked.columns]
    imports.name_columns(run=run, columns=columns, date_order="")
    run.refresh_from_db()
    checked = reads.check(run, content, today=TODAY)
    assert checked.problems == []
    imports.confirm(run=run, checked=checked, adds_alike=True, now=NOW, by=by)
    taking_in.carry_out(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.finished_at, run.refusal


def exported_names(content: bytes) -> list[str]:
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return [unguarded(row["Given names"]) for row in csv.DictReader(text, strict=True)]


def test_a_file_brings_and_takes_names_letter_by_letter(
    practice: House, front_desk: Membership
) -> None:
    told = through_a_file(practice, front_desk, naughty.some())

    assert told["kept"] >= len(naughty.OWN) - 2


def invoiced(house: House, by: Membership, texts: Sequence[str]) -> int:
    """Set an invoice for each name in type; return how many were made."""
    made = 0
    with practice_scope(house.id, person_id=by.person_id):
        desk.open_books(by)
        for text in texts:
            client = desk.client(by, text)
            pdf = documents.render(desk.invoice(client, by), now=desk.NOW, by=by).pdf
            assert pdf.startswith(b"%PDF-1."), ascii(text)
            made += 1
    return made


def test_an_invoice_is_made_for_whatever_the_name_is(
    practice: House, front_desk: Membership
) -> None:
    texts = ["{{ 7*7 }}", "#let x = 1", "王小明", "👩‍👩‍👧‍👦", "علي‎ بن محمد", "\ufffe", "$x$ *b*"]

    assert invoiced(practice, front_desk, texts) == len(texts)


@pytest.mark.parametrize("text", [*naughty.OWN, "0\ufe0f\u20e3 1\ufe0f\u20e3", "\x07"], ids=ascii)
def test_a_pdf_says_what_was_typed(text: str) -> None:
    assert says(typesetting.pdf_of_anything("letter", {"text": text}), text)


@pytest.mark.fuzz
@naughty.needs_lists
def test_every_naughty_string_and_name_in_a_pdf(tell: Tell) -> None:
    texts = naughty.everything()
    lost = [
        text
        for text in texts
        if not says(typesetting.pdf_of_anything("letter", {"text": text}), text)
    ]

    tell(f"naughty strings and names read back from PDFs: {len(texts)}, {len(lost)} changed")
    assert lost == []


@pytest.mark.fuzz
@naughty.needs_lists
def test_every_naughty_string_and_name_by_the_form(
    practice: House, sign_in: Callable[[], Browser], program: Browser, tell: Tell
) -> None:
    told = by_the_form(practice, sign_in, program, naughty.everything())

    tell(
        "naughty strings and names by the form, read in page, search, API and CSV over HTTP:"
        f" {told}, 0 changed, no 500"
    )


@pytest.mark.fuzz
@naughty.needs_lists
def test_every_naughty_string_and_name_through_files(
    practice: House, front_desk: Membership, tell: Tell
) -> None:
    told = through_a_file(practice, front_desk, naughty.everything())

    tell(f"naughty strings and names through CSV in, out and in: {told}, 0 changed")


@pytest.mark.fuzz
@naughty.needs_lists
def test_an_invoice_for_every_naughty_string(
    practice: House, front_desk: Membership, tell: Tell
) -> None:
    texts = [text.strip() for text in naughty.everything() if 0 < len(text.strip()) <= 200]

    tell(f"invoices for naughty strings and names: {invoiced(practice, front_desk, texts)} made")
