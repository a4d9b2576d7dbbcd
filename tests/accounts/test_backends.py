"""What a person may do comes from the membership in the open scope, and from nothing else."""

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.utils import timezone

from accounts.backends import PracticeBackend
from accounts.models import Membership, Role, User
from accounts.permissions import Permission
from accounts.services import members
from accounts.tenancy import practice_scope
from tests.houses import PASSWORD, House, user_of

backend = PracticeBackend()


@pytest.fixture
def in_two(administrator: Membership, other_practice: House) -> User:
    """The administrator of Harbor Lane, who is a therapist at Summit Row."""
    with practice_scope(other_practice.id):
        members.add(
            person_id=administrator.person_id or administrator.pk,
            display_name="Also here",
            role=Role.objects.get(slug="therapist"),
            now=timezone.now(),
            by=other_practice.automaton,
        )
    return user_of(administrator)


def test_an_administrator_here_is_only_a_therapist_there(
    in_two: User, practice: House, other_practice: House
) -> None:
    with practice_scope(practice.id, person_id=in_two.pk):
        here = backend.get_all_permissions(in_two)
    with practice_scope(other_practice.id, person_id=in_two.pk):
        there = backend.get_all_permissions(in_two)

    assert Permission.ROLE_CHANGE in here
    assert Permission.CLIENT_VIEW not in here
    assert Permission.ROLE_CHANGE not in there
    assert Permission.CLIENT_VIEW in there


def test_without_a_scope_nobody_may_do_anything(administrator: Membership) -> None:
    assert not backend.has_perm(user_of(administrator), Permission.ROLE_CHANGE)


def test_in_somebody_elses_scope_one_may_do_nothing(
    administrator: Membership, practice: House, front_desk: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        assert not backend.has_perm(user_of(administrator), Permission.ROLE_CHANGE)


def test_somebody_who_left_may_do_nothing(auditor: Membership, practice: House) -> None:
    with practice_scope(practice.id, person_id=auditor.person_id):
        Membership.objects.filter(pk=auditor.pk).update(
            ended_at=timezone.now(), ended_by=practice.automaton
        )
        assert not backend.get_all_permissions(user_of(auditor))


def test_a_password_signs_nobody_in_without_a_second_factor(administrator: Membership) -> None:
    email = user_of(administrator).email

    assert authenticate(username=email, password=PASSWORD) is None


def test_somebody_who_was_switched_off_has_no_session(administrator: Membership) -> None:
    user = user_of(administrator)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert backend.get_user(user.pk) is None


def test_a_user_cannot_hold_groups_or_permissions() -> None:
    names = {field.name for field in apps.get_model("accounts.User")._meta.get_fields()}

    assert not names & {"groups", "user_permissions", "is_superuser", "is_staff"}
