"""FHIR R4 in and out over HTTP: what both sides share."""

from collections.abc import Iterable
from decimal import Decimal
from typing import IO, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, QuerySet
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from accounts.api import fields
from accounts.api.encoding import FhirAnswer, JsonAnswer
from accounts.api.problems import OUTCOME, Fault, outcome
from accounts.api.views import ON_A_PAGE, PAGE_MAX, ApiView, Page
from clients import fhir
from clients.api import disclosures
from clients.api.clients import found
from clients.models import Restriction
from clients.selectors import restrictions
from clients.selectors.restrictions import Purpose
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
    is_of_a_day: ClassVar[bool] = False

    def client(self, client_id: UUID) -> Any:
        """Return a client whose records may leave to this token, or answer 404; 403 with the rule
        where a restriction keeps back what this kind of resource tells.

        The one place at which restrictions are asked for. What tells of one day each
        (``is_of_a_day``) is refused here where a restriction covers all days, and else left out
        of searches or refused by itself.
        """
        client = found(self, client_id)
        blocks = restrictions.blocks(client, purpose=Purpose.PROGRAM)
        if self.is_of_a_day:
            blocks = [each for each in blocks if each.is_whole]
        self.refuse(client, blocks)
        return client

    def refuse(self, client: Any, found: list[Restriction]) -> None:
        """Answer 403 with the rule, if there is one that keeps something back."""
        disclosures.refuse(self, client, found, purpose=Purpose.PROGRAM)

    def page(self, rows: QuerySet[Any], kept_back: Exists | None = None) -> Page:
        """Return the part of a search that is asked for, without what is kept back."""
        asked = {"limit": self.asked.get("_count", ON_A_PAGE)}
        asked |= {k: v for k, v in self.asked.items() if k == "after"}
        return Page(rows, asked, kept_back=kept_back)

    def searched(self, page: Page, resources: Iterable[Json]) -> Response:
        """Answer a part of a search, with links to this part and the next."""
        here = {name: self.asked.get(name) for name in ("patient", "_count", "after")}
        links = [("self", here)]
        if page.next:
            links.append(("next", here | {"after": page.next}))
        return Response(bundle(self.kind, resources, links, kept_back=page.kept_back))


def bundle(
    kind: str, resources: Iterable[Json], links: list[tuple[str, Json]], *, kept_back: int = 0
) -> Json:
    """Return a searchset. FHIR knows no empty lists: what is empty is left out.

    What a restriction keeps back is told as an outcome (R4, 3.1.1.3).
    """
    entries: list[Json] = [
        {
            "fullUrl": url(f"{kind}/{resource['id']}", {}),
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    if kept_back:
        words = f"{kept_back} left out: the client has restricted what is told about them."
        said = outcome([("warning", "suppressed", words, "")])
        entries.append({"resource": said, "search": {"mode": "outcome"}})
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
