"""What people write is shown and never run: every stored text, on every page, forty ways.

Each text column is made to give a hostile text, whatever is stored, so that no length or form
stands before the page. The page must keep the same skeleton of tags and attributes as with a
harmless text, and run nothing in a browser even without its policy.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from playwright.sync_api import ConsoleMessage, Route, sync_playwright

from accounts.fields import EncryptedText
from config.dev import testing
from tests.attacks.answers import untouched
from tests.attacks.payloads import MARK, PAYLOADS
from tests.test_permissions import EVERY_ROUTE, World

ROOT: Path = settings.BASE_DIR
MAIL = ROOT / "templates" / "mail"
HARMLESS = f"Ada {MARK}"

MACHINE_WORDS = re.compile(
    "action|body|checkout_id|code|connect_id|differs|key_id|kind|network|normal_side|number"
    "|object_id|outcome|password|path|previous_secret|receipt|reference|role|secret|secret_key"
    "|series"
    "|session_data|session_key|sha256|signing_secret|slug|source|stripe_id|subject_kind"
    "|target_kind|time_zone"
)
"""Text columns of the machine: words, codes and digests whose form it or the database checks."""
WRITTEN_ALL_THE_SAME = {"billing.Bill.number", "billing.BillPayment.check_number"}
"""Numbers that people copy from somebody's paper."""

MARKED_SAFE = {
    "accounts/views/signin.py": "segno draws the square code from an address that we made",
    "accounts/templatetags/face.py": "format_html escapes every part that it is given",
}
"""Where markup is made in Python, and why nothing that people write gets into it unescaped."""

MAKES_MARKUP = re.compile(r"\bmark_safe\b|\bSafe(?:String|Text|Data)\(|__html__|\bformat_html")
MAKES_MARKUP_IN_A_TEMPLATE = re.compile(
    r"\|\s*(?:safe|safeseq|escapejs|json_script)\b|{%\s*(?:auto\w+|filter)\b"
)
RUNNING = (0, 10, 15, 34)
"""Texts that run at once where they are taken for markup: they show that a run is heard."""

ADDRESSES = {"href", "src", "action", "formaction", "hx-get", "hx-post", "hx-target", "data"}
SENT = {"billing:search": {"q": "Okonkwo"}}
"""What is posted where looking takes a form."""

SHOWN_ON_AT_LEAST = 6
"""Pages of each role that must show a text: fewer would mean that none was tried."""


def written_fields() -> "list[models.Field[Any, Any]]":
    """Return every text column that people, directly or not, may have written."""
    return [
        field
        for model in apps.get_models()
        if not model.__module__.startswith("django.")
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | EncryptedText)
        and not field.choices
        and (
            not MACHINE_WORDS.fullmatch(field.name)
            or f"{model._meta.label}.{field.name}" in WRITTEN_ALL_THE_SAME
        )
    ]


@contextmanager
def saying(text: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every text that people wrote be this one wherever it is read; empty ones stay so."""
    written = {id(field) for field in written_fields()}

    def plain(self: "models.Field[Any, Any]", value: Any, *_: object) -> Any:
        return text if value and id(self) in written else value

    with monkeypatch.context() as patch:
        for kind in (models.CharField, models.TextField):
            patch.setattr(kind, "from_db_value", plain, raising=False)
        patch.setattr(EncryptedText, "from_text", plain)
        yield


class Skeleton(HTMLParser):
    """The tags and attributes of a page, and where its addresses lead."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.bones: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bones.append(f"<{tag} {' '.join(name for name, _ in attrs)}>")
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]

    def handle_endtag(self, tag: str) -> None:
        self.bones.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.bones.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.bones.append(f"<!{decl}>")


def pages(world: World, browser: Client) -> dict[str, str]:
    """Return what every route shows in somebody's browser, as far as it is markup."""
    found = {}
    for route in sorted(EVERY_ROUTE):
        with untouched(browser):
            sent = SENT.get(route)
            path = world.url(route)
            answer = browser.post(path, sent) if sent else browser.get(path)
            if answer.get("Content-Type", "").startswith("text/html"):
                found[route] = answer.content.decode()
    return found


def said(
    world: World, browser: Client, text: str, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    with saying(text, monkeypatch):
        return pages(world, browser)


def led_away(page: Skeleton) -> list[str]:
    """Return the addresses of a page that are not paths of ours."""
    return [to for to in page.addresses if not re.match(r"[/#?]|mailto:|tel:|$", to)]


def compare(harmless: dict[str, str], hostile: dict[str, str]) -> list[str]:
    """Return the pages whose skeleton a hostile text changed, or that it leads away from."""
    wrong = []
    for page, html in hostile.items():
        before, after = Skeleton(harmless[page]), Skeleton(html)
        if before.bones != after.bones or set(led_away(after)) - set(led_away(before)):
            wrong.append(page)
    return wrong


@pytest.mark.parametrize("column", ["front-desk", "accountant", "therapist", "administrator"])
def test_no_text_becomes_markup(world: World, column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser(column)
    harmless = said(world, browser, HARMLESS, monkeypatch)
    hostile = said(world, browser, " ".join(PAYLOADS), monkeypatch)

    assert sum(MARK in html for html in hostile.values()) >= SHOWN_ON_AT_LEAST
    assert compare(harmless, hostile) == []


@pytest.mark.long
@pytest.mark.parametrize("column", ["front-desk", "administrator"])
def test_none_of_the_texts_becomes_markup_by_itself(
    world: World, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.browser(column)
    harmless = said(world, browser, HARMLESS, monkeypatch)
    wrong = {
        payload: found
        for payload in PAYLOADS
        if (found := compare(harmless, said(world, browser, payload, monkeypatch)))
    }

    assert wrong == {}


def test_a_text_that_becomes_markup_is_noticed() -> None:
    harmless = {"page": f"<p>{HARMLESS}</p>"}

    noticed = [payload for payload in PAYLOADS if compare(harmless, {"page": f"<p>{payload}</p>"})]

    assert len(PAYLOADS) == 40
    assert len(noticed) >= 34
    in_an_attribute = {"page": f'<p title="{PAYLOADS[32]}">{HARMLESS}</p>'}
    assert compare({"page": f'<p title="">{HARMLESS}</p>'}, in_an_attribute)
    assert compare({"page": '<a href="/">x</a>'}, {"page": f'<a href="{PAYLOADS[37]}">x</a>'})


def executed(documents: dict[str, str]) -> list[str]:
    """Load documents into Chromium without any policy, and return those in which a text ran."""
    ran: list[str] = []
    program = testing.browser()
    if program is None:
        pytest.skip("Chromium was not found, so NO TEXT IS TRIED IN A BROWSER.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page()

        def serve(route: Route) -> None:
            html = documents.get(route.request.url.removeprefix("http://pages.test/"), "")
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

        def hear(message: ConsoleMessage) -> None:
            if message.text == MARK:
                ran.append(tab.url.removeprefix("http://pages.test/"))

        tab.route("**/*", serve)
        tab.on("console", hear)
        for name in documents:
            tab.goto(f"http://pages.test/{name}", wait_until="load")
        tab.wait_for_timeout(200)
        browser.close()
    return ran


@pytest.mark.browser
def test_no_text_runs_in_a_browser(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written = {
        f"{column} {page}": html
        for column in ("front-desk", "administrator")
        for page, html in said(
            world, world.browser(column), " ".join(PAYLOADS), monkeypatch
        ).items()
        if MARK in html
    }
    documents = {str(number): html for number, html in enumerate(written.values())}
    unescaped = {f"raw{number}": f"<p>{PAYLOADS[number]}</p>" for number in RUNNING}

    ran = executed(documents | unescaped)

    assert len(documents) >= 2 * SHOWN_ON_AT_LEAST
    assert sorted(set(ran)) == sorted(unescaped)


@pytest.mark.browser
@pytest.mark.long
def test_none_of_the_texts_runs_in_a_browser_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = {
        f"{number}-{place}": html
        for number, payload in enumerate(PAYLOADS)
        for place, html in enumerate(
            said(world, world.browser("front-desk"), payload, monkeypatch).values()
        )
        if MARK in html
    }
    unescaped = {f"raw{number}": f"<p>{text}</p>" for number, text in enumerate(PAYLOADS)}

    ran = executed(documents | unescaped)

    assert [name for name in ran if name in documents] == []
    assert len(set(ran)) >= 25


def test_markup_is_made_only_where_it_was_looked_at() -> None:
    making = {
        path.relative_to(ROOT).as_posix()
        for app in ("accounts", "audit", "billing", "clients", "config", "ledger")
        for path in (ROOT / app).rglob("*.py")
        if not path.is_relative_to(ROOT / "config/dev")
        if MAKES_MARKUP.search(path.read_text(encoding="utf-8"))
    }

    assert making == set(MARKED_SAFE)


def test_no_template_says_that_a_text_is_safe() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), made)
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
        if (made := MAKES_MARKUP_IN_A_TEMPLATE.findall(path.read_text(encoding="utf-8")))
        if not (path.is_relative_to(MAIL) and path.suffix == ".txt")
    ]

    assert found == []


def test_mail_is_plain_text() -> None:
    """Its templates escape nothing, because nothing there is markup."""
    assert {path.suffix for path in MAIL.rglob("*") if path.is_file()} <= {".txt"}
    sending = (ROOT / "accounts/services/mail.py").read_text(encoding="utf-8")
    assert not re.search(r"html_message|EmailMultiAlternatives|content_subtype", sending)
