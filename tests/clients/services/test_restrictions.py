"""Restrictions block what they name, for as long as they run, and the log tells of it."""

from datetime import date

import pytest

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from clients.models import Client, Restriction
from clients.selectors import restrictions
from clients.selectors.restrictions import Purpose
from clients.services import restrictions as services
from tests.clients.people import NOW, added
from tests.houses import House

JANUARY, FEBRUARY = date(2026, 1, 15), date(2026, 2, 15)


def kinds(client: Client, purpose: Purpose, **asked: object) -> list[str]:
    found = restrictions.blocks(client, purpose=purpose, **asked)  # type: ignore[arg-type]  # days
    return [restriction.kind for restriction in found]


@pytest.mark.parametrize(
    ("kind", "blocked"),
    [
        ("PAID_IN_FULL", {Purpose.PAYER, Purpose.PROGRAM}),
        ("PART_2", set(Purpose)),
        ("NO_DISCLOSURE", set(Purpose)),
    ],
)
def test_a_restriction_keeps_back_from_whom_it_names(
    scope: None, front_desk: Membership, kind: str, blocked: set[Purpose]
) -> None:
    client, other = added(front_desk), added(front_desk, family_name="Whitfield")
    services.impose(client=client, kind=kind, now=NOW, by=front_desk)

    assert {purpose for purpose in Purpose if kinds(client, purpose)} == blocked
    assert {purpose for purpose in Purpose if kinds(other, purpose)} == set()
    for purpose in Purpose:
        kept = restrictions.blocked([client.pk, other.pk], purpose=purpose)
        assert kept == ({client.pk} if purpose in blocked else frozenset())


def test_a_written_consent_opens_a_part_2_record_and_nothing_else(
    scope: None, front_desk: Membership
) -> None:
    client = added(front_desk)
    for kind in Restriction.Kind:
        services.impose(client=client, kind=kind, now=NOW, by=front_desk)

    assert set(kinds(client, Purpose.PAYER, is_consented=True)) == {"PAID_IN_FULL", "NO_DISCLOSURE"}


def test_a_restriction_covers_the_services_of_its_days(scope: None, front_desk: Membership) -> None:
    client = added(front_desk)
    services.impose(
        client=client,
        kind="PAID_IN_FULL",
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 2, 28),
        now=NOW,
        by=front_desk,
    )

    assert kinds(client, Purpose.PAYER, on=JANUARY) == []
    assert kinds(client, Purpose.PAYER, on=FEBRUARY) == ["PAID_IN_FULL"]
    assert kinds(client, Purpose.PAYER) == ["PAID_IN_FULL"]


def test_what_has_ended_blocks_nothing_and_stays_on_record(
    scope: None, front_desk: Membership
) -> None:
    client = added(front_desk)
    restriction = services.impose(client=client, kind="NO_DISCLOSURE", now=NOW, by=front_desk)
    with pytest.raises(services.AlreadyRestricted):
        services.impose(client=client, kind="NO_DISCLOSURE", now=NOW, by=front_desk)

    services.end(restriction=restriction, now=NOW, by=front_desk)

    assert kinds(client, Purpose.EXPORT) == []
    assert [shown.ended_by for shown in restrictions.of(client)] == [front_desk.display_name]
    with pytest.raises(services.AlreadyEnded):
        services.end(restriction=restriction, now=NOW, by=front_desk)


def test_who_would_tell_is_stopped_and_the_log_keeps_it(practice: House) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        client = added(by)
        services.impose(client=client, kind="PAID_IN_FULL", now=NOW, by=by)

        services.require_open(client, purpose=Purpose.EXPORT)
        with pytest.raises(services.Restricted) as refused:
            services.require_open(client, purpose=Purpose.PAYER)

    assert client.family_name not in str(refused.value)
    assert refused.value.kinds == ("PAID_IN_FULL",)
    with practice_scope(practice.id):
        told = Event.objects.get(action="clients.disclosure.refused")
        assert told.facts == {"purpose": "payer", "kind": "paid in full"}
