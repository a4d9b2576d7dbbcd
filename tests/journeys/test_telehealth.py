"""What a payer wants for telehealth, an hour of it up to its invoice, and an add-on."""

from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast

pytestmark = JOURNEY


def test_an_hour_of_telehealth_is_planned_held_and_billed_with_an_add_on(cast: Cast) -> None:
    front_desk, accountant = cast("front-desk"), cast("accountant")
    front_desk.go("/payers/")
    front_desk.fill("Name", "Lantern Mutual")
    front_desk.press("Add insurer")
    front_desk.shows("Lantern Mutual")
    accountant.go("/services/")
    accountant.fill("Code", "90785")
    accountant.fill("Your words for it", "Interactive complexity")
    accountant.fill("Fee, USD", "15.00")
    accountant.fill("From", "2026-01-01")
    accountant.press("Add service")
    accountant.shows("Interactive complexity")
    accountant.go("/services/telehealth/")
    accountant.choose("Payer", "Lantern Mutual")
    accountant.fill("Modifiers", "95")
    accountant.fill("From", "2026-01-01")
    accountant.press("Set it")
    accountant.shows("95 and the place where the client was", "Active")
    accountant.look("telehealth-rules")

    client = desk.add_client(front_desk, "Marisol", "Etcheverry")
    therapist = cast("therapist").name
    desk.assign(front_desk, client, therapist)
    front_desk.go(f"{client.path}coverages/new/")
    front_desk.fill("Insurer", "Lantern Mutual")
    front_desk.choose("Pays", "Primary")
    front_desk.fill("First day", "2026-01-01")
    front_desk.main.locator("form button[type=submit]").first.click()
    front_desk.shows("Lantern Mutual", "Primary")

    front_desk.go(f"/appointments/new/?client={client.path.strip('/').split('/')[-1]}")
    front_desk.choose("Therapist", therapist)
    offered = front_desk.main.get_by_label("Service", exact=True)
    front_desk.choose("Service", offered.locator("option", has_text="90834").inner_text())
    front_desk.fill("Starts at", "00:00")
    front_desk.choose("Where", "10 Telehealth, client at home")
    front_desk.look("telehealth-plan")
    front_desk.press("Plan it")
    front_desk.shows("Telehealth")
    front_desk.look("telehealth-day")
    row = front_desk.main.get_by_role("row", name="Etcheverry")
    row.get_by_role("link", name="12:00 AM", exact=True).click()
    hour = desk.path_of(front_desk)

    front_desk.go(f"{hour}session/")
    expect(front_desk.main.get_by_label("Modifiers", exact=True)).to_have_value("95")
    front_desk.fill("Ended at", "00:45")
    front_desk.fill("Modifiers", "")
    with front_desk.watch.expecting(422):
        front_desk.press("Record session")
        front_desk.shows("Lantern Mutual wants 95, which is not among the modifiers.")
    front_desk.look("telehealth-not-as-wanted")
    front_desk.fill("Modifiers", "95")
    front_desk.press("Record session")
    front_desk.shows("10 Telehealth, client at home, 95")
    front_desk.look("telehealth-held")

    front_desk.follow("Add one")
    front_desk.main.get_by_role("radio", name="90785").check()
    front_desk.look("add-on")
    front_desk.press("Add it")
    expect(front_desk.page.get_by_text("90785 is added at $15.00.")).to_be_visible()
    front_desk.shows("Interactive complexity", "15.00")
    front_desk.look("add-on-added")
    front_desk.follow("Place and modifiers")
    front_desk.look("place-and-modifiers")
    with front_desk.in_the_dark():
        front_desk.look("place-and-modifiers-dark")
    front_desk.go("/sessions/unbilled/")
    front_desk.look("add-on-unbilled")
    invoice = desk.issue(front_desk, client.path)
    assert invoice.open == "$165.00"
    front_desk.shows("Interactive complexity")
    front_desk.look("add-on-invoice")
