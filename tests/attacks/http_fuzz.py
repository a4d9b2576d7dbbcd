"""Random requests with what belongs to others: in the path, the query, the body and the headers."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.urls.converters import UUIDConverter

from accounts.ids import uuid7
from tests.attacks.forms_found import Found
from tests.test_permissions import EVERY_ROUTE, routes

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PLAIN = {"amount": "1.00", "fee": "10.00", "code": "C-0001", "minutes": "45", "at": "10:00"}
NAMES = ["id", "pk", "practice", "practice_id", "client", "client_id", "invoice", "sessions",
         "member", "member_id", "role", "roles", "who", "next", "therapist", "sort"]  # fmt: skip
HEADERS = ["X-Practice-ID", "X-Tenant", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-User",
           "X-Forwarded-Prefix", "X-User-ID", "Referer", "HX-Current-URL", "HX-Target",
           "HX-Prompt", "If-None-Match", "Range"]  # fmt: skip
METHODS = ["GET", "POST", "GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Loot:
    """What an attacker may have learned of others, and what is their own."""

    foreign: Sequence[str]
    own: Sequence[str]


@dataclass(slots=True)
class Asked:
    """A request, ready to be sent."""

    method: str
    path: str
    body: str = ""
    kind: str = FORM
    headers: dict[str, str] = field(default_factory=dict)
    name: str = ""

    def send(self, browser: Client) -> Any:
        return browser.generic(
            self.method, self.path, self.body, content_type=self.kind, headers=self.headers
        )


class Fuzzer:
    """Writes requests from a source of chance: forms of the product, or routes and bare guesses."""

    def __init__(self, random: Random, loot: Loot, forms: Sequence[Found]) -> None:
        self.random = random
        self.loot = loot
        self.forms = [found for found in forms if found.fields]
        self.routes = [(name, route) for name, route in routes() if name in EVERY_ROUTE]
        self.bodies: list[Callable[[dict[str, list[str]]], tuple[str, str]]] = [
            self.as_form,
            self.as_form,
            self.as_form,
            self.as_nested_form,
            self.as_json,
        ]

    def write(self) -> Asked:
        asked = self.by_form() if self.random.random() < 0.6 else self.by_route()
        if self.random.random() < 0.3:
            asked.headers[self.random.choice(HEADERS)] = self.random.choice(
                [self.foreign(), f"/clients/{self.foreign()}/"]
            )
        if self.random.random() < 0.1:
            asked.headers["X-HTTP-Method-Override"] = self.random.choice(METHODS)
        if self.random.random() < 0.3:
            asked.headers["HX-Request"] = "true"
        return asked

    def foreign(self) -> str:
        return self.random.choice(self.loot.foreign)

    def anything(self) -> str:
        return self.random.choice([self.foreign, self.foreign, self._own, self._missing])()

    def _own(self) -> str:
        return self.random.choice(self.loot.own)

    def _missing(self) -> str:
        return str(uuid7())

    def by_form(self) -> Asked:
        """Fill in a form that a page showed, with something of others in some of its fields."""
        found = self.random.choice(self.forms)
        values = {name: [self._filled(name, offered)] for name, offered in found.fields.items()}
        for name in self.random.sample(sorted(values), min(len(values), self.random.randint(1, 2))):
            values[name] = [self.foreign() for _ in range(self.random.randint(1, 3))]
        path = found.path
        if self.random.random() < 0.3:
            path = ID.sub(lambda _: self.anything(), path)
        if found.method == "get":
            return Asked("GET", f"{path.partition('?')[0]}?{urlencode(values, doseq=True)}")
        body, kind = self.random.choice(self.bodies)(values)
        return Asked("POST", path, body, kind)

    def _filled(self, name: str, offered: list[str]) -> str:
        value = self.random.choice(offered)
        if value or self.random.random() < 0.2:
            return value
        if name.endswith("_on") or name == "on":
            return "2026-03-03"
        return PLAIN.get(name, self.random.choice(["x", "1", self.foreign()]))

    def by_route(self) -> Asked:
        """Ask a route for something of others, with a few guesses beside it."""
        name, route = self.random.choice(self.routes)
        is_outside = getattr(EVERY_ROUTE[name], "scope_free", False)
        kwargs: dict[str, object] = {}
        for parameter, converter in route.pattern.converters.items():
            # A page that speaks to other servers is asked for what is not there only.
            value = self.foreign() if is_outside else self.anything()
            is_id = isinstance(converter, UUIDConverter)
            kwargs[parameter] = _id_in(value) if is_id else value.replace("/", "") or "x"
        try:
            path = reverse(name, kwargs=kwargs)
        except NoReverseMatch:
            path = "/"
        guesses = {
            self.random.choice(NAMES): [self.anything() for _ in range(self.random.randint(1, 3))]
            for _ in range(self.random.randint(0, 3))
        }
        method = self.random.choice(METHODS)
        if method in {"GET", "HEAD"}:
            return Asked(method, f"{path}?{urlencode(guesses, doseq=True)}", name=name)
        body, kind = self.random.choice(self.bodies)(guesses)
        return Asked(method, path, body, kind, name=name)

    def as_form(self, values: dict[str, list[str]]) -> tuple[str, str]:
        return urlencode(values, doseq=True), FORM

    def as_nested_form(self, values: dict[str, list[str]]) -> tuple[str, str]:
        """Name ids inside lists and prefixes, as forms with rows do."""
        deep = {
            self.random.choice(["{0}[{1}][id]", "{0}[]", "{0}-{1}-id", "{0}.{1}", "prod[][{0}_id]"])
            .format(name, place): value
            for name, listed in values.items()
            for place, value in enumerate(listed)
        }  # fmt: skip
        return urlencode({**values, **deep}, doseq=True), FORM

    def as_json(self, values: dict[str, list[str]]) -> tuple[str, str]:
        nested = {name: [{"id": value, "pk": value} for value in values[name]] for name in values}
        return json.dumps({**values, "lines": [nested, [nested]]}), JSON


def _id_in(text: str) -> UUID:
    found = ID.fullmatch(text)
    return UUID(found[0]) if found else uuid7()
