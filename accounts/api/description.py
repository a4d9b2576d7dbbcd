"""The interface for programs, described by itself: OpenAPI, and a page that one can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import documented
from accounts.api.views import ApiView
from accounts.views.base import OutsideView

EXACT = ("NewSession",)
"""Bodies that take the fields that they name and no others."""

REFUSED = "400"
"""The first status that says no; the page tells these once for all routes."""

NAMED = {"schema": {"type": "string"}, "description": "Names this very answer."}
KNOWN = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The ETag of an answer that you have; anything else is passed over.",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter or a field, as the page shows it."""

    name: str
    kind: str
    note: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """A route and a method, as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    note: str
    parameters: list[Named]
    body: str
    answers: list[tuple[str, str, str]]
    refusals: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What stands in a body."""

    name: str
    note: str
    fields: list[Named]


@cache
def schema() -> dict[str, Any]:
    """Return the description of every route below /api/."""
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    return found


def finished(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say what holds for all: no other fields in a body, and what is known is not sent again."""
    for name in EXACT:
        if name in result["components"]["schemas"]:
            result["components"]["schemas"][name]["additionalProperties"] = False
    for told in (methods["get"] for methods in result["paths"].values() if "get" in methods):
        if told.get("security") == [{"token": []}]:
            told.setdefault("parameters", []).append(KNOWN)
            told["responses"]["200"]["headers"] = {"ETag": NAMED}
            told["responses"]["304"] = {"description": "You have it.", "headers": {"ETag": NAMED}}
    return result


class Schema(ApiView):
    """The description, for programs."""

    permission = None
    is_open = True

    @extend_schema(
        operation_id="schema",
        auth=[],
        responses={200: OpenApiTypes.OBJECT, **documented(400, 406)},
    )
    def get(self, request: Request) -> Response:
        """Read this description: OpenAPI 3.1."""
        return Response(schema())


class Docs(OutsideView):
    """The description, for people. It says nothing of any practice."""

    def get(self, request: HttpRequest) -> HttpResponse:
        routes = list(operations(schema()))
        return render(
            request,
            "accounts/api/docs.html",
            {
                "operations": routes,
                "refusals": sorted({refusal for each in routes for refusal in each.refusals}),
                "shapes": list(shapes(schema())),
            },
        )


def operations(described: dict[str, Any]) -> Iterator[Operation]:
    """Walk the operations in the order of their addresses."""
    for path, methods in sorted(described["paths"].items()):
        for method, told in methods.items():
            summary, _, note = told.get("description", "").partition("\n")
            body: dict[str, Any] = next(
                iter(told.get("requestBody", {}).get("content", {}).values()), {}
            )
            answers = [
                (status, answer.get("description", ""), _answer_kind(answer))
                for status, answer in sorted(told["responses"].items())
            ]
            yield Operation(
                told["operationId"].replace("_", "-"),
                method.upper(),
                path,
                summary,
                note.strip(),
                [_parameter(each) for each in told.get("parameters", [])],
                _kind(body.get("schema", {})),
                [answer for answer in answers if answer[0] < REFUSED],
                [(status, words) for status, words, _ in answers if status >= REFUSED],
            )


def shapes(described: dict[str, Any]) -> Iterator[Shape]:
    """Walk what stands in bodies, by name."""
    for name, told in sorted(described["components"]["schemas"].items()):
        required = told.get("required", [])
        yield Shape(
            name,
            told.get("description", "").replace("``", ""),
            [
                Named(field, _kind(each), each.get("description", ""), field in required)
                for field, each in told.get("properties", {}).items()
            ],
        )


def _parameter(told: dict[str, Any]) -> Named:
    where = {"path": "in the path", "header": "header"}.get(told["in"], "")
    kind = ", ".join(part for part in (_kind(told.get("schema", {})), where) if part)
    return Named(told["name"], kind, told.get("description", ""), told.get("required", False))


def _answer_kind(answer: dict[str, Any]) -> str:
    first: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
    return _kind(first.get("schema", {}))


def _kind(told: dict[str, Any]) -> str:
    """Return the type of a value in a word or two."""
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    for several in ("allOf", "oneOf", "anyOf"):
        if several in told:
            return " or ".join(filter(None, (_kind(each) for each in told[several])))
    if told.get("type") == "array":
        return f"list of {_kind(told.get('items', {}))}"
    kind = told.get("type", "")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{words} ({told['format']})" if "format" in told else words
