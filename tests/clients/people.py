"""Clients for tests, added through the product's own services."""

from datetime import UTC, date, datetime

from accounts.models import Membership
from clients.models import Client
from clients.services import clients

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def added(
    by: Membership,
    given_names: str = "María Luisa",
    family_name: str = "Razo",
    birth_date: date = date(1973, 8, 1),
    email: str = "",
    phone: str = "",
) -> Client:
    """Add a client, whoever looks alike."""
    return clients.add(
        given_names=given_names,
        family_name=family_name,
        birth_date=birth_date,
        email=email,
        phone=phone,
        is_another_person=True,
        now=NOW,
        by=by,
    )
