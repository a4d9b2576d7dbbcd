"""What a password has to be, without any list that was loaded."""

import random
import secrets
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import password_rules
from accounts.password_rules import LENGTH_MAX, LENGTH_MIN, LENGTH_MIN_LONG, refusal
from accounts.permissions import BUILT_IN_ROLES, Permission
from tests.accounts import common_passwords

NAMES = ["Rosalind Achebe", "rosalind.achebe@harborlane", "Harbor Lane Counseling", "Harbor Lane"]
RARE = """amber anchor basil birch brook canvas cedar clover copper coral cotton dune ember fern
    garnet hazel heron indigo ivory juniper kestrel lantern linen maple marble nutmeg""".split()  # noqa: SIM905


def fits(password: str, length_min: int = LENGTH_MIN) -> bool:
    return not refusal(password, length_min=length_min, names=NAMES)


@pytest.mark.parametrize(("length", "fit"), [(11, False), (12, True), (64, True), (128, True)])
def test_twelve_characters_to_a_hundred_and_twenty_eight(length: int, fit: bool) -> None:
    assert fits(unlike(length)) is fit


def test_a_hundred_and_twenty_nine_are_too_many() -> None:
    assert refusal(unlike(129), length_min=12) == f"Use at most {LENGTH_MAX} characters."


def test_fourteen_are_too_few_for_whoever_opens_the_practice_to_others() -> None:
    assert not fits(unlike(14), LENGTH_MIN_LONG)
    assert fits(unlike(15), LENGTH_MIN_LONG)


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.slug)
def test_of_the_built_in_roles_the_administrator_needs_fifteen(role: object) -> None:
    expected = LENGTH_MIN_LONG if role.slug == "administrator" else LENGTH_MIN  # type: ignore[attr-defined]  # a BuiltInRole

    assert password_rules.length_min(role.permissions) == expected  # type: ignore[attr-defined]  # the same


@pytest.mark.parametrize("right", ["ROLE_CHANGE", "SECURITY_CHANGE", "MEMBER_CHANGE"])
def test_each_of_three_rights_needs_fifteen(right: str) -> None:
    assert password_rules.length_min([Permission.LOG_VIEW, Permission[right]]) == LENGTH_MIN_LONG


@given(st.lists(st.sampled_from(RARE), min_size=4, max_size=6, unique=True), st.sampled_from(" -."))
def test_four_unrelated_words_are_fit(words: list[str], between: str) -> None:
    assert fits(between.join(words))


@pytest.mark.parametrize("kind", [string.ascii_lowercase, string.ascii_uppercase, "אבגדהוזחטיכלמנ"])
def test_characters_of_one_kind_will_do(kind: str) -> None:
    chance = random.Random(3)
    made = ["".join(chance.choices(kind, k=16)) for _ in range(300)]

    assert [password for password in made if not fits(password)] == []


def test_what_a_manager_makes_is_fit() -> None:
    made = [secrets.token_urlsafe(16) for _ in range(500)]

    assert [password for password in made if not fits(password)] == []


@given(st.text(max_size=150), st.sampled_from([12, 15]))
def test_any_text_is_judged_in_one_sentence_that_does_not_repeat_it(
    text: str, length_min: int
) -> None:
    said = refusal(text, length_min=length_min, names=NAMES)

    assert said == "" or said.endswith(".")
    assert len(text) < 8 or text not in said


@given(
    st.sampled_from(sorted(filter(str.isalpha, password_rules.common()))).filter(
        lambda w: len(w) > 4
    ),
    st.text(string.digits + "!$-_ .", min_size=1, max_size=9),
    st.sampled_from([str.lower, str.upper, str.title, common_passwords.leet]),
    st.booleans(),
)
def test_a_common_word_stays_common_with_something_round_it(
    word: str, affix: str, spell: object, after: bool
) -> None:
    spelled = spell(word)  # type: ignore[operator]  # a function of text
    password = f"{spelled}{affix}" if after else f"{affix}{spelled}"

    assert not fits(password.ljust(LENGTH_MIN, "1"))


@pytest.mark.parametrize(
    "password",
    [
        "HarborLane2026!",
        "harbor-lane-counseling",
        "rosalind-achebe-1",
        "Achebe!Rosalind",
        "r0s4lind-4ch3be",
        "Quietledger!2026",
        "QuietLedgerLedger",
        "therapist-2026-!",
        "Mental-Health-99",
        "ledger-password!",
    ],
)
def test_names_that_everybody_there_knows_are_refused(password: str) -> None:
    assert refusal(password, length_min=12, names=NAMES)


def test_a_name_among_other_words_is_fit() -> None:
    assert fits("rosalind paints copper herons")


@pytest.mark.parametrize(
    "password",
    [
        "1qaz2wsx3edc4rfv",
        "qwertyuiop[]",
        "zaq12wsxcde3",
        "abcdefghijkl",
        "123456789012",
        "+_)(*&^%$#@!",
    ],
)
def test_a_walk_over_the_keys_is_refused(password: str) -> None:
    assert "keyboard" in refusal(password, length_min=12)


@pytest.mark.parametrize("password", ["a" * 40, "abab" * 9, "kumquatkumquat", "x1!" * 6])
def test_repeating_adds_nothing(password: str) -> None:
    assert "repeats" in refusal(password, length_min=12)


def test_both_ways_to_write_an_accent_are_judged_alike() -> None:
    composed = "Ståle écrit à Zoë"
    decomposed = unicodedata.normalize("NFD", composed)

    assert fits(composed) is fits(decomposed) is True


def test_three_thousand_known_passwords_fall_without_any_list() -> None:
    known = common_passwords.of_length(LENGTH_MIN, 3_000)

    assert len(set(known)) == 3_000
    assert [password for password in known if fits(password)] == []


def test_a_digest_is_the_beginning_of_what_published_lists_hold() -> None:
    assert password_rules.digest("password").hex() == "5baa61e4c9b93f3f0682"


def unlike(length: int) -> str:
    """Return so many characters without any pattern."""
    return "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=length))
