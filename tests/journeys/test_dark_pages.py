"""Whose system is dark sees dark pages, as sound as the light ones."""

import pytest

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast

pytestmark = JOURNEY

PAGES = (
    ("front-desk", "/today/"),
    ("front-desk", "/clients/"),
    ("front-desk", "/clients/new/"),
    ("front-desk", "/sessions/unbilled/"),
    ("front-desk", "/invoices/"),
    ("front-desk", "/payments/new/"),
    ("therapist", "/my-clients/"),
    ("accountant", "/reports/trial-balance/"),
    ("accountant", "/reports/aging/"),
    ("administrator", "/people/"),
    ("administrator", "/roles/"),
    ("auditor", "/log/"),
)


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_a_page_is_sound_in_the_dark(cast: Cast, role: str, path: str) -> None:
    person = cast(role)

    with person.in_the_dark():
        person.go(path)
        person.look(f"dark{path.rstrip('/').replace('/', '-')}")


def test_a_client_and_an_invoice_are_sound_in_the_dark(
    cast: Cast, new_client: desk.Known, billed_session: desk.Billed
) -> None:
    front_desk = cast("front-desk")

    with front_desk.in_the_dark():
        for name, path in (("client", new_client.path), ("invoice", billed_session.path)):
            front_desk.go(path)
            front_desk.look(f"dark-{name}")
