"""Adding clients, one by one or thousands at once, and changing who they are."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import bulk
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.csv_import import Person
from clients.models import Client, CodeCounter, Contact
from clients.selectors import duplicates, likeness
from clients.selectors.clients import visible_to
from clients.selectors.duplicates import Alike, Newcomer
from clients.services import contacts, edits, search_texts

NEW_FROM_A_FILE = ("given_names", "family_name", "preferred_name", "birth_date", "contact_wish")
"""What a row of a file tells of the person; the rest stands in tables of its own."""


class NoName(Exception):
    """A client needs a given name or a family name."""


class NotYetBorn(Exception):
    """The birth date lies in the future."""


class NotAllowed(Exception):
    """The way in which the client likes best to be reached is not among those allowed."""

    def __init__(self) -> None:
        super().__init__("This way is not ticked above. Tick it, or choose another.")


class LooksKnown(Exception):
    """Clients who may be this person exist; ``known`` are those whom the adding one may see."""

    def __init__(self, known: Sequence[Alike]) -> None:
        super().__init__(" ".join(client.sentence for client in known))
        self.known = tuple(known)


@transaction.atomic
def add(
    *,
    given_names: str,
    family_name: str,
    birth_date: date,
    preferred_name: str = "",
    written_name: str = "",
    sort_name: str = "",
    pronouns: str = "",
    email: str = "",
    phone: str = "",
    may_leave_message: bool = False,
    postal_address: str = "",
    contact_wish: str = Client.ContactWish.ANY,
    is_another_person: bool = False,
    now: datetime,
    by: Membership,
) -> Client:
    """Add a client under the practice's next code. One of the two names may be empty.

    An e-mail address, a telephone number and a postal address become the client's first ones.
    ``is_another_person`` says that somebody looked at the clients who look alike.

    Raises:
        NoName: both names are empty.
        NotYetBorn: the birth date lies in the future.
        LooksKnown: clients with the same e-mail or telephone number, or with the same birth date
            and a similar name, exist.
    """
    _require_person(given_names, family_name, birth_date, now)
    # Taken first: two people who add the same client at once come one after the other.
    counter = _locked_counter()
    newcomer = Newcomer(given_names, family_name, birth_date, emails=[email], phones=[phone])
    visible = visible_to(by, on=timezone.localdate(now))
    if not is_another_person and (known := duplicates.of(newcomer, visible)):
        raise LooksKnown(known)
    client = Client.objects.create(
        code=_next_code(counter),
        given_names=given_names,
        family_name=family_name,
        preferred_name=preferred_name,
        written_name=written_name or None,
        sort_name=sort_name or None,
        pronouns=pronouns or None,
        birth_date=birth_date,
        contact_wish=contact_wish,
        likeness=likeness.of(given_names, family_name, birth_date),
        created_at=now,
        created_by=by,
    )
    events.record(Action.CLIENT_CREATED, target=client, touched=[client.pk])
    for kind, text in ((Contact.Kind.PHONE, phone), (Contact.Kind.EMAIL, email)):
        if text:
            contacts.add_unsearched(
                client=client,
                kind=kind,
                number_or_address=text,
                may_leave_message=may_leave_message and kind == Contact.Kind.PHONE,
                now=now,
                by=by,
            )
    if postal_address:
        contacts.add_address(client=client, street=postal_address, now=now, by=by)
    search_texts.renew(client)
    return client


@transaction.atomic
def add_many(
    *, people: Sequence[Person], first_number: int, now: datetime, by: Membership
) -> list[Client]:
    """Add clients in the order of their rows, under codes that were taken for them: all or none.

    Somebody has looked at those who look alike. The caller keeps the number bounded.

    Raises:
        NoName, NotYetBorn: as for one client.
    """
    for person in people:
        _require_person(person.given_names, person.family_name, person.birth_date, now)
    added = [
        Client(
            code=CodeCounter(last=number).code,
            likeness=likeness.of(person.given_names, person.family_name, person.birth_date),
            **{name: getattr(person, name) for name in NEW_FROM_A_FILE},
        )
        for number, person in enumerate(people, start=first_number)
    ]
    names = ("id", "code", *NEW_FROM_A_FILE, "likeness")
    bulk.insert(
        Client,
        each={name: [getattr(client, name) for client in added] for name in names},
        created_at=now,
        created_by_id=by.pk,
    )
    reached = [
        contacts.Newly(client, person.phone, person.email, person.postal_address)
        for client, person in zip(added, people, strict=True)
    ]
    contacts.add_many(reached, now=now, by=by)
    search_texts.add_many(
        (each.client, [text for text in (each.email,) if text], [each.phone]) for each in reached
    )
    touched = [client.pk for client in added]
    events.record(Action.CLIENTS_ADDED, touched=touched, count=len(added))
    return added


@transaction.atomic
def take_codes(count: int) -> int:
    """Take so many codes at once, to be given later, and return the number of the first.

    Nobody else gets them, whether they are given or not.
    """
    counter = _locked_counter()
    first = int(counter.last) + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return first


def lock_codes() -> None:
    """Let nobody else add a client until the transaction ends."""
    _locked_counter()


@transaction.atomic
def change_person(
    *,
    client: Client,
    seen: int,
    given_names: str,
    family_name: str,
    preferred_name: str,
    written_name: str,
    sort_name: str,
    pronouns: str,
    birth_date: date,
    now: datetime,
) -> Client:
    """Change what a client is called and when they were born.

    Raises:
        NoName: both names are empty.
        NotYetBorn: the birth date lies in the future.
        edits.ChangedMeanwhile: somebody else saved since it was shown.
    """
    _require_person(given_names, family_name, birth_date, now)
    wanted = {
        "given_names": given_names,
        "family_name": family_name,
        "preferred_name": preferred_name,
        "written_name": written_name or None,
        "sort_name": sort_name or None,
        "pronouns": pronouns or None,
        "birth_date": birth_date,
    }
    return _change(client, seen, wanted)


def change_wishes(
    *,
    client: Client,
    seen: int,
    contact_wish: str,
    channels: Collection[str],
    preferred_channel: str,
    language: str,
) -> Client:
    """Change in which ways a client may be reached, and in which language.

    Raises:
        NotAllowed: the preferred channel is not among those that are allowed.
        edits.ChangedMeanwhile: somebody else saved since it was shown.
    """
    if preferred_channel and preferred_channel not in channels:
        raise NotAllowed
    wanted: dict[str, Any] = {
        f"may_{each.lower()}": each in channels for each in Client.Channel.values
    }
    wanted |= {
        "contact_wish": contact_wish,
        "preferred_channel": preferred_channel,
        "language": language or None,
    }
    return _change(client, seen, wanted)


def _change(client: Client, seen: int, wanted: dict[str, Any]) -> Client:
    changed: Client = edits.change(
        client,
        seen=seen,
        wanted=wanted,
        action=Action.CLIENT_CHANGED,
        client_id=client.pk,
        target=client,
    )
    search_texts.renew(changed)
    return changed


def _require_person(given_names: str, family_name: str, birth_date: date, now: datetime) -> None:
    if not (given_names or family_name):
        raise NoName("Enter a given name or a family name.")
    if birth_date > now.date():
        raise NotYetBorn("The birth date lies in the future.")


def _locked_counter() -> CodeCounter:
    """Return the practice's counter, locked until the transaction ends."""
    counters = CodeCounter.objects.select_for_update(no_key=True)
    counter = counters.first()
    if counter is None:
        CodeCounter.objects.bulk_create([CodeCounter(last=0)], ignore_conflicts=True)
        counter = counters.get()
    return counter


def _next_code(counter: CodeCounter) -> str:
    """Return the next code, and count on."""
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.code
