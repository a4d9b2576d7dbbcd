"""What a password hash costs: little in tests, except where its cost is what they are about."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.services import users
from tests import houses

REAL = {
    cost: getattr(Argon2PasswordHasher, cost)
    for cost in ("time_cost", "memory_cost", "parallelism")
}
QUICK = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


@contextmanager
def costing(costs: Mapping[str, int]) -> Iterator[None]:
    """Let hashes cost this much; none that was kept for later costs anything else."""
    before = {cost: getattr(Argon2PasswordHasher, cost) for cost in costs}
    _set(costs)
    try:
        yield
    finally:
        _set(before)


def _set(costs: Mapping[str, int]) -> None:
    for cost, value in costs.items():
        setattr(Argon2PasswordHasher, cost, value)
    users.nobodys_hash.cache_clear()
    houses.hashed_password.cache_clear()
