"""A practice works from its own network only; the page shows what that means before it counts."""

import http.client
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW
from tests.journeys.person import Person

pytestmark = JOURNEY


@pytest.fixture
def administrator(cast: Cast) -> Person:
    return cast("administrator", SUMMIT_ROW)


def add(administrator: Person, network: str, label: str) -> None:
    administrator.fill("Network or address", network)
    administrator.fill("What it is", label)
    administrator.press("See what it means")


def test_work_from_the_named_networks_only(cast: Cast, administrator: Person) -> None:
    desk = cast("front-desk", SUMMIT_ROW)
    administrator.rail("Networks")
    administrator.look("networks-none")
    add(administrator, "10.8.0.0/16", "VPN")
    administrator.shows("Your own address 127.0.0.1 would be locked out")
    administrator.look("networks-locked-out")
    administrator.follow("Leave it")
    with administrator.watch.expecting(422):
        add(administrator, "0.0.0.0/0", "All")
        administrator.shows("This is every address there is.")
    add(administrator, "127.0.0.1", "This desk")
    administrator.shows("Your own address 127.0.0.1 passes.")
    administrator.look("networks-preview")
    administrator.press("Allow this network")
    administrator.shows("Your own address passes.")
    administrator.look("networks")
    with administrator.in_the_dark():
        administrator.picture("networks-dark")

    desk.go("/today/")
    expect(desk.heading).not_to_contain_text("networks only")
    assert from_elsewhere(desk, "/today/") == 403
    assert from_elsewhere(desk, "/sign-in/") in {200, 302}

    administrator.main.get_by_role("button", name="Remove 127.0.0.1/32").click()
    administrator.shows("No network is named")
    assert from_elsewhere(desk, "/today/") == 200


def test_who_is_outside_is_told_so_plainly(cast: Cast, administrator: Person) -> None:
    desk = cast("front-desk", SUMMIT_ROW)
    administrator.rail("Networks")
    administrator.main.get_by_role("checkbox", name="Administrator").uncheck()
    administrator.press("Save roles")
    expect(administrator.page.get_by_role("status")).to_contain_text("Saved.")
    add(administrator, "10.8.0.0/16", "VPN")
    administrator.shows("You still come in, because none of your roles is bound.")
    administrator.press("Allow this network")
    administrator.shows("Your own address lies outside.")

    with desk.watch.expecting(403):
        desk.go("/today/")
    desk.shows("networks only")
    desk.look("networks-refused")

    administrator.main.get_by_role("button", name="Remove 10.8.0.0/16").click()
    administrator.shows("No network is named")
    administrator.main.get_by_role("checkbox", name="Administrator").check()
    administrator.press("Save roles")
    expect(administrator.page.get_by_role("status")).to_contain_text("Saved.")
    desk.follow("Try again")
    expect(desk.page.get_by_role("navigation", name="Main")).to_be_visible()


def from_elsewhere(person: Person, path: str) -> int:
    """Ask with this person's cookies from another address of this machine."""
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in person.context.cookies())
    host = urlsplit(person.base_url).netloc
    connection = http.client.HTTPConnection(host, source_address=("127.0.0.2", 0), timeout=10)
    try:
        connection.request("GET", path, headers={"Cookie": cookies, "X-Forwarded-For": "127.0.0.1"})
        return connection.getresponse().status
    finally:
        connection.close()
