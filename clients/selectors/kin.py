"""Who of the practice may be a client themselves, or a relative of one, by what names tell.

Names are opened here, in the practice's scope, compared and forgotten: what comes out are ids and
a word. It is rather too much than too little: whoever looks at the case knows better.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from accounts import keys
from accounts.alert_rules import Why
from accounts.models import Membership, TherapistParticulars, User
from accounts.sealed_columns import open_many
from clients.models import Client, Contact
from clients.names import fold

TITLES = frozenset({"dr", "mr", "mrs", "ms", "mx", "miss", "prof", "rev", "sir"})
PARTICLES = frozenset(
    """
    al ap bin bint da dal de degli del della der di do dos du e el la las le los mac mc ni o of
    san st te ten ter van vom von y zu zum zur
    """.split()  # noqa: SIM905  # read as a list of words
)
"""Words of family names that very many share."""

BETWEEN = re.compile(r"[\s\-.]+")


@dataclass(frozen=True, slots=True)
class Called:
    """How somebody may be called: all words of their name, and those of the family."""

    every: frozenset[str] = field(repr=False)
    family: frozenset[str] = field(repr=False)


def alike(pairs: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Why]:
    """Return which members may be the clients whose records they opened, or share a family name.

    ``pairs`` are members and clients. Six queries, however many there are; none of it where the
    practice's keys were destroyed.
    """
    if not pairs or keys.are_destroyed():
        return {}
    members = _members({member for member, _ in pairs})
    clients = _clients({client for _, client in pairs})
    reached = _reached({client for _, client in pairs})
    found = {}
    for member, client in pairs:
        called, address = members[member]
        if why := _why(called, address, clients.get(client), reached.get(client, frozenset())):
            found[member, client] = why
    return found


def _why(
    called: Iterable[Called], address: str, client: Called | None, reached: Collection[str]
) -> Why | None:
    if address and address in reached:
        return Why.OWN
    if client and any(len(each.every) > 1 and each.every == client.every for each in called):
        return Why.OWN
    if client and any(each.family & client.family for each in called):
        return Why.FAMILY
    return None


def of_member(name: str) -> Called:
    """Return how somebody is called whose name stands in one line: with titles before it, given
    names first or the family name before a comma, and letters of degrees behind one."""
    first, _, rest = fold(name).partition(",")
    words = _words(first)
    if rest and len(words) == 1:  # "Okafor, Sam"
        return Called(frozenset(words + _words(rest)), _family(words))
    return Called(frozenset(words), _family(words[1:] or words))


def of_client(given_names: str, family_name: str) -> Called:
    """Return how a client is called; of somebody with one name, it is that of the family too."""
    family = _words(fold(family_name)) or _words(fold(given_names))
    return Called(frozenset(_words(fold(f"{given_names} {family_name}"))), _family(family))


def _words(text: str) -> list[str]:
    words = [word for word in BETWEEN.split(text.replace(",", " ")) if word]
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    return words


def _family(words: list[str]) -> frozenset[str]:
    """Return each word that tells a family, and all as one: de la Cruz, Delacruz."""
    telling = {
        word for word in words if word not in PARTICLES and not (len(word) == 1 and word.isascii())
    }
    return frozenset({*telling, "".join(words)} if telling else words)


def _members(ids: Collection[UUID]) -> dict[UUID, tuple[list[Called], str]]:
    """Return member → how they are called, here and on documents; and whither they get mail."""
    rows = list(
        Membership.objects.filter(pk__in=ids).values_list("pk", "display_name", "person_id")
    )
    legal = TherapistParticulars.objects.filter(member__in=ids).values_list("member", "legal_name")
    users = User.objects.filter(pk__in=[person for _, _, person in rows if person])
    addresses = {pk: email.casefold() for pk, email in users.values_list("pk", "email")}
    return {
        pk: (
            [of_member(name), *(of_member(told) for member, told in legal if member == pk)],
            addresses.get(person, "") if person else "",
        )
        for pk, name, person in rows
    }


def _clients(ids: Collection[UUID]) -> dict[UUID, Called]:
    rows = list(Client.objects.filter(pk__in=ids).values_list("pk", "given_names", "family_name"))
    given = dict(open_many(Client, "given_names", ((row[0], row[1]) for row in rows)))  # type: ignore[misc]  # sealed as read
    family = dict(open_many(Client, "family_name", ((row[0], row[2]) for row in rows)))  # type: ignore[misc]  # sealed as read
    return {pk: of_client(given.get(pk, ""), family.get(pk, "")) for pk, *_ in rows}


def _reached(ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return client → the e-mail addresses at which they are or were reached."""
    mail = Contact.objects.filter(client__in=ids, kind=Contact.Kind.EMAIL)
    rows = list(mail.values_list("pk", "client_id", "number_or_address"))
    opened = dict(open_many(Contact, "number_or_address", ((row[0], row[2]) for row in rows)))  # type: ignore[misc]  # sealed as read
    found: dict[UUID, set[str]] = {}
    for pk, client, _ in rows:
        found.setdefault(client, set()).add(opened[pk].casefold())
    return found
