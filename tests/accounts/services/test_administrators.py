"""Whoever may change roles is made by two administrators, where there are two."""

from datetime import timedelta

import pytest

from accounts.models import Approval, Membership, OutgoingMail, Role, User
from accounts.permissions import Permission
from accounts.selectors import invitations, members
from accounts.selectors import roles as standing
from accounts.services import approvals, grants, offboarding, own_roles, roles
from accounts.services import members as joining
from accounts.services.approvals import AskedBySomebodyElse, Decision, Waiting
from accounts.services.members import NotYoursToGive
from accounts.services.roles import Change, MadeByTwo
from tests.accounts.conftest import NOW
from tests.accounts.services.asking import LATER
from tests.houses import House, user_of

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def second(administrator: Membership, auditor: Membership) -> Membership:
    """The auditor, made an administrator while there was only one to do it."""
    assert give(auditor, "administrator", by=administrator) is None
    return auditor


def give(member: Membership, *slugs: str, by: Membership) -> Waiting | None:
    wanted = list(Role.objects.filter(slug__in=slugs))
    return grants.hold_exactly(member=member, wanted=wanted, now=NOW, by=by)


def agree(by: Membership) -> None:
    request = Approval.objects.get(decision="")
    approvals.decide(approval=request, decision=Decision.APPROVED, by=by, now=LATER)


def is_administrator(member: Membership) -> bool:
    return Permission.ROLE_CHANGE in members.permissions_of(member)


def change(role: Role, *added: Permission) -> Change:
    held = standing.permissions_of([role.pk])[role.pk]
    return Change(role, held, held | frozenset(added))


def test_the_only_administrator_makes_another_alone(
    administrator: Membership, therapist: Membership
) -> None:
    assert give(therapist, "administrator", by=administrator) is None

    assert is_administrator(therapist)


def test_what_mends_a_practice_is_not_held_up(
    practice: House, second: Membership, therapist: Membership
) -> None:
    assert give(therapist, "administrator", by=practice.automaton) is None


def test_a_second_administrator_agrees_first(
    administrator: Membership, second: Membership, therapist: Membership
) -> None:
    assert isinstance(give(therapist, "administrator", by=administrator), Waiting)
    assert [role.slug for role in members.roles_of(therapist)] == ["therapist"]
    assert user_of(second).email in [letter.to for letter in OutgoingMail.objects.all()]

    agree(by=second)
    assert give(therapist, "administrator", by=administrator) is None

    assert is_administrator(therapist)


def test_an_agreement_makes_one_person_an_administrator_once(
    administrator: Membership, second: Membership, therapist: Membership, accountant: Membership
) -> None:
    give(therapist, "administrator", by=administrator)
    agree(by=second)

    assert isinstance(give(accountant, "administrator", by=administrator), Waiting)
    give(therapist, "administrator", by=administrator)
    give(therapist, "therapist", by=administrator)
    assert isinstance(give(therapist, "administrator", by=administrator), Waiting)


def test_two_do_not_ask_for_the_same_at_once(
    administrator: Membership, second: Membership, therapist: Membership
) -> None:
    give(therapist, "administrator", by=administrator)

    with pytest.raises(AskedBySomebodyElse):
        give(therapist, "administrator", by=second)


@pytest.mark.parametrize("why", ["rests", "disabled", "may not agree"])
def test_who_could_not_agree_is_no_second(
    administrator: Membership, second: Membership, therapist: Membership, why: str
) -> None:
    if why == "rests":
        long_ago = NOW - timedelta(days=900)
        Membership.objects.filter(pk=second.pk).update(entered_at=long_ago, created_at=long_ago)
    elif why == "disabled":
        User.objects.filter(pk=user_of(second).pk).update(is_active=False)
    else:
        role = Role.objects.get(slug="administrator")
        copy = own_roles.copy(original=role, name="Rights", description="", now=NOW, by=second)
        held = standing.permissions_of([copy.pk])[copy.pk] - {Permission.APPROVAL_DECIDE}
        roles.set_permissions(role=copy, permissions=held)
        grants.hold_exactly(member=second, wanted=[copy], now=NOW, by=administrator)

    assert give(therapist, "administrator", by=administrator) is None


def test_other_roles_need_nobody_else(
    administrator: Membership, second: Membership, therapist: Membership
) -> None:
    assert give(therapist, "therapist", "accountant", by=administrator) is None
    assert give(second, "administrator", "accountant", by=administrator) is None


def test_a_role_that_somebody_holds_does_not_gain_the_right_by_one_alone(
    administrator: Membership, second: Membership
) -> None:
    role = Role.objects.get(slug="front-desk")

    with pytest.raises(MadeByTwo):
        roles.change(changes=[change(role, Permission.ROLE_CHANGE)], by=administrator)

    roles.change(changes=[change(role, Permission.LOG_VIEW)], by=administrator)


def test_a_role_that_nobody_holds_may_gain_it(
    administrator: Membership, second: Membership, therapist: Membership
) -> None:
    role = Role.objects.get(slug="front-desk")
    copy = own_roles.copy(original=role, name="Rights", description="", now=NOW, by=second)

    roles.change(changes=[change(copy, Permission.ROLE_CHANGE)], by=administrator)

    assert isinstance(
        grants.hold_exactly(member=therapist, wanted=[copy], now=NOW, by=administrator), Waiting
    )


def test_the_only_administrator_adds_it_to_a_role_that_is_held(administrator: Membership) -> None:
    role = Role.objects.get(slug="front-desk")

    roles.change(changes=[change(role, Permission.ROLE_CHANGE)], by=administrator)

    assert Permission.ROLE_CHANGE in standing.permissions_of([role.pk])[role.pk]


def test_nobody_is_invited_to_what_two_give(
    administrator: Membership, request: pytest.FixtureRequest
) -> None:
    before = {role.slug for role in invitations.roles_to_give(administrator)}
    request.getfixturevalue("second")

    after = {role.slug for role in invitations.roles_to_give(administrator)}

    assert before - after == {"administrator"}


def test_no_save_takes_from_the_second_what_they_would_agree_with(
    administrator: Membership, second: Membership
) -> None:
    """One save over two roles, the administrators' own being the first of them."""
    own, desk = Role.objects.get(slug="administrator"), Role.objects.get(slug="front-desk")
    held = standing.permissions_of([own.pk])[own.pk]
    both = [
        Change(own, held, held - {Permission.APPROVAL_DECIDE}),
        change(desk, Permission.ROLE_CHANGE),
    ]

    with pytest.raises(MadeByTwo):
        roles.change(changes=both, by=administrator)

    assert standing.permissions_of([own.pk])[own.pk] == held


def test_nobody_comes_back_to_what_two_give(
    administrator: Membership, second: Membership, therapist: Membership
) -> None:
    offboarding.end(member=therapist, now=NOW, by=administrator)

    with pytest.raises(NotYoursToGive):
        joining.let_back_in(
            member=therapist,
            role=Role.objects.get(slug="administrator"),
            now=LATER,
            by=administrator,
        )
