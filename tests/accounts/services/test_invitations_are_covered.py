"""An invitation lasts as long as its sender's right, and gives no more than they have."""

from collections.abc import Callable

import pytest

from accounts.models import ApprovalLimit, Membership, Role, User
from accounts.permissions import Permission
from accounts.selectors import invitations as found
from accounts.selectors import members
from accounts.services import invitations, reviews, roles
from accounts.tenancy import practice_scope
from tests.accounts.services.test_invitations import EMAIL, NOW, PASSWORD, invite
from tests.houses import House, user_of

Loses = Callable[[House, Membership, Membership], None]


def administrator_role() -> Role:
    return Role.objects.get(slug="administrator")


def withdrawn(house: House, sender: Membership, by: Membership) -> None:
    roles.withdraw(member=sender, role=administrator_role(), now=NOW, by=by)


def taken_from_the_role(house: House, sender: Membership, by: Membership) -> None:
    everything = Role.objects.get(slug="auditor")
    roles.set_permissions(role=everything, permissions=list(Permission))
    roles.grant(member=by, role=everything, now=NOW, by=by)
    held = members.permissions_of(sender) - {Permission.MEMBER_CHANGE}
    roles.set_permissions(role=administrator_role(), permissions=held)


def narrowed(house: House, sender: Membership, by: Membership) -> None:
    everything = Role.objects.get(slug="auditor")
    roles.set_permissions(role=everything, permissions=list(Permission))
    roles.grant(member=by, role=everything, now=NOW, by=by)
    held = members.permissions_of(sender) - {Permission.ROLE_CHANGE}
    roles.set_permissions(role=administrator_role(), permissions=held)


def removed_in_the_review(house: House, sender: Membership, by: Membership) -> None:
    review = reviews.start(now=NOW, by=by)
    item = review.items.get(grant__member=sender, grant__role=administrator_role())
    reviews.remove(item_id=item.pk, now=NOW, by=by)


def disabled(house: House, sender: Membership, by: Membership) -> None:
    User.objects.filter(pk=user_of(sender).pk).update(is_active=False)


@pytest.mark.parametrize(
    "loses", [withdrawn, taken_from_the_role, narrowed, removed_in_the_review, disabled]
)
def test_a_link_outlives_no_right_of_its_sender(practice: House, loses: Loses) -> None:
    sender, by = practice.people["administrator"], practice.people["auditor"]
    known = user_of(practice.people["therapist"])
    with practice_scope(practice.id):
        roles.grant(member=by, role=administrator_role(), now=NOW, by=sender)
    token = invite(practice, role="therapist")

    with practice_scope(practice.id, person_id=by.person_id):
        loses(practice, sender, by)

    assert found.offer(token, now=NOW) is None
    with pytest.raises(invitations.InvitationOver):
        invitations.accept_as_newcomer(token=token, password=PASSWORD, now=NOW)
    with pytest.raises(invitations.InvitationOver):
        invitations.accept(token=token, user=known, now=NOW)
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.fixture
def helper(practice: House) -> Membership:
    """The front desk, who may invite, and alone refunds up to $100."""
    member = practice.people["front-desk"]
    with practice_scope(practice.id):
        desk = Role.objects.get(slug="front-desk")
        held = members.permissions_of(member)
        roles.set_permissions(role=desk, permissions=[*held, Permission.MEMBER_CHANGE])
        like = Role.objects.get(slug="therapist")
        roles.set_permissions(role=like, permissions=[Permission.CLIENT_VIEW])
    return member


def offered(helper: Membership) -> set[str]:
    return {role.slug for role in found.roles_to_give(helper)}


@pytest.mark.parametrize(("cents", "is_offered"), [(100_00, True), (100_01, False)])
def test_a_role_that_does_more_alone_is_not_given(
    practice: House, helper: Membership, cents: int, is_offered: bool
) -> None:
    with practice_scope(practice.id):
        ApprovalLimit.objects.create(
            role=Role.objects.get(slug="therapist"),
            act="REFUND",
            limit_cents=cents,
            changed_at=NOW,
            changed_by=helper,
        )

        assert ("therapist" in offered(helper)) is is_offered


@pytest.mark.parametrize("is_bound", [True, False])
def test_a_role_that_works_from_more_places_is_not_given(
    practice: House, helper: Membership, is_bound: bool
) -> None:
    with practice_scope(practice.id):
        Role.objects.filter(slug="therapist").update(is_network_bound=False)
        Role.objects.filter(slug="front-desk").update(is_network_bound=is_bound)

        assert ("therapist" in offered(helper)) is not is_bound
