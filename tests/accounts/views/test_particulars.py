"""The page on which an administrator says what documents name."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.selectors import particulars
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.billing import estimating as an
from tests.houses import House, browser_of

URL = "accounts:particulars"


@pytest.fixture
def browser(practice: House, administrator: Membership) -> Client:
    return browser_of(administrator)


def test_what_is_typed_is_what_documents_say(browser: Client, practice: House) -> None:
    typed = {**an.PRACTICE, "tax_id": "12-3456789", "npi": "123 456-7893"}
    assert browser.post(reverse(URL), typed).status_code == 302

    with practice_scope(practice.id):
        row = particulars.of_practice()
        assert row
        assert (row.tax_id, row.npi) == ("123456789", "1234567893")
        assert Event.objects.filter(action=Action.PRACTICE_PARTICULARS_SET).count() == 1
    assert 'value="Harbor Lane Counseling PLLC"' in browser.get(reverse(URL)).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"npi": "1234567890"}, "its last digit does not fit"),
        ({"npi": "12345"}, "An NPI has ten digits."),
        ({"tax_id": "12-34567"}, "An EIN has nine digits"),
        ({"postal_code": "1970"}, "Enter a ZIP code"),
        ({"region": "XX"}, "Select a valid choice"),
        ({"street": ""}, "Enter the street and number."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    browser: Client, change: dict[str, Any], words: str
) -> None:
    answer = browser.post(reverse(URL), {**an.PRACTICE, **change})

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_therapist_has_numbers_of_their_own(browser: Client, practice: House) -> None:
    therapist = practice.people["therapist"]
    url = reverse("accounts:therapist_particulars", args=[therapist.pk])
    wrong = browser.post(url, {**an.THERAPIST, "npi": ""})
    assert "Enter the NPI, ten digits." in wrong.content.decode()
    assert browser.post(url, an.THERAPIST).status_code == 302

    assert an.NPI in browser.get(reverse(URL)).content.decode()
    with practice_scope(practice.id):
        row = particulars.of_therapist(therapist)
        assert row
        assert row.license_number == "110042"


def test_nobody_but_therapists_has_numbers(browser: Client, practice: House) -> None:
    desk = practice.people["front-desk"]

    answer = browser.get(reverse("accounts:therapist_particulars", args=[desk.pk]))

    assert answer.status_code == 404
