"""Adding clients."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Client, CodeCounter
from clients.selectors import likeness


class NoName(Exception):
    """A client needs a given name or a family name."""


class NotYetBorn(Exception):
    """The birth date lies in the future."""


class LooksKnown(Exception):
    """Clients with the same family name and birth date exist; ``codes`` are theirs."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(
            f"{', '.join(codes)} {'has' if len(codes) == 1 else 'have'} the same family name"
            " and birth date."
        )
        self.codes = tuple(codes)


@transaction.atomic
def add(
    *,
    given_names: str,
    family_name: str,
    birth_date: date,
    preferred_name: str = "",
    email: str = "",
    phone: str = "",
    postal_address: str = "",
    contact_wish: str = Client.ContactWish.ANY,
    is_another_person: bool = False,
    now: datetime,
    by: Membership,
) -> Client:
    """Add a client under the practice's next code. One of the two names may be empty.

    ``is_another_person`` says that somebody looked at the clients who look alike.

    Raises:
        NoName: both names are empty.
        NotYetBorn: the birth date lies in the future.
        LooksKnown: clients with this family name and birth date exist.
    """
    if not (given_names or family_name):
        raise NoName("Enter a given name or a family name.")
    if birth_date > now.date():
        raise NotYetBorn("The birth date lies in the future.")
    # Taken first: two people who add the same client at once come one after the other.
    counter = _locked_counter()
    known = [] if is_another_person else likeness.alike(given_names, family_name, birth_date)
    if known:
        raise LooksKnown([client.code for client in known])
    client = Client.objects.create(
        code=_next_code(counter),
        given_names=given_names,
        family_name=family_name,
        preferred_name=preferred_name,
        birth_date=birth_date,
        email=email,
        phone=phone,
        postal_address=postal_address,
        contact_wish=contact_wish,
        likeness=likeness.of(given_names, family_name, birth_date),
        created_at=now,
        created_by=by,
    )
    events.record(Action.CLIENT_CREATED, target=client, touched=[client.pk])
    return client


def _locked_counter() -> CodeCounter:
    """Return the practice's counter, locked until the transaction ends."""
    counters = CodeCounter.objects.select_for_update(no_key=True)
    counter = counters.first()
    if counter is None:
        CodeCounter.objects.bulk_create([CodeCounter(last=0)], ignore_conflicts=True)
        counter = counters.get()
    return counter


def _next_code(counter: CodeCounter) -> str:
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.code
