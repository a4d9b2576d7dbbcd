"""Roles of a practice's own, built-in roles put back, and limits: on their pages."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role
from accounts.permissions import Permission
from accounts.selectors import limits, roles
from accounts.selectors.roles import HeldRole
from accounts.services import roles as services
from accounts.tenancy import practice_scope
from tests.houses import House, browser_of

COPY = {"name": "Weekend desk", "description": "The desk on Saturdays."}


@pytest.fixture
def admin(administrator: Membership) -> Client:
    return browser_of(administrator)


def role(practice: House, slug: str) -> HeldRole:
    with practice_scope(practice.id):
        return next(role for role in roles.all_roles() if role.slug == slug)


def copied(admin: Client, practice: House, **changed: str) -> Role:
    original = role(practice, "front-desk").pk
    admin.post(reverse("accounts:role_new"), {**COPY, "original": original, **changed})
    with practice_scope(practice.id):
        return Role.objects.get(slug="weekend-desk")


def url(name: str, practice: House, slug: str) -> str:
    return reverse(f"accounts:{name}", args=[role(practice, slug).pk])


def test_a_copy_begins_with_what_the_original_may_do(admin: Client, practice: House) -> None:
    copied(admin, practice)

    made, original = role(practice, "weekend-desk"), role(practice, "front-desk")
    assert made.permissions == original.permissions
    assert made.limits == original.limits
    assert (made.original_name, made.people_count) == ("Front desk", 0)
    page = admin.get(url("role", practice, "weekend-desk")).content.decode()
    assert "It began as Front desk" in page


def test_a_name_is_given_to_one_role_only(admin: Client, practice: House) -> None:
    original = role(practice, "front-desk").pk

    answer = admin.post(
        reverse("accounts:role_new"), {**COPY, "name": "FRONT DESK", "original": original}
    )

    assert answer.status_code == 422
    assert "Another role has this name already" in answer.content.decode()


def test_an_own_role_is_renamed_and_a_built_in_one_is_not(admin: Client, practice: House) -> None:
    copied(admin, practice)
    words = {"name": "Saturday desk", "description": "As it says."}

    assert admin.post(url("role_rename", practice, "weekend-desk"), words).status_code == 302
    assert admin.post(url("role_rename", practice, "auditor"), words).status_code == 422

    assert role(practice, "weekend-desk").name == "Saturday desk"
    assert role(practice, "auditor").name == "Auditor"


def test_an_own_role_is_retired_and_cannot_be_given_any_more(
    admin: Client, practice: House, therapist: Membership
) -> None:
    made = copied(admin, practice)

    assert admin.post(url("role_retire", practice, "weekend-desk")).status_code == 302

    given = admin.post(reverse("accounts:person", args=[therapist.pk]), {"roles": [str(made.pk)]})
    assert given.status_code == 422
    page = admin.get(reverse("accounts:roles")).content.decode()
    assert "Weekend desk" in page.split("Retired")[1]
    assert admin.get(reverse("accounts:role", args=[made.pk])).status_code == 404


def test_a_role_that_somebody_holds_is_not_retired(
    admin: Client, practice: House, therapist: Membership
) -> None:
    made, before = copied(admin, practice), str(role(practice, "therapist").pk)
    form = {"roles": [str(made.pk)], "seen": [before], "save": "yes"}
    assert admin.post(reverse("accounts:person", args=[therapist.pk]), form).status_code == 302

    answer = admin.post(url("role_retire", practice, "weekend-desk"))

    assert answer.status_code == 422
    assert "Somebody holds this role" in answer.content.decode()


def test_a_built_in_role_is_put_back_with_its_limits(admin: Client, practice: House) -> None:
    before = role(practice, "front-desk")
    page = adjusted(admin, practice)
    assert "Added: Issue invoices" in page
    assert "Taken away: Read the log" in page
    assert "Refunds alone up to $100.00, so far up to $900.00" in page

    answer = admin.post(url("role_restore", practice, "front-desk"), {"seen": seen(page)})

    assert answer.status_code == 302
    after = role(practice, "front-desk")
    assert (after.permissions, after.limits["REFUND"]) == (before.permissions, 100_00)
    assert not after.is_adjusted


def test_a_role_that_changed_meanwhile_is_not_put_back_unseen(
    admin: Client, practice: House
) -> None:
    page = adjusted(admin, practice)
    with practice_scope(practice.id):
        front_desk = Role.objects.get(slug="front-desk")
        services.set_permissions(role=front_desk, permissions=[Permission.REPORT_VIEW])

    answer = admin.post(url("role_restore", practice, "front-desk"), {"seen": seen(page)})

    assert answer.status_code == 409
    assert role(practice, "front-desk").permissions == {Permission.REPORT_VIEW}


def test_an_own_role_has_no_beginning_to_go_back_to(admin: Client, practice: House) -> None:
    copied(admin, practice)

    assert admin.get(url("role_restore", practice, "weekend-desk")).status_code == 404


def test_limits_are_shown_in_words_before_they_are_saved(admin: Client, practice: House) -> None:
    page = admin.post(url("role_limits", practice, "auditor"), typed("75", "0")).content.decode()

    assert "Refunds alone up to $75.00, so far up to $0.00" in page
    assert role(practice, "auditor").limits == {}
    admin.post(url("role_limits", practice, "auditor"), {**typed("75.00", "0"), "save": "yes"})
    assert role(practice, "auditor").limits == {"REFUND": 75_00}


def test_limits_that_changed_meanwhile_are_shown_again(
    admin: Client, practice: House, auditor: Membership
) -> None:
    where = url("role_limits", practice, "auditor")
    admin.post(where, {**typed("75", "0"), "save": "yes"})

    answer = admin.post(where, {**typed("50", "0"), "save": "yes"})

    assert answer.status_code == 409
    assert "so far up to $75.00" in answer.content.decode()
    with practice_scope(practice.id):
        assert limits.alone_up_to(auditor, "REFUND") == 75_00


@pytest.mark.parametrize("sum_of_money", ["-5", "1e3", "12.345", "٣", "1,00", "9999999", ""])
def test_a_limit_is_an_amount_of_money(admin: Client, practice: House, sum_of_money: str) -> None:
    where = url("role_limits", practice, "auditor")

    assert admin.post(where, {**typed(sum_of_money, "0"), "save": "yes"}).status_code == 422
    assert role(practice, "auditor").limits == {}


def adjusted(admin: Client, practice: House) -> str:
    """Change the front desk and its limits; return the page that would put it back."""
    with practice_scope(practice.id):
        front_desk = Role.objects.get(slug="front-desk")
        held = role_permissions(front_desk)
        services.set_permissions(
            role=front_desk,
            permissions=(held - {Permission.INVOICE_ISSUE}) | {Permission.LOG_VIEW},
        )
    where = url("role_limits", practice, "front-desk")
    admin.post(
        where, {**typed("900", "0", seen_refund="10000", seen_waiver="20000"), "save": "yes"}
    )
    return admin.get(url("role_restore", practice, "front-desk")).content.decode()


def role_permissions(found: Role) -> frozenset[Permission]:
    return roles.permissions_of([found.pk])[found.pk]


def typed(
    refund: str, write_off: str, *, seen_refund: str = "0", seen_waiver: str = "0"
) -> dict[str, str]:
    return {
        "REFUND": refund,
        "WRITE_OFF": write_off,
        "PAY_BILL": "0",
        "WAIVE": "0",
        "seen_REFUND": seen_refund,
        "seen_WRITE_OFF": "0",
        "seen_PAY_BILL": "0",
        "seen_WAIVE": seen_waiver,
    }


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return found[1]
