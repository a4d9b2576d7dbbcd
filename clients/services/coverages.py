"""Which insurance a client has: added, corrected, ended, or taken back as an error."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts import bulk
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Client, Coverage
from clients.selectors import coverages

SUBSCRIBER = ("subscriber_given_names", "subscriber_family_name", "subscriber_birth_date")
OPTIONAL = ("plan_name", "group_number", *SUBSCRIBER)


class NoPayer(Exception):
    """A coverage without an insurer."""


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""


class RankTaken(Exception):
    """Another coverage has this rank on one of these days."""


class SubscriberIsClient(Exception):
    """The client is the subscriber, and another person was named as one."""


class NotStanding(Exception):
    """The coverage was corrected or taken back."""


class AlreadyEnded(Exception):
    """The coverage ends no later than that already."""


@transaction.atomic
def add(
    *,
    client: Client,
    payer_name: str,
    member_id: str,
    starts_on: date | None,
    ends_on: date | None,
    rank: int | None = None,
    relation: str = "",
    plan_name: str = "",
    group_number: str = "",
    subscriber_given_names: str = "",
    subscriber_family_name: str = "",
    subscriber_birth_date: date | None = None,
    corrects: Coverage | None = None,
    now: datetime,
    by: Membership,
) -> Coverage:
    """Add an insurance to a client; what is not known is None or "".

    Raises:
        NoPayer: no insurer is named.
        EndsBeforeItStarts: ``ends_on`` lies before ``starts_on``.
        SubscriberIsClient: a subscriber is named, and ``relation`` says that the client is it.
        RankTaken: another coverage of the client has this rank on one of these days.
    """
    if not payer_name:
        raise NoPayer("Enter the insurer.")
    if starts_on and ends_on and ends_on < starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    optional: dict[str, Any] = {
        "plan_name": plan_name,
        "group_number": group_number,
        "subscriber_given_names": subscriber_given_names,
        "subscriber_family_name": subscriber_family_name,
        "subscriber_birth_date": subscriber_birth_date,
    }
    if relation == Coverage.Relation.SELF and any(optional[name] for name in SUBSCRIBER):
        raise SubscriberIsClient(
            "Leave the subscriber empty, or choose what the client is to the subscriber."
        )
    _lock(client)
    if rank is not None:
        _require_free(client, rank, starts_on, ends_on)
    coverage = Coverage.objects.create(
        client=client,
        rank=rank,
        payer_name=payer_name,
        member_id=member_id,
        relation=relation,
        starts_on=starts_on,
        ends_on=ends_on,
        corrects=corrects,
        added_at=now,
        added_by=by,
        **{name: given or None for name, given in optional.items()},
    )
    told = Action.COVERAGE_CORRECTED if corrects else Action.COVERAGE_ADDED
    events.record(told, target=client, touched=[client.pk])
    return coverage


@transaction.atomic
def add_many(*, insured: Sequence[tuple[Client, str, str]], now: datetime, by: Membership) -> None:
    """Add an insurance of unknown dates to each of many new clients: (client, payer, member id).

    The event of the clients' adding stands for them.
    """
    bulk.insert(
        Coverage,
        each={
            "client_id": [client.pk for client, _, _ in insured],
            "payer_name": [payer for _, payer, _ in insured],
            "member_id": [member_id for _, _, member_id in insured],
        },
        added_at=now,
        added_by_id=by.pk,
    )


@transaction.atomic
def correct(
    *, coverage: Coverage, member_id: str | None, now: datetime, by: Membership, **card: Any
) -> Coverage:
    """Put a corrected coverage in the place of another, which stays on record as withdrawn.

    ``card`` is what ``add`` takes; a ``member_id`` of None stays what it was.

    Raises:
        NotStanding: it was corrected or taken back before.
        NoPayer, EndsBeforeItStarts, SubscriberIsClient, RankTaken: as ``add``.
    """
    _withdraw(coverage, Coverage.Withdrawal.CORRECTED, now, by)
    return add(
        client=coverage.client,
        member_id=coverage.member_id if member_id is None else member_id,
        corrects=coverage,
        now=now,
        by=by,
        **card,
    )


@transaction.atomic
def withdraw(*, coverage: Coverage, now: datetime, by: Membership) -> None:
    """Take back a coverage that was entered in error; it stays on record.

    Raises:
        NotStanding: it was corrected or taken back before.
    """
    _withdraw(coverage, Coverage.Withdrawal.IN_ERROR, now, by)
    events.record(Action.COVERAGE_WITHDRAWN, target=coverage.client, touched=[coverage.client_id])


@transaction.atomic
def end(*, coverage: Coverage, ends_on: date, now: datetime, by: Membership) -> None:
    """End a coverage after its last day.

    Raises:
        NotStanding: it was corrected or taken back.
        AlreadyEnded: it ends on that day or before already.
        EndsBeforeItStarts: ``ends_on`` lies before its first day.
    """
    _hold(coverage)
    if coverage.ends_on is not None and coverage.ends_on <= ends_on:
        raise AlreadyEnded("This ends by that day already. Correct it for a later last day.")
    if coverage.starts_on is not None and ends_on < coverage.starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    coverage.ends_on, coverage.ended_at, coverage.ended_by = ends_on, now, by
    coverage.save(update_fields=["ends_on", "ended_at", "ended_by"])
    events.record(
        Action.COVERAGE_ENDED,
        target=coverage.client,
        touched=[coverage.client_id],
        ends_on=str(ends_on),
    )


@transaction.atomic
def show_member_id(*, coverage: Coverage) -> str:
    """Return the whole member id, and tell the log that somebody had it shown."""
    events.record(Action.MEMBER_ID_SHOWN, target=coverage.client, touched=[coverage.client_id])
    return str(coverage.member_id)


def _withdraw(coverage: Coverage, why: str, now: datetime, by: Membership) -> None:
    _hold(coverage)
    coverage.withdrawal, coverage.withdrawn_at, coverage.withdrawn_by = why, now, by
    coverage.save(update_fields=["withdrawal", "withdrawn_at", "withdrawn_by"])


def _hold(coverage: Coverage) -> None:
    """Let one change of a client's insurance follow the other, and read what the last one left."""
    _lock(coverage.client)
    coverage.refresh_from_db()
    if coverage.withdrawn_at is not None:
        raise NotStanding("This was corrected or taken back meanwhile.")


def _lock(client: Client) -> None:
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)


def _require_free(client: Client, rank: int, starts_on: date | None, ends_on: date | None) -> None:
    if coverages.overlapping(client, rank=rank, starts_on=starts_on, ends_on=ends_on).exists():
        word = Coverage.Rank(rank).label.lower()
        raise RankTaken(
            f"Another insurance is {word} on one of these days. End it first, or choose another"
            " rank."
        )
