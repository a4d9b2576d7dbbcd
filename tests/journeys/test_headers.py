"""What the running server sends, and what a real browser makes of it and keeps of it."""

import contextlib
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from config.dev import testing
from tests.attacks.answers import cookie_flaws, directives, flaws
from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW, House
from tests.journeys.person import Person

pytestmark = JOURNEY

CANARIES = ("Thessalonika", "Quillfeather-Brandt")
"""A name that stands in no other place of this machine."""

SINKS = {
    "markup that runs": "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=1>')",
    "markup of a script": "document.body.insertAdjacentHTML('beforeend', '<script>1</script>')",
    "hidden markup": "document.createElement('p').innerHTML = '<template><script>1</script>'",
    "a page that is parsed": "new DOMParser().parseFromString('<svg onload=1>', 'text/html')",
    "a frame's page": "document.createElement('iframe').srcdoc = '<script>1</script>'",
    "an address that is code": "document.body.insertAdjacentHTML('beforeend',"
    " '<a href=\"java\\nscript:1\">x</a>')",
    "an address elsewhere": "document.body.insertAdjacentHTML('beforeend',"
    " '<form action=\"https://evil.example\">')",
    "a handler of htmx": "document.body.insertAdjacentHTML('beforeend', '<p hx-on:click=1>')",
    "the text of a script": "document.createElement('script').text = '1'",
    "the source of a script": "document.createElement('script').src = '/static/x.js'",
    "a worker": "new Worker('/static/x.js')",
    "a policy of its own": "trustedTypes.createPolicy('mine', {})",
    "our policy once more": "trustedTypes.createPolicy('inspected', {})",
}
REFUSED_BY = {"require-trusted-types-for", "trusted-types", "script-src-attr"}
TRY = """async (code) => {
  const refused = new Promise((tell) => addEventListener(
    "securitypolicyviolation", (event) => tell(event.effectiveDirective), { once: true },
  ));
  try { new Function(code)(); return "done"; } catch { return await refused; }
}"""
HARMLESS = "document.body.insertAdjacentHTML('beforeend', '<p id=well><a href=/people/>x</a>')"


@contextlib.contextmanager
def connected(house: House) -> Iterator[HTTPConnection]:
    at = urlsplit(house.base_url)
    connection = HTTPConnection(str(at.hostname), at.port, timeout=10)
    with contextlib.closing(connection):
        yield connection


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/sign-in/", {}, 200),
        ("GET", "/", {}, 302),
        ("GET", "/nothing/", {}, 404),
        ("GET", "/static/nothing.css", {}, 404),
        ("GET", "/clients/%00/", {}, 404),
        ("GET", "/sign-out/", {}, 405),
        ("DELETE", "/healthz", {}, 403),
        ("POST", "/sign-in/", {}, 403),
        ("GET", "/sign-in/", {"Host": "evil.example"}, 400),
        ("POST", "/sign-in/", {"Content-Type": "multipart/form-data; boundary="}, 400),
    ],
)
def test_each_answer_of_the_running_server_is_dressed(
    house: House, method: str, path: str, sent: dict[str, str], status: int
) -> None:
    with connected(house) as connection:
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()

        assert answer.status == status
        assert flaws({name.title(): text for name, text in answer.headers.items()}) == []
        assert cookie_flaws(answer.headers.get_all("Set-Cookie") or []) == []
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    "bytes_sent",
    [b"BAD\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /%s HTTP/1.1\r\n" % (b"x" * 70_000)],
)
def test_what_is_no_request_is_told_nothing(house: House, bytes_sent: bytes) -> None:
    at = urlsplit(house.base_url)
    with socket.create_connection((str(at.hostname), at.port or 0), timeout=10) as plain:
        plain.sendall(bytes_sent + b"\r\n\r\n")
        told = plain.recv(65536)

    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 4")
    assert body == b""
    assert b"server" not in head.lower()


def test_a_signed_in_browser_holds_bound_cookies_only(front_desk: Person) -> None:
    cookies = front_desk.context.cookies()

    assert {cookie["name"] for cookie in cookies} >= {"__Host-session", "__Host-csrf"}
    for cookie in cookies:
        assert cookie["name"].startswith("__Host-")
        assert (cookie["secure"], cookie["httpOnly"], cookie["path"]) == (True, True, "/")
        assert cookie["sameSite"] in {"Lax", "Strict"}
        lasts = cookie["name"] == "__Host-device"
        assert (cookie["expires"] == -1) is not lasts
    assert front_desk.page.evaluate("document.cookie") == ""


def test_every_kind_of_answer_to_a_person_is_dressed(front_desk: Person, debt: desk.Billed) -> None:
    paths = ["/today/", "/clients/", debt.path, f"{debt.path}pdf/", "/nothing/", "/people/"]
    with front_desk.watch.expecting(404), front_desk.watch.expecting(403):
        front_desk.go("/clients/")
        answers = {path: front_desk.fetch(path) for path in paths}

    assert [answers[path].status for path in paths] == [200, 200, 200, 200, 404, 403]
    for answer in answers.values():
        headers = {name.title(): value for name, value in answer.headers.items()}
        assert headers["Cache-Control"] == "no-store"
        assert directives(headers["Content-Security-Policy"])["default-src"] == "'none'"


def test_a_style_is_asked_for_once(cast: Cast) -> None:
    person = cast.newcomer("front-desk", SUMMIT_ROW)
    person.go("/sign-in/")
    styles = "performance.getEntriesByType('resource').filter((e) => /\\.css$/.test(e.name))"
    assert person.page.evaluate(f"{styles}.length") > 0
    person.go("/sign-in/?again")

    assert person.page.evaluate(f"{styles}.every((e) => e.transferSize === 0)")


@pytest.fixture
def page(chromium: Browser, house: House) -> Iterator[Page]:
    """A page whose complaints nobody minds: what it refuses is the test."""
    with contextlib.closing(chromium.new_context(base_url=house.base_url)) as context:
        page = context.new_page()
        page.goto("/sign-in/")
        page.wait_for_load_state()
        yield page


@pytest.mark.parametrize("sink", SINKS)
def test_no_text_becomes_something_that_runs(page: Page, sink: str) -> None:
    """Each is refused with an error; what would run in an inert page is reported as it is read."""
    assert page.evaluate(TRY, SINKS[sink]) in REFUSED_BY


def test_harmless_markup_still_becomes_a_page(page: Page) -> None:
    assert page.evaluate(TRY, HARMLESS) == "done"
    assert page.locator("#well a").count() == 1


def test_the_disk_keeps_nothing_of_a_client(
    cast: Cast, chromium: Browser, house: House, tmp_path: Path
) -> None:
    """A profile on disk after a day's work: searched byte by byte, as UTF-8 and as UTF-16."""
    guest = cast.newcomer("front-desk", SUMMIT_ROW)
    context = chromium.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=testing.browser(),
        args=["--no-sandbox"],
        base_url=house.base_url,
        viewport={"width": 1440, "height": 900},
    )
    with contextlib.closing(context):
        person = Person(guest.account, guest.app, context, house.base_url).sign_in()
        gone_to: list[Request] = []
        context.on("request", lambda request: gone_to.append(request))
        added = desk.add_client(person, *CANARIES)
        person.go(added.path)
        person.go("/clients/")
        person.page.get_by_role("search").get_by_role("searchbox").fill(CANARIES[1])
        person.page.keyboard.press("Enter")
        expect(person.main).to_contain_text(CANARIES[1])
        person.rail("Clients")
        person.follow("New client")
        desk.write_client(person, *CANARIES, "left@unsent.example", "+1 202 555 0199")
        person.go("/today/")
        assert person.watch.take() == []

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    kept = {path: path.read_bytes() for path in files}
    words = [*CANARIES, "left@unsent.example", added.email]

    found = [
        (path.relative_to(tmp_path).as_posix(), word)
        for path, held in kept.items()
        for word in words
        if word.encode() in held or word.encode("utf-16-le") in held
    ]

    # A page that a browser went to by posting may be on its disk before sent.js has run.
    searches = [each for each in gone_to if each.url.endswith("/clients/search/")]
    assert {(each.method, each.is_navigation_request()) for each in searches} == {("POST", False)}
    assert any(b"/css/app.css" in held for held in kept.values()), "No cache was on the disk."
    assert found == []
