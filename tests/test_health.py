"""Whether the process is up and can serve: said to anybody, and nothing else is said."""

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from config import views
from tests import deployed

ASKED = """
from django.test import Client
answer = Client().get("/readyz", secure=True)
print(answer.status_code, answer.content.decode())
"""


@pytest.fixture(autouse=True)
def _asked_anew() -> None:
    views._schema_is_newest.cache_clear()


def ready(client: Client) -> tuple[int, bytes]:
    answer = client.get("/readyz")
    return answer.status_code, answer.content


def test_a_process_that_is_up_says_so(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_an_installation_that_is_complete_is_ready(client: Client) -> None:
    assert ready(client) == (200, b"ok")


def test_without_a_broker_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "unix:///nowhere.sock")

    assert ready(client) == (503, b"not ready")


@pytest.mark.commits
def test_without_a_context_key_it_is_not_ready(commits: None, client: Client) -> None:
    assert ready(client) == (200, b"ok")
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM accounts_contextkey")

    assert ready(client) == (503, b"not ready")


@pytest.mark.commits
def test_with_a_migration_missing_it_is_not_ready(commits: None, client: Client) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'billing'")

    assert ready(client) == (503, b"not ready")


@pytest.mark.commits
def test_a_deployed_server_finds_out_without_knowing_the_owner(commits: None) -> None:
    """ADR 0004: it is given neither the owner's address nor the backup's."""
    assert deployed.told(ASKED) == "200 ok\n"


def test_being_ready_needs_no_sign_in_and_leaves_no_session(client: Client) -> None:
    client.get("/readyz")

    assert not client.cookies
