"""The insurers whom the practice bills."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.db.models.functions import Lower

from clients.models import Payer
from clients.names import fold

Known = Mapping[str, Payer]
"""Folded name → payer."""

FORMS = {"A": str.isalpha, "9": str.isdigit, "*": str.isalnum}
"""What a character of a payer's form of member ids stands for; any other stands for itself."""


def offered() -> QuerySet[Payer]:
    """Return the payers that are offered when an insurance is typed in, by name."""
    return Payer.objects.filter(retired_at=None).order_by(Lower("name"), "pk")


def by_name() -> Known:
    return {fold(payer.name): payer for payer in offered()}


def fits(payer: Payer, member_id: str) -> bool:
    """Say whether a member id has the payer's form; spaces and dashes do not count."""
    form, given = _bare(payer.member_id_form), _bare(member_id).upper()
    if not form:
        return True
    return len(form) == len(given) and all(
        FORMS[sign](letter) if sign in FORMS else sign == letter
        for sign, letter in zip(form, given, strict=True)
    )


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("-", "")
