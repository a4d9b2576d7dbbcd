"""Which clients a person may see, and what of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from clients.models import Assignment, Client
from clients.names import filed_under, initials
from clients.selectors import contacts, emergencies, families, restrictions
from clients.selectors.contacts import Reached

Permissions = frozenset[Permission]

KNOWS_BY_INITIALS = frozenset({Permission.CLIENT_VIEW, Permission.REPORT_VIEW})
"""What those hold who keep the books: codes and initials tell them clients apart."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A client as one reader may see them: ``name`` is initials, or "", for some."""

    pk: UUID
    code: str
    name: str = field(repr=False)

    @property
    def url(self) -> str:
        return reverse("billing:client", args=[self.pk])


@dataclass(frozen=True, slots=True)
class Row(Shown):
    """A client in the list, with the therapists of a day and the time of being added."""

    therapist: str
    since: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who a client is and how to reach them; ``contacts`` are those in use, the first on top."""

    preferred_name: str
    pronouns: str
    birth_date: date
    contacts: list[Reached]
    postal_address: str
    wishes: str
    language: str
    is_discreet: bool
    kept_back: list[str]

    @property
    def email(self) -> str:
        return self._first(is_phone=False)

    @property
    def phone(self) -> str:
        return self._first(is_phone=True)

    def _first(self, *, is_phone: bool) -> str:
        return next((each.text for each in self.contacts if each.is_phone == is_phone), "")


def visible_to(
    member: Membership, *, on: date, permissions: Permissions | None = None
) -> QuerySet[Client]:
    """Return the clients whom a member may see on a business date: all, or those assigned to them
    and those whose record they opened in an emergency less than an hour ago; whoever may see one
    record of a person may see those merged with it.

    Everything that shows, counts or changes clients' records goes through it. ``permissions`` are
    the member's own, where the caller has them at hand.
    """
    held = members.permissions_of(member) if permissions is None else permissions
    if Permission.CLIENT_VIEW_ALL in held:
        return Client.objects.all()
    if Permission.CLIENT_VIEW not in held:
        return Client.objects.none()
    mine = Q(pk__in=_in_force(on).filter(therapist=member).values("client"))
    if Permission.EMERGENCY_OPEN in held:
        mine |= Q(pk__in=emergencies.running(member).values("client"))
    return families.whole(Client.objects.filter(mine))


def by_code(clients: QuerySet[Client]) -> QuerySet[Client]:
    return clients.order_by(Length("code"), "code")


def by_name(clients: QuerySet[Client], *, permissions: Permissions) -> list[Shown]:
    """Return clients in the order of the names that they are listed under; for a reader who may
    not know these, by code.

    Names are sealed, so that no database sorts them: this opens every one. For a person's own
    clients, not for all of a practice.
    """
    if Permission.CLIENT_IDENTITY_VIEW not in permissions:
        return [show(client, permissions=permissions) for client in by_code(clients)]
    ordered = sorted(
        by_code(clients),
        key=lambda each: filed_under(each.sort_name or "", each.family_name, each.given_names),
    )
    return [show(client, permissions=permissions) for client in ordered]


def shown(ids: Iterable[UUID], *, permissions: Permissions) -> dict[UUID, Shown]:
    """Return id → client as a reader with these permissions may see them; of a merged record, the
    client with whom it is shown.

    The caller has made sure that the reader may see these clients at all.
    """
    found = Client.objects.filter(pk__in=set(ids)).select_related("merged_into")
    return {
        client.pk: show(client.merged_into or client, permissions=permissions) for client in found
    }


def show(client: Client, *, permissions: Permissions) -> Shown:
    """Return a client as a reader with these permissions may see them."""
    return Shown(client.pk, client.code, _name(client, permissions))


def identity(
    client: Client, *, permissions: Permissions, on: date | None = None
) -> Identity | None:
    """Return who a client is on a date, or None for a reader who may not know."""
    if Permission.CLIENT_IDENTITY_VIEW not in permissions:
        return None
    addresses = contacts.addresses_of(client, on=on)
    return Identity(
        preferred_name=client.preferred_name,
        pronouns=client.pronouns or "",
        birth_date=client.birth_date,
        contacts=[each for each in contacts.of(client) if not each.is_ended],
        postal_address=next((each.text for each in addresses if each.is_current), ""),
        wishes=wishes(client),
        language=client.language or "",
        is_discreet=client.contact_wish == Client.ContactWish.DISCREET,
        kept_back=[each.label for each in restrictions.of(client) if each.ended_at is None],
    )


def channels(client: Client) -> list[str]:
    """Return the ways in which a client may be reached."""
    return [each for each in Client.Channel.values if getattr(client, f"may_{each.lower()}")]


def wishes(client: Client) -> str:
    """Return in one line in which ways a client may be reached, the best first."""
    allowed = channels(client)
    best = client.preferred_channel
    ordered = [best] * (best in allowed) + [each for each in allowed if each != best]
    words = [str(Client.Channel(each).label) for each in ordered]
    if not words:
        return "Not at all: at the next visit"
    return ", ".join([words[0] + (" first" if best else ""), *map(str.lower, words[1:])])


def rows(clients: Iterable[Client], *, on: date, permissions: Permissions) -> list[Row]:
    """Return clients as lines of a list, with those who care for them on a business date."""
    listed = list(clients)
    therapists: dict[UUID, list[str]] = {client.pk: [] for client in listed}
    records = families.ids_of(therapists)
    in_force = _in_force(on).filter(client__in=records).select_related("therapist")
    for assignment in in_force.order_by("therapist__display_name", "pk"):
        names = therapists.get(records[assignment.client_id], [])
        if assignment.therapist.display_name not in names:
            names.append(assignment.therapist.display_name)
    return [
        Row(
            pk=client.pk,
            code=client.code,
            name=_name(client, permissions),
            therapist=", ".join(therapists[client.pk]),
            since=client.created_at,
        )
        for client in listed
    ]


def _name(client: Client, permissions: Permissions) -> str:
    """Return what a reader may know of a name: all of it, its initials, or nothing."""
    if Permission.CLIENT_IDENTITY_VIEW in permissions:
        return client.full_name
    if permissions >= KNOWS_BY_INITIALS:
        return initials(client.given_names, client.family_name)
    return ""


def _in_force(on: date) -> QuerySet[Assignment]:
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    return Assignment.objects.filter(lasting, starts_on__lte=on, closed_at=None)
