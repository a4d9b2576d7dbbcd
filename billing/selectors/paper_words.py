"""What papers say of the practice that gives them out."""

from accounts.models import PracticeParticulars
from accounts.selectors import members


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
