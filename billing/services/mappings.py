"""What another system's practitioners and services are called here."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import keys
from accounts.models import Membership
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.models import ExternalCode, ServiceCode
from clients import fhir

Kind = ExternalCode.Kind
LONGEST_WORDS = 200


class NotAMeaning(Exception):
    """The chosen member or service is none that a name can stand for."""


@dataclass(slots=True)
class Names:
    """The names that a document uses, as far as the practice knows them."""

    rows: dict[tuple[str, str], ExternalCode]
    own_codes: Mapping[str, ServiceCode]
    used: Counter[UUID] = field(default_factory=Counter)

    def therapist(self, name: fhir.ExternalName | None) -> Membership | None:
        """Return the member whom a practitioner's name stands for, if somebody chose."""
        row = self._row(Kind.PRACTITIONER, name)
        return row.member if row else None

    def service(self, name: fhir.ExternalName | None) -> ServiceCode | None:
        """Return the service that a name stands for: as chosen, or of the same CPT code."""
        row = self._row(Kind.SERVICE, name)
        chosen: ServiceCode | None = row.service_code if row else None
        if chosen is not None:
            return chosen
        return self.own_codes.get(name.cpt_code) if name and name.cpt_code else None

    def count(self, encounter: fhir.Encounter) -> None:
        """Note that a session came with its names."""
        for kind, name in (
            (Kind.PRACTITIONER, encounter.practitioner),
            (Kind.SERVICE, encounter.service),
        ):
            row = self._row(kind, name)
            if row:
                self.used[row.pk] += 1

    def _row(self, kind: Kind, name: fhir.ExternalName | None) -> ExternalCode | None:
        return self.rows.get((kind, name.source)) if name else None


def names_of(reading: fhir.Reading, *, now: datetime) -> Names:
    """Return the names that a document uses; those that are new here are noted."""
    wanted = {(Kind.PRACTITIONER, name.source): name for name in reading.practitioners}
    for encounter in reading.encounters:
        if encounter.practitioner:
            wanted[Kind.PRACTITIONER, encounter.practitioner.source] = encounter.practitioner
        if encounter.service:
            wanted[Kind.SERVICE, encounter.service.source] = encounter.service
    marks = {key: _mark(*key) for key in wanted}
    found = ExternalCode.objects.select_related("member", "service_code")
    held = {bytes(row.fingerprint): row for row in found.filter(fingerprint__in=marks.values())}
    rows: dict[tuple[str, str], ExternalCode] = {}
    for key, name in wanted.items():
        row = held.get(marks[key])
        if row is None:
            row = held[marks[key]] = ExternalCode.objects.create(
                kind=key[0],
                fingerprint=marks[key],
                words=_shortened(name.words),
                seen=0,
                first_seen_at=now,
            )
        rows[key] = row
    own = {row.code: row for row in ServiceCode.objects.all()}
    return Names(rows, own)


def add_up(names: Names) -> None:
    """Write down how many sessions came with each name."""
    for row_id, count in names.used.items():
        ExternalCode.objects.filter(pk=row_id).update(seen=F("seen") + count)


@transaction.atomic
def save(*, chosen: Mapping[UUID, UUID | None], now: datetime, by: Membership) -> int:
    """Let names stand for members and services, id → id or None; return how many changed.

    Sessions that are recorded already keep what they have.

    Raises:
        NotAMeaning: a chosen id is no present member or no service of this practice.
    """
    rows = ExternalCode.objects.select_for_update(no_key=True, of=("self",))
    changed = 0
    for row in rows.filter(pk__in=chosen.keys()).order_by("id"):
        target = chosen[row.pk]
        is_person = row.kind == Kind.PRACTITIONER
        if target == (row.member_id if is_person else row.service_code_id):
            continue
        meaning = _person(target) if is_person else _service(target)
        if is_person:
            row.member_id = target
        else:
            row.service_code_id = target
        row.mapped_at, row.mapped_by = now, by
        row.save(update_fields=["member", "service_code", "mapped_at", "mapped_by"])
        events.record(Action.EXTERNAL_CODE_MAPPED, target=row, meaning=meaning)
        changed += 1
    return changed


def _person(member_id: UUID | None) -> str:
    if member_id is None:
        return "nobody"
    if not members.therapists().filter(pk=member_id).exists():
        raise NotAMeaning("Choose a therapist of this practice.")
    return str(member_id)


def _service(code_id: UUID | None) -> str:
    if code_id is None:
        return "nothing"
    found = ServiceCode.objects.filter(pk=code_id).first()
    if found is None:
        raise NotAMeaning("Choose a service of this practice.")
    return found.code


def _mark(kind: str, source: str) -> bytes:
    return keys.fingerprint(f"{kind}|{source}", purpose="billing.external_code")


def _shortened(words: str) -> str:
    whole = " ".join(words.split()) or "Without a name"
    return whole if len(whole) <= LONGEST_WORDS else f"{whole[: LONGEST_WORDS - 1]}…"
