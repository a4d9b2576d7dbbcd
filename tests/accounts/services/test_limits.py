"""Up to which sums people act alone."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Act, ApprovalLimit, Membership, Role
from accounts.selectors import limits as limits_of
from accounts.services import limits, roles
from accounts.services.limits import ChangedMeanwhile
from tests.accounts.conftest import NOW
from tests.houses import House

pytestmark = pytest.mark.usefixtures("scope")

SLUGS = ["administrator", "accountant", "front-desk", "therapist", "auditor"]
CENTS = st.integers(0, 10_000_00)


def role(slug: str) -> Role:
    return Role.objects.get(slug=slug)


def set_limit(slug: str, act: Act, cents: int, by: Membership) -> None:
    stand = limits_of.of_role(role(slug))
    limits.change(role=role(slug), seen=stand, wanted={**stand, act: cents}, now=NOW, by=by)


def test_a_role_without_a_limit_does_nothing_alone(therapist: Membership) -> None:
    assert limits_of.alone_up_to(therapist, Act.REFUND) == 0


def test_a_limit_of_nothing_is_nothing(accountant: Membership, administrator: Membership) -> None:
    set_limit("accountant", Act.REFUND, 0, administrator)

    assert limits_of.alone_up_to(accountant, Act.REFUND) == 0


def test_limits_that_somebody_changed_meanwhile_stay(administrator: Membership) -> None:
    seen = limits_of.of_role(role("accountant"))
    set_limit("accountant", Act.REFUND, 1_00, administrator)

    with pytest.raises(ChangedMeanwhile):
        limits.change(
            role=role("accountant"), seen=seen, wanted={"REFUND": 9}, now=NOW, by=administrator
        )

    assert limits_of.of_role(role("accountant"))["REFUND"] == 1_00


@given(
    values=st.fixed_dictionaries(dict.fromkeys(SLUGS, CENTS)),
    holds=st.sets(st.sampled_from(SLUGS)),
)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_highest_limit_that_one_holds_counts_and_no_other(
    practice: House, values: dict[str, int], holds: set[str]
) -> None:
    admin, member = practice.people["administrator"], practice.people["therapist"]
    mark = transaction.savepoint()
    for slug, cents in values.items():
        set_limit(slug, Act.WRITE_OFF, cents, admin)
    for slug in holds:
        roles.grant(member=member, role=role(slug), now=NOW, by=admin)

    expected = max(values[slug] for slug in {*holds, "therapist"})
    assert limits_of.alone_up_to(member, Act.WRITE_OFF) == expected
    transaction.savepoint_rollback(mark)


@pytest.mark.parametrize(
    ("constraint", "act", "cents"),
    [("not_negative", "REFUND", -1), ("of_money", "MFA_RESET", 100), ("once", "WRITE_OFF", 1)],
)
def test_the_database_knows_what_a_limit_is(
    administrator: Membership, constraint: str, act: str, cents: int
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ApprovalLimit.objects.create(
            role=role("accountant"),
            act=act,
            limit_cents=cents,
            changed_at=NOW,
            changed_by=administrator,
        )
