"""What was recorded wrongly is put right in a few clicks, and everything stays in sight."""

from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.person import Person

pytestmark = JOURNEY


def test_a_wrong_payment_is_corrected_in_three_clicks(
    front_desk: Person, open_invoice: desk.Billed
) -> None:
    desk.take(front_desk, open_invoice, "20.00")
    front_desk.fill("Handed over, USD", "50.00")
    front_desk.press("Record payment")
    expect(front_desk.main.get_by_role("heading", name="Receipt R-", level=2)).to_be_visible()
    front_desk.shows("Change $30.00")
    front_desk.picture("receipt-change")
    front_desk.go(open_invoice.path)
    front_desk.main.get_by_role("link", name=open_invoice.code).click()
    front_desk.main.get_by_role("link", name="R-").first.click()
    expect(front_desk.heading).to_contain_text("Payment")

    front_desk.page.keyboard.press("e")
    expect(front_desk.heading).to_contain_text("Correct R-")
    front_desk.look("payment-correct")
    front_desk.main.get_by_role("radio", name="The amount was wrong").check()
    front_desk.fill("Amount", "15.00")
    front_desk.press("Correct it")

    front_desk.shows("$15.00 in cash", "which was wrong")
    front_desk.look("payment-corrected")
    front_desk.main.get_by_role("complementary").get_by_role("link", name="R-").click()
    front_desk.shows("Taken back", "The amount was wrong", "In its place stands")
    with front_desk.in_the_dark():
        front_desk.look("payment-gone-dark")


def test_money_goes_back_and_credit_is_applied(
    front_desk: Person, open_invoice: desk.Billed
) -> None:
    desk.take(front_desk, open_invoice, "30.00")
    front_desk.main.get_by_role("radio", name="Credit").check()
    front_desk.press("Record payment")
    front_desk.shows("Kept as credit")
    front_desk.go("/payments/unapplied/")
    front_desk.look("credit")
    front_desk.main.get_by_role("checkbox", name="All credits").check()
    front_desk.press("Look before applying")
    front_desk.shows("afterwards")
    front_desk.look("credit-preview")
    front_desk.follow("Cancel")
    front_desk.main.get_by_role("link", name="Apply R-").first.click()
    front_desk.main.get_by_role("radio", name="By hand").check()
    front_desk.look("credit-by-hand")
    front_desk.go(open_invoice.path)
    front_desk.main.get_by_role("link", name=open_invoice.code).click()
    front_desk.main.get_by_role("link", name="R-").first.click()
    front_desk.follow("Refund")
    front_desk.look("refund")
    front_desk.main.get_by_role("radio", name="The client paid too much").check()
    front_desk.press("Record refund")
    front_desk.shows("Given back", "Back in cash")
    front_desk.look("payment-refunded")


def test_a_check_comes_back_from_the_bank(front_desk: Person, open_invoice: desk.Billed) -> None:
    desk.take(front_desk, open_invoice, "40.00")
    front_desk.main.get_by_role("radio", name="Check").check()
    front_desk.fill("Check number", "2207")
    front_desk.press("Record payment")
    expect(front_desk.main.get_by_role("heading", name="Receipt R-", level=2)).to_be_visible()
    front_desk.go(open_invoice.path)
    front_desk.main.get_by_role("link", name=open_invoice.code).click()
    front_desk.main.get_by_role("link", name="R-").first.click()
    front_desk.follow("Sent back by the bank")
    front_desk.main.get_by_role("radio", name="There was not enough money").check()
    front_desk.main.get_by_role("radio", name="Still in the drawer").check()
    front_desk.fill("The bank's fee, USD", "12.00")
    front_desk.look("check-returned")

    front_desk.press("Record it")

    front_desk.shows("The bank sent it back.", "The bank took $12.00 for it", "owes again")
    front_desk.look("check-sent-back")
    with front_desk.in_the_dark():
        front_desk.look("check-sent-back-dark")


def test_credit_goes_to_another_client(front_desk: Person, open_invoice: desk.Billed) -> None:
    desk.take(front_desk, open_invoice, "30.00")
    front_desk.main.get_by_role("radio", name="Credit").check()
    front_desk.press("Record payment")
    front_desk.shows("Kept as credit")
    other = "C-0001" if open_invoice.code != "C-0001" else "C-0002"
    front_desk.go(open_invoice.path)
    front_desk.main.get_by_role("link", name=open_invoice.code).click()
    front_desk.main.get_by_role("link", name="R-").first.click()
    front_desk.follow("To another account")
    front_desk.fill("To the client with this code", other)
    front_desk.fill("Amount", "20.00")
    front_desk.main.get_by_role("radio", name="They are one family").check()
    front_desk.main.get_by_role("radio", name="In writing").check()
    front_desk.look("credit-moves")

    front_desk.press("Give it to them")

    front_desk.shows("They are one family", "Take it back")
    front_desk.look("credit-moved")
    front_desk.follow("Take it back")
    front_desk.press("Take it back")
    front_desk.shows("It came back")


def test_an_invoice_is_voided_and_the_drawer_counted(
    front_desk: Person, open_invoice: desk.Billed
) -> None:
    front_desk.go(open_invoice.path)
    front_desk.follow("Void or correct")
    front_desk.look("invoice-void")
    front_desk.main.get_by_role("radio", name="It billed the wrong sessions").check()
    # Who took the cash leaves nothing unbilled alone.
    for session in front_desk.main.get_by_role("checkbox").all():
        session.check()
    front_desk.press("Void it")
    front_desk.shows("It stands in the place of")
    front_desk.go(open_invoice.path)
    front_desk.shows("Void")
    front_desk.look("invoice-voided")
    front_desk.go("/drawer/")
    front_desk.look("drawer")
    front_desk.follow("Take a deposit")
    front_desk.look("deposit")


def test_the_accountant_writes_off(cast: Cast, open_invoice: desk.Billed) -> None:
    accountant = cast("accountant")
    accountant.go(open_invoice.path)
    accountant.follow("Write off")
    accountant.look("write-off")
    accountant.fill("Amount", "1.00")
    accountant.main.get_by_role("radio", name="Courtesy").check()
    accountant.press("Write off")
    accountant.shows("Not to be paid")
    accountant.look("invoice-written-off")
    accountant.go("/invoices/small-balances/?below=25&days=0")
    accountant.look("small-balances")
