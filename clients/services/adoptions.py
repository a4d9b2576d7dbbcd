"""Taking another system's word over in a client's record, as if somebody had typed it."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from clients.models import Address, Client, Contact, Coverage
from clients.selectors import contacts
from clients.services import clients, coverages
from clients.services import contacts as reached

Said = dict[str, str | None]

NAMES = ("given_names", "family_name", "preferred_name")
OF_A_CLIENT = (*NAMES, "email", "phone", "postal_address")
OF_A_COVERAGE = ("payer_name", "member_id", "starts_on", "ends_on")
TEXTS = ("plan_name", "group_number", "subscriber_given_names", "subscriber_family_name")
OF_A_CARD = ("rank", "relation", "subscriber_birth_date", *TEXTS)
"""What of an insurance the other system does not tell: it stays as it is here."""


def said(source: object, names: tuple[str, ...]) -> Said:
    """Return some values of a record as they are compared: texts, and days as ISO ones."""
    values = {name: getattr(source, name) for name in names}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def ours(client: Client) -> Said:
    """Return what stands here of a client, in the other system's words for it."""
    emails = contacts.first_ones([client.pk], Contact.Kind.EMAIL)
    phones = contacts.first_ones([client.pk], Contact.Kind.PHONE)
    return said(client, NAMES) | {
        "email": emails.get(client.pk, ""),
        "phone": phones.get(client.pk, ""),
        "postal_address": _text(_address(client)),
    }


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
    standing = _address(client)
    if standing is None:
        reached.add_address(client=client, street=text, now=now, by=by)
        return
    values = {"street": text, "city": "", "region": "", "postal_code": "", "country": ""}
    days = {"starts_on": standing.starts_on, "ends_on": standing.ends_on}
    if not text:
        values, days = {}, days | {"ends_on": timezone.localdate(now)}
    reached.change_address(address=standing, seen=standing.version, **values, **days)


def _address(client: Client) -> Address | None:
    """Return the address that has no end, that for letters before another."""
    lasting = Address.objects.filter(client=client, ends_on=None)
    return min(lasting, key=lambda each: (each.purpose != "MAIL", each.pk), default=None)


def _text(address: Address | None) -> str:
    return address.text if address else ""


def standing(coverage: Coverage | None) -> Coverage | None:
    """Return what stands in the place of a coverage after every correction, if anything does."""
    while coverage is not None and coverage.withdrawn_at is not None:
        coverage = Coverage.objects.filter(corrects=coverage).first()
    return coverage


def correct(coverage: Coverage, changes: Said, now: datetime, by: Membership) -> Coverage:
    """Put what the other system says in the place of a coverage, which stays on record."""
    card: dict[str, Any] = {name: getattr(coverage, name) for name in (*OF_A_COVERAGE, *OF_A_CARD)}
    card |= {name: card[name] or "" for name in TEXTS}
    for name, value in changes.items():
        is_day = name in {"starts_on", "ends_on"}
        card[name] = date.fromisoformat(value) if is_day and value else value
    return coverages.correct(coverage=coverage, now=now, by=by, **card)
