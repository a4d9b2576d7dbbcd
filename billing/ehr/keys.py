"""Proving who we are: a signed assertion of SMART backend services, and the key to check it by."""

import base64
import json
from datetime import datetime, timedelta
from uuid import uuid4

from accounts import signatures

ASSERTION_LASTS = timedelta(minutes=4)
COORDINATE_BYTES = 48


def assertion(
    *, client_id: str, token_url: str, algorithm: str, key_id: str, private_key: str, now: datetime
) -> str:
    """Return a JSON Web Token that says who asks for a token, good once and for minutes."""
    header = {"alg": algorithm, "kid": key_id, "typ": "JWT"}
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": token_url,
        "iat": int(now.timestamp()),
        "exp": int((now + ASSERTION_LASTS).timestamp()),
        "jti": str(uuid4()),
    }
    message = f"{_json(header)}.{_json(claims)}"
    signature = signatures.sign_message(private_key, message.encode())
    return f"{message}.{_url_safe(signature)}"


def public_key_set(*, algorithm: str, key_id: str, private_key: str) -> str:
    """Return the JSON Web Key Set to be registered at the server: it holds nothing secret."""
    numbers = signatures.public_numbers(private_key)
    key = {"kid": key_id, "alg": algorithm, "use": "sig", "key_ops": ["verify"]}
    if "x" in numbers:
        key |= {"kty": "EC", "crv": "P-384"}
        key |= {name: _number(numbers[name], COORDINATE_BYTES) for name in ("x", "y")}
    else:
        key |= {"kty": "RSA"} | {name: _number(value, 0) for name, value in numbers.items()}
    return json.dumps({"keys": [key]}, indent=2)


def _number(value: int, size: int) -> str:
    return _url_safe(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def _json(value: object) -> str:
    return _url_safe(json.dumps(value, separators=(",", ":")).encode())


def _url_safe(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
