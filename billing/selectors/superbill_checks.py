"""Each thing that a superbill has to say, looked at: what is missing, and where it is mended.

No gap names a diagnosis: who sees none may read them all.
"""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from accounts.models import TherapistParticulars
from accounts.permissions import Permission
from accounts.selectors import particulars
from billing.models import KnownCode, Session
from billing.selectors import known_codes
from billing.selectors.hour_codes import HourCodes
from billing.selectors.superbill_figures import Figures
from clients.models import Client, Restriction
from clients.selectors import contacts
from ledger.money import ZERO

P = Permission


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing, without a stop, and where it is mended; ``right`` opens that."""

    words: str
    mend: str
    url: str
    right: Permission
    who: str


ALONE = Gap(
    "An add-on stands beside its session only, which is not chosen",
    "",
    "",
    P.SUPERBILL_MAKE,
    "Choose both, or neither.",
)


def of_all(client: Client, today: date) -> list[Gap]:
    """Return what is missing whichever session is chosen."""
    gaps = []
    if particulars.of_practice() is None:
        gaps.append(
            Gap(
                "The practice's address, phone and tax number (EIN) are not known",
                "Enter them",
                reverse("accounts:particulars"),
                P.PARTICULARS_CHANGE,
                "An administrator enters them under Address and numbers.",
            )
        )
    if not any(each.is_current for each in contacts.addresses_of(client, on=today)):
        gaps.append(
            Gap(
                "The client has no address",
                "Enter it",
                reverse("clients:address_new", args=[client.pk]),
                P.CLIENT_CHANGE,
                "The front desk enters it.",
            )
        )
    return gaps


def of_therapist(session: Session, known: TherapistParticulars | None) -> list[Gap]:
    """Return what is not known of who held a session."""
    if known is not None and known.credentials:
        return []
    name = session.therapist.display_name
    what = f"The credentials of {name} are" if known else f"The NPI and license of {name} are"
    return [
        Gap(
            f"{what} not known",
            "Enter them",
            reverse("accounts:therapist_particulars", args=[session.therapist_id]),
            P.PARTICULARS_CHANGE,
            "An administrator enters them under Address and numbers.",
        )
    ]


def of_money(client: Client, figures: Figures | None, needs_paid: bool) -> list[Gap]:
    """Return that a session is not billed, or not paid where it has to be."""
    if figures is None:
        return [
            Gap(
                "Not billed yet",
                "Issue the invoice",
                reverse("billing:client", args=[client.pk]),
                P.INVOICE_ISSUE,
                "The front desk issues the invoice.",
            )
        ]
    if needs_paid and figures.balance > ZERO:
        return [
            Gap(
                "Not paid in full, and only paid sessions stand on superbills",
                "Take the payment",
                f"{reverse('billing:payment_new')}?client={client.pk}",
                P.PAYMENT_RECORD,
                "The front desk takes the payment.",
            )
        ]
    return []


def of_record(client: Client, codes: list[str], kept: list[Restriction]) -> list[Gap]:
    """Return what keeps the day of a session off, or that no diagnosis stands on it."""
    gaps = [
        Gap(
            f"The plan is not told of the day ({row.get_kind_display()})",
            "Look at what is kept back",
            reverse("clients:record", args=[client.pk]),
            P.CLIENT_CHANGE,
            "Leave the session out, or have the client end the restriction at the front desk.",
        )
        for row in kept
    ]
    if not codes:
        gaps.append(
            Gap(
                "No diagnosis that can be billed stands on the day",
                "Enter the diagnosis",
                reverse("clients:diagnoses", args=[client.pk]),
                P.DIAGNOSIS_CHANGE,
                "A therapist of the client enters it.",
            )
        )
    return gaps


def of_codes(session: Session, coding: HourCodes | None, refused: str) -> list[Gap]:
    """Return that the code cannot be billed on the day, or the place is not known."""
    gaps = []
    client_page = reverse("billing:client", args=[session.client_id])
    if refused:
        gaps.append(
            Gap(
                refused.removesuffix("."),
                "Void its invoice and bill it anew",
                client_page,
                P.INVOICE_VOID,
                "The front desk voids its invoice and records the session anew.",
            )
        )
    if coding is None or not coding.place_of_service:
        gaps.append(
            Gap(
                "Nobody said where the session took place",
                "Say where",
                reverse("billing:session_codes", args=[session.pk]),
                P.SESSION_RECORD,
                "Its therapist or the front desk says so.",
            )
        )
    return gaps


def refusals(asked: set[tuple[str, date]]) -> dict[tuple[str, date], str]:
    """Return (code, day) → why the code cannot be billed then, in one query and one for each."""
    rows = KnownCode.objects.filter(code__in={code for code, _ in asked})
    spans = [(row.code, row.valid_from, row.valid_until) for row in rows]
    known = {code for code, _, _ in spans}
    return {
        (code, day): known_codes.refusal(code, day)
        for code, day in asked
        if code in known
        and not any(each == code and first <= day <= (last or day) for each, first, last in spans)
    }
