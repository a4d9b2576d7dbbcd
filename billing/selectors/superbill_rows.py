"""The sessions of a superbill that is being made, as the page shows them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.permissions import Permission
from billing.selectors.superbill_gaps import Hour, Look
from clients.selectors import clients, diagnosis_codes
from ledger.money import ZERO, Money


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A session to be chosen. ``diagnoses`` is [] for who sees none; ``coding`` is words."""

    pk: UUID
    on: date
    code: str
    label: str
    therapist: str
    coding: str
    diagnoses: list[str]
    charged: Money
    paid: Money
    balance: Money
    is_billed: bool
    is_picked: bool
    is_whole: bool
    stands_on: str


def of(look: Look, *, picked: Collection[UUID], permissions: clients.Permissions) -> list[Row]:
    """Return the sessions of the days in order; no diagnosis for those who may see none."""
    shows = Permission.DIAGNOSIS_VIEW in permissions
    return [_row(hour, hour.pk in picked, shows) for hour in look.hours]


def _row(hour: Hour, is_picked: bool, shows_diagnoses: bool) -> Row:
    session, figures, coding = hour.session, hour.figures, hour.coding
    place = f"Place {coding.place_of_service}" if coding.place_of_service else ""
    words = [place, " ".join(coding.modifiers)]
    return Row(
        pk=hour.pk,
        on=hour.on,
        code=session.service_code.code,
        label=session.service_code.label,
        therapist=session.therapist.display_name,
        coding=", ".join(filter(None, words)),
        diagnoses=[diagnosis_codes.dotted(code) for code in hour.codes] if shows_diagnoses else [],
        charged=figures.charged if figures else session.list_fee,
        paid=figures.paid if figures else ZERO,
        balance=figures.balance if figures else session.fee,
        is_billed=figures is not None,
        is_picked=is_picked,
        is_whole=not hour.gaps,
        stands_on=hour.stands_on,
    )
