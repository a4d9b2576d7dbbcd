"""Money: typed, shown, added, split, and never a float."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.money import ZERO, Money, NotMoney

cents = st.integers(-99_999_999_99, 99_999_999_99)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("135", 13500),
        ("135.00", 13500),
        ("135.5", 13550),
        ("1,350", 135000),
        ("1,350.00", 135000),
        ("1350.00", 135000),
        ("12,345,678.90", 1234567890),
        (" 20.00 ", 2000),
        ("0", 0),
        ("0.05", 5),
        ("007.10", 710),
        ("-5.00", -500),
        ("\N{MINUS SIGN}5.00", -500),
        ("99,999,999.99", 9999999999),
    ],
)
def test_what_a_person_types_is_read(typed: str, expected: int) -> None:
    assert Money.parse(typed) == Money(expected)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "5 0", "5.00\n6", "\N{ARABIC-INDIC DIGIT FIVE}"),
        *[
            "abc",
            "$5",
            "5$",
            "1.2.3",
            "1,35",
            "13,50.00",
            ",350",
            "1,,350",
            ".50",
            "5.",
            "+5",
            "--5",
            "1e3",
            "0x10",
            "1_000",
            "NaN",
            "=1+1",
        ],
    ],
)
def test_other_text_is_refused_in_a_plain_sentence(typed: str) -> None:
    with pytest.raises(
        NotMoney, match=r"^Enter an amount in dollars and cents, such as 135\.00\.$"
    ):
        Money.parse(typed)


def test_more_than_two_decimals_are_refused_not_rounded() -> None:
    with pytest.raises(NotMoney, match="at most two digits after the decimal point"):
        Money.parse("1.005")


@pytest.mark.parametrize("typed", ["100000000.00", "100,000,000", "9" * 5000])
def test_an_amount_no_practice_bills_is_refused(typed: str) -> None:
    with pytest.raises(NotMoney, match=r"at most 99,999,999\.99"):
        Money.parse(typed)


@pytest.mark.parametrize("value", [1.0, True, "100", None, Decimal(1)])
def test_money_counts_whole_cents_only(value: object) -> None:
    with pytest.raises(TypeError, match="whole cents"):
        Money(value)  # type: ignore[arg-type]  # refused on purpose


@pytest.mark.parametrize(
    ("amount", "shown", "dollars"),
    [
        (135000, "1,350.00", "$1,350.00"),
        (5, "0.05", "$0.05"),
        (0, "0.00", "$0.00"),
        (-1770, "\N{MINUS SIGN}17.70", "\N{MINUS SIGN}$17.70"),
        (-5, "\N{MINUS SIGN}0.05", "\N{MINUS SIGN}$0.05"),
    ],
)
def test_money_is_shown_with_its_sign_before_the_number(
    amount: int, shown: str, dollars: str
) -> None:
    assert (str(Money(amount)), Money(amount).dollars) == (shown, dollars)


@given(cents)
def test_what_is_shown_can_be_typed(amount: int) -> None:
    assert Money.parse(str(Money(amount))) == Money(amount)


def test_money_adds_up() -> None:
    amounts = [Money(100), Money(250), -Money(50)]

    assert sum(amounts, ZERO) == Money(300)
    assert Money(100) - Money(250) == Money(-150)
    assert abs(Money(-150)) == Money(150) > ZERO
    assert not ZERO


@pytest.mark.parametrize("other", [1, 1.0, "1", None])
def test_money_adds_to_money_only(other: object) -> None:
    with pytest.raises(TypeError):
        Money(1) + other  # type: ignore[operator]  # refused on purpose
    with pytest.raises(TypeError):
        Money(1) - other  # type: ignore[operator]  # refused on purpose


def test_money_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Money(1).cents = 2  # type: ignore[misc]  # refused on purpose


def test_left_over_cents_go_to_the_earliest_of_equal_parts() -> None:
    assert Money(100).split(3) == [Money(34), Money(33), Money(33)]
    assert Money(-100).split(3) == [Money(-34), Money(-33), Money(-33)]


def test_left_over_cents_go_to_the_largest_remainders() -> None:
    assert Money(100).split([1, 2, 3]) == [Money(17), Money(33), Money(50)]
    assert Money(5).split([0, 1]) == [ZERO, Money(5)]


@pytest.mark.parametrize("weights", [0, -1, [], [0, 0], [1, -1], [2, -1]], ids=str)
def test_a_split_needs_parts(weights: int | list[int]) -> None:
    with pytest.raises(ValueError, match="at least one part"):
        Money(100).split(weights)


@given(cents, st.lists(st.integers(0, 10_000), min_size=1, max_size=40).filter(any))
@example(1, [1, 1])
def test_parts_add_up_to_the_whole_within_a_cent_of_their_share(
    amount: int, weights: list[int]
) -> None:
    parts = Money(amount).split(weights)

    assert sum(parts, ZERO) == Money(amount)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.cents * sum(weights) - amount * weight) < sum(weights)
