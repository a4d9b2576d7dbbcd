"""Whatever was handed out about a client, whole copies and superbills: 45 CFR 164.528."""

from billing.models import SuperbillGiven
from clients.models import Client
from clients.selectors import families, releases
from clients.selectors.releases import Handed


def of(client: Client) -> list[Handed]:
    """Return what was handed out about any record of a person, the newest first."""
    found = [*releases.of(client), *_superbills(client)]
    return sorted(found, key=lambda each: (each.made_at, each.pk), reverse=True)


def _superbills(client: Client) -> list[Handed]:
    rows = SuperbillGiven.objects.filter(superbill__client__in=families.records_of(client))
    return [
        Handed(
            pk=row.pk,
            made_at=row.noted_at,
            made_by=row.noted_by.display_name,
            recipient=row.recipient or "The client",
            what=f"Superbill {row.superbill.number}",
            reason=f"{row.get_way_display()}, {row.given_on:%b} {row.given_on.day},"
            f" {row.given_on.year}",
            sha256="",
        )
        for row in rows.select_related("superbill", "noted_by").order_by("-noted_at", "-id")
    ]
