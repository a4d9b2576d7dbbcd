"""Two parents who share the costs of a client, for tests."""

from typing import Any

from accounts.models import Membership
from clients.models import Client, ResponsibleParty, Restriction, Split
from clients.services import parties, restrictions
from clients.splits import Share
from tests.clients.people import NOW, TODAY

MOTHER = {
    "name": "Oleksandra Maternova",
    "phone": "555-0701",
    "email": "mother@parents.example",
    "postal_address": "7 Maternal Way\nSalem, MA 01970",
}
FATHER = {
    "name": "Florian Paternus",
    "phone": "555-0702",
    "email": "father@parents.example",
    "postal_address": "8 Paternal Road\nLynn, MA 01901",
}


def parent(client: Client, by: Membership, known: dict[str, Any]) -> ResponsibleParty:
    """Add a parent who is responsible for the client's costs."""
    return parties.add(client=client, kind="PERSON", relation="PARENT", **known, now=NOW, by=by)


def shared_costs(client: Client, by: Membership) -> tuple[ResponsibleParty, Split, Restriction]:
    """Divide a client's costs 60 to 40 among two parents, and keep them from the plan."""
    mother, father = parent(client, by, MOTHER), parent(client, by, FATHER)
    shares = [Share(mother.pk, basis_points=6_000), Share(father.pk, basis_points=4_000)]
    split = parties.decide(client=client, starts_on=TODAY, shares=shares, now=NOW, by=by)
    kept = restrictions.impose(client=client, kind="PAID_IN_FULL", now=NOW, by=by)
    return mother, split, kept
