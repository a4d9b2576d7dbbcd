"""The bytes that are hashed and signed: no two events alike, and signatures as others make them."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import verifier
from audit.terms import Event
from tests.audit.chains import KEY, PRACTICE

texts = st.text(st.characters(codec="utf-8"), max_size=6)
ids = st.uuids().map(str)
entries = st.builds(
    Event,
    seq=st.integers(1, 3),
    at=st.integers(0, 3),
    action=texts,
    person=st.none() | ids,
    target_kind=texts,
    target_id=st.none() | ids,
    label=texts,
    facts=texts,
    touched=st.lists(ids, max_size=2, unique=True).map(sorted),
    commitment=st.none() | st.binary(max_size=3).map(bytes.hex),
    has_values=st.just(False),
    hash=st.just(""),
)


@given(entries, entries)
def test_no_two_different_events_hash_alike(one: Event, other: Event) -> None:
    same = verifier.link(PRACTICE, verifier.ZEROS, one) == verifier.link(
        PRACTICE, verifier.ZEROS, other
    )

    assert same == (one == other)


@given(entries, st.integers(0, 6))
def test_moving_a_letter_to_the_next_field_changes_the_hash(one: Event, cut: int) -> None:
    words = one.action + one.target_kind
    moved = one._replace(action=words[:cut], target_kind=words[cut:])

    same = verifier.link(PRACTICE, "", one) == verifier.link(PRACTICE, "", moved)

    assert same == (one == moved)


# RFC 8032 section 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_signatures_of_the_standard_are_valid(key: str, message: str, signature: str) -> None:
    assert verifier.is_signed(*map(bytes.fromhex, (key, message, signature)))


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=100), st.integers(0, 511))
def test_a_signature_with_one_bit_changed_is_judged_as_by_a_second_implementation(
    message: bytes, bit: int
) -> None:
    signature = KEY.sign(message)
    changed = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")

    assert verifier.is_signed(KEY.public_key, message, signature)
    assert verifier.is_signed(KEY.public_key, message, changed) == _is_valid(message, changed)


def _is_valid(message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(KEY.public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
