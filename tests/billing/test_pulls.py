"""Pulling from a medical-record system: a small FHIR server that checks, fails, and lies."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from django.conf import settings as product
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import signatures
from accounts.tenancy import in_scope, practice_scope
from audit.models import Event
from billing import ehr, tasks
from billing.ehr import client as ehr_client
from billing.ehr import guard
from billing.ehr import talk as ehr_talk
from billing.models import FhirSource, RejectedRecord, Session
from billing.selectors import pulls as selectors
from billing.services import pulls
from clients.models import Client
from tests.clients.bundles import Json, patient
from tests.clients.fhir.server import Ehr, serving
from tests.houses import House

SYNTHEA = sorted((product.BASE_DIR.parent / "shared/data/fhir/synthea").glob("*.json"))
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ehr]:
    settings.EHR_PRIVATE_NETWORKS = True
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with serving() as ehr_server:
        yield ehr_server


def connect(house: House, server: Ehr, algorithm: str = "ES384") -> FhirSource:
    with practice_scope(house.id):
        row = pulls.save(
            base_url=f"{server.base_url}/",
            client_id="quietledger",
            algorithm=algorithm,
            is_enabled=True,
            now=timezone.now(),
            by=house.automaton,
        )
        server.key_set = selectors.key_set(row)
    return row


def pull(house: House) -> FhirSource:
    """Ask for a pull and carry it out, as the worker does."""
    with practice_scope(house.id):
        pulls.request(now=timezone.now())
    tasks.pull(practice_id=str(house.id))
    with practice_scope(house.id):
        return FhirSource.objects.get()


def talk_to(server: Ehr) -> ehr.Connection:
    key = signatures.make_signing_key("ES384")
    server.key_set = ehr.public_key_set(algorithm="ES384", key_id="k", private_key=key)
    return ehr.Connection(
        base_url=server.base_url,
        client_id="quietledger",
        algorithm="ES384",
        key_id="k",
        private_key=key,
        allow_private=True,
        wait=lambda _: None,
    )


def person(number: int, **changes: object) -> Json:
    return patient(id=f"p-{number}", identifier=[{"system": "s", "value": str(number)}]) | changes


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_people_come_in_and_a_second_pull_changes_nothing(
    practice: House, server: Ehr, algorithm: str
) -> None:
    server.hold(*(person(number) for number in range(3)))
    connect(practice, server, algorithm)

    first, second = pull(practice), pull(practice)

    assert (first.outcome, first.made) == ("DONE", 3)
    assert (second.outcome, second.made, second.changed) == ("DONE", 0, 0)
    with practice_scope(practice.id):
        assert Client.objects.count() == 3


def test_pages_are_followed_to_the_last(practice: House, server: Ehr) -> None:
    found = ehr.changed_since(
        talk_to(_holding(server, *(person(number) for number in range(95)))), None, now=_now()
    )

    assert len(found.entries) == 95
    assert sum(asked.startswith("Patient?") for asked in server.asked) == 3


def _holding(server: Ehr, *resources: Json) -> Ehr:
    server.hold(*resources)
    return server


def _now() -> datetime:
    return timezone.now()


def test_only_what_changed_is_asked_for(practice: House, server: Ehr) -> None:
    server.hold(person(1))
    connect(practice, server)
    row = pull(practice)
    assert row.cursor_at is not None
    server.asked.clear()
    later = (timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    server.hold(person(1, telecom=[]), at=later, version="2")

    row = pull(practice)

    assert row.changed == 1
    assert all("_lastUpdated=ge2" in asked for asked in server.asked if "?" in asked)


def test_what_others_refer_to_is_fetched(practice: House, server: Ehr) -> None:
    server.hold(person(1))
    coverage = {
        "resourceType": "Coverage",
        "id": "c-1",
        "beneficiary": {"reference": "Patient/p-1"},
        "payor": [{"display": "Keystone"}],
    }
    server.hold(coverage, at="2026-02-01T00:00:00Z")

    found = ehr.changed_since(talk_to(server), datetime(2026, 1, 15, tzinfo=UTC), now=_now())

    kinds = [entry["resource"]["resourceType"] for entry in found.entries]  # type: ignore[index]  # JSON
    assert kinds == ["Coverage", "Patient"]
    assert "Patient/p-1" in server.asked


@pytest.mark.skipif(not SYNTHEA, reason="the shared FHIR files are not beside us")
def test_a_patient_of_synthea_comes_in_by_a_pull(practice: House, server: Ehr) -> None:
    [path] = [path for path in SYNTHEA if path.stem == "Maria_Luisa_Razo"]
    server.hold_bundle(json.loads(path.read_text()))
    connect(practice, server)

    row = pull(practice)

    assert row.outcome == "DONE"
    with practice_scope(practice.id):
        assert Client.objects.get().full_name == "María Luisa Razo"
        waiting = RejectedRecord.objects.filter(remedy="MAP", kind="Encounter").count()
        assert (Session.objects.count(), waiting) == (0, 9)


@pytest.mark.parametrize(
    ("failures", "outcome"),
    [
        ([429, 429, 500], "DONE"),
        ([503], "DONE"),
        ([500] * 20, "BUSY"),
        ([403], "REFUSED"),
        ([401], "REFUSED"),
        ([418], "NOT_FHIR"),
    ],
)
def test_a_server_that_fails(
    practice: House, server: Ehr, failures: list[int], outcome: str
) -> None:
    server.hold(person(1))
    connect(practice, server)
    server.failures = failures
    with practice_scope(practice.id):
        pulls.request(now=timezone.now())
    row = pull(practice)

    assert row.outcome == outcome
    assert (row.cursor_at is not None) == (outcome == "DONE")


@pytest.mark.parametrize("answers_per_token", [1, 3, 7])
def test_a_token_that_expires_on_the_way_is_replaced(
    practice: House, server: Ehr, answers_per_token: int
) -> None:
    server.hold(*(person(number) for number in range(95)))
    connect(practice, server)
    server.answers_per_token = answers_per_token

    row = pull(practice)

    pages = sum("?" in asked for asked in server.asked)
    assert (row.outcome, row.made) == ("DONE", 95)
    assert server.given > 1
    assert pages - (server.given - 1) == 10


def test_a_token_that_never_serves_is_not_asked_for_again(practice: House, server: Ehr) -> None:
    server.hold(person(1))
    connect(practice, server)
    server.answers_per_token = 0

    assert pull(practice).outcome == "REFUSED"
    assert server.given == 1


def test_a_new_token_is_signed_for_the_time_at_which_it_is_asked_for(server: Ehr) -> None:
    to, minutes = talk_to(server), timedelta(minutes=20)

    with guard.session(allow_private=True) as session:
        began = time.monotonic() - minutes.total_seconds()
        ehr_talk.Talk(to, session, _now() - minutes, began=began).sign_in()

    assert server.given == 1


@pytest.mark.parametrize(
    ("lie", "outcome"),
    [
        ("next elsewhere", "FORBIDDEN"),
        ("endless", "NOT_FHIR"),
        ("no bundle", "NOT_FHIR"),
        ("no json", "NOT_FHIR"),
        ("huge", "TOO_LARGE"),
        ("redirect", "NOT_FHIR"),
    ],
)
def test_a_server_that_lies(practice: House, server: Ehr, lie: str, outcome: str) -> None:
    server.hold(person(1))
    connect(practice, server)
    server.lies = {lie}

    assert pull(practice).outcome == outcome


def test_a_wait_is_as_long_as_the_server_asks_for(server: Ehr) -> None:
    waits: list[float] = []
    server.hold(person(1))
    server.failures = [429, 500]

    ehr.try_out(replace(talk_to(server), wait=waits.append), now=_now())

    assert waits == [2.0, 4.0]


def test_a_key_that_the_server_does_not_know_is_refused(server: Ehr) -> None:
    to = talk_to(server)
    server.key_set = ehr.public_key_set(
        algorithm="ES384", key_id="k", private_key=signatures.make_signing_key("ES384")
    )

    with pytest.raises(ehr.Refused):
        ehr.try_out(to, now=_now())


def test_nobody_there_is_told(server: Ehr) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    with pytest.raises(ehr.Unreachable):
        ehr.try_out(replace(talk_to(server), base_url=f"http://127.0.0.1:{port}"), now=_now())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.4.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "ff02::1",
    ],
)
def test_no_address_of_a_private_network_is_public(address: str) -> None:
    assert not guard.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111"])
def test_public_addresses_are_public(address: str) -> None:
    assert guard.is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://fhir.example.org",
        "http://127.0.0.1:80",
        "ftp://fhir.example.org",
        "https://user:secret@fhir.example.org",
        "https://fhir.example.org/?x=1",
        "https://fhir.example.org/#x",
        "https://",
        "https://fhir.example.org:99999",
        "https://fhir example.org",
        "https://fhir.example.org\\@127.0.0.1",
        "file:///etc/passwd",
        "//fhir.example.org",
        "",
    ],
)
def test_an_address_is_https_and_plain(url: str) -> None:
    with pytest.raises(ehr.Forbidden):
        guard.check_url(url, allow_private=False)


def test_a_name_that_leads_inside_is_not_connected_to(server: Ehr) -> None:
    """The server listens, but its name leads to a private network."""
    to = replace(talk_to(server), base_url="https://localhost:9", allow_private=False)

    with pytest.raises(ehr.Forbidden):
        ehr.try_out(to, now=_now())

    assert server.asked == []


def test_the_token_endpoint_is_guarded_as_well(server: Ehr) -> None:
    server.lies = {"token endpoint"}

    with pytest.raises(ehr.Forbidden):
        ehr.try_out(talk_to(server), now=_now())


def test_a_pull_begins_once(practice: House, server: Ehr) -> None:
    connect(practice, server)
    now = timezone.now()
    with practice_scope(practice.id):
        assert pulls.begin(now=now) is not None
        assert pulls.begin(now=now) is None
        assert pulls.begin(now=now + pulls.GIVEN_UP_AFTER) is not None


def test_nothing_is_pulled_that_nobody_enabled_or_asked_for(practice: House, server: Ehr) -> None:
    connect(practice, server)
    with practice_scope(practice.id):
        FhirSource.objects.update(is_enabled=False)

    assert tasks.pull(practice_id=str(practice.id)) == "not due"


def test_the_private_key_and_the_people_stand_nowhere_in_plain_sight(
    practice: House, server: Ehr
) -> None:
    server.hold(person(1, birthDate="19-73"))
    row = connect(practice, server)
    pull(practice)

    with practice_scope(practice.id), connection.cursor() as cursor:
        cursor.execute("SELECT billing_fhirsource::text FROM billing_fhirsource")
        assert "PRIVATE KEY" not in cursor.fetchone()[0]
        log = str(list(Event.objects.values_list("action", "label", "facts")))
        assert "PRIVATE" not in selectors.key_set(row)
    assert "billing.fhir_pull.finished" in log
    for word in ("vila", "19-73", "4711", "127.0.0.1"):
        assert word not in log


def test_another_address_gets_another_key_and_starts_anew(practice: House, server: Ehr) -> None:
    server.hold(person(1))
    before = connect(practice, server)
    pull(practice)

    with practice_scope(practice.id):
        after = pulls.save(
            base_url="https://fhir.example.org/r4",
            client_id="quietledger",
            algorithm="ES384",
            is_enabled=True,
            now=timezone.now(),
            by=practice.automaton,
        )
    assert after.key_id != before.key_id
    assert after.cursor_at is None


def test_the_connection_is_not_made_inside_a_transaction(
    practice: House, server: Ehr, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(practice, server)
    scopes: list[bool] = []
    inner = ehr_client.changed_since

    def watched(*args: object, **kwargs: object) -> ehr.Changes:
        scopes.append(in_scope())
        return inner(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(ehr, "changed_since", watched)
    pull(practice)

    assert scopes == [False]
