"""Two parents pay for one child: each is billed, pays and is told of their own part alone."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.person import Person

pytestmark = JOURNEY

MOTHER, FATHER = "Oleksandra Maternova", "Florian Paternus"


def add_parent(front_desk: Person, client: desk.Known, name: str, address: str) -> None:
    front_desk.go(f"{client.path}parties/new/")
    front_desk.main.get_by_role("radio", name="Another person").check()
    front_desk.choose("To the client", "Parent")
    front_desk.fill("Name", name)
    front_desk.fill("Postal address", address)
    front_desk.press("Save")
    expect(front_desk.main).to_contain_text(name)


def divide(front_desk: Person, client: desk.Known) -> None:
    """Let the mother pay 60 percent and the father the rest."""
    front_desk.go(f"{client.path}splits/new/")
    front_desk.fill("For sessions from", f"{desk.yesterday() - timedelta(days=30):%Y-%m-%d}")
    front_desk.page.locator("[name=way_0]").select_option("PERCENT")
    front_desk.page.locator("[name=amount_0]").fill("60")
    front_desk.page.locator("[name=way_1]").select_option("REST")
    front_desk.press("Save")
    front_desk.shows("the rest", "in force")


def test_two_parents_pay_for_one_child(cast: Cast) -> None:
    front_desk, therapist = cast("front-desk"), cast("therapist").name
    client = desk.add_client(front_desk, "Noor", "Quietriver")
    desk.assign(front_desk, client, therapist)
    add_parent(front_desk, client, MOTHER, "7 Maternal Way\nSalem, MA 01970")
    add_parent(front_desk, client, FATHER, "8 Paternal Road\nLynn, MA 01901")
    divide(front_desk, client)
    front_desk.look("two-parents-rules")

    desk.record_session(front_desk, client, therapist)
    front_desk.shows("one for each who pays by the rules of each day")
    mothers = desk.issue(front_desk, client.path)
    front_desk.shows(MOTHER, FATHER, "The other parts", "$90.00", "60.00 open")
    front_desk.hides("Maternal Way", "Paternal Road")
    front_desk.look("two-parents-invoice")
    paper = front_desk.fetch(f"{mothers.path}pdf/")
    assert paper.status == 200

    front_desk.main.get_by_role("link", name="Take payment").click()
    chosen = front_desk.page.get_by_label("Who paid").locator("option:checked")
    expect(chosen).to_have_text(MOTHER)
    front_desk.fill("Amount", "50.00")
    front_desk.look("two-parents-pay")
    front_desk.press("Record payment")
    front_desk.shows(f"from {MOTHER} for", "40.00")
    front_desk.look("two-parents-receipt")

    front_desk.go(client.path)
    front_desk.shows("Who owes what", MOTHER, FATHER)
    front_desk.look("two-parents-client")
    front_desk.page.set_viewport_size({"width": 360, "height": 800})
    front_desk.picture("two-parents-client-360")
    front_desk.page.set_viewport_size({"width": 1280, "height": 800})
    front_desk.main.get_by_role("link", name=FATHER).click()
    expect(front_desk.heading).to_contain_text(FATHER)
    front_desk.shows("60.00")
    front_desk.hides(mothers.number)
    front_desk.press("Make the statement")
    expect(front_desk.main.get_by_role("region", name="Statements")).to_contain_text("60.00")
