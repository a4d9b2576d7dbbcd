"""Keys that sign: our audit checkpoints, and what other systems know us by (RFC 7518)."""

from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from accounts import crypto


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs audit checkpoints with an Ed25519 key that is not in the database."""

    key_id: str
    public_key: bytes
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


@cache
def signer() -> Signer:
    """Return the signer of audit checkpoints, of the newest version of the key ring."""
    version = crypto.ring().newest
    private = Ed25519PrivateKey.from_private_bytes(crypto.checkpoint_key(version))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(f"checkpoint-{version}", public, private)


def make_signing_key(algorithm: str) -> str:
    """Return a new private key in PEM, by which a medical-record system knows us (RFC 7518)."""
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    if algorithm == "ES384":
        key = ec.generate_private_key(ec.SECP384R1())
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def sign_message(private_pem: str, message: bytes) -> bytes:
    """Return a signature as JSON Web Signatures hold it: ES384 or RS384, by the kind of key."""
    key = load_pem_private_key(private_pem.encode(), password=None)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA384())
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  # made by make_signing_key
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA384())))
    return r.to_bytes(48, "big") + s.to_bytes(48, "big")


def public_numbers(private_pem: str) -> dict[str, int]:
    """Return the public part of a signing key: x and y of a curve's, n and e of an RSA key."""
    key = load_pem_private_key(private_pem.encode(), password=None).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        found = key.public_numbers()
        return {"n": found.n, "e": found.e}
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101  # made by make_signing_key
    return {"x": key.public_numbers().x, "y": key.public_numbers().y}
