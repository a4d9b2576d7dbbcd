"""The off-boarding wizard, and coming back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.selectors import members
from accounts.services import grants, totp
from accounts.services import members as joining
from accounts.sessions import MFA_AT
from accounts.tenancy import practice_scope
from audit.selectors import log
from clients.models import Assignment
from clients.services import assignments
from tests.billing import desk
from tests.houses import PASSWORD, House, browser_of, user_of

LONG_AGO = timedelta(days=91)


@pytest.fixture
def browser(practice: House) -> Client:
    return browser_of(practice.people["administrator"])


def wizard(member: Membership) -> str:
    return reverse("clients:offboarding", args=[member.pk])


def colleague(house: House) -> Membership:
    """Let the auditor be a therapist too."""
    by, other = house.people["administrator"], house.people["auditor"]
    with practice_scope(house.id, person_id=by.person_id):
        wanted = [*members.roles_of(other), Role.objects.get(slug="therapist")]
        grants.hold_exactly(member=other, wanted=wanted, now=timezone.now(), by=by)
    return other


def care_for_a_client(house: House) -> None:
    by, now = house.people["front-desk"], timezone.now()
    with practice_scope(house.id, person_id=by.person_id):
        desk.open_books(by)
        assignments.assign(
            client=desk.client(by),
            therapist=house.people["therapist"],
            starts_on=desk.TODAY,
            now=now,
            by=by,
        )


def test_the_wizard_hands_over_and_ends_the_access(practice: House, browser: Client) -> None:
    leaver, other = practice.people["therapist"], colleague(practice)
    care_for_a_client(practice)
    theirs = browser_of(leaver)
    assert theirs.get(reverse("billing:my_clients")).status_code == 200
    page = browser.get(wizard(leaver)).content.decode()
    assert "1 client needs" in page
    assert "In 1 browser" in page
    typed = {"to": str(other.pk), "starts_on": today()}

    preview = browser.post(wizard(leaver), typed).content.decode()
    assert "Auditor of Harbor Lane" in preview
    assert theirs.get(reverse("billing:my_clients")).status_code == 200
    done = browser.post(wizard(leaver), {**typed, "confirmed": "1"}, follow=True)

    assert "has ended" in done.content.decode()
    assert theirs.get(reverse("billing:my_clients")).status_code == 302
    with practice_scope(practice.id):
        assert Assignment.objects.filter(therapist=leaver, closed_at=None).count() == 0
        taken = Assignment.objects.get(therapist=other)
        assert taken.starts_on.isoformat() == today()
        assert log.page(limit=1)[0].action == "accounts.member.ended"


def test_nothing_is_ended_before_the_last_step(practice: House, browser: Client) -> None:
    leaver = practice.people["therapist"]
    browser.get(wizard(leaver))
    browser.post(wizard(leaver), {"starts_on": today()})

    with practice_scope(practice.id):
        assert Membership.objects.get(pk=leaver.pk).ended_at is None


def test_ending_needs_a_fresh_second_factor(practice: House, browser: Client) -> None:
    session = browser.session
    session[MFA_AT] = 0
    session.save()
    leaver = practice.people["therapist"]
    typed = {"starts_on": today(), "confirmed": "1"}

    assert browser.post(wizard(leaver), typed).status_code == 422

    with practice_scope(practice.id):
        assert Membership.objects.get(pk=leaver.pk).ended_at is None


def test_when_ending_is_refused_nobody_took_anything_over(practice: House, browser: Client) -> None:
    """The administrator is a therapist too: the hand-over goes with the refusal."""
    by, other = practice.people["administrator"], colleague(practice)
    with practice_scope(practice.id, person_id=by.person_id):
        therapist = Role.objects.get(slug="therapist")
        own = Role.objects.get(slug="administrator")
        grants.hold_exactly(member=by, wanted=[own, therapist], now=timezone.now(), by=by)
    with practice_scope(practice.id, person_id=by.person_id):
        front = practice.people["front-desk"]
        desk.open_books(front)
        assignments.assign(
            client=desk.client(front),
            therapist=by,
            starts_on=desk.TODAY,
            now=timezone.now(),
            by=front,
        )
    typed = {"to": str(other.pk), "starts_on": today(), "confirmed": "1"}

    answer = browser.post(wizard(by), typed)

    assert answer.status_code == 409
    assert "You cannot end your own access." in answer.content.decode()
    with practice_scope(practice.id):
        assert not Assignment.objects.filter(therapist=other).exists()
        assert Assignment.objects.filter(therapist=by, closed_at=None).count() == 1


@pytest.mark.parametrize("days", [-1, 91])
def test_a_hand_over_begins_between_today_and_three_months(
    practice: House, browser: Client, days: int
) -> None:
    first = (here_today() + timedelta(days=days)).isoformat()
    colleague(practice)
    care_for_a_client(practice)

    answer = browser.post(wizard(practice.people["therapist"]), {"starts_on": first})

    assert answer.status_code == 422
    assert "within three months" in answer.content.decode()


def test_somebody_of_another_practice_is_not_there(other_practice: House, browser: Client) -> None:
    foreign = other_practice.people["therapist"]

    assert browser.get(wizard(foreign)).status_code == 404
    assert browser.post(wizard(foreign), {"confirmed": "1"}).status_code == 404


def test_who_left_comes_back_with_a_role(practice: House, browser: Client) -> None:
    leaver = practice.people["auditor"]
    browser.post(wizard(leaver), {"starts_on": today(), "confirmed": "1"})
    page = reverse("accounts:person", args=[leaver.pk])
    assert "Let back in" in browser.get(page).content.decode()
    url = reverse("accounts:readmit", args=[leaver.pk])
    assert browser.post(url).status_code == 422
    with practice_scope(practice.id):
        role = str(Role.objects.get(slug="accountant").pk)

    assert browser.post(url, {"role": role})["Location"] == page

    with practice_scope(practice.id):
        back = Membership.objects.get(pk=leaver.pk)
        assert back.ended_at is None
        assert [role.slug for role in members.roles_of(back)] == ["accountant"]


def test_after_90_days_one_sentence_and_then_a_colleague(practice: House, browser: Client) -> None:
    member = practice.people["auditor"]
    let_rest(practice, member)
    user, secret = user_of(member), totp.new_secret()
    totp.install(user=user, secret=secret, now=timezone.now())
    theirs = Client()
    theirs.post(reverse("accounts:sign_in"), {"email": user.email, "password": PASSWORD})
    code = {"code": totp.code_at(secret, timezone.now())}
    answer = theirs.post(reverse("accounts:sign_in_code"), code)
    assert answer.status_code == 422
    assert "Your access rests because you were not here for 90 days." in answer.content.decode()
    assert theirs.get(reverse("accounts:log"))["Location"].startswith(reverse("accounts:sign_in"))
    assert "Rests" in browser.get(reverse("accounts:people")).content.decode()

    browser.post(reverse("accounts:readmit", args=[member.pk]))

    assert "Rests" not in browser.get(reverse("accounts:people")).content.decode()


def test_switching_into_a_practice_that_rests_says_so(
    practice: House, other_practice: House
) -> None:
    member = practice.people["auditor"]
    with practice_scope(other_practice.id):
        there = joining.add(
            person_id=user_of(member).pk,
            display_name="Also here",
            role=Role.objects.get(slug="auditor"),
            now=timezone.now() - LONG_AGO,
            by=other_practice.automaton,
        )
        assert there.entered_at is None
    browser = browser_of(member)

    answer = browser.post(reverse("accounts:choose_practice"), {"practice": str(other_practice.id)})

    assert answer.status_code == 422
    assert "Your access rests" in answer.content.decode()
    assert browser.get(reverse("accounts:log")).status_code == 200


def let_rest(house: House, member: Membership) -> None:
    with practice_scope(house.id):
        then: datetime = timezone.now() - LONG_AGO
        Membership.objects.filter(pk=member.pk).update(entered_at=then)


def here_today() -> date:
    """Return the day on the practice's wall."""
    return timezone.localdate(timezone=ZoneInfo("America/New_York"))


def today() -> str:
    return here_today().isoformat()
