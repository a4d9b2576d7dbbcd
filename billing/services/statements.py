"""Statements of account: made of a settled moment, so that they stay true for ever."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import AccountStatement, StatementRecord
from billing.selectors import statements
from billing.services import numbers, offered_links
from clients.models import Client, ResponsibleParty
from clients.selectors import families
from ledger.services import known


class KeyReused(Exception):
    """Another statement was made under this key."""


class NotYet(Exception):
    """The last day lies in the future: more may happen until then."""


@transaction.atomic
def make(
    *,
    client: Client,
    party: ResponsibleParty | None = None,
    since: date,
    until: date,
    key: UUID,
    today: date,
    now: datetime,
    by: Membership,
) -> AccountStatement:
    """Make the statement of a client's account from ``since`` to ``until``, both included; of the
    account of ``party`` where that is who pays for them. It tells of nobody else's.

    It carries a link to pay, if the practice takes cards and the client owes and wants links.
    The same ``key`` again returns the statement that it has.

    Raises:
        NotYet: ``until`` is after ``today``, local to the practice.
        KeyReused: the key belongs to another one's statement or to one of other days.
        known.Busy: somebody has been posting for longer than two seconds.
    """
    if until > today:
        raise NotYet("This day is not here yet. A statement ends today at the latest.")
    # The lock comes first: a form that is sent twice at once finds the statement of the other.
    numbers.lock(numbers.STATEMENTS)
    made = AccountStatement.objects.filter(key=key).first()
    if made is not None:
        return _same(made, client=client, party=party, since=since, until=until)
    known_at = known.settle()
    records = families.records_of(client)
    account = statements.account(
        records,
        party_id=party.pk if party else None,
        since=since,
        until=until,
        known_at=known_at,
    )
    statement = AccountStatement.objects.create(
        client=client,
        party=party,
        since=since,
        until=until,
        known_at=known_at,
        opening=account.owed_before,
        closing=account.closing,
        record_count=len(records),
        key=key,
        made_at=now,
        made_by=by,
    )
    _name(statement, records)
    if party is None:  # A link leads to what is the client's own.
        offered_links.on_statement(statement=statement, now=now, by=by)
    events.record(
        Action.STATEMENT_MADE,
        target=statement,
        label=client.code,
        touched=records,
        since=since.isoformat(),
        until=until.isoformat(),
        total_cents=account.closing.cents,
    )
    return statement


def _same(
    made: AccountStatement,
    *,
    client: Client,
    party: ResponsibleParty | None,
    since: date,
    until: date,
) -> AccountStatement:
    whose = party.pk if party else None
    if (made.client_id, made.party_id, made.since, made.until) != (
        client.pk,
        whose,
        since,
        until,
    ):
        raise KeyReused("This form was sent before, for other days. Start a new one.")
    return made


def _name(statement: AccountStatement, records: Collection[UUID]) -> None:
    StatementRecord.objects.bulk_create(
        StatementRecord(statement=statement, client_id=client) for client in records
    )
