"""A security key in software: it makes key pairs and signs as WebAuthn asks, or as it must not."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from accounts.services.passkeys import Question

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
EC2, ES256, P256 = 2, -7, 1


@dataclass(slots=True)
class Held:
    """A key pair in the authenticator, and how often it signed."""

    private: ec.EllipticCurvePrivateKey
    count: int = 0


@dataclass(slots=True)
class Authenticator:
    """What a person holds in their hand. Each attribute is one thing that a false one gets wrong.

    ``challenge`` is signed in place of the one that was asked, ``step`` added to the count at
    each signature.
    """

    origin: str = "http://localhost:8000"
    domain: str = "localhost"
    flags: int = PRESENT | VERIFIED
    step: int = 1
    challenge: bytes | None = None
    is_framed: bool = False
    user_handle: bytes | None = None
    keys: dict[bytes, Held] = field(default_factory=dict)

    def answer(self, question: Question | dict[str, Any]) -> str:
        """Answer as the page's script sends it on."""
        asked = asdict(question) if isinstance(question, Question) else question
        shown = self._create(asked) if asked["is_new"] else self._get(asked)
        return json.dumps({"asked": str(asked["id"]), **shown})

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        excluded = {unpacked(key["id"]) for key in asked["options"].get("excludeCredentials", [])}
        if excluded & self.keys.keys():
            raise LookupError("InvalidStateError")
        credential_id = secrets.token_bytes(32)
        self.keys[credential_id] = Held(ec.generate_private_key(ec.SECP256R1()))
        attested = (bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id) + cose_key(
            self.keys[credential_id].private
        )
        statement = cbor(
            {
                "fmt": "none",
                "attStmt": {},
                "authData": self._data(credential_id, ATTESTED) + attested,
            }
        )
        response = {"attestationObject": packed(statement)}
        return self._credential(credential_id, self._client("webauthn.create", asked), response)

    def _get(self, asked: dict[str, Any]) -> dict[str, Any]:
        allowed = [unpacked(key["id"]) for key in asked["options"]["allowCredentials"]]
        credential_id = next((key for key in allowed if key in self.keys), next(iter(self.keys)))
        held = self.keys[credential_id]
        held.count += self.step
        data, client = self._data(credential_id), self._client("webauthn.get", asked)
        signed = held.private.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {"authenticatorData": packed(data), "signature": packed(signed)}
        if self.user_handle is not None:
            response["userHandle"] = packed(self.user_handle)
        return self._credential(credential_id, client, response)

    def _data(self, credential_id: bytes, more: int = 0) -> bytes:
        count = self.keys[credential_id].count
        return (
            sha256(self.domain.encode()).digest()
            + bytes([self.flags | more])
            + count.to_bytes(4, "big")
        )

    def _client(self, kind: str, asked: dict[str, Any]) -> bytes:
        challenge = asked["options"]["challenge"]
        told = {
            "type": kind,
            "challenge": packed(self.challenge) if self.challenge else challenge,
            "origin": self.origin,
            "crossOrigin": self.is_framed,
        }
        return json.dumps(told).encode()

    def _credential(
        self, credential_id: bytes, client: bytes, response: dict[str, str]
    ) -> dict[str, Any]:
        return {
            "id": packed(credential_id),
            "rawId": packed(credential_id),
            "type": "public-key",
            "response": {"clientDataJSON": packed(client), **response},
        }


def changed(answer: str, part: str, *, bit: int = 0) -> str:
    """Flip one bit of a part of an answer."""
    told = json.loads(answer)
    raw = bytearray(unpacked(told["response"][part]))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    told["response"][part] = packed(bytes(raw))
    return json.dumps(told)


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def cose_key(private: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half as COSE writes it (RFC 9052)."""
    numbers = private.public_key().public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    return cbor({1: EC2, 3: ES256, -1: P256, -2: x, -3: y})


def cbor(value: object) -> bytes:
    """Encode what an attestation needs: whole numbers, bytes, text and maps (RFC 8949)."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    assert isinstance(value, dict)
    return _head(5, len(value)) + b"".join(cbor(part) for pair in value.items() for part in pair)


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = 1 if number < 2**8 else 2
    return bytes([major << 5 | 23 + size]) + number.to_bytes(size, "big")
