"""The auditor reads what everybody did, in sentences, and has it proved."""

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.person import Person

pytestmark = JOURNEY

PAGES_MAX = 10


@pytest.fixture(scope="module")
def auditor(cast: Cast) -> Person:
    return cast("auditor")


def test_the_log_tells_what_the_front_desk_did(
    auditor: Person,
    new_client: desk.Known,
    paid_by_card: desk.Billed,
    cash_taken: desk.Billed,
) -> None:
    code, invoice = new_client.code, paid_by_card.number

    told = sentences(auditor, "Rosalind Achebe")

    assert {
        "Rosalind Achebe signed in.",
        f"Rosalind Achebe added client {code}.",
        f"Rosalind Achebe assigned client {code} to Ingrid Solheim.",
        f"Rosalind Achebe opened client {code}.",
        f"Rosalind Achebe recorded a session of client {code} at $150.00.",
        f"Rosalind Achebe issued invoice {invoice} over $150.00.",
        f"Rosalind Achebe started a card payment of $150.00 for {invoice}.",
        f"Rosalind Achebe applied a payment of $20.00 to invoice {cash_taken.number}.",
    } <= told
    assert any("recorded a payment of $20.00 on R-" in line for line in told)


def test_the_log_tells_what_the_card_company_reported(
    auditor: Person, paid_by_card: desk.Billed
) -> None:
    told = sentences(auditor, "Anyone", did="Sessions, invoices, payments")

    assert any("posted a card payment of $150.00 on R-" in line for line in told)
    assert any("checkout.session.completed" in line for line in told)


def test_the_log_tells_who_read_and_who_was_refused(
    auditor: Person,
    cast: Cast,
    billed_session: desk.Billed,
    unassigned: tuple[desk.Known, desk.Billed],
) -> None:
    therapist, accountant = cast("therapist"), cast("accountant")
    therapist.go(billed_session.path)
    with therapist.watch.expecting(404):
        therapist.go(unassigned[0].path)
    accountant.go("/reports/trial-balance/")

    read = sentences(auditor, therapist.name) | sentences(auditor, accountant.name)

    assert f"{therapist.name} opened invoice {billed_session.number}." in read
    refused = "asked for something at billing:client and was refused with 404."
    assert f"{therapist.name} {refused}" in read
    assert any(f"{accountant.name} read the report Trial balance" in line for line in read)


def test_the_log_tells_which_role_was_given(auditor: Person, second_role: str) -> None:
    told = sentences(auditor, "Max Okafor", did="Changed roles")

    assert f"Max Okafor gave the role auditor to {second_role}." in told
    assert f"Max Okafor took the role auditor from {second_role}." in told


def test_the_log_names_no_client(
    auditor: Person, new_client: desk.Known, unassigned: tuple[desk.Known, desk.Billed]
) -> None:
    auditor.rail("Audit log")

    expect(auditor.heading).to_have_text("Audit log")
    auditor.hides(*new_client.traces, *unassigned[0].traces)
    auditor.look("log")


def test_after_a_leak_the_log_says_whose_records_somebody_touched(
    auditor: Person, new_client: desk.Known, paid_by_card: desk.Billed
) -> None:
    auditor.rail("Audit log")
    auditor.choose("Who", "Rosalind Achebe")
    with auditor.page.expect_navigation():
        auditor.press("Show")
    auditor.follow("Whose records")
    auditor.shows("After a leak, this is who may have to be told.", new_client.code)
    auditor.look("whose-records")
    with auditor.in_the_dark():
        auditor.picture("whose-records-dark")

    auditor.follow(new_client.code)
    expect(auditor.heading).to_have_text(f"Who has looked at {new_client.code}")
    expect(auditor.main.get_by_label("Who", exact=True)).not_to_have_value("")
    auditor.look("looks-narrowed")
    auditor.go(f"/log/?number={paid_by_card.number.lower()}")
    auditor.shows(f"issued invoice {paid_by_card.number}")
    auditor.look("log-of-a-number")


def test_books_and_log_are_whole(house: House, paid_by_card: desk.Billed) -> None:
    books, log = house.run("verify_ledger"), house.run("verify_audit")

    assert books.count("every invariant holds") == 2
    assert log.count("the log is whole") == 3


def sentences(auditor: Person, who: str, did: str = "Anything") -> set[str]:
    """Return what the log tells of somebody, page after page."""
    auditor.rail("Audit log")
    auditor.choose("Who", who)
    auditor.choose("Did", did)
    with auditor.page.expect_navigation():
        auditor.press("Show")
    told: set[str] = set()
    for _ in range(PAGES_MAX):
        told |= set(auditor.main.locator(".event > span:first-of-type").all_inner_texts())
        older = auditor.main.get_by_role("link", name="Older")
        if not older.count():
            break
        with auditor.page.expect_navigation():
            older.click()
    return told
