"""An amount is divided in whole cents, and the parts are the whole."""

from random import Random
from uuid import UUID

import pytest

from clients.splits import WHOLE, Share, divide, fault

SPLITS = 10_000
SEED = 20260303


def party(number: int) -> UUID:
    return UUID(int=number)


def percent(*points: int) -> list[Share]:
    return [Share(party(place), basis_points=each) for place, each in enumerate(points)]


def drawn(random: Random) -> list[Share]:
    """Draw shares that make a whole, in any order: fixed sums, percentages, perhaps a rest."""
    fixed = [
        Share(party(n), fixed_cents=random.randint(1, 60_000)) for n in range(random.randint(0, 3))
    ]
    has_rest = random.random() < 0.5
    count = random.randint(0 if has_rest else 1, 6)
    total = random.randint(count, WHOLE - 1) if has_rest else WHOLE
    cuts = sorted(random.sample(range(1, total), count - 1)) if count else []
    points = [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)] if count else []
    shares = fixed + [Share(party(10 + n), basis_points=each) for n, each in enumerate(points)]
    if has_rest:
        shares.append(Share(party(99)))
    random.shuffle(shares)
    return shares


def test_the_parts_of_ten_thousand_splits_are_the_whole() -> None:
    random = Random(SEED)
    for _ in range(SPLITS):
        shares, cents = drawn(random), random.randint(-2_000_000, 2_000_000)
        assert fault(shares) == ""
        parts = divide(cents, shares)

        assert sum(parts) == cents
        assert all(part == 0 or (part < 0) == (cents < 0) for part in parts)
        fixed = [(abs(p), s) for p, s in zip(parts, shares, strict=True) if s.fixed_cents]
        assert all(part <= (share.fixed_cents or 0) for part, share in fixed)
        remaining = abs(cents) - sum(part for part, _ in fixed)
        for part, share in zip(parts, shares, strict=True):
            if share.basis_points is not None:
                assert abs(abs(part) * WHOLE - remaining * share.basis_points) < WHOLE
        assert divide(-cents, shares) == [-part for part in parts]


@pytest.mark.parametrize(
    ("cents", "shares", "parts"),
    [
        (15_000, percent(6_000, 4_000), [9_000, 6_000]),
        (10_001, percent(5_000, 5_000), [5_001, 5_000]),
        (100, percent(3_333, 3_333, 3_334), [33, 33, 34]),
        (1, percent(3_333, 3_333, 3_334), [0, 0, 1]),
        (0, percent(WHOLE), [0]),
        (15_000, [Share(party(1), fixed_cents=5_000), Share(party(2))], [5_000, 10_000]),
        (3_000, [Share(party(1), fixed_cents=5_000), Share(party(2))], [3_000, 0]),
        (
            15_000,
            [Share(party(9), fixed_cents=3_000), *percent(6_000, 4_000)],
            [3_000, 7_200, 4_800],
        ),
        (-10_001, percent(5_000, 5_000), [-5_001, -5_000]),
    ],
)
def test_how_an_amount_is_divided(cents: int, shares: list[Share], parts: list[int]) -> None:
    assert divide(cents, shares) == parts


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([], "Say who pays"),
        (percent(6_000, 3_999), "make 99.99, not 100"),
        (percent(6_000, 4_001), "make 100.01, not 100"),
        ([Share(party(1), fixed_cents=1)], "somebody take the rest"),
        ([Share(party(1)), Share(party(2))], "Only one"),
        ([*percent(WHOLE), Share(party(2))], "Nothing is left"),
        ([Share(party(0)), *percent(5_000)], "twice"),
        ([Share(party(1), basis_points=0), Share(party(2))], "more than nothing"),
        ([Share(party(1), fixed_cents=-1), Share(party(2))], "more than nothing"),
        ([Share(party(1), basis_points=1, fixed_cents=1), Share(party(2))], "either"),
    ],
)
def test_shares_that_make_no_whole_divide_nothing(shares: list[Share], words: str) -> None:
    assert words in fault(shares)
    with pytest.raises(ValueError, match=words):
        divide(100, shares)
