"""What documents say of a practice and its therapists: saved as rows, with an NPI that checks."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership, PracticeParticulars
from accounts.selectors import members, particulars
from accounts.services import particulars as services
from accounts.tenancy import practice_scope
from tests.billing import estimating as an
from tests.billing.desk import NOW
from tests.houses import House

RIGHT = ["1234567893", "1245319599", "1003000126", "2000000002"]
WRONG = ["1234567890", "1234567839", "123456789", "12345678931", "3234567893", "12345x7893", ""]


@pytest.fixture
def desk(practice: House, front_desk: Membership) -> Iterator[Membership]:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        yield front_desk
        transaction.set_rollback(True)


@pytest.mark.parametrize("npi", RIGHT)
def test_an_npi_is_known_by_its_last_digit(npi: str) -> None:
    assert particulars.is_npi(npi)


@pytest.mark.parametrize("npi", [*WRONG, "١٢٣٤٥٦٧٨٩٣"])
def test_what_only_looks_like_an_npi_is_none(npi: str) -> None:
    assert not particulars.is_npi(npi)


def test_the_database_reckons_as_python_does(db: None) -> None:
    begun = [f"1{number:08}" for number in range(0, 100_000_000, 3_333_331)]
    tried = [f"{each}{last}" for each in begun for last in range(10)] + RIGHT + WRONG
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT npi, accounts_is_npi(npi) FROM unnest(%s::text[]) AS tried (npi)", [tried]
        )
        told = dict(cursor.fetchall())

    assert told == {npi: particulars.is_npi(npi) for npi in tried}
    assert sum(told.values()) >= len(begun)


def test_the_newest_counts_and_the_older_stays(desk: Membership) -> None:
    an.particulars_known(desk)
    services.set_of_practice(**{**an.PRACTICE, "city": "Lynn"}, now=NOW, by=desk)
    services.set_of_practice(**{**an.PRACTICE, "city": "Lynn"}, now=NOW, by=desk)

    newest = particulars.of_practice()
    assert newest
    assert newest.city == "Lynn"
    assert PracticeParticulars.objects.count() == 2


@pytest.mark.parametrize("change", [{"npi": "1234567890"}, {"npi": "x"}])
def test_what_is_no_npi_is_refused(desk: Membership, change: dict[str, Any]) -> None:
    with pytest.raises(services.NotAnNpi):
        services.set_of_practice(**{**an.PRACTICE, **change}, now=NOW, by=desk)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"npi": "1234567890"}, "npi_right"),
        ({"tax_id": "12-345678"}, "in_form"),
        ({"region": "ma"}, "in_form"),
        ({"street": ""}, "whole"),
    ],
)
def test_the_database_refuses_it_too(
    desk: Membership, change: dict[str, str], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PracticeParticulars.objects.create(
            **{**an.PRACTICE, **change}, set_at=NOW, set_by=members.automaton()
        )
