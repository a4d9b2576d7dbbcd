"""Passkeys (WebAuthn): the private half of the key pair never leaves a person's device.

A challenge is asked for one person, one purpose and, while there is no session yet, one sign-in
ticket. It is answered once within five minutes, whether the answer is right or wrong.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

import webauthn
from django.db import IntegrityError, transaction
from django.db.models import Q
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithm
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import Passkey, PasskeyChallenge, User
from accounts.services import passkey_site
from accounts.services.passkey_site import Site
from accounts.services.totp import ISSUER, CodeRefused

CHALLENGE_BYTES = 32
CHALLENGE_LIFE = timedelta(minutes=5)
LONGEST_ANSWER = 16_384
ALGORITHMS = [Algorithm.ECDSA_SHA_256, Algorithm.EDDSA, Algorithm.RSASSA_PKCS1_v1_5_SHA_256]

Purpose = PasskeyChallenge.Purpose
Parsed = TypeVar("Parsed")


class PasskeyRefused(CodeRefused):
    """A device's answer does not prove what it was asked for; nothing tells which part is wrong."""

    reason = "wrong passkey"

    def __init__(self) -> None:
        super().__init__("This passkey was not accepted. Try it once more, or use another way.")


class PasskeyCountedBack(PasskeyRefused):
    """The key has signed fewer times than before: a copy of it is in use somewhere."""

    reason = "passkey counted back"


class PasskeyKnown(PasskeyRefused):
    """This very key was added before."""

    reason = "passkey added twice"


class NoPasskey(Exception):
    """There is no passkey to ask for."""


@dataclass(frozen=True, slots=True)
class Question:
    """A challenge on its way to a browser. ``options`` are WebAuthn's own, as JSON."""

    id: UUID
    is_new: bool
    options: dict[str, Any]


def has_any(user: User) -> bool:
    return Passkey.objects.filter(user=user).exists()


def ask_for_new(*, user: User, now: datetime, bound_to: str = "") -> Question:
    """Ask a device for a new key pair; one that holds a key of this person already refuses.

    Raises:
        NoPasskey: browsers know none at this installation's address.
    """
    row, challenge = _challenge(user, Purpose.ENROL, now, bound_to)
    options = webauthn.generate_registration_options(
        rp_id=_here().domain,
        rp_name=ISSUER,
        user_id=user.pk.bytes,
        user_name=user.email,
        challenge=challenge,
        timeout=int(CHALLENGE_LIFE.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(_keys_of(user)),
        supported_pub_key_algs=ALGORITHMS,
    )
    return Question(row.pk, True, options_to_json_dict(options))


def ask_for_proof(*, user: User, purpose: Purpose, now: datetime, bound_to: str = "") -> Question:
    """Ask a device to sign with one of the person's keys.

    Raises:
        NoPasskey: they have none, or browsers know none at this installation's address.
    """
    keys = _keys_of(user)
    if not keys:
        raise NoPasskey
    row, challenge = _challenge(user, purpose, now, bound_to)
    options = webauthn.generate_authentication_options(
        rp_id=_here().domain,
        challenge=challenge,
        timeout=int(CHALLENGE_LIFE.total_seconds() * 1000),
        allow_credentials=_descriptors(keys),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Question(row.pk, False, options_to_json_dict(options))


def made(*, user: User, answer: str, name: str, now: datetime, bound_to: str = "") -> Passkey:
    """Return the public half of a key pair that a device has just made; ``keep`` writes it.

    Raises:
        PasskeyRefused: the answer is not one to a challenge of this person, or says another thing.
    """
    answered, challenge = _answered(user, Purpose.ENROL, answer, now, bound_to)
    credential = _read(lambda: parse_registration_credential_json(answered))
    _refuse_framed(credential.response.client_data_json)
    here = _here()
    shown = _read(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=here.domain,
            expected_origin=here.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
    )
    return Passkey(
        user=user,
        credential_id=shown.credential_id,
        public_key=shown.credential_public_key,
        sign_count=shown.sign_count,
        is_backed_up=shown.credential_backed_up,
        name=name,
        created_at=now,
    )


def keep(key: Passkey) -> None:
    """Let a passkey count from now on.

    Raises:
        PasskeyRefused: somebody has this very key already.
    """
    try:
        with transaction.atomic(using="gate"):
            key.save(force_insert=True)
    except IntegrityError:
        raise PasskeyKnown from None


def prove(*, user: User, purpose: Purpose, answer: str, now: datetime, bound_to: str = "") -> None:
    """Take a device's signature as a second factor.

    Raises:
        PasskeyRefused: it is not one over a challenge of this person, purpose and ticket.
    """
    answered, challenge = _answered(user, purpose, answer, now, bound_to)
    credential = _read(lambda: parse_authentication_credential_json(answered))
    _refuse_framed(credential.response.client_data_json)
    key = Passkey.objects.filter(user=user, credential_id=credential.raw_id).first()
    if key is None or credential.response.user_handle not in (None, b"", user.pk.bytes):
        raise PasskeyRefused
    here = _here()
    shown = _read(
        lambda: webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=here.domain,
            expected_origin=here.origin,
            credential_public_key=bytes(key.public_key),
            # The count is compared below, once the signature over it is known to be right.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    )
    count = shown.new_sign_count
    counts_on = Q(sign_count__lt=count) if count else Q(sign_count=0)
    if not Passkey.objects.filter(counts_on, pk=key.pk).update(
        sign_count=count, is_backed_up=shown.credential_backed_up, last_used_at=now
    ):
        raise PasskeyCountedBack


def _here() -> Site:
    here = passkey_site.site()
    if here is None:
        raise NoPasskey
    return here


def _keys_of(user: User) -> list[Passkey]:
    return list(Passkey.objects.filter(user=user).order_by("created_at", "id"))


def _descriptors(keys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=bytes(key.credential_id)) for key in keys]


def _challenge(
    user: User, purpose: Purpose, now: datetime, bound_to: str
) -> tuple[PasskeyChallenge, bytes]:
    """Write a new challenge, and return it with the bytes that are to be signed."""
    _here()
    of_user = PasskeyChallenge.objects.filter(user=user)
    of_user.filter(Q(expires_at__lte=now) | Q(used_at__isnull=False)).delete()
    row = PasskeyChallenge.objects.create(
        user=user,
        purpose=purpose,
        challenge=secrets.token_bytes(CHALLENGE_BYTES),
        expires_at=now + CHALLENGE_LIFE,
    )
    return row, _bound(row, bound_to)


def _bound(row: PasskeyChallenge, bound_to: str) -> bytes:
    """Return what is to be signed: it comes out otherwise for another ticket."""
    return sha256(bytes(row.challenge) + bound_to.encode()).digest()


def _answered(
    user: User, purpose: Purpose, answer: str, now: datetime, bound_to: str
) -> tuple[dict[str, Any], bytes]:
    """Use a challenge up, and return what came with it and what should have been signed."""
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused
    try:
        credential = json.loads(answer)
        asked = UUID(credential["asked"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise PasskeyRefused from None
    open_ones = PasskeyChallenge.objects.filter(
        pk=asked, user=user, purpose=purpose, used_at=None, expires_at__gt=now
    )
    if not open_ones.update(used_at=now):
        raise PasskeyRefused
    return credential, _bound(PasskeyChallenge.objects.get(pk=asked), bound_to)


def _read(parse: Callable[[], Parsed]) -> Parsed:
    """Let whatever is wrong with foreign bytes be one refusal: its words might quote them."""
    try:
        return parse()
    except Exception:
        raise PasskeyRefused from None


def _refuse_framed(client_data: bytes) -> None:
    """Refuse what was signed inside another site's page."""
    if _read(lambda: parse_client_data_json(client_data)).cross_origin:
        raise PasskeyRefused
