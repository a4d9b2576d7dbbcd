"""The people beside a client, of whom some may be responsible for what the client owes."""

from clients.fhir import people
from clients.fhir.nodes import Node, Remedy
from clients.fhir.records import Adjusted, RelatedPersonSeen

PAYING = {
    "PARENT": "PRN MTH FTH NMTH NFTH STPPRN STPMTH STPFTH ADOPTP ADOPTM ADOPTF PRNFOST FTHFOST"
    " MTHFOST",
    "GUARDIAN": "GUARD GUADLTM POWATT HPOWATT FPOWATT RESPRSN",
    "SPOUSE": "SPS HUSB WIFE DOMPART SIGOTHR",
    "CHILD": "CHILD DAU DAUC SON SONC NCHILD NDAU NSON STPCHLD STPDAU STPSON CHLDADOPT DAUADOPT"
    " SONADOPT",
    "RELATIVE": "FAMMEMB EXT SIB BRO SIS NSIB NBRO NSIS HSIB STPSIB GRPRN GRMTH GRFTH GRNDCHILD"
    " AUNT UNCLE COUSN NIENEPH NEPHEW NIECE INLAW PRNINLAW",
    "EMPLOYER": "E",
    "AGENCY": "F S",
    "OTHER": "BP GT GUARANTOR",
}
"""What a party may be to a client here → codes of HL7 v3 RoleCode and of v2 table 0131 for it."""

RELATIONS = {code: relation for relation, codes in PAYING.items() for code in codes.split()}

LONGEST_NAME = 200


def related_person(
    resource: Node, source: str, patient_source: str, adjusted: list[Adjusted]
) -> RelatedPersonSeen:
    """Return somebody beside a client who has a place in the record: whoever may pay.

    Raises:
        Unfit: there is no name, or no relation in which somebody pays.
    """
    relation = _relation(resource)
    given_names, family_name = people.parts(people.best_name(resource))
    name = f"{given_names} {family_name}".strip()
    if not name:
        raise resource["name"].unfit("The person has no name.")
    if len(name) > LONGEST_NAME:
        raise resource["name"].unfit(f"Is longer than {LONGEST_NAME} characters.")
    return RelatedPersonSeen(
        source=source,
        patient=patient_source,
        path=resource.path,
        name=name,
        relation=relation,
        email=people.telecom(resource, "email", 254, adjusted),
        phone=people.telecom(resource, "phone", 40, adjusted),
        postal_address=people.address_of(resource, adjusted),
        is_active=resource["active"].value is not False,
        version=people.version_of(resource),
    )


def _relation(resource: Node) -> str:
    codes = [
        code
        for relation in resource["relationship"].each()
        for coding in relation["coding"].each()
        if (code := coding["code"].word().upper())
    ]
    found = next((RELATIONS[code] for code in codes if code in RELATIONS), "")
    if found:
        return found
    if codes:
        reason = "This relation is none in which somebody pays: nothing of it is kept."
        raise resource["relationship"].unfit(reason, Remedy.NONE)
    where = Node(None, f"{resource.path}.relationship[0].coding[0].code".lstrip("."))
    raise where.unfit("Says no relation. PRN is a parent, GUARD a guardian, SPS a spouse.")
