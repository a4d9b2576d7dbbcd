"""Whoever takes the chair after sign-out finds nothing of the person before."""

from playwright.sync_api import expect

from tests.journeys import JOURNEY
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW

pytestmark = JOURNEY

STEPS_BACK = 3


def test_going_back_after_sign_out_shows_no_client(cast: Cast) -> None:
    therapist = cast.newcomer("therapist", SUMMIT_ROW).sign_in()
    therapist.go("/my-clients/")
    names = therapist.main.locator("a.name bdi").all_inner_texts()
    assert names
    therapist.main.locator("a.name").first.click()
    expect(therapist.heading).to_contain_text(names[0])

    therapist.page.get_by_role("button", name="Sign out").first.click()

    expect(therapist.heading).to_have_text("Sign in")
    for _ in range(STEPS_BACK):
        therapist.page.go_back()
        therapist.page.wait_for_load_state()
        therapist.hides(*names)
        expect(therapist.heading).to_have_text("Sign in")
    therapist.look("after-sign-out")
