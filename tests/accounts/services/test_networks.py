"""Networks: what counts as one, what the database holds to, and who is not locked out."""

from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, NetworkRange, Role
from accounts.selectors import networks as found
from accounts.services import networks
from accounts.tenancy import practice_scope
from audit.selectors import log
from tests.houses import House, browser_of

NOW = timezone.now()
OFFICE = ip_address("203.0.113.7")
HOME = ip_address("198.51.100.20")
PREFIXES = st.integers(16, 128)


def add(house: House, network: str, *, at: object = OFFICE, role: str = "administrator") -> None:
    by = house.people[role]
    with practice_scope(house.id, person_id=by.person_id):
        networks.add(
            network=networks.parsed(network),
            label="Office",
            address=at,  # type: ignore[arg-type]  # an address or None
            now=NOW,
            by=by,
        )


def allowed(house: House) -> list[str]:
    with practice_scope(house.id):
        return sorted(found.allowed())


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        (" 203.0.113.7/24 ", "203.0.113.0/24"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.8.0.0/255.255.0.0", "10.8.0.0/16"),
        ("2001:DB8:0:0::/48", "2001:db8::/48"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("::1", "::1/128"),
    ],
)
def test_a_network_is_kept_in_one_form(typed: str, canonical: str) -> None:
    assert str(networks.parsed(typed)) == canonical


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0.0.0.0/0", "every address"),
        ("::/0", "every address"),
        ("10.0.0.0/7", "too wide"),
        ("2001::/15", "too wide"),
        ("::ffff:10.0.0.0/104", "IPv4 network itself"),
        ("::10.0.0.1", "IPv4 network itself"),
        ("", "Write it like"),
        ("office", "Write it like"),
        ("203.0.113.300", "Write it like"),
        ("203.0.113.0/33", "Write it like"),
        ("10.8.0.0/16; DROP TABLE x", "Write it like"),
        ("fe80::1%eth0/64", "Write it like"),
    ],
)
def test_what_is_no_network_of_ones_own_is_refused_with_a_reason(typed: str, words: str) -> None:
    with pytest.raises(networks.NotANetwork, match=words):
        networks.parsed(typed)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.tuples(st.ip_addresses(v=4), st.integers(8, 32)),
        st.tuples(st.ip_addresses(v=6), PREFIXES),
        st.tuples(st.integers(0, 2**48 - 1).map(lambda n: IPv6Address(n << 80)), PREFIXES),
        st.tuples(st.integers(0, 2**64 - 1).map(IPv6Address), PREFIXES),
    )
)
def test_python_and_the_database_agree_on_the_one_form(db: None, drawn: tuple[object, int]) -> None:
    address, prefix = drawn
    try:
        network = str(networks.parsed(f"{address}/{prefix}"))
    except networks.NotANetwork:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::cidr::text", [network])
        assert cursor.fetchone() == (network,)


@pytest.mark.parametrize(
    "network", ["10.8.0.1/16", "10.8.0.0", "010.8.0.0/16", "10.8.0.0/16 ", "2001:DB8::/48", "x"]
)
def test_the_database_takes_no_other_form(practice: House, network: str) -> None:
    with (
        practice_scope(practice.id),
        pytest.raises((IntegrityError, DataError)),
        transaction.atomic(),
    ):
        NetworkRange.objects.create(
            network=network, label="x", added_at=NOW, added_by=practice.automaton
        )


def test_the_first_network_has_to_hold_whoever_adds_it(practice: House) -> None:
    with pytest.raises(networks.LocksYouOut, match=r"203\.0\.113\.7 would be locked out"):
        add(practice, "10.8.0.0/16")
    assert allowed(practice) == []

    add(practice, "203.0.113.0/24")
    add(practice, "10.8.0.0/16")

    assert allowed(practice) == ["10.8.0.0/16", "203.0.113.0/24"]
    with practice_scope(practice.id):
        assert log.page(limit=1)[0].label == "10.8.0.0/16"


def test_an_address_that_nobody_knows_is_locked_out(practice: House) -> None:
    with pytest.raises(networks.LocksYouOut, match="unknown"):
        add(practice, "203.0.113.0/24", at=None)


def test_the_network_that_holds_oneself_is_not_removed(practice: House) -> None:
    add(practice, "203.0.113.0/24")
    add(practice, "10.8.0.0/16")
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        mine = NetworkRange.objects.get(network="203.0.113.0/24")
        other = NetworkRange.objects.get(network="10.8.0.0/16")
        with pytest.raises(networks.LocksYouOut):
            networks.remove(range_id=mine.pk, address=OFFICE, now=NOW, by=by)
        networks.remove(range_id=other.pk, address=OFFICE, now=NOW, by=by)
        assert networks.remove(range_id=other.pk, address=OFFICE, now=NOW, by=by) is None
        networks.remove(range_id=mine.pk, address=OFFICE, now=NOW, by=by)
        assert found.allowed() == []


def test_one_does_not_bind_ones_own_role_from_outside(practice: House) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        bound = list(Role.objects.exclude(slug="administrator"))
        networks.bind(roles=bound, address=HOME, by=by)
    add(practice, "203.0.113.0/24", at=HOME)

    with practice_scope(practice.id, person_id=by.person_id):
        with pytest.raises(networks.LocksYouOut):
            networks.bind(roles=list(Role.objects.all()), address=HOME, by=by)
        assert not Role.objects.get(slug="administrator").is_network_bound
        networks.bind(roles=list(Role.objects.all()), address=OFFICE, by=by)
        assert Role.objects.get(slug="administrator").is_network_bound
    with practice_scope(practice.id):
        actions = [entry.action for entry in log.page(limit=10)]
    assert actions.count("accounts.role.bound") == 1
    assert actions.count("accounts.role.unbound") == 1


@pytest.mark.parametrize(
    ("first", "second", "is_taken"),
    [
        ("203.0.113.0/24", "203.0.113.128/25", True),
        ("203.0.113.0/24", "203.0.113.0/24", True),
        ("203.0.113.0/24", "203.0.112.0/23", False),
        ("203.0.113.0/24", "2001:db8::/32", False),
    ],
)
def test_a_network_inside_another_adds_nothing(
    practice: House, first: str, second: str, is_taken: bool
) -> None:
    add(practice, first)

    if is_taken:
        with pytest.raises(networks.AlreadyAllowed, match=r"203\.0\.113\.0/24 is allowed already"):
            add(practice, second)
    else:
        add(practice, second)
    assert len(allowed(practice)) == 2 - is_taken


@pytest.mark.parametrize(
    ("address", "networks_named", "passes"),
    [
        ("203.0.113.7", ["203.0.113.0/24"], True),
        ("203.0.114.7", ["203.0.113.0/24"], False),
        ("203.0.113.255", ["203.0.113.0/24"], True),
        ("2001:db8::5", ["203.0.113.0/24", "2001:db8::/32"], True),
        ("2001:db9::5", ["203.0.113.0/24", "2001:db8::/32"], False),
        ("198.51.100.20", [], True),
        (None, [], True),
        (None, ["203.0.113.0/24"], False),
    ],
)
def test_an_address_passes_where_a_network_holds_it(
    address: str | None, networks_named: list[str], passes: bool
) -> None:
    known = ip_address(address) if address else None

    assert found.passes(known, networks_named) == passes


def test_every_network_that_is_named_can_be_read_again(practice: House) -> None:
    add(practice, "203.0.113.0/24")

    with practice_scope(practice.id):
        shown = found.ranges(address=OFFICE)[0]
    assert ip_network(shown.network) == ip_network("203.0.113.0/24")
    assert shown.holds_reader
    assert shown.added_by == "Administrator of Harbor Lane"
    with practice_scope(practice.id):
        assert Membership.objects.get(display_name=shown.added_by)


def test_the_operator_drops_the_networks_that_nobody_passes(practice: House) -> None:
    add(practice, "203.0.113.0/24")
    add(practice, "2001:db8::/48")
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        networks.bind(roles=list(Role.objects.all()), address=OFFICE, by=by)
    browser = browser_of(by)
    assert browser.get(reverse("accounts:networks")).status_code == HTTPStatus.FORBIDDEN

    call_command("clear_networks", practice="harbor-lane")

    assert allowed(practice) == []
    assert browser.get(reverse("accounts:networks")).status_code == HTTPStatus.OK
    with practice_scope(practice.id):
        assert {row.removed_by.person_id for row in NetworkRange.objects.all()} == {None}
        actions = [entry.action for entry in log.page(limit=10)]
    assert actions.count("accounts.network.removed") == 2


def test_the_networks_of_another_practice_stay(practice: House, other_practice: House) -> None:
    add(practice, "203.0.113.0/24")
    add(other_practice, "203.0.113.0/24")

    call_command("clear_networks", practice="harbor-lane")

    assert allowed(other_practice) == ["203.0.113.0/24"]


@pytest.mark.parametrize(
    ("slug", "words"),
    [("no-such-place", "no practice with this slug"), ("harbor-lane", "names no network")],
)
def test_the_operator_is_told_when_there_is_nothing_to_drop(
    practice: House, slug: str, words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("clear_networks", practice=slug)
