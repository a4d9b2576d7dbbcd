"""Three furnished practices in one database, committed, for tests that look over the wall."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests import houses
from tests.attacks.furnishing import Furnished, furnish
from tests.clones import cloned, pointed_at
from tests.test_permissions import world as world


@dataclass(frozen=True, slots=True)
class Street:
    """Harbor Lane, from which the attacks come, and two others, which they are after."""

    here: Furnished
    there: Furnished
    beyond: Furnished

    @property
    def all(self) -> tuple[Furnished, ...]:
        return self.here, self.there, self.beyond


@dataclass(frozen=True, slots=True)
class Place:
    """The name of a database, and who lives in it."""

    database: str
    street: Street


@pytest.fixture(scope="session")
def furnished_database(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """Furnish the practices once, in a database of their own."""
    with django_db_blocker.unblock(), cloned() as clone:
        with pointed_at(clone):
            places = [tmp_path_factory.mktemp("checkpoints") for _ in range(2)]
            street = Street(
                furnish(houses.harbor_lane(), "Okonkwo", places),
                furnish(houses.found("summit-row", "Summit Row"), "Zabriskie", places),
                furnish(houses.found("cedar-point", "Cedar Point"), "Featherstone", places),
            )
        yield Place(clone, street)


@pytest.fixture(scope="module")
def street(furnished_database: Place, django_db_blocker: DjangoDbBlocker) -> Iterator[Street]:
    """The practices; what a test commits there, the next one finds."""
    with django_db_blocker.unblock(), pointed_at(furnished_database.database):
        yield furnished_database.street
