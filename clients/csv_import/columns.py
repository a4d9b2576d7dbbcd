"""What a column can hold, and what its heading says about that."""

from collections.abc import Sequence
from enum import StrEnum

from clients.names import fold


class Field(StrEnum):
    """What can be taken from a column; the value is kept, ``label`` is what people choose."""

    label: str

    def __new__(cls, name: str, label: str = "") -> "Field":
        member = str.__new__(cls, name)
        member._value_ = name
        member.label = label
        return member

    GIVEN_NAMES = "given_names", "Given names"
    FAMILY_NAME = "family_name", "Family name"
    NAME = "name", "Whole name, as “Family, Given”"
    PREFERRED_NAME = "preferred_name", "Called"
    BIRTH_DATE = "birth_date", "Birth date"
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    ADDRESS = "address", "Address, or its first line"
    ADDRESS_MORE = "address_more", "Address, second line"
    CITY = "city", "City"
    STATE = "state", "State"
    POSTAL_CODE = "postal_code", "ZIP or postal code"
    CONTACT_WISH = "contact_wish", "May be reached"
    PAYER = "payer", "Insurance"
    MEMBER_ID = "member_id", "Member ID"
    THERAPIST = "therapist", "Therapist, by name"


KNOWN: dict[Field, str] = {
    Field.GIVEN_NAMES: "first|firstname|given|givenname|givennames|forename|forenames|namefirst"
    "|clientfirstname|patientfirstname|legalfirstname|fname|firstandmiddlename",
    Field.FAMILY_NAME: "last|lastname|family|familyname|surname|namelast|clientlastname"
    "|patientlastname|legallastname|lname",
    Field.NAME: "name|fullname|clientname|patientname|client|patient",
    Field.PREFERRED_NAME: "called|preferredname|preferred|nickname|goesby|preferredfirstname"
    "|chosenname|alias",
    Field.BIRTH_DATE: "birthdate|dateofbirth|dob|birthday|born|birth|clientdob|patientdob",
    Field.EMAIL: "email|emailaddress|mail|primaryemail|clientemail|patientemail|email1",
    Field.PHONE: "phone|phonenumber|mobile|mobilephone|cell|cellphone|homephone|telephone|tel"
    "|primaryphone|phone1|clientphone|patientphone",
    Field.ADDRESS: "address|postaladdress|street|streetaddress|address1|addressline1|mailingaddress"
    "|homeaddress|addr1",
    Field.ADDRESS_MORE: "address2|addressline2|apt|apartment|unit|suite|addr2",
    Field.CITY: "city|town|locality",
    Field.STATE: "state|province|region|stateprovince",
    Field.POSTAL_CODE: "zip|zipcode|postalcode|postcode|zippostalcode",
    Field.CONTACT_WISH: "maybereached|contactwish|contactpreference|discreet",
    Field.PAYER: "insurance|payer|payor|insurancename|insurancecompany|primaryinsurance|payername"
    "|insurer|carrier|plan|primarypayer",
    Field.MEMBER_ID: "memberid|membernumber|insuranceid|policynumber|subscriberid|policyid"
    "|insurancememberid|primarymemberid",
    Field.THERAPIST: "therapist|clinician|provider|counselor|primarytherapist|primaryclinician"
    "|assignedto|renderingprovider|primaryprovider",
}
"""Headings by which common systems export a field, without spaces and signs."""

BY_HEADING = {word: field for field, words in KNOWN.items() for word in words.split("|")}


def guess(headings: Sequence[str]) -> list[Field | None]:
    """Return the likely field of each column; each field once, the first heading wins."""
    found: list[Field | None] = []
    for heading in headings:
        plain = "".join(letter for letter in fold(heading) if letter.isalnum())
        field = BY_HEADING.get(plain)
        found.append(None if field in found else field)
    if Field.GIVEN_NAMES in found or Field.FAMILY_NAME in found:
        found = [None if field is Field.NAME else field for field in found]
    return found
