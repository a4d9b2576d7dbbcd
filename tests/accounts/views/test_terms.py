"""Giving a role for a time, on a colleague's page and with an invitation."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, Role, RoleGrant
from accounts.tenancy import practice_scope
from tests.billing.desk import ZONE
from tests.houses import House, browser_of

INVITATIONS = reverse("accounts:invitations")
FORMAT = "%Y-%m-%dT%H:%M"


@pytest.fixture
def member(practice: House) -> Membership:
    return practice.people["therapist"]


@pytest.fixture
def admin(practice: House) -> Client:
    return browser_of(practice.people["administrator"])


def role(house: House, slug: str = "auditor") -> str:
    with practice_scope(house.id):
        return str(Role.objects.get(slug=slug).pk)


def at(hours: int) -> str:
    """Return a moment as the field types it, by the practice's own clock."""
    return (timezone.now() + timedelta(hours=hours)).astimezone(ZONE).strftime(FORMAT)


def term_url(member: Membership) -> str:
    return reverse("accounts:role_term", args=[member.pk])


def grant_of(house: House) -> RoleGrant:
    with practice_scope(house.id):
        return RoleGrant.objects.get(ends_at__isnull=False)


def test_a_role_is_given_for_a_time_and_taken_before(
    practice: House, member: Membership, admin: Client
) -> None:
    person = reverse("accounts:person", args=[member.pk])
    assert term_url(member) in admin.get(person).content.decode()
    assert 'type="datetime-local"' in admin.get(term_url(member)).content.decode()

    typed = {"role": role(practice), "starts_at": at(-1), "ends_at": at(2)}
    page = admin.post(term_url(member), typed, follow=True).content.decode()

    assert "It ends by itself." in page
    grant = grant_of(practice)
    assert grant.ends_at
    assert abs(grant.ends_at - timezone.now() - timedelta(hours=2)) < timedelta(minutes=2)
    assert browser_of(member).get(reverse("accounts:log")).status_code == 200
    end = reverse("accounts:role_term_end", args=[member.pk, grant.pk])
    assert end in page

    assert "is taken away" in admin.post(end, follow=True).content.decode()
    assert browser_of(member).get(reverse("accounts:log")).status_code == 403
    assert admin.post(end).status_code == 404


def test_one_that_is_not_here_yet_is_taken_back(
    practice: House, member: Membership, admin: Client
) -> None:
    typed = {"role": role(practice), "starts_at": at(24), "ends_at": at(48)}
    admin.post(term_url(member), typed)
    grant = grant_of(practice)

    admin.post(reverse("accounts:role_term_end", args=[member.pk, grant.pk]))

    with practice_scope(practice.id):
        assert RoleGrant.objects.get(pk=grant.pk).withdrawn_at


@pytest.mark.parametrize(
    ("slug", "starts", "ends", "words"),
    [
        ("auditor", 2, 1, "Enter a moment after the beginning."),
        ("auditor", -3, -1, "This moment has passed. Enter a later one."),
        ("auditor", 1, 24 * 800, "Enter a moment within two years."),
        ("auditor", 1, None, "Enter a day and a time."),
        ("administrator", -1, 1, "is given without an end."),
    ],
)
def test_what_makes_no_term_is_said_at_its_field(
    practice: House,
    member: Membership,
    admin: Client,
    slug: str,
    starts: int,
    ends: int | None,
    words: str,
) -> None:
    typed = {
        "role": role(practice, slug),
        "starts_at": at(starts),
        "ends_at": "" if ends is None else at(ends),
    }

    answer = admin.post(term_url(member), typed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert f'value="{typed["starts_at"]}"' in answer.content.decode()
    with practice_scope(practice.id):
        assert not RoleGrant.objects.filter(ends_at__isnull=False).exists()


def test_an_auditor_is_invited_for_a_time(practice: House, admin: Client) -> None:
    typed = {
        "email": "wren@mail.example",
        "display_name": "Wren Holloway",
        "role": role(practice),
        "starts_at": at(24),
        "ends_at": "",
    }
    refused = admin.post(INVITATIONS, typed)
    assert refused.status_code == 422
    assert "Enter both, when it begins and when it ends, or neither." in refused.content.decode()

    admin.post(INVITATIONS, {**typed, "ends_at": at(24 * 10)})

    with practice_scope(practice.id):
        sent = Invitation.objects.get(email="wren@mail.example")
    assert sent.starts_at
    assert sent.ends_at
    assert sent.ends_at > sent.starts_at


def test_who_guards_the_practice_is_not_invited_for_a_time(practice: House, admin: Client) -> None:
    typed = {
        "email": "wren@mail.example",
        "display_name": "Wren Holloway",
        "role": role(practice, "administrator"),
        "starts_at": at(1),
        "ends_at": at(2),
    }

    answer = admin.post(INVITATIONS, typed)

    assert answer.status_code == 422
    assert "is given without an end." in answer.content.decode()
