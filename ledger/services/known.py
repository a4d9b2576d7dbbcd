"""Settling the books: fixing a moment before which nothing more will ever be posted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction

from accounts.ids import uuid7


class Busy(Exception):
    """Somebody has been posting for two seconds: no moment could be fixed yet."""

    def __init__(self) -> None:
        super().__init__("Somebody is posting just now. Try again in a moment.")


def settle() -> datetime:
    """Fix this moment, by the database's clock, and return it.

    It waits for whoever is posting to commit, so that what this scope reads afterwards holds
    everything posted up to the moment. Nobody can post at or before it from then on.

    Raises:
        Busy: somebody has been posting for longer than two seconds.
    """
    settled: datetime = _ask("SELECT ledger_settle(%s)", uuid7())
    return settled


def hold() -> None:
    """Let nobody post until the end of the transaction: it settles and reads in peace.

    Take it before anything else that posting waits for.

    Raises:
        Busy: somebody has been posting for longer than two seconds.
    """
    _ask("SELECT ledger_hold()")


def _ask(statement: str, *parameters: UUID) -> Any:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()[0]
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":
            raise
        raise Busy from None
