"""Who is responsible for a client's costs, which part is whose, and what one party may see."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q

from audit.sentences import dollars
from clients import splits
from clients.models import Client, ResponsibleParty, Split, SplitShare
from clients.selectors import contacts
from clients.splits import Share


@dataclass(frozen=True, slots=True)
class Responsible:
    """A party as the practice sees it."""

    pk: UUID
    name: str = field(repr=False)
    relation: str
    phone: str = field(repr=False)
    email: str = field(repr=False)
    postal_address: str = field(repr=False)
    starts_on: date | None
    ends_on: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class SplitShown:
    """A split as the practice sees it: (party, part in words), in order."""

    pk: UUID
    starts_on: date
    parts: list[tuple[str, str]] = field(repr=False)
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Whose how many cents of an amount are; ``party_id`` is None for a client without parties."""

    party_id: UUID | None
    cents: int


@dataclass(frozen=True, slots=True)
class OwnView:
    """All that one party may see of who pays for a client: itself, and its own part in words.

    Nothing of the others stands here: not their names, addresses, parts, nor how many they are.
    """

    name: str = field(repr=False)
    postal_address: str = field(repr=False)
    email: str = field(repr=False)
    phone: str = field(repr=False)
    part: str


def of(client: Client, *, on: date) -> list[Responsible]:
    """Return those responsible for a client, those of a date first, in order of being added."""
    found = [_shown(party, client, on) for party in _parties(client)]
    return sorted(found, key=lambda party: not party.is_current)


def one(client: Client, party_id: UUID) -> ResponsibleParty | None:
    """Return a party of this client, or None."""
    found = ResponsibleParty.objects.filter(client=client, pk=party_id)
    return found.select_related("client").first()


def splits_of(client: Client, *, on: date) -> list[SplitShown]:
    """Return the splits that were not taken back, the latest first."""
    names = {party.pk: _name(party, client) for party in _parties(client)}
    current = in_force(client, on=on)
    running = Split.objects.filter(client=client, revoked_at=None).order_by("-starts_on")
    return [
        SplitShown(
            pk=split.pk,
            starts_on=split.starts_on,
            parts=[(names[share.party_id], words(share)) for share in _shares(split)],
            is_in_force=current is not None and split.pk == current.pk,
        )
        for split in running
    ]


def in_force(client: Client, *, on: date) -> Split | None:
    """Return the split that divides what is served on a date, or None."""
    running = Split.objects.filter(client=client, revoked_at=None, starts_on__lte=on)
    return running.order_by("-starts_on").first()


def parts(client: Client, cents: int, *, on: date) -> list[Part]:
    """Return whose how much of an amount is that was served on a date; the parts are the whole.

    Without a split the client has all of it.
    """
    split = in_force(client, on=on)
    if split is None:
        own = ResponsibleParty.objects.filter(client=client, kind="CLIENT").first()
        return [Part(own.pk if own else None, cents)]
    shares = _shares(split)
    return [
        Part(share.party_id, part)
        for share, part in zip(shares, splits.divide(cents, shares), strict=True)
    ]


def own_view(party: ResponsibleParty, *, on: date) -> OwnView:
    """Return what a party may see on a date, and nothing of any other."""
    client = party.client
    split = in_force(client, on=on)
    mine = [share for share in _shares(split) if share.party_id == party.pk] if split else []
    shown = _shown(party, client, on)
    return OwnView(
        name=shown.name,
        postal_address=shown.postal_address,
        email=shown.email,
        phone=shown.phone,
        part=words(mine[0]) if mine else "nothing" if split else "everything",
    )


def words(share: Share) -> str:
    """Say a part: 60%, $50.00 of each session, or the rest."""
    if share.basis_points is not None:
        whole, hundredths = divmod(share.basis_points, 100)
        return f"{whole}{f'.{hundredths:02d}' if hundredths else ''}%"
    if share.fixed_cents is not None:
        return f"{dollars(share.fixed_cents)} of each session"
    return "the rest"


def _parties(client: Client) -> list[ResponsibleParty]:
    return list(ResponsibleParty.objects.filter(client=client).order_by("id"))


def _shares(split: Split) -> list[Share]:
    rows = SplitShare.objects.filter(Q(split=split)).order_by("place")
    return [Share(row.party_id, row.basis_points, row.fixed_cents) for row in rows]


def _name(party: ResponsibleParty, client: Client) -> str:
    return client.full_name if party.kind == "CLIENT" else str(party.name)


def _shown(party: ResponsibleParty, client: Client, on: date) -> Responsible:
    phone, email, address = party.phone, party.email, party.postal_address
    if party.kind == "CLIENT":
        reached = [each for each in contacts.of(client) if not each.is_ended]
        located = [each for each in contacts.addresses_of(client, on=on) if each.is_current]
        phone = next((each.text for each in reached if each.is_phone), "")
        email = next((each.text for each in reached if not each.is_phone), "")
        address = located[0].text if located else ""
    return Responsible(
        pk=party.pk,
        name=_name(party, client),
        relation=party.get_relation_display(),
        phone=phone,
        email=email,
        postal_address=address,
        starts_on=party.starts_on,
        ends_on=party.ends_on,
        is_current=(party.starts_on or on) <= on <= (party.ends_on or on),
    )
