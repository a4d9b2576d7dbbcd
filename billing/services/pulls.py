"""The connection to a practice's medical-record system, and what each pull came to.

A pull is a row first: it is asked for, begun once, and finished. Nothing here talks to the server.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts import signatures
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import ehr
from billing.ehr import guard
from billing.models import FhirSource
from billing.services.imports import CameBy, Origin, Outcome

EVERY = timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(hours=1)
"""A pull that did not finish in this time is taken for dead: another may begin."""

TOGETHER = 200
"""Records of so many people are taken in in one transaction."""


@dataclass(slots=True)
class Tally:
    """What a pull came to."""

    made: int = 0
    changed: int = 0
    refused: int = 0

    def add(self, outcome: Outcome) -> None:
        self.made += outcome.made
        self.changed += outcome.changed
        self.refused += sum(told.remedy != "NONE" for told in outcome.unusable)


@transaction.atomic
def save(
    *,
    base_url: str,
    client_id: str,
    algorithm: str,
    is_enabled: bool,
    now: datetime,
    by: Membership,
) -> FhirSource:
    """Save where the server is and who we are there; a new key is made where it must be.

    Another address starts anew: everything is asked for once more.

    Raises:
        ehr.Forbidden: the address may not be asked.
    """
    address = guard.check_url(base_url.strip().rstrip("/"), allow_private=allows_private())
    row = FhirSource.objects.select_for_update(no_key=True).first()
    changed = []
    if row is None or row.algorithm != algorithm or row.base_url != address:
        # A key is known to one server only: another one gets another.
        changed.append("key")
    made = row or FhirSource()
    if changed:
        made.key_id, made.private_key = str(uuid4()), signatures.make_signing_key(algorithm)
    if row is None or row.base_url != address:
        made.cursor_at, made.outcome = None, ""
        changed.append("address")
    made.base_url, made.client_id, made.algorithm = address, client_id.strip(), algorithm
    made.is_enabled, made.saved_at, made.saved_by = is_enabled, now, by
    made.save()
    told = ", ".join(changed) or "settings"
    events.record(Action.FHIR_SOURCE_SAVED, target=made, changed=told)
    return made


def connection_of(row: FhirSource) -> ehr.Connection:
    """Return what is needed to talk to the server, its key opened."""
    return ehr.Connection(
        base_url=row.base_url,
        client_id=row.client_id,
        algorithm=row.algorithm,
        key_id=row.key_id,
        private_key=row.private_key,
        allow_private=allows_private(),
    )


def allows_private() -> bool:
    """Say whether servers on private networks may be asked: an operator's choice, and a demo's."""
    return bool(settings.EHR_PRIVATE_NETWORKS)


def origin_of(row: FhirSource) -> Origin:
    return Origin(CameBy.PULL, row.pk)


@transaction.atomic
def request(*, now: datetime) -> bool:
    """Ask for a pull as soon as may be; False if there is nothing to pull from."""
    return bool(FhirSource.objects.update(requested_at=now))


@transaction.atomic
def begin(*, now: datetime) -> FhirSource | None:
    """Begin the pull that is due or asked for, once; None if none is, or one is running."""
    rested = Q(started_at=None) | Q(started_at__lte=now - EVERY)
    due = Q(requested_at__isnull=False) | (Q(is_enabled=True) & rested)
    over = Q(started_at=None) | Q(finished_at__isnull=False)
    dead = Q(started_at__lte=now - GIVEN_UP_AFTER)
    row = FhirSource.objects.select_for_update(no_key=True).filter(due, over | dead).first()
    if row is None:
        return None
    row.started_at, row.finished_at, row.requested_at = now, None, None
    row.save(update_fields=["started_at", "finished_at", "requested_at"])
    events.record(Action.FHIR_PULL_STARTED, target=row)
    return row


@transaction.atomic
def finish(
    *,
    row: FhirSource,
    outcome: str,
    tally: Tally,
    cursor_at: datetime | None,
    now: datetime,
) -> None:
    """Write down what a pull came to; the next asks from ``cursor_at`` if all of it was taken."""
    found = FhirSource.objects.filter(pk=row.pk, started_at=row.started_at, base_url=row.base_url)
    found.update(
        finished_at=now,
        outcome=outcome,
        made=tally.made,
        changed=tally.changed,
        refused=tally.refused,
        cursor_at=cursor_at or F("cursor_at"),
    )
    events.record(
        Action.FHIR_PULL_FINISHED,
        target=row,
        outcome=outcome.lower(),
        made=tally.made,
        changed=tally.changed,
        refused=tally.refused,
    )


def tell_test(*, row: FhirSource, outcome: str) -> None:
    """Write into the log that somebody tried the connection."""
    events.record(Action.FHIR_SOURCE_TESTED, target=row, outcome=outcome.lower())


def documents(changes: ehr.Changes) -> list[dict[str, object]]:
    """Return bundles of which each holds all that came of its people, so that each stands alone."""
    return [
        {"resourceType": "Bundle", "entry": group} for group in ehr.by_person(changes, TOGETHER)
    ]
