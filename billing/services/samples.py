"""Drawing samples, and taking them away as files under an export id."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import csv_export
from accounts.csv_export import Cell
from accounts.exported import Exported
from accounts.ids import uuid7
from accounts.models import DrawnSample, Membership
from accounts.permissions import Permission
from audit.actions import Action
from audit.services import events
from billing.selectors import samples
from billing.selectors.samples import Wanted
from billing.services.report_files import digest, plain_amount

COLUMNS = ("Place", "Id", "What it is", "Date", "Amount", "SHA-256 of seed:id")


class NothingThere(Exception):
    """There is nothing of this kind within the days."""

    def __init__(self) -> None:
        super().__init__("There is nothing of this kind within these days. Choose other days.")


class TooMany(Exception):
    """There is more of this kind within the days than a sample is drawn out of."""

    def __init__(self) -> None:
        super().__init__(
            f"There are more than {samples.POPULATION_MAX:,} of this kind within these days."
            " Choose fewer days."
        )


@transaction.atomic
def draw(
    *, wanted: Wanted, size: int, seed: str, key: UUID, now: datetime, by: Membership
) -> DrawnSample:
    """Draw a sample and keep it. A form that is sent twice draws one.

    Raises:
        NothingThere: the population is empty.
        TooMany: it is larger than what is hashed at once.
    """
    # One after the other, by the row that says who draws.
    Membership.objects.select_for_update(no_key=True).get(pk=by.pk)
    before = DrawnSample.objects.filter(key=key).first()
    if before is not None:
        return before
    found = samples.draw(wanted, seed=seed, size=size)
    if not found.count:
        raise NothingThere
    if found.is_too_many:
        raise TooMany
    drawn = DrawnSample.objects.create(
        population=wanted.population,
        since=wanted.since,
        until=wanted.until,
        size=size,
        seed=seed,
        population_count=found.count,
        population_sha256=found.sha256,
        picked=found.picked,
        key=key,
        drawn_at=now,
        drawn_by=by,
    )
    events.record(
        Action.SAMPLE_DRAWN,
        target=drawn,
        count=len(found.picked),
        among=found.count,
        population=drawn.get_population_display().lower(),
        seed=seed,
        sha256=found.sha256,
    )
    return drawn


@transaction.atomic
def export(sample: DrawnSample, *, permissions: frozenset[Permission]) -> Exported:
    """Return a sample as CSV, and tell the log who took it."""
    found = samples.shown(sample, permissions=permissions)
    rows: list[Sequence[Cell]] = [
        (
            each.place,
            each.pk,
            each.plain,
            each.on,
            "" if each.amount is None else plain_amount(each.amount),
            each.digest,
        )
        for each in found
    ]
    return _taken(sample, COLUMNS, rows, samples.clients_of(found))


@transaction.atomic
def export_population(sample: DrawnSample) -> Exported:
    """Return every id of what a sample was drawn out of, as it stands now."""
    ids = samples.population_of(samples.wanted_of(sample))
    rows = [(pk, samples.digest_of(sample.seed, pk)) for pk in ids]
    return _taken(sample, ("Id", "SHA-256 of seed:id"), rows, [])


def _taken(
    sample: DrawnSample,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    touched: list[UUID],
) -> Exported:
    export_id = uuid7()
    content = csv_export.written(columns=columns, rows=rows, export_id=export_id)
    events.record(
        Action.SAMPLE_EXPORTED,
        target=sample,
        touched=touched,
        count=len(rows),
        export=str(export_id),
        sha256=digest(content),
    )
    return Exported(export_id, content, csv_export.CONTENT_TYPE, "csv")
