"""Which insurances a client has."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from clients.models import Client, Coverage
from clients.selectors import families

SHOWN_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class Covered:
    """An insurance as pages show it: of the member number only the end."""

    payer: str = field(repr=False)
    member_id: str = field(repr=False)


def of(client: Client) -> list[Covered]:
    """Return a client's insurances in the order in which they were added."""
    found = Coverage.objects.filter(client__in=families.records_of(client)).order_by("id")
    return [Covered(coverage.payer_name, masked(coverage.member_id)) for coverage in found]


def masked(member_id: str) -> str:
    """Return a member number with all but its end hidden; short ones are hidden whole."""
    if not member_id:
        return ""
    end = member_id[-SHOWN_CHARACTERS:] if len(member_id) > 2 * SHOWN_CHARACTERS else ""
    return f"••••{end}"


def insured(client_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the clients for whom an insurance is known."""
    records = families.ids_of(client_ids)
    found = Coverage.objects.filter(client__in=records)
    return {records[pk] for pk in found.values_list("client_id", flat=True)}
