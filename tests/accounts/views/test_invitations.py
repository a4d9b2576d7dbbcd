"""Invitations over HTTP: the pages, the link, and what a stranger cannot learn from either."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, OutgoingMail, Role, User
from accounts.permissions import Permission
from accounts.selectors import doors
from accounts.selectors import roles as standing
from accounts.services import invitations, offboarding, roles, totp
from accounts.tenancy import practice_scope
from tests.houses import PASSWORD as OWN_PASSWORD
from tests.houses import House, browser_of, user_of

EMAIL = "wren.holloway@mail.example"
PASSWORD = "seventeen umbrellas by the quay"
CHOSEN = {"new_password": PASSWORD, "new_password_again": PASSWORD}


def invite(house: House, email: str = EMAIL, role: str = "front-desk") -> str:
    """Send the form as the administrator, and return the path of the link in the letter."""
    browser = browser_of(house.people["administrator"])
    with practice_scope(house.id):
        chosen = str(Role.objects.get(slug=role).pk)
    typed = {"email": email, "display_name": "Wren Holloway", "role": chosen}
    answer = browser.post(reverse("accounts:invitations"), typed)
    assert answer.status_code == 302, answer.content.decode()
    return link(house)


def link(house: House, email: str = "") -> str:
    """Return the path of the link in the last letter, or in the one to an address."""
    with practice_scope(house.id):
        letters = list(OutgoingMail.objects.order_by("-created_at", "-id"))
        body = next(letter.body for letter in letters if letter.to == (email or letter.to))
    url = next(line for line in body.splitlines() if "/invitation/" in line)
    return "/invitation/" + str(url).partition("/invitation/")[2]


def sign_in(browser: Client, user: User, password: str, next_path: str = "") -> str:
    """Give both factors, and return where one is led."""
    secret = totp.new_secret()
    totp.install(user=user, secret=secret, now=timezone.now())
    query = f"?next={next_path}" if next_path else ""
    typed = {"email": user.email, "password": password}
    assert browser.post(reverse("accounts:sign_in") + query, typed).status_code == 302
    code = {"code": totp.code_at(secret, timezone.now())}
    answer = browser.post(reverse("accounts:sign_in_code") + query, code)
    return str(answer["Location"])


def test_a_newcomer_chooses_a_password_and_then_sets_up_a_second_factor(practice: House) -> None:
    path, browser = invite(practice), Client()
    page = browser.get(path).content.decode()
    assert "Harbor Lane" in page
    assert "Administrator of Harbor Lane" in page

    answer = browser.post(path, CHOSEN)

    assert answer["Location"] == reverse("accounts:sign_in") + "?why=joined"
    assert "You are in." in browser.get(answer["Location"]).content.decode()
    typed = {"email": EMAIL, "password": PASSWORD}
    step = browser.post(reverse("accounts:sign_in"), typed)["Location"]
    assert step.startswith(reverse("accounts:enroll"))
    assert browser.get(reverse("clients:list"))["Location"].startswith(reverse("accounts:sign_in"))


def test_somebody_known_signs_in_to_accept_and_is_in(
    practice: House, other_practice: House
) -> None:
    user, browser = user_of(other_practice.people["therapist"]), Client()
    path = invite(practice, user.email)
    page = browser.get(path).content.decode()
    assert "Sign in to accept" in page
    assert "new_password" not in page
    assert browser.post(path, CHOSEN).status_code == 403

    led_to = sign_in(browser, user, OWN_PASSWORD, path)

    assert led_to.startswith(reverse("accounts:choose_practice"))
    assert set(doors.memberships_of(user.pk)) == {practice.id, other_practice.id}
    assert browser.post(led_to, {"practice": str(practice.id)})["Location"] == path
    assert browser.get(path)["Location"] == reverse("accounts:home")


def test_who_belongs_nowhere_any_more_can_still_accept(practice: House) -> None:
    member = practice.people["auditor"]
    by, user = practice.people["administrator"], user_of(member)
    with practice_scope(practice.id, person_id=by.person_id):
        offboarding.end(member=member, now=timezone.now(), by=by)
    path, browser = invite(practice, user.email), Client()

    sign_in(browser, user, OWN_PASSWORD, path)

    assert browser.get(reverse("accounts:home"))["Location"] == reverse("billing:today")


def test_somebody_signed_in_accepts_by_a_button(practice: House, other_practice: House) -> None:
    member = other_practice.people["therapist"]
    path = invite(practice, user_of(member).email)
    browser = browser_of(member)
    assert ">Accept<" in browser.get(path).content.decode()

    assert browser.post(path)["Location"] == reverse("accounts:choose_practice")

    assert practice.id in doors.memberships_of(user_of(member).pk)


def test_somebody_else_who_is_signed_in_does_not_take_it(
    practice: House, other_practice: House
) -> None:
    path = invite(practice, user_of(other_practice.people["therapist"]).email)
    thief = other_practice.people["auditor"]
    browser = browser_of(thief)

    assert "Another person is signed in here" in browser.get(path).content.decode()
    assert browser.post(path, CHOSEN).status_code == 403
    assert doors.memberships_of(user_of(thief).pk) == [other_practice.id]


def test_every_link_that_opens_nothing_shows_the_same_page(practice: House) -> None:
    used, revoked = (invite(practice, f"{each}@mail.example") for each in "ab")
    Client().post(used, CHOSEN)
    by, now = practice.people["administrator"], timezone.now()
    with practice_scope(practice.id, person_id=by.person_id):
        open_one = Invitation.objects.get(email="b@mail.example")
        invitations.revoke(invitation=open_one, now=now, by=by)
        invitations.invite(
            email="c@mail.example",
            display_name="C",
            role=Role.objects.get(slug="auditor"),
            now=now - timedelta(hours=24),
            by=by,
        )
    expired = link(practice, "c@mail.example")
    unknown = reverse("accounts:invitation", args=["x" * 43])

    answers = [Client().get(path) for path in (used, revoked, expired, unknown)]
    answers += [Client().post(path, CHOSEN) for path in (used, revoked, expired, unknown)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "Harbor Lane" not in answers[0].content.decode()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Host", "Forwarded"])
def test_no_header_decides_where_the_link_leads(
    practice: House, settings: LazySettings, host: str, header: str
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    browser = browser_of(practice.people["administrator"])
    with practice_scope(practice.id):
        role = str(Role.objects.get(slug="auditor").pk)
    typed = {"email": EMAIL, "display_name": "Wren", "role": role}
    browser.post(reverse("accounts:invitations"), typed, headers={header: host})

    with practice_scope(practice.id):
        body = OutgoingMail.objects.get().body
    assert settings.BASE_URL + "/invitation/" in body
    assert "evil" not in body


def test_a_weak_first_password_is_refused_in_words_and_the_link_stays(practice: House) -> None:
    path = invite(practice)
    weak = {"new_password": "wren holloway 1", "new_password_again": "wren holloway 1"}

    answer = Client().post(path, weak)

    assert answer.status_code == 422
    assert "wren holloway 1" not in answer.content.decode()
    assert not User.objects.filter(email=EMAIL).exists()
    assert Client().post(path, CHOSEN).status_code == 302


def test_the_list_says_what_became_of_each(practice: House) -> None:
    browser, url = browser_of(practice.people["administrator"]), reverse("accounts:invitations")
    assert "Nobody was invited yet" in browser.get(url).content.decode()
    path = invite(practice)
    assert "Waiting" in browser.get(url).content.decode()

    Client().post(path, CHOSEN)

    page = browser.get(url).content.decode()
    assert "Accepted" in page
    assert "Send again" not in page


def test_an_invitation_is_sent_again_and_taken_back(practice: House) -> None:
    browser, path = browser_of(practice.people["administrator"]), invite(practice)
    with practice_scope(practice.id):
        first = Invitation.objects.get()
    browser.post(reverse("accounts:invitation_resend", args=[first.pk]))
    again = link(practice)
    assert Client().get(path).status_code == 404
    assert Client().get(again).status_code == 200
    with practice_scope(practice.id):
        second = Invitation.objects.exclude(pk=first.pk).get()

    browser.post(reverse("accounts:invitation_revoke", args=[second.pk]))

    assert Client().get(again).status_code == 404
    answer = browser.post(reverse("accounts:invitation_revoke", args=[second.pk]), follow=True)
    assert "cannot be used any more" in answer.content.decode()


def test_another_practices_invitation_is_not_there(practice: House, other_practice: House) -> None:
    invite(practice)
    with practice_scope(practice.id):
        pk = Invitation.objects.get().pk
    browser = browser_of(other_practice.people["administrator"])

    for route in ("invitation_resend", "invitation_revoke"):
        assert browser.post(reverse(f"accounts:{route}", args=[pk])).status_code == 404


def test_who_may_only_invite_is_offered_no_higher_role(practice: House) -> None:
    by, helper = practice.people["administrator"], practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk = Role.objects.get(slug="front-desk")
        held = [*standing.permissions_of([desk.pk])[desk.pk], Permission.MEMBER_CHANGE]
        roles.set_permissions(role=desk, permissions=held)
        administrator = str(Role.objects.get(slug="administrator").pk)
    browser, url = browser_of(helper), reverse("accounts:invitations")

    assert administrator not in browser.get(url).content.decode()
    typed = {"email": EMAIL, "display_name": "Me", "role": administrator}
    assert browser.post(url, typed).status_code == 422


@pytest.mark.parametrize(
    "name", ["", "Wren\nBcc: all@mail.example", "W" * 121, "\N{NO-BREAK SPACE}"]
)
def test_a_name_that_is_none_is_refused(practice: House, name: str) -> None:
    browser = browser_of(practice.people["administrator"])
    with practice_scope(practice.id):
        role = str(Role.objects.get(slug="auditor").pk)
    typed = {"email": EMAIL, "display_name": name, "role": role}

    assert browser.post(reverse("accounts:invitations"), typed).status_code == 422
    with practice_scope(practice.id):
        assert not OutgoingMail.objects.exists()


def test_an_address_is_the_same_in_every_writing(practice: House) -> None:
    invite(practice, "WREN.Holloway@MAIL.example")

    Client().post(link(practice), CHOSEN)

    with practice_scope(practice.id):
        joined = Membership.objects.get(display_name="Wren Holloway")
    assert joined.person_id == User.objects.get(email=EMAIL).pk
