"""The keys that sign scopes: changed while everybody works, and an old one opens nothing."""

import hmac
import json
import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.test import Client

from accounts import crypto
from accounts.crypto import KeyRing
from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from tests import key_rings
from tests.houses import House

pytestmark = pytest.mark.commits

Holding = Callable[..., None]


@pytest.fixture
def holding(practice: House, monkeypatch: pytest.MonkeyPatch) -> Holding:
    """Return a function: the versions of the key ring with which this process goes on."""
    own = key_rings.own().keks
    keks = {number: own.get(number) or secrets.token_bytes(32) for number in range(1, 6)}

    def hold(*versions: int) -> None:
        ring = KeyRing({number: keks[number] for number in versions})
        monkeypatch.setattr(crypto, "ring", lambda: ring)

    return hold


def provision(*, retire: bool = False) -> str:
    told = StringIO()
    call_command("provision_context", retire_old=retire, stdout=told)
    return told.getvalue()


def people_seen(practice: House) -> int:
    with practice_scope(practice.id):
        return Membership.objects.count()


def opens(practice: House) -> bool:
    return people_seen(practice) > 0


def logged(action: Action) -> list[dict[str, int]]:
    with connections["backup"].cursor() as cursor:
        cursor.execute("SELECT facts FROM audit_event WHERE action = %s ORDER BY seq", [action])
        return [json.loads(facts) for (facts,) in cursor.fetchall()]


def test_scopes_of_the_old_and_the_new_key_open_while_processes_are_started_anew(
    practice: House, holding: Holding
) -> None:
    holding(1, 2)
    provision()

    for _ in range(3):
        holding(1)
        assert opens(practice)
        holding(1, 2)
        assert opens(practice)


def test_a_process_that_is_ahead_of_the_database_opens_nothing(
    practice: House, holding: Holding
) -> None:
    """So the command comes first, and the processes after it."""
    holding(1, 2)

    assert not opens(practice)


def test_a_retired_key_opens_nothing(practice: House, holding: Holding) -> None:
    holding(1, 2)
    told = provision(retire=True)

    assert "signed by key 2" in told
    assert "Key 1 opens nothing" in told
    assert opens(practice)
    holding(1)
    assert not opens(practice)


def test_a_process_with_a_retired_key_says_that_it_is_not_ready(
    practice: House, holding: Holding
) -> None:
    holding(1, 2)
    provision()
    holding(1)
    assert Client().get("/readyz").status_code == 200

    holding(1, 2)
    provision(retire=True)

    holding(1)
    assert Client().get("/readyz").status_code == 503


def test_a_retired_key_does_not_come_back(practice: House, holding: Holding) -> None:
    """The ring still holds it, because it wraps data keys; a deployment runs the command again."""
    holding(1, 2)
    provision(retire=True)

    told = provision()

    assert "Key 1" not in told
    holding(1)
    assert not opens(practice)


def test_the_two_newest_keys_are_provisioned_and_no_older_one(
    practice: House, holding: Holding
) -> None:
    holding(1, 2)
    provision()
    holding(1, 2, 3)
    told = provision()

    assert "signed by key 3" in told
    assert "Key 2 still opens them" in told
    for versions, is_open in (((1, 2, 3), True), ((1, 2), True), ((1,), False)):
        holding(*versions)
        assert opens(practice) is is_open


def test_a_ring_can_go_back_until_the_old_key_is_retired(practice: House, holding: Holding) -> None:
    holding(1, 2)
    provision()

    holding(1)
    provision()

    assert opens(practice)
    holding(1, 2)
    assert not opens(practice)


def test_a_ring_that_is_too_old_is_refused_and_changes_nothing(
    practice: House, holding: Holding
) -> None:
    holding(1, 2)
    provision(retire=True)

    holding(1)
    with pytest.raises(CommandError, match="no key as new as 2"):
        provision()

    holding(1, 2)
    assert opens(practice)


def test_a_transaction_that_is_under_way_when_its_key_is_retired_comes_to_nothing(
    practice: House, holding: Holding
) -> None:
    with pytest.raises(DatabaseError), practice_scope(practice.id):
        member = Membership.objects.earliest("created_at")
        member.display_name = "Changed"
        member.save(update_fields=["display_name"])
        remove_key(1)
        assert not Membership.objects.exists()
        Membership.objects.create(display_name="Ghost", created_at=member.created_at)

    holding(1)
    provision()
    with practice_scope(practice.id):
        assert not Membership.objects.filter(display_name__in=["Changed", "Ghost"]).exists()


def remove_key(version: int) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM accounts_contextkey WHERE key_id = %s", [version])


@pytest.mark.parametrize("key_id", ["0", "3", "4", "5", "99", "999999999", "-1", "02", "2 ", ""])
def test_a_context_that_names_a_key_which_is_not_provisioned_opens_nothing(
    practice: House, holding: Holding, key_id: str
) -> None:
    """Signed well by every key that the attacker might have: of the ring, or of their own."""
    holding(1, 2, 3, 4, 5)
    made = [crypto.context_key(number) for number in (1, 3)] + [bytes(32), secrets.token_bytes(32)]
    holding(1, 2)
    provision(retire=True)

    for key in made:
        assert seen_with(signed_for(practice.id, key_id, key)) == 0


def test_a_context_signed_by_hand_with_the_right_key_opens(
    practice: House, holding: Holding
) -> None:
    """So what is refused above is refused for its key."""
    holding(1, 2)
    provision(retire=True)

    assert seen_with(signed_for(practice.id, "2", crypto.context_key(2))) > 0


def signed_for(practice_id: UUID, key_id: str, key: bytes) -> str:
    message = f"v1.{key_id}.{practice_id}.-.{int(time.time()) + 60}"
    return f"{message}.{hmac.new(key, message.encode(), sha256).hexdigest()}"


def seen_with(context: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.context', %s, false)", [context])
        cursor.execute("SELECT count(*) FROM accounts_membership")
        count = int(cursor.fetchone()[0])
        cursor.execute("SELECT set_config('app.context', '', false)")
    return count


def test_each_step_is_in_the_log(practice: House, holding: Holding) -> None:
    holding(1, 2)
    provision()
    provision(retire=True)

    assert logged(Action.KEYS_PROVISIONED)[-2:] == [{"newest": 2}, {"newest": 2}]
    assert logged(Action.CONTEXT_KEY_RETIRED) == [{"newest": 2, "retired": 1}]


def test_a_key_is_not_retired_when_the_log_cannot_be_told(
    practice: House, holding: Holding
) -> None:
    holding(1, 2)
    provision()
    with connections["owner"].cursor() as cursor:
        cursor.execute("REVOKE EXECUTE ON FUNCTION audit_append(jsonb) FROM app")

    with pytest.raises(DatabaseError, match="permission denied"):
        provision(retire=True)

    holding(1)
    assert opens(practice)


def test_the_database_holds_no_key_that_seals(practice: House, holding: Holding) -> None:
    holding(1, 2)
    provision()

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT inner_block, outer_block FROM accounts_contextkey")
        blocks = b"".join(bytes(block) for row in cursor.fetchall() for block in row)
    for kek in key_rings.own().keks.values():
        assert kek not in bytes(byte ^ 0x36 for byte in blocks)
        assert kek not in bytes(byte ^ 0x5C for byte in blocks)
