"""Sessions are sold ahead, used when they are billed, and what is left is given back."""

from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast

pytestmark = JOURNEY


def test_a_package_is_offered_sold_used_and_given_back(cast: Cast) -> None:
    accountant, front_desk = cast("accountant"), cast("front-desk")
    accountant.go("/services/packages/")
    accountant.fill("Your words for it", "Four sessions")
    for code in ("90834", "90837"):
        accountant.main.get_by_role("checkbox", name=code).check()
    accountant.fill("Sessions", "4")
    accountant.fill("Price of all, USD", "520.00")
    accountant.fill("Days to use them", "120")
    accountant.main.get_by_role("checkbox", name="Unused sessions expire").check()
    accountant.fill("Offered from", "2026-01-01")
    accountant.press("Offer it")
    accountant.shows("4 sessions of 90834 or 90837 for $520.00, $130.00 each")
    accountant.look("package-offers")

    client = desk.add_client(front_desk, "Leilani", "Kahananui")
    therapist = cast("therapist").name
    desk.assign(front_desk, client, therapist)
    front_desk.follow("Sell a package")
    front_desk.main.get_by_role("radio", name="Four sessions").check()
    front_desk.fill("Sold on", f"{desk.yesterday():%Y-%m-%d}")
    front_desk.look("package-sell")
    front_desk.press("Sell it")
    expect(front_desk.heading).to_contain_text("PK-")
    package = desk.path_of(front_desk)
    front_desk.look("package-sold")

    desk.record_session(front_desk, client, therapist)
    front_desk.shows("4 of 4 sessions left", "pays it with $130.00")
    front_desk.look("package-client")
    front_desk.go("/sessions/unbilled/")
    front_desk.look("package-unbilled")
    desk.issue(front_desk, client.path)
    front_desk.shows("by package PK-", "Nothing is open")
    front_desk.look("package-invoice")

    front_desk.go(package)
    front_desk.follow("Give back")
    front_desk.shows("$390.00")
    front_desk.look("package-give-back")
    front_desk.press("End the package")
    front_desk.shows("Given back, 3 unused")
    with front_desk.in_the_dark():
        front_desk.look("package-ended-dark")
    front_desk.go("/packages/")
    front_desk.look("packages")
    front_desk.go("/packages/run-out/")
    front_desk.look("packages-run-out")
