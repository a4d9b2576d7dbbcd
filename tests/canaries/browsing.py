"""The same work at a real browser, whose folder is looked through once it is closed."""

import contextlib
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserType, expect

from tests.canaries.day import Day, Written
from tests.journeys import desk
from tests.journeys.house import HARBOR_LANE
from tests.journeys.person import PATIENCE, App, Person

KEPT_SECONDS = 2.5
"""Typed and not sent, it is kept by the server after two seconds."""
STORED = """async ([name, text]) => {
  localStorage.setItem(name, text);
  sessionStorage.setItem(name, text);
  const opened = indexedDB.open(name);
  await new Promise((done) => {
    opened.onupgradeneeded = () => opened.result.createObjectStore("kept");
    opened.onsuccess = () => {
      const writing = opened.result.transaction("kept", "readwrite");
      writing.objectStore("kept").put(text, name);
      writing.oncomplete = done;
    };
  });
}"""


@contextlib.contextmanager
def at_a_browser(day: Day, chromium: BrowserType, program: str, profile: Path) -> Iterator[Person]:
    """Sit the front desk down at a browser that keeps its folder."""
    account = day.house.person("front-desk", HARBOR_LANE)
    context = chromium.launch_persistent_context(
        profile,
        executable_path=program,
        args=["--no-sandbox"],
        base_url=day.house.base_url,
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE)
    day.heard.follow(context)
    app = day.apps.setdefault(account["email"], App(account["totp_secret"]))
    try:
        yield Person(account, app, context, day.house.base_url).sign_in()
    finally:
        context.close()


def work(day: Day, person: Person, invoice: str) -> None:
    """Add a client, search, change, look at files, and pay by card on the other site."""
    marks = day.marks
    names = marks.name(), marks.name("accented")
    person.go("/clients/new/")
    desk.write_client(person, *names, marks.email(), marks.phone())
    person.fill("Birth date", "1849-01-01")
    person.press("Add client")
    person.shows("Check the year.")
    person.fill("Birth date", marks.day())
    person.press("Add client")
    expect(person.heading).to_contain_text(names[1])
    known = Written(desk.path_of(person), person.page.title().split()[0], {})
    _search(person, names[1], marks.words("search words"))
    _leave_unsent(day, person, known)
    _download(person, invoice)
    desk.open_card_page(person, desk.Billed("", "", invoice, ""))
    desk.pay_with(person, desk.CARD)
    expect(person.main).to_contain_text("is paid")
    day.heard.add("titles", *(page.title() for page in person.context.pages))
    for path in (known.path, "/clients/", "/today/", "/invoices/"):
        person.go(path)
        day.heard.add("titles", person.page.title())
    person.page.go_back()
    person.page.go_back()


def _search(person: Person, name: str, nothing: str) -> None:
    person.page.keyboard.press("/")
    box = person.page.get_by_role("searchbox")
    box.fill(nothing)
    box.press("Enter")
    expect(person.main).to_be_visible()
    box.fill(name)
    box.press("Enter")
    expect(person.main.locator("a.name").first).to_be_visible()


def _leave_unsent(day: Day, person: Person, client: Written) -> None:
    """Type something and go away from it; then come back to it."""
    person.go(f"{client.path}parties/new/")
    words = day.marks.words("typed and not sent")
    person.page.get_by_label("Name", exact=True).press_sequentially(words)
    time.sleep(KEPT_SECONDS)
    person.go("/today/")
    person.go(f"{client.path}parties/new/")
    person.go(f"{client.path}record/person/")
    pronouns = day.marks.name(kind="pronouns")
    person.fill("Pronouns", pronouns)
    person.press("Save")
    person.shows(pronouns)


def _download(person: Person, invoice: str) -> None:
    person.go("/clients/export/")
    button = person.main.get_by_role("button", name=re.compile("file|Take|Download|Export", re.I))
    with person.page.expect_download() as taken:
        button.first.click()
    assert taken.value.suggested_filename.endswith(".csv")
    Path(taken.value.path()).unlink()
    person.go(invoice)


def plant(person: Person, address: str, words: str) -> None:
    """Leave marked words in everything that a browser keeps, as a careless page would."""
    person.page.goto(address)
    person.page.evaluate(STORED, ["planted", words])
    person.page.evaluate("(words) => { document.title = words; }", words)
    person.page.evaluate(
        "(words) => history.pushState({}, '', `?q=${encodeURIComponent(words)}`)", words
    )
    time.sleep(0.5)


def profile_without_programs(profile: Path) -> list[Path]:
    """Return what of a browser's folder can hold anything of a page."""
    for part in ("WidevineCdm", "component_crx_cache", "Safe Browsing"):
        shutil.rmtree(profile / part, ignore_errors=True)
    return [profile]
