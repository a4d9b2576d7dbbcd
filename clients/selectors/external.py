"""What stands here in the place of another system's records, in that system's words for it."""

from clients.models import Address, Client, Contact, Coverage, ExternalRecord
from clients.selectors import contacts

Said = dict[str, str | None]

NAMES = ("given_names", "family_name", "preferred_name")
OF_A_CLIENT = (*NAMES, "email", "phone", "postal_address")
OF_A_PARTY = ("name", "relation", "phone", "email", "postal_address")
OF_A_COVERAGE = ("payer_name", "member_id", "starts_on", "ends_on")


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
        "postal_address": _text(address_of(client)),
    }


def address_of(client: Client) -> Address | None:
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


def holder(record: ExternalRecord) -> Said:
    """Return what stands here of what a record became: a client, their insurance, or a party."""
    if record.party is not None:
        return said(record.party, OF_A_PARTY)
    if record.coverage is None:
        return ours(record.client)
    coverage = standing(record.coverage)
    return said(coverage, OF_A_COVERAGE) if coverage else {}
