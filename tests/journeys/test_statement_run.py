"""A month's statements for two hundred clients, by keyboard alone, with what became of each."""

import re

from playwright.sync_api import expect

from tests.journeys import JOURNEY, letters, owing
from tests.journeys.house import House
from tests.journeys.person import Person
from tests.journeys.test_keyboard import walk_to, write_in

pytestmark = JOURNEY

CLIENTS = 200
MADE_WITHIN = 300_000
"""Milliseconds, on a machine that does much else."""


def test_two_hundred_statements_by_keyboard(front_desk: Person, house: House) -> None:
    assert owing.added(house, CLIENTS) == CLIENTS
    page = front_desk.page
    front_desk.go("/today/")
    page.keyboard.type("g5")
    expect(front_desk.heading).to_have_text("Letters")
    front_desk.look("letters-empty")
    walk_to(front_desk, "Statement runs")
    page.keyboard.press("Enter")
    expect(front_desk.heading).to_have_text("Statement runs")
    front_desk.look("statement-runs")
    write_in(front_desk, "Who owes at least", "150")
    write_in(front_desk, "On each statement", "Our office is closed from July 1 to 14.")
    walk_to(front_desk, "Look who that is")
    page.keyboard.press("Enter")

    expect(front_desk.heading).to_contain_text("Statements until")
    front_desk.shows("Nothing is made yet", "Told by e-mail")
    front_desk.look("statement-run-drawn-up")
    page.keyboard.press("m")
    progress = front_desk.main.get_by_role("status")
    expect(progress).to_contain_text("Clients done")
    front_desk.look("statement-run-progress")
    over = front_desk.main.get_by_role("heading", name=re.compile(r"\d+ statements made"))
    expect(over).to_be_visible(timeout=MADE_WITHIN)

    expect(front_desk.main.get_by_role("cell", name="Made", exact=True).first).to_be_visible()
    made = int(re.findall(r"\d+", over.inner_text())[0])
    assert made >= CLIENTS
    expect(front_desk.main.get_by_role("link", name="Print").first).to_be_visible()
    front_desk.look("statement-run-made")
    with front_desk.in_the_dark():
        front_desk.look("statement-run-made-dark")
    walk_to(front_desk, "See what became of the letters")
    page.keyboard.press("Enter")
    expect(front_desk.heading).to_have_text("Letters")
    front_desk.look("letters")
    text = letters.to(house, "quill1@owing.example", "A message from")
    for secret in ("Quill", "Owing", "150", "session", "C-0"):
        assert secret not in text
    assert "statement of account is ready" in text
