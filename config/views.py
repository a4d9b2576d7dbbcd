"""Whether this process is up, and whether it can serve. They say nothing else, to anybody."""

import logging
from functools import cache
from http import HTTPStatus

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from redis import Redis
from redis.exceptions import RedisError

from accounts import crypto
from accounts.ids import uuid7
from accounts.tenancy import practice_scope
from accounts.views.base import OutsideView

log = logging.getLogger(__name__)

BROKER_TIMEOUT_SECONDS = 2


class NotReady(Exception):
    """Something that every request needs is missing; the message is for the server's log."""


class Health(OutsideView):
    """The process is up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok", content_type="text/plain")


class Ready(OutsideView):
    """Databases, broker, migrations and keys are there."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            check()
        except (NotReady, DatabaseError, RedisError, OSError, crypto.KeysUnusable) as error:
            log.warning(
                "not ready: %s", type(error).__name__ if not isinstance(error, NotReady) else error
            )
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return HttpResponse("not ready", content_type="text/plain", status=status)
        return HttpResponse("ok", content_type="text/plain")


def check() -> None:
    """Ask for everything that every request needs.

    Raises:
        NotReady, or the error of what did not answer.
    """
    crypto.ring()
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
    _broker_answers()
    _schema_is_newest()
    _context_is_provisioned()


def _broker_answers() -> None:
    with Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=BROKER_TIMEOUT_SECONDS,
        socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
    ) as broker:
        broker.ping()


@cache
def _schema_is_newest() -> None:
    """Asked until it is true: what is applied stays applied while this process runs.

    The app asks, who may read what is applied: no server that answers pages knows the owner.
    """
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are not applied")


def _context_is_provisioned() -> None:
    wanted = uuid7()
    with practice_scope(wanted), connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_practice_id()")
        if cursor.fetchone() != (wanted,):
            raise NotReady("the key that signs scopes is not provisioned")
