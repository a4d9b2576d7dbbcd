"""Every sealed value is the one that belongs where it stands, and the newest."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from accounts import crypto, edits, keys
from accounts.models import TotpDevice
from accounts.selectors import sealed
from accounts.services import practices, stock, totp
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.models import Event, Value
from audit.services import events
from clients.models import Client
from clients.services import imports
from tests.clients.people import NOW, added
from tests.houses import House, user_of

SECRET = bytes(range(32))
CELL = "clients_client.family_name of row {}: "
OLD = "It is not the newest value that the log knows."
MOVED = "It does not open here: it was changed, or belongs somewhere else."

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def client_id(practice: House) -> UUID:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        return added(by, family_name="Okonkwo").pk


@pytest.fixture
def run(practice: House) -> Run:
    """Return a function that runs SQL in the practice, as an injection or a thief would."""

    def run(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with practice_scope(practice.id), connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall()) if cursor.description else []

    return run


def verified(slug: str = "harbor-lane") -> str:
    """Run the command and return what it says; of a refusal the line that names the offender."""
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command("verify_phi", practice=slug, stdout=out, stderr=errors)
    except CommandError:
        return errors.getvalue().strip()
    return out.getvalue().strip()


def rename(practice: House, client_id: UUID, family_name: str) -> None:
    with practice_scope(practice.id):
        client = Client.objects.get(pk=client_id)
        client.family_name = family_name
        client.save(update_fields=["family_name"])


def stored(run: Run, client_id: UUID) -> bytes:
    return bytes(run("SELECT family_name FROM clients_client WHERE id = %s", client_id)[0][0])


def test_what_the_product_wrote_is_sound(practice: House, client_id: UUID) -> None:
    rename(practice, client_id, "Whitfield")

    assert verified() == "Harbor Lane: 9 sealed values, each in its own place."
    with practice_scope(practice.id):
        assert Event.objects.filter(action=Action.SEALED_VALUES_VERIFIED).count() == 1


def test_two_values_that_changed_places_are_found(
    practice: House, client_id: UUID, run: Run
) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        other = added(by, family_name="Whitfield").pk
    run(
        "UPDATE clients_client AS one SET family_name = other.family_name"
        " FROM clients_client AS other WHERE one.id <> other.id"
    )

    assert verified() == "Harbor Lane: " + CELL.format(min(client_id, other)) + MOVED


def test_an_old_ciphertext_that_was_put_back_is_found(
    practice: House, client_id: UUID, run: Run
) -> None:
    old = stored(run, client_id)
    rename(practice, client_id, "Whitfield")
    run("UPDATE clients_client SET family_name = %s WHERE id = %s", old, client_id)

    assert verified() == "Harbor Lane: " + CELL.format(client_id) + OLD


def test_a_row_that_was_copied_under_another_id_is_found(
    practice: House, client_id: UUID, run: Run
) -> None:
    """Its values do not open: their row is part of what was sealed."""
    run(
        "UPDATE clients_client SET family_name = set_byte(family_name, 20,"
        " get_byte(family_name, 20) # 1) WHERE id = %s",
        client_id,
    )

    assert verified() == "Harbor Lane: " + CELL.format(client_id) + MOVED


def test_a_value_under_a_key_that_never_was_is_found(
    practice: House, client_id: UUID, run: Run
) -> None:
    run("UPDATE clients_client SET family_name = set_byte(family_name, 5, 9)")

    assert verified().endswith("It names a key that does not exist.")


def test_a_value_that_the_log_was_not_told_of_is_found(
    practice: House, client_id: UUID, run: Run
) -> None:
    """Somebody with the keys, but not with the log, wrote it."""
    with practice_scope(practice.id):
        field = Client._meta.get_field("family_name")
        forged = keys.active().cipher("clients_client", "family_name").seal(b"Mallory", client_id)
        assert field.open(client_id, forged) == "Mallory"
    run("UPDATE clients_client SET family_name = %s", forged)

    assert verified() == "Harbor Lane: " + CELL.format(client_id) + OLD


def test_marks_that_were_changed_beside_the_log_are_found(
    practice: House, client_id: UUID, run: Run
) -> None:
    run(
        "UPDATE audit_value SET ciphertext ="
        " convert_to(replace(convert_from(ciphertext, 'UTF8'), 'a', 'b'), 'UTF8')"
    )

    assert "of the log were changed" in verified()


def test_the_log_holds_no_word_of_what_was_sealed(practice: House, client_id: UUID) -> None:
    with practice_scope(practice.id):
        told = [*Event.objects.values_list("facts", "label"), *Value.objects.values_list()]

    assert "Okonkwo" not in str(told)
    assert b"Okonkwo".hex() not in str(told)


def test_what_a_savepoint_gave_up_leaves_no_mark(practice: House, client_id: UUID) -> None:
    with practice_scope(practice.id), transaction.atomic():
        client = Client.objects.get(pk=client_id)
        client.family_name = "Whitfield"
        client.save()
        transaction.set_rollback(True)

    assert verified().startswith("Harbor Lane: 9 sealed values")


def test_an_old_secret_of_an_authenticator_is_found(practice: House) -> None:
    """Sealed by the installation, in the gate's tables, and marked on the installation's log."""
    user = user_of(practice.people["therapist"])
    totp.install(user=user, secret=totp.new_secret(), now=NOW)
    device = TotpDevice.objects.get(user=user)
    with connections["gate"].cursor() as gate:
        gate.execute("SELECT secret FROM accounts_totpdevice WHERE id = %s", [device.pk])
        old = gate.fetchone()[0]
        totp.begin_next(user=user)
        with installation_scope():
            assert sealed.first_offence() is None
        device.secret = totp.new_secret()
        device.save(update_fields=["secret"])
        gate.execute("UPDATE accounts_totpdevice SET secret = %s", [old])

    with installation_scope():
        found = sealed.first_offence()
    assert found == ("accounts_totpdevice", "secret", device.pk, OLD)


def test_a_file_of_clients_is_sound_once_its_run_is_over(practice: House, run: Run) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        started = imports.upload(content=b"Last,DOB\r\nRazo,1973-08-01\r\n", now=NOW, by=by)
    before = stored_file(run)
    with practice_scope(practice.id, person_id=by.person_id):
        imports.discard(run=started, now=NOW)
    assert verified().endswith("each in its own place.")

    run("UPDATE clients_clientimportfile SET content = %s", before)

    assert verified().endswith(OLD)


def stored_file(run: Run) -> bytes:
    return bytes(run("SELECT content FROM clients_clientimportfile")[0][0])


def test_values_beside_an_event_belong_to_it(practice: House, run: Run) -> None:
    with practice_scope(practice.id):
        for name in ("Okonkwo", "Whitfield"):
            events.record(
                Action.CLIENT_CHANGED, values=edits.sealed(before={}, after={"family_name": name})
            )
    assert verified().startswith("Harbor Lane: 2 sealed values")

    run(
        "UPDATE audit_value AS one SET ciphertext = other.ciphertext FROM audit_value AS other"
        " WHERE one.seq <> other.seq AND one.key_version = 1 AND other.key_version = 1"
    )

    assert verified().endswith(MOVED)


def test_a_practice_from_before_keeps_its_fingerprints() -> None:
    """Its index key is a copy of the data key that made them until then."""
    with practice_scope(practices.new_id()):
        keys._insert("accounts_datakey", {"version": 1}, SECRET, version=1)

        assert keys.create() is True
        assert keys.create() is False
        assert keys.fingerprint("Okonkwo", purpose="likeness") == crypto.fingerprint(
            SECRET, "Okonkwo", purpose="likeness"
        )


def test_a_new_practice_has_an_index_key_of_its_own(practice: House) -> None:
    with practice_scope(practice.id):
        assert keys.index_key() != keys.version(1).secret


def test_what_the_log_did_not_know_is_taken_stock_of(
    practice: House, client_id: UUID, run: Run
) -> None:
    with practice_scope(practice.id):
        cipher = keys.active().cipher("clients_client", "family_name")
    run("UPDATE clients_client SET family_name = %s", cipher.seal(b"Achebe", client_id))
    assert verified().endswith(OLD)

    with practice_scope(practice.id):
        assert stock.take() == 5

    assert verified().startswith("Harbor Lane: 9 sealed values")
