"""Who can do more gets new keys, or a longer password first; who rests holds no practice up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Role, SignInSession, User
from accounts.permissions import Permission
from accounts.services import limits, offboarding, roles
from accounts.services.roles import LastAdministrator
from accounts.tenancy import practice_scope
from tests.accounts.conftest import NOW
from tests.accounts.services.test_roles import renewal_asked
from tests.houses import House, browser_of, user_of


def role(slug: str) -> Role:
    return Role.objects.get(slug=slug)


@pytest.mark.parametrize(("cents", "is_asked"), [(100_01, True), (99_99, False)])
def test_a_raised_limit_asks_for_new_keys_and_a_lowered_one_does_not(
    practice: House, cents: int, is_asked: bool
) -> None:
    member, by = practice.people["front-desk"], practice.people["administrator"]
    browser_of(member)
    with practice_scope(practice.id, person_id=by.person_id):
        seen = {"REFUND": 100_00, "WAIVE": 200_00}
        wanted = seen | {"REFUND": cents}
        limits.change(role=role("front-desk"), seen=seen, wanted=wanted, now=NOW, by=by)

    assert renewal_asked(member) is is_asked


@pytest.mark.parametrize(("is_long", "is_ended"), [(False, True), (True, False)])
@pytest.mark.parametrize("how", ["granted", "role raised"])
def test_a_short_password_is_changed_before_it_opens_the_practice(
    practice: House, how: str, is_long: bool, is_ended: bool
) -> None:
    member, by = practice.people["therapist"], practice.people["administrator"]
    browser_of(member)
    User.objects.filter(pk=user_of(member).pk).update(password_is_long=is_long)
    with practice_scope(practice.id, person_id=by.person_id):
        if how == "granted":
            roles.grant(member=member, role=role("administrator"), now=NOW, by=by)
        else:
            roles.set_permissions(role=role("therapist"), permissions=[Permission.MEMBER_CHANGE])

    [session] = SignInSession.objects.filter(user_id=member.person_id)
    assert (session.end_reason == "longer") is is_ended
    assert (session.ended_at is not None) is is_ended


def test_a_short_password_is_no_matter_where_it_is_enough(practice: House) -> None:
    member, by = practice.people["therapist"], practice.people["administrator"]
    browser_of(member)
    User.objects.filter(pk=user_of(member).pk).update(password_is_long=False)
    with practice_scope(practice.id, person_id=by.person_id):
        roles.grant(member=member, role=role("auditor"), now=NOW, by=by)

    assert SignInSession.objects.get(user_id=member.person_id).ended_at is None


@pytest.fixture
def colleague(practice: House) -> Membership:
    """The auditor, an administrator as well."""
    member, by = practice.people["auditor"], practice.people["administrator"]
    with practice_scope(practice.id):
        roles.grant(member=member, role=role("administrator"), now=NOW, by=by)
    return member


def away(member: Membership, days: int) -> None:
    since = timezone.now() - timedelta(days=days)
    found = Membership.objects.filter(pk=member.pk)
    found.update(entered_at=since, created_at=since, readmitted_at=None)


@pytest.mark.parametrize(("days", "is_refused"), [(91, True), (89, False)])
def test_who_rests_is_not_the_administrator_who_stays(
    practice: House, colleague: Membership, days: int, is_refused: bool
) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        away(colleague, days)
        if is_refused:
            with pytest.raises(LastAdministrator):
                roles.withdraw(member=by, role=role("administrator"), now=NOW, by=by)
        else:
            roles.withdraw(member=by, role=role("administrator"), now=NOW, by=by)


def test_where_every_administrator_rests_others_can_still_be_let_go(practice: House) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        away(by, 91)

        offboarding.end(member=practice.people["auditor"], now=NOW, by=by)
