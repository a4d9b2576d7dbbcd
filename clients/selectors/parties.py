"""Who is responsible for a client's costs, which part is whose, and what one party may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q

from accounts.permissions import Permission
from audit.sentences import dollars
from clients.models import Client, ResponsibleParty, Split, SplitShare
from clients.selectors import contacts, families
from clients.selectors.clients import Permissions
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
class Rule:
    """How costs are divided from a day of service on: ``payers`` are those of ``shares``, in order,
    None for the client themself.
    """

    starts_on: date
    shares: list[Share]
    payers: list[UUID | None]


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


def rules(client: Client) -> list[Rule]:
    """Return every rule of a client that was not taken back, the latest first, in two queries.

    Those of a record that was merged count where the one that is kept has none.
    """
    records = Split.objects.filter(revoked_at=None)
    running = records.filter(client=client.merged_into or client)
    if client.merged_into_id and not running.exists():
        running = records.filter(client=client)
    running = running.order_by("-starts_on")
    rows = SplitShare.objects.filter(split__in=running).order_by("place")
    found: defaultdict[UUID, list[SplitShare]] = defaultdict(list)
    for row in rows.select_related("party"):
        found[row.split_id].append(row)
    return [
        Rule(
            split.starts_on,
            [Share(row.party_id, row.basis_points, row.fixed_cents) for row in found[split.pk]],
            [None if row.party.kind == "CLIENT" else row.party_id for row in found[split.pk]],
        )
        for split in running
    ]


def is_split(records: Collection[UUID]) -> bool:
    """Say whether any rule divides the costs of a person, on whatever days."""
    return Split.objects.filter(client__in=records, revoked_at=None).exists()


def rule_on(found: Iterable[Rule], on: date) -> Rule | None:
    """Return the rule that divides what is served on a date, or None; the latest comes first."""
    return next((rule for rule in found if rule.starts_on <= on), None)


def payer(client: Client, party_id: UUID) -> ResponsibleParty | None:
    """Return who pays for a client, of the list of any record of theirs; None for the client."""
    found = ResponsibleParty.objects.filter(
        client__in=families.records_of(client.merged_into or client), pk=party_id
    )
    return found.exclude(kind="CLIENT").select_related("client").first()


def pays_for(party: ResponsibleParty, client_id: UUID) -> bool:
    """Say whether somebody else than the client pays for a client: one of their own list."""
    record = Client.objects.filter(pk=client_id).first()
    kept = record.merged_into_id or record.pk if record else None
    theirs = party.client.merged_into_id or party.client_id
    return party.kind != "CLIENT" and theirs == kept


def payers_of(client: Client, *, permissions: Permissions) -> list[tuple[UUID, str]]:
    """Return those besides the client who pay for them, in order of being added, as ``names``."""
    found = ResponsibleParty.objects.filter(
        client__in=families.records_of(client.merged_into or client)
    )
    ids = list(found.exclude(kind="CLIENT").order_by("id").values_list("pk", flat=True))
    named = names(ids, permissions=permissions) if ids else {}
    return [(pk, named[pk]) for pk in ids]


def names(ids: Iterable[UUID], *, permissions: Permissions) -> dict[UUID, str]:
    """Return party → who they are, for a reader who may see their client: their name, or for one
    who sees codes only, what they are to the client. One query.
    """
    found = ResponsibleParty.objects.filter(pk__in=set(ids))
    may_know = Permission.CLIENT_IDENTITY_VIEW in permissions
    return {
        party.pk: str(party.name) if may_know else party.get_relation_display() for party in found
    }


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
