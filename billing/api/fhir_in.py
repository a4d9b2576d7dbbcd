"""Records of other systems, sent as a bundle: taken in by the same service as files."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import Fault, documented, outcome
from accounts.models import Membership
from accounts.permissions import Permission
from audit.actions import Action
from audit.services import events
from billing.api.fhir import FhirView, Json
from billing.services import imports
from clients import fhir

KINDS = {"transaction": "transaction-response", "batch": "batch-response"}
METHODS = frozenset({"POST", "PUT"})
ENTRIES_MAX = 20_000
AT_ENTRY = re.compile(r"entry\[([0-9]+)\]")
ISSUES_MAX = 100


@dataclass(slots=True)
class Told:
    """What became of a bundle: by entry, what could not be used and what was used differently."""

    refused: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    adjusted: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    beside: list[tuple[str, str]] = field(default_factory=list)

    def add(self, kept: dict[int, list[tuple[str, str]]], path: str, reason: str) -> None:
        place = AT_ENTRY.match(path)
        told = (f"Bundle.{path}" if path else "Bundle", reason)
        if place:
            kept.setdefault(int(place[1]), []).append(told)
        else:
            self.beside.append(told)

    @property
    def problems(self) -> list[tuple[str, str]]:
        by_entry = [told for number in sorted(self.refused) for told in self.refused[number]]
        return [*self.beside, *by_entry]


class Bundles(FhirView):
    """A transaction is taken in as a whole or not at all; of a batch, what can be used.

    Taking in the same records again changes nothing: each is known by its own identifier.
    """

    permission = Permission.CLIENT_CREATE
    change_permission = Permission.SESSION_RECORD
    cost = 10
    http_method_names = ["post"]

    @extend_schema(
        operation_id="fhir_bundle",
        request={"application/fhir+json": dict[str, Any]},
        responses={
            200: dict[str, Any],
            **documented(400, 401, 403, 406, 413, 415, 422, 429, fhir=True),
        },
    )
    def post(self, request: Request) -> Response:
        """Send patients, coverages, encounters and claims, as a transaction or a batch."""
        content = whole(request.data)
        told = take(content, by=self.caller.membership)
        if content["type"] == "transaction" and told.problems:
            raise Fault(422, errors=told.problems[:ISSUES_MAX])
        return Response(answered(content, told))


def whole(content: Any) -> Json:
    """Return a bundle of a kind that can be taken in.

    Raises:
        Fault: it is none.
    """
    if not isinstance(content, dict) or content.get("resourceType") != "Bundle":
        raise Fault(400, errors=[("resourceType", "Send a Bundle.")])
    if content.get("type") not in list(KINDS):
        raise Fault(400, errors=[("Bundle.type", "Is neither a transaction nor a batch.")])
    entries = content.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Fault(400, errors=[("Bundle.entry", "Is not a list of entries.")])
    if len(entries) > ENTRIES_MAX:
        raise Fault(413)
    return content


def take(content: Json, *, by: Membership) -> Told:
    """Take a bundle in, and tell what became of it. The one place that knows the import."""
    told, now = Told(), timezone.now()
    for number, entry in enumerate(content.get("entry", [])):
        asked = entry.get("request")
        if asked is not None and (
            not isinstance(asked, dict) or asked.get("method") not in list(METHODS)
        ):
            told.add(told.refused, f"entry[{number}].request.method", "Only records are taken in.")
    usable = [
        {} if number in told.refused else entry
        for number, entry in enumerate(content.get("entry", []))
    ]
    reading = fhir.read({**content, "entry": usable})
    terms = imports.Terms(therapist=None, on=timezone.localdate(), now=now, by=by)
    events.record(Action.IMPORT_STARTED, count=1)
    taken = imports.take_in(reading, terms=terms)
    for left_out in taken.unusable:
        place = AT_ENTRY.match(left_out.path)
        if not (place and int(place[1]) in told.refused and not usable[int(place[1])]):
            told.add(told.refused, left_out.path, left_out.reason)
    for changed in taken.adjusted:
        told.add(told.adjusted, changed.path, changed.reason)
    events.record(Action.IMPORT_FINISHED, created=taken.made, refused=len(told.problems))
    return told


def answered(content: Json, told: Told) -> Json:
    """Return a response entry for each entry that was sent, in the same order."""
    entries = [
        {"response": response(number, told)} for number in range(len(content.get("entry", [])))
    ]
    bundle: Json = {"resourceType": "Bundle", "type": KINDS[content["type"]]}
    return bundle | ({"entry": entries} if entries else {})


def response(number: int, told: Told) -> Json:
    issues = [
        *(("error", "processing", words, path) for path, words in told.refused.get(number, [])),
        *(("warning", "incomplete", words, path) for path, words in told.adjusted.get(number, [])),
    ]
    status = "422 Unprocessable Entity" if number in told.refused else "200 OK"
    return {"status": status} | ({"outcome": outcome(issues)} if issues else {})
