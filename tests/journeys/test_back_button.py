"""Nothing of a client comes back to a screen that somebody has left.

Chromium keeps whole pages in memory to go back to; drivers switch that off, and here it is on.
"""

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from config.dev import testing
from tests.journeys import JOURNEY
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW, House
from tests.journeys.person import Person

pytestmark = JOURNEY

BACK_FROM_MEMORY = """addEventListener("pageshow", ({ persisted }) => {
  if (persisted) sessionStorage.setItem("back", "from memory");
});"""
IDLE_LIMIT = "10:00"
GRACE_MS = 2_000

EXPIRE = (
    "UPDATE accounts_signinsession SET last_seen_at = last_seen_at - interval '1 day'"
    " WHERE user_id = (SELECT id FROM accounts_user WHERE email = %s)"
)


@pytest.fixture(scope="module")
def remembering(chromium: Browser) -> Iterator[Browser]:
    """A browser that keeps pages to go back to."""
    with contextlib.closing(
        chromium.browser_type.launch(
            executable_path=testing.browser(),
            args=["--no-sandbox", "--enable-features=BackForwardCache"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
    ) as browser:
        yield browser


@pytest.fixture
def person(remembering: Browser, cast: Cast, house: House) -> Iterator[Person]:
    """A therapist of the other practice, at a client's page."""
    guest = cast.newcomer("therapist", SUMMIT_ROW)
    person = Person.at(remembering, guest.account, guest.app, house.base_url)
    person.context.add_init_script(BACK_FROM_MEMORY)
    with contextlib.closing(person.context):
        yield person.sign_in()


def names_on_the_way(person: Person) -> list[str]:
    """Walk to a client's page, and return the names that were to be read."""
    person.go("/my-clients/")
    names = person.main.locator("a.name bdi").all_inner_texts()
    person.main.locator("a.name").first.click()
    expect(person.heading).to_contain_text(names[0])
    return names


def expire(house: House, person: Person) -> None:
    """Let the server's clock end the session, without a word to the browser."""
    with house.superuser() as database:
        database.execute(EXPIRE, [person.account["email"]])


def test_this_browser_keeps_pages_to_go_back_to(remembering: Browser, house: House) -> None:
    """What the journeys below stand against is there: a page of ours comes back from memory."""
    with contextlib.closing(remembering.new_context(base_url=house.base_url)) as context:
        context.add_init_script(BACK_FROM_MEMORY)
        page = context.new_page()
        page.goto("/sign-in/")
        page.goto("/healthz")
        page.go_back()
        page.wait_for_function("sessionStorage.getItem('back') === 'from memory'")


def test_going_back_after_the_server_ended_the_session_shows_no_client(
    person: Person, house: House
) -> None:
    names = names_on_the_way(person)
    person.page.goto(house.env["STRIPE_API_BASE"])
    expire(house, person)

    for _ in range(2):
        person.page.go_back()
        person.hides(*names)
        expect(person.heading).to_have_text("Sign in")
        person.hides(*names)


def test_going_back_after_signing_out_in_another_tab_shows_no_client(person: Person) -> None:
    names = names_on_the_way(person)
    other = person.context.new_page()
    other.goto("/my-clients/")
    other.get_by_role("button", name="Sign out").first.click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(person.heading).to_have_text("Sign in")

    person.page.goto("about:blank")
    for _ in range(2):
        person.page.go_back()

        expect(person.heading).to_have_text("Sign in")
        person.hides(*names)


def test_the_screen_is_blank_two_seconds_after_the_idle_limit(person: Person, house: House) -> None:
    person.page.clock.install()
    names = names_on_the_way(person)
    expire(house, person)

    person.page.clock.fast_forward(IDLE_LIMIT)
    person.page.clock.run_for(GRACE_MS)

    person.hides(*names)
    expect(person.heading).to_have_text("Sign in")
    person.hides(*names)
