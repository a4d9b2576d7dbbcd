"""What we say of ourselves to systems that speak FHIR."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import documented
from billing.api.fhir import FhirView, Json, url
from billing.api.fhir_out import RESOURCES

SINCE = "2026-11-29"


class Metadata(FhirView):
    """The capability statement. It says nothing of any practice."""

    permission = None
    is_open = True

    @extend_schema(
        operation_id="fhir_metadata",
        auth=[],
        responses={200: dict[str, Any], **documented(400, 406, fhir=True)},
    )
    def get(self, request: Request) -> Response:
        """Read what of FHIR R4 is spoken here."""
        return Response(statement())


def statement() -> Json:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": SINCE,
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "implementation": {"description": "Quietledger", "url": url("", {}).rstrip("/")},
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A bearer token of the practice, in each request."},
                "resource": [resource(view.kind) for view in RESOURCES],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def resource(kind: str) -> Json:
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [
            {
                "name": "patient",
                "type": "reference",
                "documentation": "Our id of the client, which every search needs.",
            }
        ],
    }
