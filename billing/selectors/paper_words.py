"""What papers say of the practice that gives them out, and where the client lives."""

from datetime import date

from accounts.models import PracticeParticulars
from accounts.selectors import members
from clients.models import Client
from clients.selectors import contacts


def of_practice(known: PracticeParticulars) -> dict[str, str]:
    """Return what an estimate or a superbill says of the practice, as it is known now."""
    return {
        "name": known.legal_name,
        "discreet": members.practice().discreet_name,
        "street": known.street,
        "city": known.city,
        "region": known.region,
        "postal_code": known.postal_code,
        "phone": known.phone,
        "tax_id": f"{known.tax_id[:2]}-{known.tax_id[2:]}",
        "npi": known.npi,
    }


def address_of(client: Client, *, on: date) -> str:
    """Return where a client lives, as far as they said so, else another address of the day."""
    found = [each for each in contacts.addresses_of(client, on=on) if each.is_current]
    home = [each for each in found if each.purpose == "Home"]
    return next((each.text for each in [*home, *found]), "")
