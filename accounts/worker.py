"""Waking the worker for what already stands as a row."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError


def wake(task: Any, **ids: UUID) -> None:
    """Have a task done once what was written is committed.

    If the broker is away, the beat finds the row.
    """
    told = {name: str(found) for name, found in ids.items()}
    transaction.on_commit(partial(_tell, task, told))


def _tell(task: Any, told: dict[str, str]) -> None:
    try:
        task.delay(**told)
    except OperationalError:
        return
