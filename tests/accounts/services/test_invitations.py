"""Invitations: one link, one person, one day; and nothing told of who was known before."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Invitation, Membership, OutgoingMail, Role, User
from accounts.permissions import Permission
from accounts.selectors import invitations as found
from accounts.selectors import members
from accounts.services import grants, invitations, offboarding, passwords, roles, users
from accounts.services.members import NotYoursToGive
from accounts.tenancy import practice_scope
from audit.selectors import log
from tests.houses import House, user_of

NOW = timezone.now()
PASSWORD = "seventeen umbrellas by the quay"
EMAIL = "wren.holloway@mail.example"


def invite(house: House, *, email: str = EMAIL, role: str = "therapist") -> str:
    """Invite somebody as the administrator, and return the token out of the letter."""
    by = house.people["administrator"]
    with practice_scope(house.id, person_id=by.person_id):
        invitations.invite(
            email=email,
            display_name="Wren Holloway",
            role=Role.objects.get(slug=role),
            now=NOW,
            by=by,
        )
        letter = OutgoingMail.objects.latest("created_at", "id")
        assert letter.to == users.canonical_name(email)
        line = next(line for line in letter.body.splitlines() if "/invitation/" in line)
    return str(line).rstrip("/").rpartition("/")[2]


def actions(house: House) -> list[str]:
    with practice_scope(house.id):
        return [entry.action for entry in log.page(limit=20)]


def test_a_newcomer_gets_in_once_with_the_role_they_were_invited_to(practice: House) -> None:
    token = invite(practice)

    practice_id = invitations.accept_as_newcomer(token=token, password=PASSWORD, now=NOW)

    user = User.objects.get(email=EMAIL)
    assert practice_id == practice.id
    with practice_scope(practice.id):
        member = Membership.objects.get(person_id=user.pk)
        assert [role.slug for role in members.roles_of(member)] == ["therapist"]
    with pytest.raises(invitations.InvitationOver):
        invitations.accept_as_newcomer(token=token, password=PASSWORD, now=NOW)
    assert {"accounts.invitation.sent", "accounts.invitation.accepted"} <= set(actions(practice))


@pytest.mark.parametrize(
    ("after", "is_open"),
    [
        (timedelta(hours=24, seconds=-1), True),
        (timedelta(hours=24), False),
        (timedelta(hours=24, seconds=1), False),
    ],
)
def test_a_link_works_for_24_hours_to_the_second(
    practice: House, after: timedelta, is_open: bool
) -> None:
    token = invite(practice)

    assert (found.offer(token, now=NOW + after) is not None) == is_open
    if not is_open:
        with pytest.raises(invitations.InvitationOver):
            invitations.accept_as_newcomer(token=token, password=PASSWORD, now=NOW + after)
        assert not User.objects.filter(email=EMAIL).exists()


def test_the_database_knows_no_token_and_no_longer_life(practice: House) -> None:
    token = invite(practice)
    with practice_scope(practice.id):
        row = Invitation.objects.get()
        assert token.encode() not in bytes(row.digest)
        row.pk, row.digest = None, b"other"
        row.expires_at = row.invited_at + timedelta(hours=24, seconds=1)
        with pytest.raises(IntegrityError, match="one_day"), transaction.atomic():
            Invitation.objects.create(
                email=row.email,
                display_name="x",
                role=row.role,
                digest=b"other",
                invited_at=row.invited_at,
                invited_by=row.invited_by,
                expires_at=row.expires_at,
            )


def test_a_second_link_ends_the_first(practice: House) -> None:
    first, second = invite(practice), invite(practice, email=EMAIL.upper())

    assert found.offer(first, now=NOW) is None
    assert found.offer(second, now=NOW) is not None


def test_an_invitation_that_was_taken_back_opens_nothing(practice: House) -> None:
    token, by = invite(practice), practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        invitations.revoke(invitation=Invitation.objects.get(), now=NOW, by=by)
        with pytest.raises(invitations.InvitationOver):
            invitations.revoke(invitation=Invitation.objects.get(), now=NOW, by=by)

    with pytest.raises(invitations.InvitationOver):
        invitations.accept_as_newcomer(token=token, password=PASSWORD, now=NOW)
    assert "accounts.invitation.revoked" in actions(practice)


def test_sending_again_makes_a_new_link_also_after_a_day(practice: House) -> None:
    token, by = invite(practice), practice.people["administrator"]
    late = NOW + timedelta(days=2)
    with practice_scope(practice.id, person_id=by.person_id):
        again = invitations.resend(invitation=Invitation.objects.get(), now=late, by=by)
        assert again.expires_at == late + timedelta(hours=24)

    assert found.offer(token, now=late) is None


def test_somebody_known_here_accepts_with_their_own_sign_in(
    practice: House, other_practice: House
) -> None:
    user = user_of(other_practice.people["therapist"])
    token = invite(practice, email=user.email)
    with pytest.raises(invitations.KnownHere):
        invitations.accept_as_newcomer(token=token, password=PASSWORD, now=NOW)

    invitations.accept(token=token, user=user, now=NOW)

    with practice_scope(practice.id):
        assert Membership.objects.filter(person_id=user.pk).count() == 1
    assert users.is_password_of(User.objects.get(pk=user.pk), PASSWORD) is False


def test_inviting_tells_nothing_of_who_can_sign_in_already(
    practice: House, other_practice: House
) -> None:
    known = user_of(other_practice.people["therapist"]).email
    invite(practice, email=known)
    invite(practice)
    with practice_scope(practice.id):
        rows = list(Invitation.objects.order_by("pk").values())
        letters = [
            (letter.subject, len(letter.body)) for letter in OutgoingMail.objects.order_by("pk")
        ]

    own = {"id", "email", "digest"}
    assert [{k: v for k, v in row.items() if k not in own} for row in rows[:1]] == [
        {k: v for k, v in row.items() if k not in own} for row in rows[1:]
    ]
    assert letters[0] == letters[1]


def test_a_link_is_of_no_use_to_anybody_else(practice: House, other_practice: House) -> None:
    token = invite(practice)
    thief = user_of(other_practice.people["therapist"])

    with pytest.raises(invitations.InvitationOver):
        invitations.accept(token=token, user=thief, now=NOW)

    with practice_scope(practice.id):
        assert not Membership.objects.filter(person_id=thief.pk).exists()


def test_a_present_colleague_is_not_invited_again(practice: House) -> None:
    with pytest.raises(invitations.AlreadyHere):
        invite(practice, email=user_of(practice.people["therapist"]).email)


def test_who_may_only_invite_gives_no_more_than_they_hold(practice: House) -> None:
    """Nobody rises by inviting an address of their own as administrator."""
    by, helper = practice.people["administrator"], practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        held = members.permissions_of(helper)
        desk = Role.objects.get(slug="front-desk")
        roles.set_permissions(role=desk, permissions=[*held, Permission.MEMBER_CHANGE])
    with practice_scope(practice.id, person_id=helper.person_id):
        offered = found.roles_to_give(helper)
        assert {role.slug for role in offered} == {"front-desk"}
        with pytest.raises(NotYoursToGive):
            invitations.invite(
                email=EMAIL,
                display_name="Me again",
                role=Role.objects.get(slug="administrator"),
                now=NOW,
                by=helper,
            )
        assert not Invitation.objects.exists()


def test_a_first_password_keeps_the_rules_of_the_role(practice: House) -> None:
    token = invite(practice, role="administrator")

    with pytest.raises(passwords.PasswordRefused):
        invitations.accept_as_newcomer(token=token, password="wren holloway", now=NOW)

    assert not User.objects.filter(email=EMAIL).exists()
    assert found.offer(token, now=NOW) is not None


def test_who_had_left_comes_back_by_invitation(practice: House) -> None:
    by, member = practice.people["administrator"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        offboarding.end(member=member, now=NOW, by=by)
    token = invite(practice, email=user_of(member).email, role="auditor")

    invitations.accept(token=token, user=user_of(member), now=NOW)

    with practice_scope(practice.id):
        back = Membership.objects.get(pk=member.pk)
        assert back.ended_at is None
        assert [role.slug for role in members.roles_of(back)] == ["auditor"]


def test_what_a_leaver_sent_or_was_sent_is_taken_back(practice: House) -> None:
    """Otherwise somebody invites an address of their own on their last day."""
    by, leaver = practice.people["administrator"], practice.people["auditor"]
    with practice_scope(practice.id, person_id=by.person_id):
        grants.hold_exactly(
            member=leaver,
            wanted=[Role.objects.get(slug="administrator")],
            now=NOW,
            by=by,
        )
    with practice_scope(practice.id, person_id=leaver.person_id):
        invitations.invite(
            email=EMAIL,
            display_name="A friend",
            role=Role.objects.get(slug="accountant"),
            now=NOW,
            by=leaver,
        )
    with practice_scope(practice.id, person_id=by.person_id):
        ended = offboarding.end(member=leaver, now=NOW, by=by)
        assert ended.invitations == 1
        assert Invitation.objects.get().revoked_by_id == by.pk


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\N{SNOWMAN}", "' OR 1=1"])
def test_what_is_no_token_opens_nothing(practice: House, token: str) -> None:
    invite(practice)

    assert found.offer(token, now=NOW) is None
