"""What an injection leaves in a connection, which the next practice's request is then served by."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections

from accounts import tenancy
from accounts.tenancy import Scope, practice_scope
from clients.models import Client
from tests.attacks import raw
from tests.attacks.conftest import Street
from tests.clients.people import added

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]


@pytest.fixture
def kept(street: Street) -> Iterator[None]:
    """One connection for all, as a pool would serve them; nobody uses it afterwards."""
    connection.close()
    yield
    connection.close()


SHADOWS = [
    "CREATE TEMPORARY TABLE clients_client (LIKE public.clients_client)",
    "CREATE TEMPORARY TABLE clients_client AS TABLE public.clients_client WITH NO DATA",
    "CREATE TEMPORARY VIEW clients_client AS SELECT * FROM public.clients_client",
    "CREATE FUNCTION pg_temp.spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TABLE pg_temp.clients_client (id uuid)",
    "SELECT * INTO TEMPORARY clients_client FROM public.clients_client",
    "CREATE DOMAIN pg_temp.uuid AS text",
]


LEFTOVERS = [
    "SET search_path = pg_temp, public",
    "SET enable_seqscan = off",
    "SET plan_cache_mode = force_generic_plan",
    "PREPARE seen AS SELECT practice_id FROM clients_client",
    "EXECUTE seen",
    "DECLARE held CURSOR WITH HOLD FOR SELECT practice_id FROM clients_client",
    "LISTEN clients_client",
    "SELECT pg_advisory_lock(1)",
]


@pytest.mark.parametrize("shadow", SHADOWS)
def test_nothing_can_be_put_in_the_place_of_a_table(
    street: Street, kept: None, shadow: str
) -> None:
    """It would take in what the next practice writes, and show it to the one after."""
    with raw.inside(street.here.id):
        assert raw.ask(shadow).code == "42501"


def test_provisioning_closes_a_database_that_was_restored(street: Street, kept: None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'GRANT TEMPORARY ON DATABASE "{cursor.db.settings_dict["NAME"]}" TO PUBLIC')
    with raw.inside(street.here.id):
        assert not raw.ask(SHADOWS[0]).is_refusal

    call_command("provision_context", stdout=StringIO())

    with raw.inside(street.here.id):
        assert raw.ask(SHADOWS[0]).is_refusal


def test_a_session_that_was_turned_round_serves_the_next_practice_well(
    street: Street, kept: None
) -> None:
    """Settings, prepared statements, cursors and locks outlive a transaction; rows do not."""
    own = tenancy._signed(Scope(street.here.id, None))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.context', %s, false)", [own])
        for leftover in LEFTOVERS:
            cursor.execute(leftover)
    with practice_scope(street.there.id):
        family_name = added(street.there.house.people["front-desk"], family_name="Quill").code
        assert Client.objects.get(code=family_name).practice_id == street.there.id

    with connection.cursor() as cursor:
        cursor.execute("FETCH ALL FROM held")
        assert {row[0] for row in cursor.fetchall()} == {street.here.id}
        cursor.execute("EXECUTE seen")
        assert {row[0] for row in cursor.fetchall()} == {street.here.id}
    with raw.inside(street.there.id):
        assert {row[0] for row in raw.ask("EXECUTE seen").rows} == {street.there.id}
    with raw.with_context(""):
        assert raw.ask("EXECUTE seen") == raw.Told()
