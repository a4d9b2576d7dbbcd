"""Mending a record that was not taken in: the few values that a person may set, and the replay."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.actions import Action
from audit.services import events
from billing.models import RejectedRecord
from billing.services import imports, rejects
from clients import fhir

NAME = (("name[0].given[0]", "Given names"), ("name[0].family", "Family name"))
PERIOD = (("period.start", "Start"), ("period.end", "End"))

MENDABLE: dict[str, tuple[tuple[str, str], ...]] = {
    "Patient": (*NAME, ("birthDate", "Birth date, as 1980-12-31")),
    "RelatedPerson": NAME,
    "Coverage": (("payor[0].display", "Payer"), ("subscriberId", "Member id"), *PERIOD),
    "ExplanationOfBenefit": (),
    "Condition": (("code.coding[0].code", "ICD-10-CM code"),),
    "Claim": (("total.value", "Total"), ("total.currency", "Currency")),
    "ChargeItem": (("priceOverride.value", "Price"), ("priceOverride.currency", "Currency")),
    "Encounter": PERIOD,
}
"""Kind → the values that a person may set, with their names; beside them the one that is wrong."""

NUMBERS = frozenset({"total.value", "priceOverride.value", "item[].net.value"})
NOT_MENDED = re.compile(r"(^|\.)(id|resourceType|status|system|reference|use|meta|identifier)\b")
"""What says which record it is, or what the other system alone can say."""

STEP = re.compile(r"([A-Za-z]+)((?:\[\d+\])*)")
LARGEST_INDEX = 50
LONGEST = 500


class NotMendable(Exception):
    """The value is none that a person may set here."""


class NotANumber(Exception):
    """An amount was typed that is none; ``path`` says where."""

    def __init__(self, path: str) -> None:
        super().__init__("Type an amount, like 150.00.")
        self.path = path


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a record: whether it came in, and else what is wrong still."""

    is_taken_in: bool
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a person may set, as it is now; "" for none."""

    path: str
    label: str
    text: str
    is_wrong: bool


def values_of(row: RejectedRecord) -> list[Value]:
    """Return the values of an open record that a person may set, the wrong one marked."""
    if row.body is None:
        return []
    resource = rejects.unpacked(row.body)["record"]["resource"]
    named = dict(MENDABLE.get(row.kind, ()))
    if row.path not in named and _is_leaf(row.kind, row.path):
        named[row.path] = "What is wrong"
    return [
        Value(path, label, _text(_value_at(resource, path)), is_wrong=path == row.path)
        for path, label in named.items()
    ]


@transaction.atomic
def mend(*, reject_id: UUID, values: dict[str, str], terms: imports.Terms) -> Mended:
    """Set values of a record, JSON path → text, and try to take it in again.

    Raises:
        rejects.Settled: it is closed already.
        NotMendable, NotANumber
    """
    row = rejects.locked(reject_id)
    allowed = {value.path: value.text for value in values_of(row)}
    if not values.keys() <= allowed.keys():
        raise NotMendable("This value cannot be set here.")
    body = rejects.unpacked(row.body)
    changed = {path: text for path, text in values.items() if text != allowed[path]}
    for path, text in changed.items():
        _set(body["record"]["resource"], path, _as_value(path, text))
    known_by = row.fingerprint
    row.body = rejects.packed(body)
    row.fingerprint = rejects.recognized(body["record"], row)
    row.save(update_fields=["body", "fingerprint"])
    if changed:
        events.record(Action.REJECT_MENDED, target=row)
    imports.replay([row.pk], terms=terms)
    row = RejectedRecord.objects.get(pk=row.pk)
    if row.state == rejects.State.TAKEN_IN:
        # It is recognized as it was sent, should it be sent again.
        row.fingerprint = known_by
        row.save(update_fields=["fingerprint"])
    return Mended(row.state == rejects.State.TAKEN_IN, row.path, row.reason)


def _is_leaf(kind: str, path: str) -> bool:
    generic = re.sub(r"\[\d+\]", "[]", path)
    return generic in fhir.PATHS.get(kind, ()) and not NOT_MENDED.search(generic)


def _as_value(path: str, text: str) -> str | Decimal | None:
    if re.sub(r"\[\d+\]", "[]", path) not in NUMBERS:
        return text[:LONGEST] or None
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", "").removeprefix("$").strip())
    except InvalidOperation:
        raise NotANumber(path) from None
    if not amount.is_finite():
        raise NotANumber(path)
    return amount


def _steps(path: str) -> list[str | int]:
    found: list[str | int] = []
    for part in path.split("."):
        match = STEP.fullmatch(part)
        if match is None:
            raise NotMendable("This value cannot be set here.")
        found.append(match[1])
        found += [int(number) for number in re.findall(r"\d+", match[2])]
    return found


def _value_at(resource: Any, path: str) -> Any:
    here = resource
    for step in _steps(path):
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return None
    return here


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list | bool) else str(value)


def _set(resource: dict[str, Any], path: str, value: object) -> None:
    """Set a value, making the objects and lists on the way where there are none."""
    steps = _steps(path)
    here: Any = resource
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if step > LARGEST_INDEX:
                raise NotMendable("This value cannot be set here.")
            here.extend({} for _ in range(step + 1 - len(here)))
        if following is None:
            here[step] = value
            return
        member = here[step] if isinstance(step, int) else here.get(step)
        if not isinstance(member, type(empty)):
            here[step] = empty
        here = here[step]
