"""Encounters, and the claims that say what they cost."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from clients.fhir.nodes import Node
from clients.fhir.records import Adjusted, Encounter

CENT = Decimal("0.01")
LARGEST = Decimal("99999999.99")
MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Charge:
    """What a claim asks, in cents, and whether that is to the cent what the file says."""

    cents: int
    path: str
    is_rounded: bool
    is_added_up: bool

    def remarks(self) -> list[Adjusted]:
        """Return what a person should know of how the amount came about."""
        said = []
        if self.is_added_up:
            said.append(Adjusted(self.path, "There is no total: the items were added up."))
        if self.is_rounded:
            said.append(Adjusted(self.path, "Was rounded half up to whole cents."))
        return said


def charge(claim: Node) -> Charge:
    """Return what a claim asks for: its total or, where it has none, the sum of its items.

    Raises:
        Unfit: there is no such amount in US dollars.
    """
    total = claim["total"]
    if total:
        amount = _dollars(total)
        return _charge(amount, total["value"].path, is_added_up=False)
    nets = [item["net"] for item in claim["item"].each()]
    if not nets or not all(nets):
        raise total.unfit("The claim has no total.")
    return _charge(sum(map(_dollars, nets), Decimal(0)), claim["item"].path, is_added_up=True)


def _charge(amount: Decimal, path: str, *, is_added_up: bool) -> Charge:
    if amount > LARGEST:
        raise Node(amount, path).unfit("Is too large for one session.")
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    return Charge(int(rounded * 100), path, rounded != amount, is_added_up)


def _dollars(money: Node) -> Decimal:
    if money["currency"] and money["currency"].word() != "USD":
        raise money["currency"].unfit("Is not in US dollars.")
    value = money["value"].value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise money["value"].unfit("Is not a number.")
    if not 0 <= value <= LARGEST:
        raise money["value"].unfit("Is below zero or too large for one session.")
    return Decimal(value)


def encounter_address(claim: Node) -> str:
    """Return the address of the one encounter that a claim is for.

    Raises:
        Unfit: the claim is no bill of one encounter.
    """
    if claim["status"].word() != "active":
        raise claim["status"].unfit("The claim is not active.")
    if claim["use"] and claim["use"].word() != "claim":
        raise claim["use"].unfit("Is an estimate or a request, not a bill.")
    kinds = {coding["code"].word() for coding in claim["type"]["coding"].each()}
    if claim["prescription"] or "pharmacy" in kinds:
        raise claim["type"].unfit("A claim for medication: only sessions are billed.")
    addresses = {
        encounter["reference"].word()
        for item in claim["item"].each()
        for encounter in item["encounter"].each()
    }
    if len(addresses) != 1:
        reason = "Covers several encounters." if addresses else "Names no encounter."
        raise claim["item"].unfit(reason)
    return addresses.pop()


def check_finished(resource: Node) -> None:
    """Let only encounters pass that took place.

    Raises:
        Unfit: it was planned, goes on, or was cancelled.
    """
    if resource["status"].word() != "finished":
        raise resource["status"].unfit("The encounter is not finished.")


def encounter(
    resource: Node, source: str, patient: str, fee: Charge, adjusted: list[Adjusted]
) -> Encounter:
    """Return an encounter at its fee; one of more than a day counts as a day, and that is said.

    Raises:
        Unfit: its period has no times, or ends before it starts.
    """
    period = resource["period"]
    if not period:
        raise period.unfit("The encounter has no period.")
    started_at, ended_at = period["start"].instant(), period["end"].instant()
    minutes = -((started_at - ended_at) // timedelta(minutes=1))
    if minutes < 1:
        raise period.unfit("Does not end after it starts.")
    adjusted.extend(fee.remarks())
    if minutes > MINUTES_OF_A_DAY:
        adjusted.append(
            Adjusted(period.path, "Lasts longer than a day: recorded as 24 hours. Check it.")
        )
    return Encounter(
        source=source,
        patient=patient,
        path=resource.path,
        started_at=started_at,
        minutes=min(minutes, MINUTES_OF_A_DAY),
        fee_cents=fee.cents,
    )
