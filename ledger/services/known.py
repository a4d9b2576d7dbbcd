"""Settling the books: fixing a moment before which nothing more will ever be posted."""

from datetime import datetime

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
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT ledger_settle(%s)", [uuid7()])
            settled: datetime = cursor.fetchone()[0]
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":
            raise
        raise Busy from None
    return settled
