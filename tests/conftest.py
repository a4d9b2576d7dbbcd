"""Fixtures of the whole suite: a real PostgreSQL, reached as the roles ``app`` and ``gate``."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as django_settings
from django.db import connections, transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from accounts.management.commands.provision_context import forbid_temporary_tables, provision
from accounts.models import Membership
from accounts.tenancy import practice_scope
from accounts.views.strangers import BOUND
from tests import hashes, houses, shape
from tests.clones import ALIASES, cloned, drop_older, pointed_at
from tests.figures import pytest_terminal_summary, tell
from tests.houses import House
from tests.templates.strict import Undefined, engine

__all__ = ["pytest_terminal_summary", "tell"]

# How fast a machine makes examples is no property of the product.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

WITHOUT_DATABASE = ("tests/canaries/", "tests/config/", "tests/journeys/", "tests/templates/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test all four aliases, except those that need no database."""
    for item in items:
        if item.nodeid.startswith(WITHOUT_DATABASE):
            continue
        if not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=ALIASES))


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Let no test pay for a password hash what a guesser has to."""
    with hashes.costing(hashes.QUICK):
        yield


@pytest.fixture
def real_hashes() -> Iterator[None]:
    """Let password hashes cost what they do in the product."""
    with hashes.costing(hashes.REAL):
        yield


@pytest.fixture(autouse=True)
def _strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a misspelt name in a template fail its test."""
    monkeypatch.setattr(engine(), "string_if_invalid", Undefined("%s"))


@pytest.fixture(autouse=True)
def _strangers_anew() -> None:
    """Let no test hold back what the next one expects on the log."""
    BOUND.forget()


@pytest.fixture(autouse=True)
def _django_db_marker(request: pytest.FixtureRequest) -> None:
    """Wrap each test in a transaction, except those that commit in a database of their own.

    It stands in for pytest-django's fixture of this name: the mark must stay on those tests too,
    or a run of nothing else would set up no test database and reach the configured one.
    """
    if request.node.get_closest_marker("commits"):
        return
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> None:
    """Name the test database after what it is made of, so that a kept one is never an old one."""
    name = f"test_{django_settings.DATABASES['owner']['NAME']}_{shape.of_database()}"
    for database in django_settings.DATABASES.values():
        database.setdefault("TEST", {})["NAME"] = name
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        with django_db_blocker.unblock():
            drop_older(name)
    request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, _quick_hashes: None
) -> Iterator[None]:
    """Provision the context as the owner once the test database is migrated, and found a practice.

    Founding takes longer than most of the thousand tests that need a practice.
    """
    with django_db_blocker.unblock():
        assert connections["owner"].settings_dict["NAME"].startswith("test_")
        forbid_temporary_tables()
        provision()
        houses.prepare_installation()
        houses.settle()
        connections.close_all()
        yield
        connections.close_all()


@pytest.fixture
def commits(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a test really commit, in a database cloned for it and dropped after."""
    with django_db_blocker.unblock(), cloned() as clone, pointed_at(clone):
        yield


@pytest.fixture
def practice(request: pytest.FixtureRequest) -> House:
    """Harbor Lane, which is there from the beginning, with one person of each built-in role."""
    _need_database(request)
    return houses.harbor_lane()


@pytest.fixture
def other_practice(practice: House) -> House:
    """Summit Row: another tenant of the same installation."""
    return houses.found("summit-row", "Summit Row")


def _need_database(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("commits" if request.node.get_closest_marker("commits") else "db")


@pytest.fixture
def front_desk(practice: House) -> Membership:
    return practice.people["front-desk"]


@pytest.fixture
def accountant(practice: House) -> Membership:
    return practice.people["accountant"]


@pytest.fixture
def therapist(practice: House) -> Membership:
    return practice.people["therapist"]


@pytest.fixture
def administrator(practice: House) -> Membership:
    return practice.people["administrator"]


@pytest.fixture
def auditor(practice: House) -> Membership:
    return practice.people["auditor"]


@pytest.fixture
def stranger(other_practice: House) -> Membership:
    """The front desk of the other practice."""
    return other_practice.people["front-desk"]


@pytest.fixture
def scope(practice: House, front_desk: Membership) -> Iterator[None]:
    """Harbor Lane's scope, held open for the whole test by its front desk; rolled back after."""
    with practice_scope(practice.id, person_id=front_desk.person_id):
        yield
        transaction.set_rollback(True)


@pytest.fixture
def signed_in() -> Callable[[Membership], Client]:
    """Return a function: member → a browser that has passed both factors."""
    return houses.browser_of
