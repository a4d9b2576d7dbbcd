"""How far long work is, told while its transaction is open and nobody sees anything of it.

Kept in the cache for an hour, by the ids of practice and work: a count, and no word about what it
is of.
"""

from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.tenancy import current_scope

KEPT_SECONDS = 3_600


def tell(work_id: UUID, done: int) -> None:
    """Note how many parts are done, in the practice's scope. Work goes on without a cache."""
    try:
        cache.set(_key(work_id), done, KEPT_SECONDS)
    except RedisError:
        return


def done(work_id: UUID) -> int:
    """Return how many parts are done, as far as anybody knows."""
    try:
        return int(cache.get(_key(work_id), 0))
    except RedisError:
        return 0


def _key(work_id: UUID) -> str:
    return f"progress:{current_scope().practice_id}:{work_id}"
