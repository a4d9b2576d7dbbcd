"""A small FHIR server on 127.0.0.1, made of whatever records it is given, with SMART's tokens.

It can be slow, busy, broken, and it can lie: ``lies`` names what it says that is not so.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

Json = dict[str, Any]
PAGE = 40


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


@dataclass(slots=True)
class Ehr:
    """What the server holds, whom it knows, and how it behaves."""

    base_url: str = ""
    records: dict[str, Json] = field(default_factory=dict)
    client_id: str = "quietledger"
    key_set: str = ""
    lies: set[str] = field(default_factory=set)
    failures: list[int] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    given: int = 0
    answers_per_token: int = 1_000_000
    served: dict[str, int] = field(default_factory=dict)

    def hold(self, *resources: Json, at: str = "2026-01-01T00:00:00Z", version: str = "1") -> None:
        """Keep records under their ids, changed at a time."""
        for resource in resources:
            meta = {"versionId": version, "lastUpdated": at}
            known = f"{resource['resourceType']}/{resource['id']}"
            self.records[known] = {**resource, "meta": meta}

    def hold_bundle(self, bundle: Json) -> None:
        """Keep the records of a bundle, with ids and references as a server has them."""
        names = {}
        for entry in bundle["entry"]:
            resource = entry["resource"]
            resource.setdefault("id", str(uuid4()))
            if "fullUrl" in entry:
                names[entry["fullUrl"]] = f"{resource['resourceType']}/{resource['id']}"
        text = json.dumps([entry["resource"] for entry in bundle["entry"]])
        for address, relative in names.items():
            text = text.replace(f'"{address}"', f'"{relative}"')
        self.hold(*json.loads(text))

    def is_known(self, asked: dict[str, list[str]]) -> bool:
        """Check the assertion as SMART's backend services ask for it."""
        try:
            [token] = asked["client_assertion"]
            head, claims, signature = token.split(".")
            header, said = json.loads(_bytes(head)), json.loads(_bytes(claims))
            [key] = [k for k in json.loads(self.key_set)["keys"] if k["kid"] == header["kid"]]
            _verify(key, header["alg"], f"{head}.{claims}".encode(), _bytes(signature))
        except (KeyError, ValueError, InvalidSignature):
            return False
        now = datetime.now(UTC).timestamp()
        is_fresh = now < said["exp"] <= now + 300 and said["jti"] not in self.used
        self.used.add(said["jti"])
        return (
            is_fresh
            and said["iss"] == said["sub"] == self.client_id
            and said["aud"] == f"{self.base_url}/token"
            and asked["grant_type"] == ["client_credentials"]
            and "system/Patient.read" in asked["scope"][0]
        )


def _verify(key: Json, algorithm: str, message: bytes, signature: bytes) -> None:
    if algorithm == "ES384":
        numbers = ec.EllipticCurvePublicNumbers(
            _number(key["x"]), _number(key["y"]), ec.SECP384R1()
        )
        half = len(signature) // 2
        r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        numbers.public_key().verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA384()))
    else:
        public = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
        public.verify(signature, message, padding.PKCS1v15(), hashes.SHA384())


class Handler(BaseHTTPRequestHandler):
    """Answers for one server's ``ehr``."""

    ehr: Ehr

    def log_message(self, *args: object) -> None:
        """Say nothing: the test tells what it needs."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if not self.ehr.is_known(parse_qs(body)):
            return self.answer(400, {"error": "invalid_client"})
        token = str(uuid4())
        self.ehr.tokens.add(token)
        self.ehr.given += 1
        return self.answer(200, {"access_token": token, "token_type": "bearer", "expires_in": 300})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/fhir/")
        self.ehr.asked.append(path + ("?" + parts.query if parts.query else ""))
        if path == ".well-known/smart-configuration":
            inside = "http://169.254.169.254/token"
            lied = inside if "token endpoint" in self.ehr.lies else f"{self.ehr.base_url}/token"
            return self.answer(200, {"token_endpoint": lied})
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.ehr.tokens:
            return self.answer(401, {})
        self.ehr.served[token] = self.ehr.served.get(token, 0) + 1
        if self.ehr.served[token] > self.ehr.answers_per_token:
            return self.answer(401, {})
        if self.ehr.failures:
            return self.answer(self.ehr.failures.pop(0), {"Retry": "later"})
        if "redirect" in self.ehr.lies:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return None
        if path in self.ehr.records:
            return self.answer(200, self.ehr.records[path])
        if "/" in path:
            return self.answer(404, {})
        return self.search(path, parse_qs(parts.query))

    def search(self, kind: str, asked: dict[str, list[str]]) -> None:
        since = asked.get("_lastUpdated", ["ge"])[0].removeprefix("ge")
        found = [
            record
            for record in self.ehr.records.values()
            if record["resourceType"] == kind and record["meta"]["lastUpdated"] >= since
        ]
        start = int(asked.get("_start", ["0"])[0])
        bundle: Json = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [
                {
                    "fullUrl": f"{self.ehr.base_url}/{kind}/{record['id']}",
                    "resource": record,
                    "search": {"mode": "match"},
                }
                for record in found[start : start + PAGE]
            ],
        }
        more = f"{self.ehr.base_url}/{kind}?_start={start + PAGE}&_lastUpdated=ge{since}"
        if "endless" in self.ehr.lies:
            more, found = f"{self.ehr.base_url}/{kind}?_start=0", [{}] * 10**6
        if "next elsewhere" in self.ehr.lies:
            more, found = "http://127.0.0.2:9/fhir/Patient", [{}] * 10**6
        if start + PAGE < len(found):
            bundle["link"] = [{"relation": "next", "url": more}]
        if "no bundle" in self.ehr.lies:
            bundle = {"resourceType": "OperationOutcome"}
        self.answer(200, bundle)

    def answer(self, status: int, content: Json) -> None:
        body = json.dumps(content).encode()
        if "no json" in self.ehr.lies and status == 200:
            body = b"<html>Sign in to our portal</html>"
        if "huge" in self.ehr.lies and status == 200:
            body = b" " * (17 * 1024 * 1024) + body
        self.send_response(status)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "2")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving() -> Iterator[Ehr]:
    """Serve an empty medical-record system on a free port, until the block ends."""
    ehr = Ehr()
    handler = type("Handler", (Handler,), {"ehr": ehr})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    ehr.base_url = f"http://127.0.0.1:{server.server_port}/fhir"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ehr
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
