"""Roles that begin and end by themselves: at the minute, in the product and in the database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from accounts.models import Invitation, Membership, Role, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import administrators, members, people, reach, seats
from accounts.selectors import invitations as found
from accounts.selectors import roles as standing
from accounts.selectors.terms import Term
from accounts.services import grants, invitations, own_roles, roles
from accounts.services.roles import Change, NotForATime
from accounts.tenancy import practice_scope
from audit.models import Event
from audit.services import events
from tests.accounts.conftest import NOW
from tests.houses import House, browser_of, user_of

HOUR = timedelta(hours=1)


def of_role(slug: str = "auditor") -> Role:
    return Role.objects.get(slug=slug)


def span(since: timedelta, until: timedelta) -> Term:
    """Return a term around this moment."""
    now = timezone.now()
    return Term(now + since, now + until)


RUNNING, AHEAD, OVER = (-HOUR, HOUR), (HOUR, 2 * HOUR), (-2 * HOUR, -HOUR)


def give(house: House, around: tuple[timedelta, timedelta], slug: str = "auditor") -> RoleGrant:
    """Give the therapist a role for a term, in the open scope."""
    return grants.hold_for(
        member=house.people["therapist"],
        role=of_role(slug),
        term=span(*around),
        now=timezone.now(),
        by=house.people["administrator"],
    )


def move_as_owner(statement: str) -> None:
    """Let time pass for a grant: nobody else can move its term."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_rolegrant DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE accounts_rolegrant NO FORCE ROW LEVEL SECURITY")
        cursor.execute(statement)
        assert cursor.rowcount
        cursor.execute("ALTER TABLE accounts_rolegrant FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE accounts_rolegrant ENABLE TRIGGER USER")


def invite(by: Membership) -> Invitation:
    """Invite somebody to be an auditor for an hour, in the open scope."""
    return invitations.invite(
        email="wren@mail.example",
        display_name="Wren Holloway",
        role=of_role(),
        now=timezone.now(),
        by=by,
        term=span(*RUNNING),
    )


@pytest.mark.parametrize(("around", "counts"), [(RUNNING, True), (AHEAD, False), (OVER, False)])
def test_a_role_counts_from_its_first_moment_to_its_last(
    practice: House, around: tuple[timedelta, timedelta], counts: bool
) -> None:
    member, by = practice.people["therapist"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        grant = give(practice, around)

        assert (Permission.LOG_VIEW in members.permissions_of(member)) == counts
        assert (of_role() in members.roles_of(member)) == counts
        holders = {holder.pk for holder in people.holders_of(of_role().pk)}
        assert (member.pk in holders) == counts
        told = reach.addresses_of_holders(Permission.AUDIT_WORK)
        assert (user_of(member).email in told) == counts
        held = next(role for role in standing.all_roles() if role.slug == "auditor")
        assert held.people_count == 1 + counts
        shown = next(g for g in people.grants_of(member, now=timezone.now()) if g.pk == grant.pk)
        assert shown.is_over == (around == OVER)
    with practice_scope(practice.id, person_id=member.person_id):
        seat = seats.taken(now=timezone.now())
        assert seat
        assert (Permission.LOG_VIEW in seat.permissions) == counts


@pytest.mark.commits
def test_access_ends_at_the_minute_in_every_browser(practice: House) -> None:
    """The end is moved in the database, as if time had passed; nobody signs in anew."""
    member, by = practice.people["auditor"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        grants.hold_for(
            member=member, role=of_role(), term=span(*RUNNING), now=timezone.now(), by=by
        )
    browsers = [browser_of(member), browser_of(member)]
    assert {browser.get("/log/").status_code for browser in browsers} == {200}

    move_as_owner("UPDATE accounts_rolegrant SET ends_at = now() WHERE ends_at IS NOT NULL")

    assert {browser.get("/log/").status_code for browser in browsers} == {403}
    assert browsers[0].post("/examination/samples/", {}).status_code == 403
    with practice_scope(practice.id):
        assert members.permissions_of(member) == frozenset()


@pytest.mark.commits
def test_access_begins_by_itself_and_not_before(practice: House) -> None:
    member, by = practice.people["therapist"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        give(practice, AHEAD)
    browser = browser_of(member)
    assert browser.get("/log/").status_code == 403

    move_as_owner("UPDATE accounts_rolegrant SET starts_at = now() WHERE ends_at IS NOT NULL")

    assert browser.get("/log/").status_code == 200


@pytest.mark.parametrize("slug", ["administrator"])
def test_who_guards_the_practice_holds_that_without_an_end(practice: House, slug: str) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        with pytest.raises(NotForATime):
            give(practice, RUNNING, slug)
        with pytest.raises(NotForATime):
            invitations.invite(
                email="wren@mail.example",
                display_name="Wren",
                role=of_role(slug),
                now=NOW,
                by=by,
                term=span(*RUNNING),
            )


def test_another_term_takes_the_place_of_the_one_before(practice: House) -> None:
    member, by = practice.people["therapist"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        over = give(practice, OVER)
        running = give(practice, RUNNING)
        assert (
            roles.grant(
                member=member,
                role=of_role(),
                now=NOW,
                by=by,
                term=Term(running.starts_at or NOW, running.ends_at or NOW),
            )
            == running
        )
        endless = roles.grant(member=member, role=of_role(), now=NOW, by=by)

        standing_now = RoleGrant.objects.filter(member=member, role=of_role(), withdrawn_at=None)
        assert standing_now.get() == endless
        over.refresh_from_db()
        assert over.withdrawn_by == by


def test_the_form_of_roles_leaves_a_term_as_it_is(practice: House) -> None:
    member, by = practice.people["therapist"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        running = give(practice, RUNNING)
        held = members.roles_of(member)
        grants.hold_exactly(member=member, wanted=held, now=NOW, by=by)
        running.refresh_from_db()
        assert running.withdrawn_at is None

        grants.hold_exactly(member=member, wanted=[], now=NOW, by=by)
        running.refresh_from_db()
        assert running.withdrawn_by == by


def test_who_holds_nothing_any_more_gets_nothing_later(practice: House) -> None:
    member, by = practice.people["therapist"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        ahead = give(practice, AHEAD)
        given = members.roles_given(member)
        assert of_role() in given
        grants.hold_exactly(member=member, wanted=given, seen=given, now=NOW, by=by)
        ahead.refresh_from_db()
        assert ahead.withdrawn_at is None

        grants.hold_exactly(member=member, wanted=[], seen=given, now=NOW, by=by)
        ahead.refresh_from_db()
        assert ahead.withdrawn_by == by


def test_a_role_that_ended_by_itself_is_not_taken_away_afterwards(practice: House) -> None:
    member, by = practice.people["therapist"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        give(practice, OVER)
        give(practice, OVER, "accountant")
        give(practice, RUNNING)
        roles.withdraw(member=member, role=of_role("accountant"), now=NOW, by=by)
        events.flush()
        assert not Event.objects.filter(action="accounts.role.withdrawn").exists()

        roles.withdraw(member=member, role=of_role(), now=NOW, by=by)
        events.flush()
        assert Event.objects.filter(action="accounts.role.withdrawn").count() == 1


def guarding(role: Role) -> Change:
    """Return the change by which a role comes to manage people."""
    held = standing.permissions_of([role.pk])[role.pk]
    return Change(role, held, held | {Permission.MEMBER_CHANGE})


@pytest.mark.parametrize("how", ["running", "ahead", "invited", "over", "taken back"])
def test_a_role_that_ends_by_itself_for_somebody_does_not_come_to_guard(
    practice: House, how: str
) -> None:
    by, sent = practice.people["administrator"], None
    with practice_scope(practice.id, person_id=by.person_id):
        if how in ("invited", "taken back"):
            sent = invite(by)
        else:
            give(practice, {"running": RUNNING, "ahead": AHEAD, "over": OVER}[how])
        if sent and how == "taken back":
            invitations.revoke(invitation=sent, now=timezone.now(), by=by)
        wanted = guarding(of_role())
        if how in ("over", "taken back"):
            roles.change(changes=[wanted], by=by)
        else:
            with pytest.raises(roles.HeldForATime):
                roles.change(changes=[wanted], by=by)


def test_an_invitation_for_a_time_to_what_guards_by_now_lets_nobody_in(practice: House) -> None:
    """Round the refusal: the role gained the right by other hands."""
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        sent = invite(by)
        assert found.is_covered(sent)
        roles.write(guarding(of_role()))
        assert not found.is_covered(sent)


def test_a_role_that_nobody_holds_any_more_is_retired(practice: House) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        own = own_roles.copy(original=of_role(), name="Guest", description="", now=NOW, by=by)
        give(practice, RUNNING, own.slug)
        with pytest.raises(own_roles.StillHeld):
            own_roles.retire(role=own, now=NOW, by=by)
        give(practice, OVER, own.slug)

        own_roles.retire(role=own, now=NOW, by=by)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_invitation_gives_the_role_for_its_term_whenever_it_is_used(practice: House) -> None:
    by = practice.people["administrator"]
    term = span(*AHEAD)
    with practice_scope(practice.id, person_id=by.person_id):
        sent = invitations.invite(
            email="wren@mail.example",
            display_name="Wren Holloway",
            role=of_role(),
            now=timezone.now(),
            by=by,
            term=term,
        )
        again = invitations.resend(invitation=sent, now=timezone.now(), by=by)
        assert (again.starts_at, again.ends_at) == (term.starts_at, term.ends_at)
        invitations._let_in(again, user_of(practice.people["front-desk"]).pk, timezone.now())
        grant = RoleGrant.objects.get(ends_at=term.ends_at)
        assert grant.starts_at == term.starts_at
        assert grant.member == practice.people["front-desk"]


def test_an_invitation_whose_term_is_over_lets_nobody_in(practice: House) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        sent = invitations.invite(
            email="wren@mail.example",
            display_name="Wren Holloway",
            role=of_role(),
            now=timezone.now(),
            by=by,
            term=span(-HOUR, HOUR),
        )
        assert found.waiting(now=timezone.now()).filter(pk=sent.pk).exists()
        assert not found.waiting(now=timezone.now() + HOUR).filter(pk=sent.pk).exists()
        [line] = [each for each in found.sent(now=timezone.now() + HOUR) if each.pk == sent.pk]
        assert line.state == "expired"


def test_the_log_tells_from_when_to_when(practice: House) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        grants.hold_for(
            member=practice.people["therapist"],
            role=of_role(),
            term=Term(datetime(2026, 4, 1, 13, tzinfo=UTC), datetime(2030, 4, 9, 21, tzinfo=UTC)),
            now=NOW,
            by=by,
        )
        events.flush()
        told = Event.objects.filter(action="accounts.role.granted").order_by("-seq")[0]
    assert (told.facts["since"], told.facts["until"]) == (
        "2026-04-01 13:00 UTC",
        "2030-04-09 21:00 UTC",
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts_rolegrant SET ends_at = ends_at + interval '1 day'"
        " WHERE ends_at IS NOT NULL",
        "UPDATE accounts_rolegrant SET starts_at = NULL, ends_at = NULL WHERE ends_at IS NOT NULL",
        "INSERT INTO accounts_rolegrant (id, member_id, role_id, granted_at, granted_by_id,"
        " starts_at, ends_at, withdrawn_at, withdrawn_by_id) SELECT gen_random_uuid(), member_id,"
        " role_id, granted_at, granted_by_id, ends_at, starts_at, now(), granted_by_id"
        " FROM accounts_rolegrant WHERE ends_at IS NOT NULL",
        "INSERT INTO accounts_rolegrant (id, member_id, role_id, granted_at, granted_by_id,"
        " starts_at, withdrawn_at, withdrawn_by_id) SELECT gen_random_uuid(), member_id, role_id,"
        " granted_at, granted_by_id, starts_at, now(), granted_by_id"
        " FROM accounts_rolegrant WHERE ends_at IS NOT NULL",
    ],
)
def test_the_database_keeps_a_term(practice: House, change: str) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        give(practice, RUNNING)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_right_that_ends_by_itself_keeps_no_practice(practice: House) -> None:
    """Round Python: the last administrator may not be one whose role ends."""
    by, other = practice.people["administrator"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        RoleGrant.objects.create(
            member=other,
            role=of_role("administrator"),
            granted_at=NOW,
            granted_by=by,
            starts_at=timezone.now() - HOUR,
            ends_at=timezone.now() + HOUR,
        )
        assert set(administrators.present()) == {by.person_id}
        with (
            pytest.raises(IntegrityError, match="somebody must stay"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            RoleGrant.objects.filter(member=by).update(withdrawn_at=NOW, withdrawn_by=by)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(("around", "may"), [(RUNNING, True), (AHEAD, False), (OVER, False)])
def test_the_ledger_asks_the_same(
    practice: House, around: tuple[timedelta, timedelta], may: bool
) -> None:
    """Who posts into a month that is closed to the others, by the database's own question."""
    member, by = practice.people["therapist"], practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        give(practice, around, "accountant")
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_may_post_late(%s, %s)", [practice.id, member.pk])
            assert cursor.fetchone() == (may,)
