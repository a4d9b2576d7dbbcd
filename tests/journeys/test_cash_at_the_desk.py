"""Cash is taken at the desk, in part, once, and the receipt says what is left."""

from urllib.parse import parse_qsl

from playwright.sync_api import Locator, Request, expect

from tests.journeys import JOURNEY, desk
from tests.journeys.person import Person

pytestmark = JOURNEY

RESEND = """async (fields) => {
  const answer = await fetch("/payments/new/", {method: "POST", body: new URLSearchParams(fields)});
  return [answer.status, await answer.text()];
}"""


def test_a_part_is_paid_in_cash(front_desk: Person, cash_taken: desk.Billed) -> None:
    left = desk.cents(cash_taken.open) - 20_00
    front_desk.go(cash_taken.path)

    front_desk.shows("Part paid", "in cash", f"Still to pay {desk.dollars(left)}")

    front_desk.look("invoice-part-paid")
    front_desk.main.get_by_role("link", name=cash_taken.code).click()
    front_desk.main.get_by_role("link", name="R-").first.click()
    front_desk.shows("$20.00 in cash", cash_taken.number, "Owes now")
    front_desk.look("receipt")


def test_a_payment_sent_twice_is_one_payment(front_desk: Person, open_invoice: desk.Billed) -> None:
    left = desk.cents(open_invoice.open) - 20_00
    desk.take(front_desk, open_invoice, "20.00")
    front_desk.look("payment-new")
    button = front_desk.main.get_by_role("button", name="Record payment")

    with front_desk.page.expect_request(is_payment) as sent:
        button.dblclick()

    number = receipt_heading(front_desk).inner_text()
    fields = parse_qsl(str(sent.value.post_data), keep_blank_values=True)
    status, html = front_desk.page.evaluate(RESEND, fields)
    assert status == 200
    assert number in html
    front_desk.go(open_invoice.path)
    front_desk.shows(f"Still to pay {desk.dollars(left)}")


def test_more_than_is_owed_is_questioned(front_desk: Person, debt: desk.Billed) -> None:
    desk.take(front_desk, debt, "99,999.00")

    with front_desk.watch.expecting(422):
        front_desk.press("Record payment")
        expect(front_desk.page.get_by_label("Amount", exact=True)).to_be_focused()

    expect(front_desk.page.get_by_label("Amount", exact=True)).to_have_value("99,999.00")
    front_desk.look("payment-too-much")
    front_desk.go(debt.path)
    assert desk.invoice_in_sight(front_desk) == debt


def receipt_heading(person: Person) -> Locator:
    return person.main.get_by_role("heading", name="Receipt R-", level=2)


def is_payment(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/payments/new/")
