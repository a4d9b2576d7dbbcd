"""How much a program may ask for in a minute, counted for all processes together in Valkey.

While Valkey is away each process counts for itself, so that neither everything nor nothing passes.
"""

from collections import Counter
from datetime import datetime
from functools import cache
from threading import Lock
from uuid import UUID

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

WINDOW_SECONDS = 60
TIMEOUT_SECONDS = 0.5

_lock = Lock()
_here: Counter[str] = Counter()


def spend(token_id: UUID, *, cost: int, limit: int, now: datetime) -> int:
    """Count a request against this minute; return the seconds to wait if that was too much, or 0.

    What is refused counts too, so that hammering wins nothing.
    """
    seconds = int(now.timestamp())
    minute = seconds // WINDOW_SECONDS
    key = f"api:{token_id}:{minute}"
    try:
        spent = _counted(key, cost)
    except (RedisError, OSError):
        spent = _counted_here(key, cost, minute)
    return WINDOW_SECONDS - seconds % WINDOW_SECONDS if spent > limit else 0


def _counted(key: str, cost: int) -> int:
    pipeline = _valkey().pipeline(transaction=True)
    pipeline.incrby(key, cost)
    pipeline.expire(key, 2 * WINDOW_SECONDS)
    return int(pipeline.execute()[0])


def _counted_here(key: str, cost: int, minute: int) -> int:
    with _lock:
        for old in [held for held in _here if not held.endswith(f":{minute}")]:
            del _here[old]
        _here[key] += cost
        return _here[key]


@cache
def _valkey() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )
