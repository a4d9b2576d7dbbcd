"""What an edit changed is sealed for the log, and opens beside its own event only."""

import pytest

from accounts import crypto, edits
from accounts.tenancy import practice_scope
from audit.models import Event, Value
from clients.models import Client
from clients.services import clients
from tests.clients.people import NOW, added
from tests.houses import House


def edited(house: House) -> tuple[bytes, bytes]:
    """Change a client's pronouns; return the commitment of the event, and the sealed value."""
    by = house.people["front-desk"]
    with practice_scope(house.id, person_id=by.person_id):
        client = added(by)
        clients.change_person(
            client=client,
            seen=client.version,
            given_names=client.given_names,
            family_name=client.family_name,
            preferred_name="",
            written_name="",
            sort_name="",
            pronouns="they/them",
            birth_date=client.birth_date,
            now=NOW,
        )
    with practice_scope(house.id):
        event = Event.objects.get(action="clients.client.changed")
        value = Value.objects.get(seq=event.seq)
        assert Client.objects.get().version == 2
        assert event.facts == {"fields": "pronouns"}
        return bytes(event.commitment or b""), bytes(value.ciphertext)


def test_an_edit_tells_what_stood_before_and_after(practice: House) -> None:
    commitment, ciphertext = edited(practice)

    with practice_scope(practice.id):
        told = edits.opened(commitment=commitment, ciphertext=ciphertext)

    assert told == {"before": {"pronouns": None}, "after": {"pronouns": "they/them"}}
    assert b"they/them" not in ciphertext


def test_a_value_beside_another_event_does_not_open(practice: House) -> None:
    _, ciphertext = edited(practice)

    with practice_scope(practice.id):
        other = edits.sealed(before={}, after={"pronouns": "they/them"})
        with pytest.raises(crypto.IntegrityFailure):
            edits.opened(commitment=other.commitment, ciphertext=ciphertext)
        with pytest.raises(crypto.IntegrityFailure):
            edits.opened(commitment=other.commitment, ciphertext=other.ciphertext[:-1] + b"\x00")


def test_equal_edits_do_not_look_alike(practice: House) -> None:
    with practice_scope(practice.id):
        one, two = (edits.sealed(before={}, after={"label": "work"}) for _ in range(2))

    assert one.commitment != two.commitment
