"""Ending access, resting after an absence, and coming back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, OutgoingMail, Role, RoleGrant, SignInSession
from accounts.selectors import absences, leaving, members
from accounts.services import grants, offboarding, sessions
from accounts.services import members as joining
from accounts.services.roles import LastAdministrator
from accounts.services.sessions import MembershipRests
from accounts.sessions import PRACTICE, SessionStore
from accounts.tenancy import practice_scope
from audit.selectors import log
from tests.houses import House, browser_of, user_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAYS = timedelta(days=90)
SECOND = timedelta(seconds=1)


def end(house: House, member: Membership) -> offboarding.Ended:
    by = house.people["administrator"]
    with practice_scope(house.id, person_id=by.person_id):
        return offboarding.end(member=member, now=NOW, by=by)


def test_every_browser_of_a_leaver_is_refused_at_its_next_request(practice: House) -> None:
    member = practice.people["auditor"]
    browsers = [browser_of(member) for _ in range(3)]
    log_page = reverse("accounts:log")
    assert [browser.get(log_page).status_code for browser in browsers] == [200] * 3

    ended = end(practice, member)

    assert (ended.sessions, ended.roles) == (3, 1)
    answers = [browser.get(log_page) for browser in browsers]
    assert [answer.status_code for answer in answers] == [302] * 3
    assert all(answer["Location"].startswith(reverse("accounts:sign_in")) for answer in answers)


def test_what_a_leaver_did_stays_and_the_letter_goes_out(practice: House) -> None:
    member = practice.people["auditor"]
    end(practice, member)

    with practice_scope(practice.id):
        left = leaving.left(Membership.objects.get(pk=member.pk))
        assert (left.role_names, left.ended_by) == (["Auditor"], "Administrator of Harbor Lane")
        assert RoleGrant.objects.filter(member=member).count() == 1
        letter = OutgoingMail.objects.get()
        assert letter.to == user_of(member).email
        assert "accounts.member.ended" in [entry.action for entry in log.page(limit=5)]


def test_somebody_with_two_practices_leaves_one_and_stays_in_the_other(
    practice: House, other_practice: House
) -> None:
    member = practice.people["auditor"]
    with practice_scope(other_practice.id):
        joining.add(
            person_id=user_of(member).pk,
            display_name="Also here",
            role=Role.objects.get(slug="auditor"),
            now=datetime.now(UTC),
            by=other_practice.automaton,
        )
    here, there = browser_of(member), browser_of(member)
    there.post(reverse("accounts:choose_practice"), {"practice": str(other_practice.id)})

    assert end(practice, member).sessions == 1

    answer = here.get(reverse("accounts:log"))
    assert answer["Location"] == reverse("accounts:choose_practice")
    assert there.get(reverse("accounts:log")).status_code == 200
    rows = SignInSession.objects.filter(user_id=member.person_id)
    kept = {SessionStore().decode(row.session_data).get(PRACTICE) for row in rows}
    assert str(practice.id) not in kept


def test_nobody_ends_their_own_access(practice: House) -> None:
    with pytest.raises(offboarding.NotOneself):
        end(practice, practice.people["administrator"])


def test_the_last_administrator_stays(practice: House) -> None:
    by, other = practice.people["administrator"], practice.people["front-desk"]
    with (
        practice_scope(practice.id, person_id=other.person_id),
        pytest.raises(LastAdministrator),
        transaction.atomic(),
    ):
        offboarding.end(member=by, now=NOW, by=other)

    with practice_scope(practice.id):
        assert Membership.objects.get(pk=by.pk).ended_at is None
        assert [role.slug for role in members.roles_of(by)] == ["administrator"]


def test_the_database_keeps_the_last_administrator_too(practice: House) -> None:
    by, other = practice.people["administrator"], practice.people["front-desk"]
    with (
        practice_scope(practice.id, person_id=other.person_id),
        pytest.raises(IntegrityError, match="somebody must stay"),
        transaction.atomic(),
    ):
        Membership.objects.filter(pk=by.pk).update(ended_at=NOW, ended_by=other)
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_ending_twice_is_said(practice: House) -> None:
    end(practice, practice.people["auditor"])

    with pytest.raises(offboarding.AlreadyEnded):
        end(practice, practice.people["auditor"])


def test_coming_back_needs_a_new_role_and_brings_none_of_the_old(practice: House) -> None:
    member, by = practice.people["auditor"], practice.people["administrator"]
    end(practice, member)
    with practice_scope(practice.id, person_id=by.person_id):
        gone = Membership.objects.get(pk=member.pk)
        therapist = Role.objects.get(slug="therapist")
        joining.let_back_in(member=gone, role=therapist, now=NOW, by=by)
        back = Membership.objects.get(pk=member.pk)
        assert (back.ended_at, back.readmitted_by_id) == (None, by.pk)
        assert [role.slug for role in members.roles_of(back)] == ["therapist"]
        with pytest.raises(joining.NotAway):
            joining.let_back_in(member=back, role=therapist, now=NOW, by=by)


@pytest.mark.parametrize(
    ("after", "rests"), [(DAYS - SECOND, False), (DAYS, False), (DAYS + SECOND, True)]
)
def test_a_membership_rests_after_90_days_to_the_second(
    practice: House, after: timedelta, rests: bool
) -> None:
    member = practice.people["auditor"]
    with practice_scope(practice.id):
        Membership.objects.filter(pk=member.pk).update(entered_at=NOW)

    assert refused_at(practice, member, NOW + after) == rests


@pytest.mark.parametrize("after", [DAYS, DAYS + SECOND])
def test_who_never_came_rests_90_days_after_joining(practice: House, after: timedelta) -> None:
    member = practice.people["auditor"]
    with practice_scope(practice.id):
        Membership.objects.filter(pk=member.pk).update(entered_at=None, created_at=NOW)

    assert refused_at(practice, member, NOW + after) == (after > DAYS)


def test_coming_in_starts_the_90_days_anew(practice: House) -> None:
    member = practice.people["auditor"]
    with practice_scope(practice.id):
        Membership.objects.filter(pk=member.pk).update(entered_at=NOW)

    assert not refused_at(practice, member, NOW + DAYS)
    assert not refused_at(practice, member, NOW + DAYS * 2)
    assert refused_at(practice, member, NOW + DAYS * 3 + SECOND)


def test_a_refusal_after_absence_stands_on_the_log(practice: House) -> None:
    member = practice.people["auditor"]
    with practice_scope(practice.id):
        Membership.objects.filter(pk=member.pk).update(entered_at=NOW)
    refused_at(practice, member, NOW + DAYS + SECOND)

    with practice_scope(practice.id):
        newest = log.page(limit=1)[0]
        assert newest.action == "accounts.sign_in.failed"
        assert newest.person_id == member.person_id
        assert Membership.objects.get(pk=member.pk).entered_at == NOW


def test_a_colleague_lets_somebody_back_in(practice: House) -> None:
    member, by = resting(practice), practice.people["administrator"]
    later = NOW + DAYS + SECOND
    with practice_scope(practice.id, person_id=by.person_id):
        joining.readmit(member=member, now=later, by=by)
        with pytest.raises(joining.NotAway):
            joining.readmit(member=member, now=later, by=by)

    assert not refused_at(practice, member, later)


def test_the_operator_lets_somebody_in_when_nobody_else_can(practice: House) -> None:
    member = practice.people["administrator"]
    with practice_scope(practice.id):
        Membership.objects.filter(pk=member.pk).update(entered_at=datetime.now(UTC) - DAYS - SECOND)
    email = user_of(member).email.upper()

    call_command("readmit", practice="harbor-lane", email=email)

    with practice_scope(practice.id):
        now = datetime.now(UTC)
        assert not absences.rests(Membership.objects.get(pk=member.pk), now=now)
        assert log.page(limit=1)[0].action == "accounts.member.readmitted"
    with pytest.raises(CommandError, match="can come in already"):
        call_command("readmit", practice="harbor-lane", email=email)


@pytest.mark.parametrize(
    ("slug", "email"),
    [
        ("no-such-place", "administrator@harbor-lane.example"),
        ("harbor-lane", "nobody@mail.example"),
        ("harbor-lane", "administrator@summit-row.example"),
    ],
)
def test_the_operator_is_told_when_there_is_no_such_person(
    practice: House, other_practice: House, slug: str, email: str
) -> None:
    with pytest.raises(CommandError, match="no such person"):
        call_command("readmit", practice=slug, email=email)


def test_a_wrong_move_changes_no_roles_of_others(practice: House) -> None:
    """Ending one membership leaves everybody else as they were."""
    with practice_scope(practice.id):
        before = set(RoleGrant.objects.filter(withdrawn_at=None).values_list("member_id"))
    end(practice, practice.people["auditor"])

    with practice_scope(practice.id):
        after = set(RoleGrant.objects.filter(withdrawn_at=None).values_list("member_id"))
    assert before - after == {(practice.people["auditor"].pk,)}


def test_somebody_without_any_role_can_leave(practice: House) -> None:
    member, by = practice.people["auditor"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        grants.hold_exactly(member=member, wanted=[], now=NOW, by=by)

    assert end(practice, member).roles == 0


def resting(practice: House) -> Membership:
    member = practice.people["auditor"]
    with practice_scope(practice.id):
        Membership.objects.filter(pk=member.pk).update(entered_at=NOW)
        return Membership.objects.get(pk=member.pk)


def refused_at(practice: House, member: Membership, now: datetime) -> bool:
    """Try to come in; say whether it was refused because the membership rests."""
    person = user_of(member).pk
    try:
        sessions.enter(practice_id=practice.id, person_id=person, is_sign_in=True, now=now)
    except MembershipRests:
        return True
    return False


def test_a_browser_of_nobody_learns_nothing_of_off_boarding(practice: House) -> None:
    url = reverse("clients:offboarding", args=[practice.people["auditor"].pk])

    assert Client().get(url)["Location"].startswith(reverse("accounts:sign_in"))
