"""The rail: it leads to pages that exist, under letters of their own, for whom they open."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.context import PLACES, Place, first_page, place_of, rail
from accounts.models import Membership
from accounts.permissions import BUILT_IN_ROLES, BuiltInRole, Permission
from accounts.tenancy import practice_scope
from accounts.views.base import PracticeView
from tests.accounts.services.asking import ask
from tests.houses import House, browser_of
from tests.test_permissions import COLUMNS, EVERY_ROUTE, ROWS

EVERY_PLACE = [place for _, places in PLACES for place in places]


@pytest.mark.parametrize("place", EVERY_PLACE, ids=lambda place: place.route)
def test_every_place_of_the_rail_exists(place: Place) -> None:
    assert issubclass(EVERY_ROUTE[place.route], PracticeView)


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.slug)
def test_the_rail_leads_nobody_to_a_closed_page(role: BuiltInRole) -> None:
    opens = {row[0]: row[2 + COLUMNS.index(role.slug)] for row in ROWS if row[1] == "GET"}
    places = [place for place in EVERY_PLACE if place.is_open_to(role.permissions)]

    assert {opens[place.route] for place in places} <= {"200", "302"}


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.slug)
def test_no_letter_leads_to_two_places(role: BuiltInRole) -> None:
    keys = [item.key for group in rail(role.permissions, "/") for item in group.items]

    assert len(keys) == len(set(keys))
    assert "w" not in keys


def test_who_holds_everything_has_no_letter_twice() -> None:
    keys = [item.key for group in rail(Permission, "/") for item in group.items]

    assert len(keys) == len(set(keys))


def test_a_page_under_a_place_belongs_to_it() -> None:
    assert place_of("/roles/new/") == "Roles"
    assert place_of("/nowhere/") == ""


def test_a_client_stands_in_the_list_that_the_reader_has() -> None:
    whole = frozenset({Permission.CLIENT_VIEW, Permission.CLIENT_VIEW_ALL})

    for held, label in ((whole, "Clients"), (whole - {Permission.CLIENT_VIEW_ALL}, "My clients")):
        groups = rail(held, "/clients/0/record/")
        assert [i.label for group in groups for i in group.items if i.current] == [label]


def test_nobody_without_a_right_has_a_first_page() -> None:
    assert first_page([]) == ""


def test_what_waits_is_counted_for_who_may_answer_it(
    practice: House, front_desk: Membership, accountant: Membership, auditor: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        ask(front_desk, now=timezone.now())

    def shown(member: Membership) -> bool:
        page = browser_of(member).get(reverse("accounts:own_approvals")).content.decode()
        return 'id="waiting-y">1<' in page

    assert shown(accountant)
    assert not shown(auditor)
    assert not shown(front_desk)
