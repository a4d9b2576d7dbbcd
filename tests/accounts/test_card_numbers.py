"""Card numbers are recognized however they are typed, and little else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.card_numbers import BRANDS, Brand, holds_card_number

TEST_CARDS = (
    "4242424242424242",
    "4000002500003155",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "4222222222222",
)


@pytest.mark.parametrize("number", TEST_CARDS)
def test_test_cards_are_recognized(number: str) -> None:
    assert holds_card_number(number)


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "card:4242424242424242.",
        "on 2026-03-04 4242 4242 4242 4242 exp 12/29",
        "12 4242424242424242 34",
        "4242  4242\N{EN DASH}4242\N{NO-BREAK SPACE}4242",
        "\N{FULLWIDTH DIGIT FOUR}\N{FULLWIDTH DIGIT TWO}" * 8,
        "\N{ARABIC-INDIC DIGIT FOUR}\N{ARABIC-INDIC DIGIT TWO}" * 8,
    ],
)
def test_they_are_found_within_other_words(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4242424242424241",
        "0190b7c4-4242-7242-8242-424242424242",
        "/clients/0190b7c4-4242-7242-8242-424242424242/",
        "/payment-plans/new/?client=b3d6b5b2-094d-72de-5f63-834898093048",
        "+1 (212) 555-0142",
        "1942-03-04",
        "INV-2026-0412",
        "100000000000000",
        "42424242424242424242",
        # Digits that check, of no brand: a claim number, a Visa of 14 digits, an Amex of 16.
        "9999999999999995",
        "42424242424242",
        "3700000000000007",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not holds_card_number(text)


@pytest.mark.parametrize(
    "id_", ["0190b7c4-4242-7242-8242-42424242424a", "7ed68484-2779-7612-85a3-aca785cf89de"]
)
def test_an_id_beside_a_number_hides_nothing(id_: str) -> None:
    assert holds_card_number(f"/clients/{id_}/ 4242424242424242")
    assert holds_card_number(f"4242-4242-4242-4242-{id_}")
    assert holds_card_number(f"{id_}-4242-4242-4242-4242")


@given(st.sampled_from(BRANDS), st.data())
def test_a_number_of_any_brand_is_recognized_and_with_another_check_digit_is_none(
    brand: Brand, data: st.DataObject
) -> None:
    beginning = data.draw(st.integers(int(brand.first), int(brand.last)))
    length = data.draw(st.sampled_from(sorted(brand.lengths)))
    missing = length - len(brand.first) - 1
    rest = data.draw(st.text("0123456789", min_size=missing, max_size=missing))
    body = f"{beginning}{rest}"

    found = [digit for digit in "0123456789" if holds_card_number(body + digit)]

    assert found == [str(-luhn(body) % 10)]


def luhn(body: str) -> int:
    """What the digits before the check digit sum up to, counted otherwise than the product does."""
    doubled = "0246813579"
    places = zip(reversed(body), (doubled, "0123456789") * len(body), strict=False)
    return sum(int(values[int(digit)]) for digit, values in places)


@given(st.text(max_size=60), st.sampled_from(TEST_CARDS), st.text(max_size=60))
def test_no_words_around_a_number_hide_it(before: str, number: str, after: str) -> None:
    assert holds_card_number(f"{before} {number} {after}")
