"""New keys for old values: nothing is lost, and the old key goes when nothing needs it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts import crypto, edits, keys
from accounts.crypto import KeyRing
from accounts.fields import EncryptedField
from accounts.ids import NIL
from accounts.models import DataKey, TotpDevice
from accounts.selectors import key_status, sealed
from accounts.services import rotation, totp
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.models import Event
from audit.selectors import values
from audit.services import events
from clients.models import Client
from tests import key_rings
from tests.clients.people import NOW, added
from tests.houses import House, user_of

SEALED = [
    field
    for model in apps.get_models()
    for field in model._meta.concrete_fields
    if isinstance(field, EncryptedField)
]


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Let no later test go by keys of the installation whose rows were rolled back."""
    yield
    keys.forget()


@pytest.fixture
def client_id(practice: House) -> UUID:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        return added(by, family_name="Okonkwo").pk


def rotate(scope: UUID) -> None:
    with practice_scope(scope):
        rotation.start()
    assert rotation.finish(scope, clock=timezone.now)


def read(practice: House, client_id: UUID) -> tuple[str, str, Any]:
    with practice_scope(practice.id):
        client = Client.objects.get(pk=client_id)
        return client.family_name, client.given_names, client.birth_date


def actions(practice: House) -> list[str]:
    with practice_scope(practice.id):
        told = Event.objects.filter(action__startswith="accounts.keys.").order_by("seq")
        return list(told.values_list("action", flat=True))


def test_after_rotation_everything_reads_as_before_and_the_old_key_is_gone(
    practice: House, client_id: UUID
) -> None:
    before = read(practice, client_id)

    rotate(practice.id)

    assert read(practice, client_id) == before
    with practice_scope(practice.id):
        old, new = DataKey.objects.order_by("version")
        assert (old.wrapped, new.version) == (None, 2)
        assert sealed.under_versions() == {2: 5}
        assert sealed.first_offence() is None
    assert actions(practice) == [
        Action.DATA_KEY_ROTATION_STARTED,
        Action.DATA_KEY_DESTROYED,
        Action.DATA_KEY_ROTATED,
    ]


def test_a_new_value_takes_the_new_key_at_once(practice: House, client_id: UUID) -> None:
    with practice_scope(practice.id):
        rotation.start()
    with practice_scope(practice.id):
        client = Client.objects.get(pk=client_id)
        client.family_name = "Whitfield"
        client.save(update_fields=["family_name"])

        assert sealed.under_versions() == {1: 4, 2: 1}


def test_a_value_that_nobody_looked_at_is_saved_under_the_new_key(
    practice: House, client_id: UUID
) -> None:
    """Else a page that was open during a rotation would bring back a key that is going."""
    with practice_scope(practice.id):
        client = Client.objects.get(pk=client_id)
    rotate(practice.id)
    with pytest.raises(keys.KeyDestroyed), practice_scope(practice.id):
        client.save()
    with practice_scope(practice.id):
        rotation.start()
        Client.objects.get(pk=client_id).save()

        assert sealed.under_versions() == {2: 1, 3: 4}


def test_values_beside_events_move_too(practice: House) -> None:
    with practice_scope(practice.id):
        events.record(
            Action.CLIENT_CHANGED, values=edits.sealed(before={}, after={"family_name": "Okonkwo"})
        )

    rotate(practice.id)

    with practice_scope(practice.id):
        (value,) = values.sealed(limit=10)
        assert value.key_version == 2
        told = edits.opened(commitment=value.commitment, ciphertext=value.ciphertext)
        assert told["after"] == {"family_name": "Okonkwo"}


def test_a_rotation_is_not_begun_twice(practice: House) -> None:
    with practice_scope(practice.id):
        rotation.start()
        with pytest.raises(rotation.AlreadyRotating):
            rotation.start()


def test_a_value_that_does_not_open_keeps_its_key(practice: House, client_id: UUID) -> None:
    """It may be put right from a backup; the rest moves on."""
    with practice_scope(practice.id):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE clients_client"
                " SET given_names = set_byte(given_names, 20, get_byte(given_names, 20) # 1)"
            )
        added(practice.people["front-desk"], family_name="Whitfield")
        rotation.start()

    assert not rotation.finish(practice.id, clock=timezone.now)
    with practice_scope(practice.id):
        assert sealed.under_versions() == {1: 4, 2: 6}
        assert key_status.old_versions() == [1]


def test_an_old_key_of_the_installation_outlives_open_requests(practice: House) -> None:
    user = user_of(practice.people["therapist"])
    secret = totp.new_secret()
    totp.install(user=user, secret=secret, now=NOW)
    with installation_scope():
        rotation.start()

    assert not rotation.finish(NIL, clock=timezone.now)
    assert rotation.finish(NIL, clock=_in_an_hour)
    assert TotpDevice.objects.get(user=user).secret == secret
    with installation_scope():
        assert sealed.first_offence() is None


def _in_an_hour() -> datetime:
    return timezone.now() + timedelta(hours=1)


def test_a_destroyed_key_stays_destroyed(practice: House, client_id: UUID) -> None:
    """Whatever somebody writes into its row: the database refuses it."""
    rotate(practice.id)

    with practice_scope(practice.id):
        for change in ({"destroyed_at": None, "wrapped": b"x" * 60}, {"kek_version": 9}):
            with pytest.raises(DatabaseError, match="stays destroyed"), transaction.atomic():
                DataKey.objects.filter(version=1).update(**change)


def test_a_key_is_there_or_destroyed(practice: House) -> None:
    with (
        practice_scope(practice.id),
        pytest.raises(DatabaseError, match="there_or_destroyed"),
        transaction.atomic(),
    ):
        DataKey.objects.filter(version=1).update(wrapped=None)


def test_keys_are_wrapped_anew_without_touching_a_value(
    practice: House, client_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read(practice, client_id)
    own = key_rings.own()
    ring = KeyRing({**own.keks, 9: bytes(range(32))})
    with practice_scope(practice.id):
        monkeypatch.setattr(crypto, "ring", lambda: ring)
        assert rotation.rewrap() == 2
        assert rotation.rewrap() == 0
        keys.forget()
        monkeypatch.setattr(crypto, "ring", lambda: KeyRing({9: ring.keks[9]}))
        client = Client.objects.get(pk=client_id)
        assert (client.family_name, client.given_names, client.birth_date) == before
        monkeypatch.setattr(crypto, "ring", lambda: ring)
    monkeypatch.setattr(crypto, "ring", lambda: own)


@pytest.mark.parametrize("field", SEALED, ids=lambda f: f"{f.model._meta.label}.{f.name}")
def test_whoever_serves_may_reseal_the_column(field: EncryptedField) -> None:
    role = "gate" if field.installation else "app"
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege(%s, %s, %s, 'UPDATE')",
            [role, field.model._meta.db_table, str(field.column)],
        )
        assert cursor.fetchone()[0]


def test_the_command_rotates_one_practice(practice: House, client_id: UUID) -> None:
    out, errors = StringIO(), StringIO()

    call_command("rotate_keys", practice="harbor-lane", stdout=out, stderr=errors)

    assert "Harbor Lane: 5 values moved, the old key is destroyed." in out.getvalue()
    assert f"[{'#' * 30}] 5 of 5 values" in errors.getvalue()
    with pytest.raises(CommandError, match="no practice with this slug"):
        call_command("rotate_keys", practice="nowhere", stdout=out)
