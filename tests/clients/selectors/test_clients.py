"""Which clients a person may see, and what of them."""

from datetime import date, timedelta

import pytest

from accounts.models import Membership
from accounts.permissions import BUILT_IN_ROLES, Permission
from accounts.tenancy import practice_scope
from clients.models import Client
from clients.selectors import assignments as assigned
from clients.selectors import clients, coverages
from clients.services import assignments
from clients.services import clients as services
from clients.services import coverages as coverage_services
from tests import counting
from tests.clients.people import NOW, TODAY, added
from tests.houses import House

PERMISSIONS = {role.slug: role.permissions for role in BUILT_IN_ROLES}
FRONT_DESK, ACCOUNTANT = PERMISSIONS["front-desk"], PERMISSIONS["accountant"]


def seen_by(member: Membership, on: date = TODAY) -> list[str]:
    return [client.code for client in clients.by_code(clients.visible_to(member, on=on))]


def test_clients_stand_under_the_names_that_they_are_listed_under(
    scope: None, front_desk: Membership
) -> None:
    for given, family in (("Ana", "Zamora"), ("Bo", "de la Cruz"), ("Cy", "Ärlig")):
        added(front_desk, given, family)
    moved = Client.objects.get(code="C-0002")
    services.change_person(
        client=moved,
        seen=moved.version,
        given_names="Bo",
        family_name="de la Cruz",
        written_name="",
        preferred_name="",
        pronouns="",
        sort_name="Cruz",
        birth_date=moved.birth_date,
        now=NOW,
    )

    by_name = clients.by_name(Client.objects.all(), permissions=FRONT_DESK)
    by_code = clients.by_name(Client.objects.all(), permissions=ACCOUNTANT)

    assert [client.code for client in by_name] == ["C-0003", "C-0002", "C-0001"]
    assert [client.code for client in by_code] == ["C-0001", "C-0002", "C-0003"]


@pytest.mark.parametrize(
    ("role", "count"),
    [("front-desk", 2), ("accountant", 2), ("therapist", 0), ("administrator", 0), ("auditor", 0)],
)
def test_who_sees_clients(
    practice: House, scope: None, front_desk: Membership, role: str, count: int
) -> None:
    for name in ("One", "Two"):
        added(front_desk, family_name=name)

    assert len(seen_by(practice.people[role])) == count


def test_a_therapist_sees_assigned_clients_from_the_first_day_to_the_last(
    scope: None, front_desk: Membership, therapist: Membership
) -> None:
    mine, _ = added(front_desk), added(front_desk)
    assignment = assignments.assign(
        client=mine, therapist=therapist, starts_on=TODAY, now=NOW, by=front_desk
    )
    last_day = TODAY + timedelta(days=9)
    assignments.end(assignment=assignment, ends_on=last_day, now=NOW, by=front_desk)

    day = timedelta(days=1)
    assert [seen_by(therapist, on) for on in (TODAY - day, TODAY, last_day, last_day + day)] == [
        [],
        ["C-0001"],
        ["C-0001"],
        [],
    ]


def test_clients_of_other_practices_do_not_exist(
    practice: House, other_practice: House, stranger: Membership
) -> None:
    with practice_scope(practice.id):
        added(practice.people["front-desk"])

    with practice_scope(other_practice.id):
        assert seen_by(stranger) == []


def test_the_order_is_that_of_the_numbers(scope: None, front_desk: Membership) -> None:
    for code in ("C-10000", "C-9999"):
        client = added(front_desk)
        Client.objects.filter(pk=client.pk).update(code=code)

    assert seen_by(front_desk) == ["C-9999", "C-10000"]


def test_the_accountant_sees_a_code_and_initials(scope: None, front_desk: Membership) -> None:
    client = added(front_desk, email="razo@example.org", phone="555-533-1316")

    assert clients.show(client, permissions=ACCOUNTANT).name == "M. R."
    assert clients.identity(client, permissions=ACCOUNTANT) is None
    assert clients.rows([client], on=TODAY, permissions=ACCOUNTANT)[0].name == "M. R."


def test_who_reads_reports_without_seeing_clients_sees_codes_only(
    scope: None, front_desk: Membership
) -> None:
    client = added(front_desk)

    assert clients.show(client, permissions=PERMISSIONS["auditor"]).name == ""


def test_the_front_desk_sees_who_a_client_is(scope: None, front_desk: Membership) -> None:
    client = added(front_desk, email="razo@example.org")

    identity = clients.identity(client, permissions=FRONT_DESK)

    assert clients.show(client, permissions=FRONT_DESK).name == "María Luisa Razo"
    assert identity is not None
    assert (identity.email, identity.birth_date) == ("razo@example.org", date(1973, 8, 1))


def test_many_clients_are_shown_by_one_query(scope: None, front_desk: Membership) -> None:
    ids = [added(front_desk, family_name=name).pk for name in ("One", "Two", "Three")]

    with counting.queries() as queries:
        shown = clients.shown(ids, permissions=frozenset({Permission.CLIENT_VIEW}))

    assert [shown[pk].code for pk in ids] == ["C-0001", "C-0002", "C-0003"]
    assert len(queries) == 1


def test_a_list_is_made_by_as_few_queries_however_long(
    scope: None, front_desk: Membership, therapist: Membership
) -> None:
    for name in ("One", "Two", "Three"):
        client = added(front_desk, family_name=name)
        assignments.assign(
            client=client, therapist=therapist, starts_on=TODAY, now=NOW, by=front_desk
        )

    with counting.queries() as queries:
        rows = clients.rows(Client.objects.all(), on=TODAY, permissions=FRONT_DESK)

    assert {row.therapist for row in rows} == {therapist.display_name}
    assert len(queries) == 3


def test_nothing_of_a_client_shows_in_a_repr(scope: None, front_desk: Membership) -> None:
    client = added(front_desk)
    shown = clients.rows([client], on=TODAY, permissions=FRONT_DESK)[0]
    identity = clients.identity(client, permissions=FRONT_DESK)

    assert "Razo" not in f"{client!r} {shown!r} {identity!r}"


def test_an_assignment_is_open_from_its_first_day_on(
    scope: None, front_desk: Membership, therapist: Membership
) -> None:
    client = added(front_desk)
    assignments.assign(client=client, therapist=therapist, starts_on=TODAY, now=NOW, by=front_desk)

    [before] = assigned.of(client, on=TODAY - timedelta(days=1))
    [after] = assigned.of(client, on=TODAY)

    assert (before.is_open, after.is_open) == (False, True)


def test_of_a_member_number_only_the_end_is_shown(scope: None, front_desk: Membership) -> None:
    client = added(front_desk)
    for member_id in ("XYZ123456789", "12345678", ""):
        coverage_services.add(
            client=client,
            payer_name="Keystone",
            member_id=member_id,
            starts_on=None,
            ends_on=None,
            now=NOW,
            by=front_desk,
        )

    assert [each.member_id for each in coverages.of(client)] == ["••••6789", "••••", ""]
