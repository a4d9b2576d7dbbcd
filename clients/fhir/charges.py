"""Encounters, and the claims and charge items that say what they cost."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from clients.fhir.nodes import Node, Remedy
from clients.fhir.records import CPT_SYSTEMS, Adjusted, Encounter, ExternalName, Version

CENT = Decimal("0.01")
LARGEST = Decimal("99999999.99")
MINUTES_OF_A_DAY = 24 * 60
ENDED_OTHERWISE = frozenset({"cancelled", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Charge:
    """What is asked, in cents, and whether that is to the cent what the file says.

    ``cents`` is None where the practice's list fee counts. ``service`` is what it is asked for.
    """

    cents: int | None
    path: str
    is_rounded: bool = False
    is_added_up: bool = False
    service: ExternalName | None = None

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
    total, service = claim["total"], _service_of(claim)
    if total:
        cents, is_rounded = _cents(_dollars(total), total)
        return Charge(cents, total["value"].path, is_rounded, service=service)
    nets = [item["net"] for item in claim["item"].each()]
    if not nets or not all(nets):
        raise total.unfit("The claim has no total.")
    cents, is_rounded = _cents(sum(map(_dollars, nets), Decimal(0)), claim["item"])
    return Charge(cents, claim["item"].path, is_rounded, is_added_up=True, service=service)


def charge_of_item(item: Node) -> Charge:
    """Return what a charge item asks for: its own price or, where it has none, the list fee.

    Raises:
        Unfit: it is not to be billed, or not in US dollars.
    """
    if item["status"].word() != "billable":
        raise item["status"].unfit("The charge is not to be billed.", Remedy.NONE)
    price, service = item["priceOverride"], external_name(item["code"])
    if not price:
        if service is None:
            raise item["code"].unfit("Names neither a price nor a service.")
        return Charge(None, item.path, service=service)
    cents, is_rounded = _cents(_dollars(price), price)
    return Charge(cents, price["value"].path, is_rounded, service=service)


def _service_of(claim: Node) -> ExternalName | None:
    """Return the service of the item that the encounter stands in, as far as one is named."""
    items = [item for item in claim["item"].each() if next(item["encounter"].each(), None)]
    return external_name(items[0]["productOrService"]) if items else None


def external_name(concept: Node) -> ExternalName | None:
    """Return a coded concept, its CPT coding before others; None where nothing names it."""
    codings = [coding for coding in concept["coding"].each() if coding["code"].word()]
    codings.sort(key=lambda coding: coding["system"].word() not in CPT_SYSTEMS)
    for coding in codings:
        code = coding["code"].word()
        words = coding["display"].label() or concept["text"].label()
        return ExternalName(f"{coding['system'].word()}|{code}", f"{code} {words}".strip())
    words = concept["text"].label()
    return ExternalName(f"|{words}", words) if words else None


def _cents(amount: Decimal, money: Node) -> tuple[int, bool]:
    if amount > LARGEST:
        raise money.unfit("Is too large for one session.")
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    return int(rounded * 100), rounded != amount


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
        raise claim["status"].unfit("The claim is not active.", Remedy.NONE)
    if claim["use"] and claim["use"].word() != "claim":
        raise claim["use"].unfit("Is an estimate or a request, not a bill.", Remedy.NONE)
    kinds = {coding["code"].word() for coding in claim["type"]["coding"].each()}
    if claim["prescription"] or "pharmacy" in kinds:
        reason = "A claim for medication: only sessions are billed."
        raise claim["type"].unfit(reason, Remedy.NONE)
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
    status = resource["status"].word()
    if status != "finished":
        remedy = Remedy.NONE if status in ENDED_OTHERWISE else Remedy.WAIT
        raise resource["status"].unfit("The encounter is not finished.", remedy)


def encounter(
    resource: Node,
    source: str,
    patient: str,
    fee: Charge,
    practitioner: ExternalName | None,
    version: Version,
    adjusted: list[Adjusted],
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
        practitioner=practitioner,
        service=fee.service
        or next(filter(None, map(external_name, resource["type"].each())), None),
        version=version,
    )
