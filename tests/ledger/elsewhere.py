"""Doing something in a practice at the same moment, on another connection."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

from accounts.tenancy import practice_scope
from tests.houses import House

Answer = TypeVar("Answer")


def elsewhere(
    pool: ThreadPoolExecutor, practice: House, act: Callable[[], Answer]
) -> "Future[Answer]":
    """Run an act in a scope of its own, and close its connections after."""

    def run() -> Answer:
        try:
            with practice_scope(practice.id):
                return act()
        finally:
            connections.close_all()

    return pool.submit(run)
