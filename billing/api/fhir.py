"""FHIR R4 in and out over HTTP: what both sides share."""

from collections.abc import Iterable
from decimal import Decimal
from typing import IO, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from accounts.api import fields
from accounts.api.encoding import FhirAnswer, JsonAnswer
from accounts.api.problems import OUTCOME, Fault
from accounts.api.views import ON_A_PAGE, PAGE_MAX, ApiView, Page
from clients import fhir
from clients.api.clients import found
from ledger.money import Money

BASE = "/api/fhir"
LARGEST_BYTES = 16 * 1024 * 1024
Json = dict[str, Any]


class FhirBody(BaseParser):
    """A body in FHIR's JSON: decimals as they were written, and of a size."""

    media_type = OUTCOME

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        content = stream.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise Fault(413)
        try:
            return fhir.load(content)
        except fhir.Malformed as fault:
            raise Fault(400, str(fault)) from None


class FhirView(ApiView):
    """A route that speaks FHIR."""

    renderer_classes = (FhirAnswer, JsonAnswer)
    parser_classes = (FhirBody,)


class OfPatientQuery(serializers.Serializer[Any]):
    """Whose records: a client by our own id, which says nothing of the person."""

    patient = serializers.RegexField(
        r"\A(?:Patient/)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z",
        help_text="The client's id, alone or after Patient/.",
    )
    after = fields.Id(required=False, help_text="The cursor of the page before.")
    _count = serializers.IntegerField(
        min_value=1, max_value=PAGE_MAX, required=False, help_text="Resources on a page."
    )

    def validate_patient(self, value: str) -> UUID:
        return UUID(value.removeprefix("Patient/"))


class OutView(FhirView):
    """One kind of resource, of one client. Whatever leaves by FHIR passes ``client`` here."""

    kind: ClassVar[str]

    def client(self, client_id: UUID) -> Any:
        """Return a client whose records may leave to this token, or answer 404.

        The one place at which a restriction on a client's disclosures has to be asked for.
        """
        return found(self, client_id)

    def page(self, rows: QuerySet[Any]) -> Page:
        """Return the part of a search that is asked for."""
        asked = {"limit": self.asked.get("_count", ON_A_PAGE)}
        return Page(rows, asked | {k: v for k, v in self.asked.items() if k == "after"})

    def searched(self, page: Page, resources: Iterable[Json]) -> Response:
        """Answer a part of a search, with links to this part and the next."""
        here = {name: self.asked.get(name) for name in ("patient", "_count", "after")}
        links = [("self", here)]
        if page.next:
            links.append(("next", here | {"after": page.next}))
        return Response(bundle(self.kind, resources, links))


def bundle(kind: str, resources: Iterable[Json], links: list[tuple[str, Json]]) -> Json:
    """Return a searchset. FHIR knows no empty lists: what is empty is left out."""
    entries = [
        {
            "fullUrl": url(f"{kind}/{resource['id']}", {}),
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": name, "url": url(kind, query)} for name, query in links],
    } | ({"entry": entries} if entries else {})


def url(path: str, query: Json) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items() if value is not None)
    return f"{settings.BASE_URL}{BASE}/{path}" + (f"?{asked}" if asked else "")


def usd(amount: Money) -> Json:
    """Return an amount as FHIR writes it: dollars with two places, from whole cents."""
    return {"value": Decimal(amount.cents).scaleb(-2), "currency": "USD"}


def patient(client_id: object) -> Json:
    return {"reference": f"Patient/{client_id}"}


def coded(system: str, code: str, text: str = "") -> Json:
    return {"coding": [{"system": system, "code": code}]} | ({"text": text} if text else {})
