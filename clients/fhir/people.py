"""Patients, their coverages, and practitioners."""

from collections.abc import Iterator
from datetime import date

from clients.fhir.nodes import Node, Remedy, Unfit
from clients.fhir.records import (
    Adjusted,
    CoverageSeen,
    ExternalName,
    Patient,
    Version,
)

NAME_USES = ("official", "usual", "", "temp", "anonymous", "nickname")
"""Which of several names is a person's name, best first; old and maiden names are not taken."""

NO_INSURANCE = frozenset({"no insurance", "self pay", "selfpay", "uninsured", "none"})
NEVER_WAS = frozenset({"draft", "entered-in-error"})


def source_of(resource: Node, full_url: str, origin: str = "") -> str:
    """Return what recognizes a record again: its first identifier, else its id, else its address.

    An id counts within the system ``origin`` alone.

    Raises:
        Unfit: it has none of them.
    """
    for found in identifiers(resource):
        return found
    if own_id := resource["id"].word():
        return f"{origin}{resource['resourceType'].word()}/{own_id}"
    if full_url:
        return full_url
    raise resource.unfit("Has no identifier, no id and no address: it could not be recognized.")


def identifiers(resource: Node) -> Iterator[str]:
    """Yield the identifiers that tell a record from any other."""
    for identifier in resource["identifier"].each():
        system, value = identifier["system"].word(), identifier["value"].word()
        if system and value:
            yield f"{system}|{value}"


def version_of(resource: Node) -> Version:
    """Return which state of a record this is; what is no version is none."""
    try:
        updated_at = resource["meta"]["lastUpdated"].instant()
    except Unfit:
        updated_at = None
    return Version(resource["meta"]["versionId"].word(), updated_at)


def patient(resource: Node, source: str, adjusted: list[Adjusted]) -> Patient:
    """Return a person; what is faulty and can be done without is left out and said.

    Raises:
        Unfit: there is no name or no full birth date.
    """
    name = best_name(resource)
    given_names, family_name = parts(name)
    if not (given_names or family_name):
        raise resource["name"].unfit("The person has no name.")
    birth_date = resource["birthDate"].day()
    if birth_date is None:
        raise resource["birthDate"].unfit("The person has no birth date.")
    return Patient(
        source=source,
        path=resource.path,
        given_names=given_names,
        family_name=family_name,
        preferred_name=_preferred(resource, name, adjusted),
        birth_date=birth_date,
        email=telecom(resource, "email", 254, adjusted),
        phone=telecom(resource, "phone", 40, adjusted),
        postal_address=address_of(resource, adjusted),
        version=version_of(resource),
    )


def practitioner(resource: Node, source: str) -> ExternalName:
    """Return a practitioner with what they are called; an unfit name is none."""
    try:
        words = " ".join(parts(best_name(resource))).strip()
    except Unfit:
        words = ""
    return ExternalName(source, words or "A practitioner without a name")


def best_name(resource: Node) -> Node:
    """Return the one of a person's names that is used."""
    names = [name for name in resource["name"].each() if name["use"].word() in NAME_USES]
    named = [name for name in names if name["family"] or name["given"] or name["text"]]
    ordered = sorted(named, key=lambda name: NAME_USES.index(name["use"].word()))
    return ordered[0] if ordered else resource["name"]


def parts(name: Node) -> tuple[str, str]:
    """Return given names and family name of a name. Raises Unfit."""
    given = " ".join(part.text() for part in name["given"].each())
    family = name["family"].text()
    if len(given) > 200:
        raise name["given"].unfit("Is longer than 200 characters.")
    return (given.strip(), family) if given.strip() or family else ("", name["text"].text())


def _preferred(resource: Node, name: Node, adjusted: list[Adjusted]) -> str:
    """Return what the person is called, where that differs from the name."""
    for other in resource["name"].each():
        if other["use"].word() in {"usual", "nickname"} and other.path != name.path:
            given = next(other["given"].each(), other["given"])
            return _or_left_out(given, 200, adjusted)
    return ""


def telecom(resource: Node, system: str, max_chars: int, adjusted: list[Adjusted]) -> str:
    """Return the first telephone number or e-mail address in use, or ""."""
    for point in resource["telecom"].each():
        if point["system"].word() == system and point["use"].word() != "old":
            return _or_left_out(point["value"], max_chars, adjusted)
    return ""


def address_of(resource: Node, adjusted: list[Adjusted]) -> str:
    """Return the first postal address in use, as its lines, or ""."""
    address = next(
        (found for found in resource["address"].each() if found["use"].word() != "old"),
        resource["address"],
    )
    try:
        streets = [line.text() for line in address["line"].each()]
        town = " ".join(address[part].text() for part in ("state", "postalCode"))
        place = ", ".join(part for part in (address["city"].text(), town.strip()) if part)
        whole = "\n".join(part for part in (*streets, place, address["country"].text()) if part)
        text = whole or address["text"].lines(500)
    except Unfit as fault:
        adjusted.append(Adjusted(fault.path, f"{fault.reason} It was left out."))
        return ""
    if len(text) > 500:
        adjusted.append(Adjusted(address.path, "Is longer than 500 characters. It was left out."))
        return ""
    return text


def _or_left_out(node: Node, max_chars: int, adjusted: list[Adjusted]) -> str:
    try:
        return node.text(max_chars)
    except Unfit as fault:
        adjusted.append(Adjusted(fault.path, f"{fault.reason} It was left out."))
        return ""


def coverage(resource: Node, patient_source: str, record: str = "") -> CoverageSeen | None:
    """Return an insurance by the payer's displayed name, or None where people pay themselves.

    ``record`` recognizes one that is a record of its own.

    Raises:
        Unfit: no payer is named, a date is faulty, or it never was.
    """
    if resource["status"].word() in NEVER_WAS:
        raise resource["status"].unfit("The coverage is a draft or an error.", Remedy.NONE)
    payor = next(resource["payor"].each(), resource["payor"])
    payer_name = payor["display"].text()
    if payer_name.casefold().replace("_", " ").replace("-", " ") in NO_INSURANCE:
        return None
    if not payer_name:
        raise payor["display"].unfit("Names no payer.")
    starts_on: date | None = resource["period"]["start"].day()
    ends_on = resource["period"]["end"].day()
    if starts_on and ends_on and ends_on < starts_on:
        raise resource["period"].unfit("Ends before it starts.")
    return CoverageSeen(
        patient=patient_source,
        path=resource.path,
        payer_name=payer_name,
        member_id=resource["subscriberId"].number(80),
        starts_on=starts_on,
        ends_on=ends_on,
        record=record,
        version=version_of(resource),
    )
