"""What goes wrong, told to programs: RFC 9457 problems, and outcomes where FHIR is spoken."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse
from rest_framework import exceptions, serializers
from rest_framework.response import Response

PROBLEM, OUTCOME = "application/problem+json", "application/fhir+json"
FHIR_PATH = "/api/fhir/"

WORDS = {
    400: "The request cannot be understood.",
    401: "Show a token that works, as: Authorization: Bearer …",
    403: "The token may not do this.",
    404: "There is nothing here that this token may see.",
    405: "There is no such act here.",
    406: "This is answered in JSON only.",
    413: "The body is too large.",
    415: "Send JSON.",
    429: "Too much was asked for in this minute.",
    500: "Something failed on our side, and nothing was done.",
}
FHIR_CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
}


class Fault(exceptions.APIException):
    """A refusal with a status, words, and the places that it is about."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        errors: list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or WORDS.get(status, ""))
        self.status_code = status
        self.errors = errors or []
        self.headers = dict(headers or {})


class FieldFault(serializers.Serializer[Any]):
    """A place in what was sent, and what is wrong there."""

    field = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457. Quotes nothing of what was sent."""

    type = serializers.CharField(help_text="Always about:blank: the status tells the kind.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What to do about it, for a person.")
    instance = serializers.CharField(
        help_text="Names this request for support; X-Request-ID says the same."
    )
    errors = FieldFault(many=True, required=False)  # type: ignore[assignment]  # a field of that name


def documented(*statuses: int, fhir: bool = False) -> dict[Any, Any]:
    """Return the refusals that a route can answer, for its description."""
    shape: Any = dict[str, Any] if fhir else Problem
    kind = OUTCOME if fhir else PROBLEM
    return {
        (status, kind): OpenApiResponse(shape, description=WORDS.get(status, _title(status)))
        for status in statuses
    }


def handle(fault: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raises into an answer; None lets it fail as every failure does."""
    request = context["request"]._request
    if isinstance(fault, Http404):
        told = Fault(404)
    elif isinstance(fault, PermissionDenied | exceptions.PermissionDenied):
        told = Fault(403)
    elif isinstance(fault, Fault):
        told = fault
    elif isinstance(fault, exceptions.ValidationError):
        told = Fault(422, "What was sent cannot be used.", errors=list(_places(fault.detail)))
    elif isinstance(fault, exceptions.APIException):
        told = Fault(fault.status_code)
    else:
        return None
    is_fhir = request.path_info.startswith(FHIR_PATH)
    body, kind = _body(request, told), OUTCOME if is_fhir else PROBLEM
    return Response(body, status=told.status_code, headers=told.headers, content_type=kind)


def answer(request: HttpRequest, fault: Fault) -> HttpResponse:
    """Answer where no view is at work."""
    is_fhir = request.path_info.startswith(FHIR_PATH)
    return HttpResponse(
        json.dumps(_body(request, fault)),
        status=fault.status_code,
        content_type=OUTCOME if is_fhir else PROBLEM,
        headers=fault.headers,
    )


def told(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return an answer as it is, or as a problem where a page for people would tell of a fault."""
    kind = response.headers.get("Content-Type", "")
    if response.status_code < HTTPStatus.BAD_REQUEST or kind in {PROBLEM, OUTCOME}:
        return response
    kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
    return answer(request, Fault(response.status_code, headers=kept))


def outcome(issues: list[tuple[str, str, str, str]]) -> dict[str, Any]:
    """Return an OperationOutcome of issues: severity, code, words, FHIRPath or ""."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": severity, "code": code, "diagnostics": words}
            | ({"expression": [path]} if path else {})
            for severity, code, words, path in issues
        ],
    }


def _body(request: HttpRequest, fault: Fault) -> dict[str, Any]:
    detail, status = str(fault.detail), fault.status_code
    if request.path_info.startswith(FHIR_PATH):
        code = FHIR_CODES.get(status, "exception")
        places = [("error", code, words, path) for path, words in fault.errors]
        return outcome(places or [("error", code, detail, "")])
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "detail": detail or _title(status),
        "instance": f"urn:request:{getattr(request, 'request_id', '')}",
    }
    if fault.errors:
        body["errors"] = [{"field": field, "detail": words} for field, words in fault.errors]
    return body


def _title(status: int) -> str:
    return HTTPStatus(status).phrase


def _places(detail: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Walk what a serializer says is wrong: (field, words)."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            path = at if name == "non_field_errors" else f"{at}.{name}".lstrip(".")
            yield from _places(inner, path)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _places(inner, at)
    else:
        yield at or "body", str(detail)
