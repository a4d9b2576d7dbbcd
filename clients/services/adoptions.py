"""Taking another system's word over in a client's record, as if somebody had typed it."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from clients.models import Client, Contact, Coverage, ResponsibleParty
from clients.selectors.external import NAMES, OF_A_COVERAGE, OF_A_PARTY, Said, address_of
from clients.services import clients, coverages, parties
from clients.services import contacts as reached

TEXTS = ("plan_name", "group_number", "subscriber_given_names", "subscriber_family_name")
OF_A_CARD = ("rank", "relation", "subscriber_birth_date", *TEXTS)
"""What of an insurance the other system does not tell: it stays as it is here."""


def change_client(client: Client, changes: Said, now: datetime, by: Membership) -> None:
    """Give a client the names, contacts and address that another system has."""
    names = {name: changes[name] or "" for name in NAMES if name in changes}
    if names:
        stands = {name: str(getattr(client, name)) for name in NAMES}
        clients.change_person(
            client=client,
            seen=client.version,
            **(stands | names),
            written_name="",
            sort_name=client.sort_name or "",
            pronouns=client.pronouns or "",
            birth_date=client.birth_date,
            now=now,
        )
    for name, kind in (("email", Contact.Kind.EMAIL), ("phone", Contact.Kind.PHONE)):
        if name in changes:
            _change_contact(client, kind, changes[name] or "", now, by)
    if "postal_address" in changes:
        _change_address(client, changes["postal_address"] or "", now, by)


def _change_contact(client: Client, kind: str, text: str, now: datetime, by: Membership) -> None:
    in_use = Contact.objects.filter(client=client, kind=kind, ended_at=None)
    first = in_use.order_by("place", "id").first()
    if first is None:
        reached.add(client=client, kind=kind, number_or_address=text, now=now, by=by)
    elif text:
        reached.change(contact=first, seen=first.version, number_or_address=text)
    else:
        reached.end(contact=first, now=now, by=by)


def _change_address(client: Client, text: str, now: datetime, by: Membership) -> None:
    standing = address_of(client)
    if standing is None:
        reached.add_address(client=client, street=text, now=now, by=by)
        return
    values = {"street": text, "city": "", "region": "", "postal_code": "", "country": ""}
    days = {"starts_on": standing.starts_on, "ends_on": standing.ends_on}
    if not text:
        values, days = {}, days | {"ends_on": timezone.localdate(now)}
    reached.change_address(address=standing, seen=standing.version, **values, **days)


def change_party(party: ResponsibleParty, changes: Said, *, ends_on: date | None = None) -> None:
    """Give a responsible party what the other system says, or their last day."""
    values = {name: getattr(party, name) for name in OF_A_PARTY}
    values |= {name: value or "" for name, value in changes.items()}
    last = party.ends_on if ends_on is None else ends_on
    parties.change(
        party=party, seen=party.version, **values, starts_on=party.starts_on, ends_on=last
    )


def correct(coverage: Coverage, changes: Said, now: datetime, by: Membership) -> Coverage:
    """Put what the other system says in the place of a coverage, which stays on record."""
    card: dict[str, Any] = {name: getattr(coverage, name) for name in (*OF_A_COVERAGE, *OF_A_CARD)}
    card |= {name: card[name] or "" for name in TEXTS}
    for name, value in changes.items():
        is_day = name in {"starts_on", "ends_on"}
        card[name] = date.fromisoformat(value) if is_day and value else value
    return coverages.correct(coverage=coverage, now=now, by=by, **card)
