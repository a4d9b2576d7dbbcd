"""A limit is of the sum, and an approval lasts as long as both who asked and who agreed may."""

from datetime import timedelta

import pytest

from accounts.models import Approval, Membership, Role, User
from accounts.permissions import Permission
from accounts.services import members as joining
from accounts.services import offboarding, roles
from accounts.services.approvals import Cleared, Waiting
from tests.accounts.conftest import NOW
from tests.accounts.services.asking import LATER, approved, ask, waiting
from tests.houses import user_of

BACK = LATER + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("scope")


@pytest.mark.parametrize(
    ("already", "cents", "is_alone"),
    [(0, 100_00, True), (60_00, 40_00, True), (60_00, 40_01, False), (100_00, 1, False)],
)
def test_many_small_refunds_are_one_large_one(
    front_desk: Membership, already: int, cents: int, is_alone: bool
) -> None:
    answer = ask(front_desk, cents, already=already)

    assert isinstance(answer, Cleared if is_alone else Waiting)


def test_what_was_done_before_is_no_less_than_nothing(front_desk: Membership) -> None:
    with pytest.raises(ValueError, match="money"):
        ask(front_desk, 350_00, already=-300_00)


@pytest.mark.parametrize("how", ["role withdrawn", "right taken", "left", "disabled"])
def test_an_approval_does_not_outlive_the_right_of_who_gave_it(
    front_desk: Membership, administrator: Membership, accountant: Membership, how: str
) -> None:
    given = approved(front_desk, accountant)
    role = Role.objects.get(slug="accountant")
    if how == "role withdrawn":
        roles.withdraw(member=accountant, role=role, now=LATER, by=administrator)
    elif how == "right taken":
        roles.set_permissions(role=role, permissions=[Permission.CLIENT_VIEW])
    elif how == "left":
        offboarding.end(member=accountant, now=LATER, by=administrator)
    else:
        User.objects.filter(pk=user_of(accountant).pk).update(is_active=False)

    answer = ask(front_desk, now=LATER)

    assert isinstance(answer, Waiting)
    assert Approval.objects.get(pk=given.pk).spent_at is None


@pytest.mark.parametrize("whose", ["asked by", "asked about"])
def test_what_waits_of_a_leaver_stands_in_nobodys_way(
    front_desk: Membership, administrator: Membership, therapist: Membership, whose: str
) -> None:
    leaver = front_desk if whose == "asked by" else therapist
    request = waiting(front_desk, subject=therapist.pk)

    offboarding.end(member=leaver, now=NOW, by=administrator)

    closed = Approval.objects.get(pk=request.pk)
    assert (closed.decision, closed.decided_by_id) == ("WITHDRAWN", administrator.pk)
    assert isinstance(ask(administrator, subject=therapist.pk), Waiting)


@pytest.mark.parametrize("who", ["asked", "agreed", "is asked about"])
def test_an_approval_does_not_come_back_with_a_leaver(
    front_desk: Membership,
    administrator: Membership,
    accountant: Membership,
    therapist: Membership,
    who: str,
) -> None:
    leaver = {"asked": front_desk, "agreed": accountant, "is asked about": therapist}[who]
    given = approved(front_desk, accountant, subject=therapist.pk)

    offboarding.end(member=leaver, now=LATER, by=administrator)
    role = Role.objects.get(slug="accountant" if who == "agreed" else "front-desk")
    joining.let_back_in(member=leaver, role=role, now=BACK, by=administrator)

    assert isinstance(ask(front_desk, subject=therapist.pk, now=BACK), Waiting)
    assert Approval.objects.get(pk=given.pk).spent_at is None
