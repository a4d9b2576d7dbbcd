"""Resetting the second step of somebody who lost it: two administrators, or the operator."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Approval, Membership, OutgoingMail, Role, TotpDevice, User
from accounts.services import approvals, factors, grants, totp
from accounts.services import members as joining
from accounts.tenancy import installation_scope, practice_scope
from audit.selectors import log
from tests.houses import PASSWORD, House, browser_of, user_of


@pytest.fixture
def browser(practice: House) -> Client:
    return browser_of(practice.people["administrator"])


def second_administrator(house: House) -> Membership:
    by, other = house.people["administrator"], house.people["accountant"]
    with practice_scope(house.id, person_id=by.person_id):
        wanted = [Role.objects.get(slug="administrator")]
        grants.hold_exactly(member=other, wanted=wanted, now=timezone.now(), by=by)
    return other


def also_at(house: House, user: User) -> None:
    """Let a person work in another practice too."""
    with practice_scope(house.id):
        joining.add(
            person_id=user.pk,
            display_name="Also here",
            role=Role.objects.get(slug="auditor"),
            now=timezone.now(),
            by=house.automaton,
        )


def test_a_second_step_is_reset_by_two(practice: House, browser: Client) -> None:
    member, second = practice.people["therapist"], second_administrator(practice)
    user = user_of(member)
    totp.install(user=user, secret=totp.new_secret(), now=timezone.now())
    theirs = browser_of(member)
    url = reverse("accounts:second_factor_reset", args=[member.pk])
    assert browser.post(url)["Location"] == url
    assert "It waits for another administrator" in browser.get(url).content.decode()
    browser.post(url)
    assert factors.has_any(user)
    asked = browser_of(second).get(reverse("accounts:approvals")).content.decode()
    assert member.display_name in asked

    with practice_scope(practice.id, person_id=second.person_id):
        row = Approval.objects.get()
        approvals.decide(
            approval=row, decision=Approval.Decision.APPROVED, by=second, now=timezone.now()
        )
    assert "Reset now" in browser.get(url).content.decode()
    browser.post(url)

    assert not factors.has_any(user)
    assert theirs.get(reverse("billing:my_clients")).status_code == 302
    with practice_scope(practice.id):
        assert log.page(limit=1)[0].action == "accounts.mfa.reset_agreed"
        letters = OutgoingMail.objects.order_by("-created_at", "-id")
        assert user.email in [letter.to for letter in letters]
    step = Client().post(reverse("accounts:sign_in"), {"email": user.email, "password": PASSWORD})
    assert step["Location"].startswith(reverse("accounts:enroll"))


def test_one_alone_resets_nothing(practice: House, browser: Client) -> None:
    member = practice.people["therapist"]
    totp.install(user=user_of(member), secret=totp.new_secret(), now=timezone.now())
    url = reverse("accounts:second_factor_reset", args=[member.pk])

    for _ in range(3):
        browser.post(url)

    assert factors.has_any(user_of(member))
    with practice_scope(practice.id):
        by = practice.people["administrator"]
        with pytest.raises(approvals.NotYours):
            approvals.decide(
                approval=Approval.objects.get(),
                decision=Approval.Decision.APPROVED,
                by=by,
                now=timezone.now(),
            )


def agreed_to(practice: House, browser: Client, member: Membership) -> str:
    """Ask, have a second administrator agree, and carry it out; return what the page says."""
    url, second = (
        reverse("accounts:second_factor_reset", args=[member.pk]),
        practice.people["accountant"],
    )
    browser.post(url)
    with practice_scope(practice.id, person_id=second.person_id):
        approvals.decide(
            approval=Approval.objects.get(subject_id=member.pk),
            decision=Approval.Decision.APPROVED,
            by=second,
            now=timezone.now(),
        )
    page = browser.post(url, follow=True).content.decode()
    [said] = re.findall(r"Agreed\..*?is told\.", page)
    return str(said).replace(member.display_name, "They")


def test_who_works_elsewhere_too_is_left_to_the_operator_and_the_answer_is_the_same(
    practice: House, other_practice: House, browser: Client, settings: Settings
) -> None:
    settings.OPERATOR_MAIL = "operator@example.org"
    second_administrator(practice)
    members = [practice.people["therapist"], practice.people["front-desk"]]
    elsewhere, here = (user_of(member) for member in members)
    for user in (elsewhere, here):
        totp.install(user=user, secret=totp.new_secret(), now=timezone.now())
    also_at(other_practice, elsewhere)

    said = [agreed_to(practice, browser, member) for member in members]

    assert said[0] == said[1]
    assert (factors.has_any(elsewhere), factors.has_any(here)) == (True, False)
    with practice_scope(practice.id):
        actions = [entry.action for entry in log.page(limit=30)]
        [letter] = [row for row in OutgoingMail.objects.all() if row.to == settings.OPERATOR_MAIL]
        assert f"reset_second_factor --email {elsewhere.email}" in letter.body
    assert actions.count("accounts.mfa.reset_agreed") == 2
    assert "accounts.mfa.reset" not in actions
    call_command("reset_second_factor", email=elsewhere.email)
    assert not TotpDevice.objects.filter(user=elsewhere).exists()
    with installation_scope():
        assert log.page(limit=1)[0].action == "accounts.mfa.reset"
        assert OutgoingMail.objects.get().to == elsewhere.email


@pytest.mark.parametrize("works_elsewhere", [True, False])
def test_the_page_says_the_same_until_the_second_step_is_new(
    practice: House, other_practice: House, browser: Client, works_elsewhere: bool
) -> None:
    """Else one would read from it who works in another practice too."""
    second_administrator(practice)
    member = practice.people["therapist"]
    user, page = user_of(member), reverse("accounts:person", args=[member.pk])
    totp.install(user=user, secret=totp.new_secret(), now=timezone.now())
    if works_elsewhere:
        also_at(other_practice, user)
    assert "The second step is on." in browser.get(page).content.decode()

    agreed_to(practice, browser, member)

    for path in (page, reverse("accounts:people")):
        assert "To be set up anew" in browser.get(path).content.decode()
    assert "A reset of the second step was agreed to" in browser.get(page).content.decode()
    TotpDevice.objects.filter(user=user).delete()
    totp.install(user=user, secret=totp.new_secret(), now=timezone.now())
    assert "The second step is on." in browser.get(page).content.decode()


def test_nobody_resets_their_own(practice: House, browser: Client) -> None:
    me = practice.people["administrator"]

    assert browser.post(reverse("accounts:second_factor_reset", args=[me.pk])).status_code == 409
