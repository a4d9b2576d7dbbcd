"""The hosted pages in Chromium: nothing refused by the policy, nothing said on the console."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from config.dev.testing import browser
from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import Running

CHROMIUM = browser()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@dataclass
class Seen:
    """A page, and whatever its browser complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def assert_sound(self) -> None:
        violations = Axe().run(self.page).response["violations"]
        assert [violation["id"] for violation in violations] == []
        assert self.complaints == []

    def type_card(self, number: str) -> None:
        self.page.get_by_label("Card number").fill(number)
        self.page.get_by_label("Expiry").fill("12 / 34")
        self.page.get_by_label("Security code").fill("123")


class ShopHandler(BaseHTTPRequestHandler):
    """The merchant's page."""

    def do_GET(self) -> None:
        body = b"<!doctype html><html lang=en><link rel=icon href=data:,><h1>Thank you</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """An origin of its own for the merchant."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), ShopHandler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(params=["light", "dark"])
def seen(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Seen]:
    page = chromium.new_page(color_scheme=request.param)
    seen = Seen(page)
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    yield seen
    page.close()


def open_session(client: stripe.StripeClient, shop: str) -> str:
    session = making.session(
        client,
        success_url=f"{shop}/paid?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{shop}/back",
    )
    return str(session.url)


def test_a_card_is_typed_and_the_shop_is_reached(
    client: stripe.StripeClient, simulator: Running, shop: str, seen: Seen
) -> None:
    seen.page.goto(open_session(client, shop))
    seen.assert_sound()

    seen.type_card("4242 4242 4242 4242")
    seen.page.get_by_role("button", name="Pay $120.00").click()

    expect(seen.page.get_by_role("heading")).to_have_text("Thank you")
    assert urlsplit(seen.page.url).query.startswith("session=cs_test_")
    assert seen.complaints == []


def test_a_mistake_a_decline_and_the_bank_are_told_in_words(
    client: stripe.StripeClient, simulator: Running, shop: str, seen: Seen
) -> None:
    seen.page.goto(open_session(client, shop))
    pay = seen.page.get_by_role("button", name="Pay $120.00")

    pay.click()
    seen.assert_sound()
    seen.page.get_by_role("link", name="Enter a card number.").click()
    expect(seen.page.get_by_label("Card number")).to_be_focused()

    seen.type_card("4000 0000 0000 0002")
    pay.click()
    expect(seen.page.get_by_role("alert")).to_contain_text("Your card was declined.")
    seen.assert_sound()

    seen.type_card("4000 0025 0000 3155")
    pay.click()
    expect(seen.page.get_by_role("heading")).to_have_text("Confirm with your bank")
    seen.assert_sound()
    seen.page.get_by_role("button", name="Yes, it is from me").click()
    expect(seen.page.get_by_role("heading")).to_have_text("Thank you")
    assert seen.complaints == []


def test_the_way_back_and_what_is_over_are_sound_pages(
    client: stripe.StripeClient, simulator: Running, shop: str, seen: Seen
) -> None:
    address = open_session(client, shop)
    seen.page.goto(address)
    seen.page.get_by_role("link", name="Back to Simulated merchant").click()
    expect(seen.page).to_have_url(f"{shop}/back")
    simulator.pay(address)

    seen.page.goto(address)

    expect(seen.page.get_by_role("heading")).to_have_text("Already paid")
    seen.assert_sound()
