"""Superbills from many sides at once, and after somebody went round everything: real commits."""

import pytest
from django.core.management import CommandError, call_command

from accounts.tenancy import practice_scope
from billing.models import Superbill
from billing.selectors import integrity
from billing.services import superbills
from clients.services import restrictions
from tests.billing import raw
from tests.billing import superbilling as a
from tests.billing.conftest import Billed
from tests.billing.desk import NOW
from tests.billing.test_races import SIDES, race


@pytest.fixture
def ready(billed: Billed) -> Billed:
    """Everything is said of the first client, and no session is held yet."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        a.whole(billed.own, by)
    return billed


@pytest.mark.commits
def test_of_superbills_made_at_once_of_one_session_one_stands(ready: Billed) -> None:
    by = ready.house.people["front-desk"]
    with practice_scope(ready.house.id, person_id=by.person_id):
        session = a.paid(ready.own, by)

    won = race(ready, lambda: a.superbill(ready.own, by, session))

    assert won == [True] * SIDES
    with practice_scope(ready.house.id):
        numbers = list(Superbill.objects.order_by("number").values_list("number", flat=True))
        assert numbers == [f"SB-2026-{number:04}" for number in range(1, SIDES + 1)]
        assert Superbill.objects.filter(replaced_by=None).count() == 1
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_restriction_set_at_the_same_time_never_stands_beside_its_superbill(
    ready: Billed,
) -> None:
    """Either the superbill was there before, or the restriction keeps its day off."""
    by = ready.house.people["front-desk"]
    with practice_scope(ready.house.id, person_id=by.person_id):
        session = a.paid(ready.own, by)

    turns = iter(range(SIDES))

    def act() -> object:
        if next(turns) == 0:
            return restrictions.impose(client=ready.own, kind="PAID_IN_FULL", now=NOW, by=by)
        return a.superbill(ready.own, by, session)

    race(ready, act, superbills.Gapped)

    with practice_scope(ready.house.id, person_id=by.person_id):
        with pytest.raises(superbills.Gapped):
            a.superbill(ready.own, by, session)
        assert list(integrity.findings()) == []


TAMPERINGS = {
    "a line says that more was paid": "UPDATE billing_superbillline SET paid = paid - 100",
    "a line is taken away": "DELETE FROM billing_superbillline",
    "what was charged is raised": "UPDATE billing_superbill SET charged = charged + 100",
}


@pytest.mark.commits
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_is_named(ready: Billed, tampering: str) -> None:
    by = ready.house.people["front-desk"]
    with practice_scope(ready.house.id, person_id=by.person_id):
        a.superbill(ready.own, by, a.paid(ready.own, by))
    call_command("verify_ledger")

    raw.as_owner_unguarded(TAMPERINGS[tampering])

    with practice_scope(ready.house.id):
        assert [each.sentence for each in integrity.findings()] == [
            "SB-2026-0001 is not the sum of its lines."
        ]
    with pytest.raises(CommandError):
        call_command("verify_ledger")
