"""Who pays which part of a client's costs, and that none sees the other."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Membership
from clients.models import Client, ResponsibleParty, Split, SplitShare
from clients.selectors import parties as found
from clients.services import edits
from clients.services import parties as services
from clients.splits import Share, divide
from tests.clients.parties import FATHER, MOTHER, parent
from tests.clients.people import NOW, TODAY, added

pytestmark = pytest.mark.usefixtures("scope")
SOON = TODAY + timedelta(days=30)


def all_told() -> None:
    """Check what is deferred to the end of the transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def parts(client: Client, cents: int, *, on: date) -> list[tuple[UUID | None, int]]:
    """Return whose how much of an amount is that was served on a date; None: the client's."""
    rule = found.rule_on(found.rules(client), on)
    if rule is None:
        return [(None, cents)]
    return list(zip(rule.payers, divide(cents, rule.shares), strict=True))


def test_a_client_without_a_split_has_all_of_it(front_desk: Membership) -> None:
    client = added(front_desk)

    assert parts(client, 15_000, on=TODAY) == [(None, 15_000)]

    services.add(client=client, kind="CLIENT", relation="SELF", now=NOW, by=front_desk)
    assert parts(client, 15_000, on=TODAY) == [(None, 15_000)]


def test_a_split_holds_from_its_day_until_the_next(front_desk: Membership) -> None:
    client = added(front_desk)
    mother, father = parent(client, front_desk, MOTHER), parent(client, front_desk, FATHER)
    for starts_on, shares in (
        (TODAY, [Share(mother.pk, basis_points=6_000), Share(father.pk, basis_points=4_000)]),
        (SOON, [Share(father.pk, fixed_cents=5_000), Share(mother.pk)]),
    ):
        services.decide(client=client, starts_on=starts_on, shares=shares, now=NOW, by=front_desk)
    all_told()

    assert parts(client, 15_001, on=TODAY) == [(mother.pk, 9_001), (father.pk, 6_000)]
    assert parts(client, 15_000, on=SOON) == [(father.pk, 5_000), (mother.pk, 10_000)]
    assert parts(client, 15_000, on=TODAY - timedelta(days=1)) == [(None, 15_000)]
    shown = found.splits_of(client, on=TODAY)
    assert [(split.starts_on, split.is_in_force) for split in shown] == [
        (SOON, False),
        (TODAY, True),
    ]
    assert [part for _, part in shown[0].parts] == ["$50.00 of each session", "the rest"]


def test_deciding_again_for_a_day_takes_the_first_back(front_desk: Membership) -> None:
    client = added(front_desk)
    mother = parent(client, front_desk, MOTHER)
    for _ in range(2):
        services.decide(
            client=client, starts_on=TODAY, shares=[Share(mother.pk)], now=NOW, by=front_desk
        )
    all_told()
    first, second = Split.objects.order_by("id")
    assert (first.revoked_at, second.revoked_at) == (NOW, None)

    services.take_back(split=second, now=NOW, by=front_desk)

    assert found.in_force(client, on=TODAY) is None


@pytest.mark.parametrize(
    ("kind", "relation", "name", "refused"),
    [
        ("PERSON", "PARENT", "", services.NoName),
        ("PERSON", "SELF", "Wren", services.WrongRelation),
        ("CLIENT", "PARENT", "", services.WrongRelation),
    ],
)
def test_a_party_is_somebody(
    front_desk: Membership, kind: str, relation: str, name: str, refused: type[Exception]
) -> None:
    client = added(front_desk)

    with pytest.raises(refused):
        services.add(client=client, kind=kind, relation=relation, name=name, now=NOW, by=front_desk)


def test_the_client_is_a_party_once(front_desk: Membership) -> None:
    client = added(front_desk)
    services.add(client=client, kind="CLIENT", relation="SELF", now=NOW, by=front_desk)

    with pytest.raises(services.AlreadyResponsible):
        services.add(client=client, kind="CLIENT", relation="SELF", now=NOW, by=front_desk)
    with pytest.raises(IntegrityError, match="client_once"), transaction.atomic():
        ResponsibleParty.objects.create(
            client=client,
            kind="CLIENT",
            relation="SELF",
            name="",
            phone="",
            email="",
            postal_address="",
            added_at=NOW,
            added_by=front_desk,
        )


def test_nobodys_change_of_a_party_is_overwritten_unseen(front_desk: Membership) -> None:
    party = parent(added(front_desk), front_desk, MOTHER)
    days = {"starts_on": None, "ends_on": None}
    said = {**MOTHER, **days, "relation": "GUARDIAN"}
    assert services.change(party=party, seen=1, **said).version == 2

    with pytest.raises(edits.ChangedMeanwhile):
        services.change(party=party, seen=1, **{**said, "phone": "555-0799"})


def test_shares_are_of_those_who_are_responsible_on_the_day(front_desk: Membership) -> None:
    client = added(front_desk)
    stranger = parent(added(front_desk, family_name="Whitfield"), front_desk, FATHER)
    past = services.add(
        client=client,
        kind="ORGANISATION",
        relation="AGENCY",
        name="County",
        ends_on=date(2026, 1, 31),
        now=NOW,
        by=front_desk,
    )

    for party in (stranger, past):
        with pytest.raises(services.NotAParty):
            services.decide(
                client=client, starts_on=TODAY, shares=[Share(party.pk)], now=NOW, by=front_desk
            )
    with pytest.raises(services.DoesNotAddUp, match="Say who pays"):
        services.decide(client=client, starts_on=TODAY, shares=[], now=NOW, by=front_desk)


def split_by_hand(shares: list[dict[str, object]], by: Membership, *, count: int = 0) -> None:
    """Write a split past the services, as somebody with the application's rights could."""
    client = shares[0]["party"].client  # type: ignore[attr-defined]  # a party
    split = Split.objects.create(
        client=client,
        starts_on=TODAY,
        share_count=count or len(shares),
        decided_at=NOW,
        decided_by=by,
    )
    for place, share in enumerate(shares):
        SplitShare.objects.create(split=split, place=place, **share)
    all_told()


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ([("PERCENT", 6_000, None)], "does not add up"),
        ([("FIXED", None, 5_000)], "does not add up"),
        ([("PERCENT", 6_000, None), ("PERCENT", 4_001, None)], "does not add up"),
        ([("PERCENT", 10_000, None), ("REST", None, None)], "does not add up"),
        ([("REST", None, None), ("REST", None, None)], "one_rest"),
        ([("PERCENT", 10_001, None)], "measured_one_way"),
        ([("FIXED", None, 0), ("REST", None, None)], "measured_one_way"),
        ([("PERCENT", None, None), ("REST", None, None)], "measured_one_way"),
    ],
)
def test_the_database_refuses_a_split_that_makes_no_whole(
    front_desk: Membership, shares: list[tuple[str, int | None, int | None]], says: str
) -> None:
    client = added(front_desk)
    people = [parent(client, front_desk, known) for known in (MOTHER, FATHER)]
    rows: list[dict[str, object]] = [
        {"party": party, "kind": kind, "basis_points": points, "fixed_cents": cents}
        for party, (kind, points, cents) in zip(people, shares, strict=False)
    ]

    with pytest.raises(IntegrityError, match=says), transaction.atomic():
        split_by_hand(rows, front_desk)


def test_the_database_refuses_a_share_of_another_clients_party(front_desk: Membership) -> None:
    client = added(front_desk)
    mine = parent(client, front_desk, MOTHER)
    stranger = parent(added(front_desk, family_name="Whitfield"), front_desk, FATHER)
    half = {"kind": "PERCENT", "basis_points": 5_000}

    with pytest.raises(IntegrityError, match="somebody else"), transaction.atomic():
        split_by_hand([{"party": mine, **half}, {"party": stranger, **half}], front_desk)


def test_no_share_joins_a_split_later_and_none_is_changed(front_desk: Membership) -> None:
    client = added(front_desk)
    mother, father = parent(client, front_desk, MOTHER), parent(client, front_desk, FATHER)
    split = services.decide(
        client=client, starts_on=TODAY, shares=[Share(mother.pk)], now=NOW, by=front_desk
    )
    all_told()

    with pytest.raises(IntegrityError, match="decided with"), transaction.atomic():
        SplitShare.objects.create(
            split=split, party=father, kind="FIXED", fixed_cents=1_000, place=9
        )
        all_told()
    for change in ("UPDATE clients_splitshare SET place = 5", "DELETE FROM clients_splitshare"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(change)
