"""From a row to a client, or to what is wrong with the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.csv_export import unguarded
from clients.csv_import import dates
from clients.csv_import.columns import Field
from clients.csv_import.tables import Row
from clients.names import fold, trimmed, unfit

EARLIEST_BIRTH_YEAR = 1850
LONGEST = {
    Field.GIVEN_NAMES: 200,
    Field.FAMILY_NAME: 200,
    Field.NAME: 400,
    Field.PREFERRED_NAME: 200,
    Field.EMAIL: 254,
    Field.PHONE: 40,
    Field.PAYER: 200,
    Field.MEMBER_ID: 80,
}
ADDRESS_CHARACTERS = 500
WISHES = {
    "": "ANY",
    "any": "ANY",
    "openly": "ANY",
    "openly, in the practice's name": "ANY",
    "no": "ANY",
    "discreet": "DISCREET",
    "discreetly": "DISCREET",
    "discreetly: no practice name, no details, no messages left": "DISCREET",
    "yes": "DISCREET",
}
"""How a file may say how somebody is reached; yes and no answer "Discreet?"."""


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A client as a row tells of them."""

    row: int
    given_names: str
    family_name: str
    preferred_name: str
    birth_date: date
    email: str
    phone: str
    postal_address: str
    contact_wish: str
    payer_name: str
    member_id: str
    therapist_id: UUID | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, in which column, and how it is mended. Never quotes the cell."""

    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows under the columns that somebody chose.

    ``therapists``: folded name → the members who bear it.
    """

    headings: Sequence[str]
    columns: Sequence[Field | None]
    date_order: dates.DateOrder | None
    today: date
    therapists: Mapping[str, list[UUID]] = field(default_factory=dict)

    def read(self, row: Row) -> Person | list[Problem]:
        """Return the client of a row, or everything that is wrong with it."""
        extra = [cell for cell in row.cells[len(self.headings) :] if cell.strip()]
        if extra or len(row.cells) < len(self.headings):
            return [
                Problem(
                    row.number,
                    "",
                    f"It has {len(row.cells)} cells and the headings {len(self.headings)}."
                    " A cell with a separator in it needs quotation marks.",
                )
            ]
        cells, problems = self._cells(row)
        born = self._birth_date(row, cells.get(Field.BIRTH_DATE, ""), problems)
        given, family = self._names(row, cells, problems)
        therapist = self._therapist(row, cells.get(Field.THERAPIST, ""), problems)
        wish = WISHES.get(fold(cells.get(Field.CONTACT_WISH, "")))
        if wish is None:
            self._wrong(row, Field.CONTACT_WISH, "Write “any” or “discreet”.", problems)
        email = cells.get(Field.EMAIL, "")
        if email and not _is_email(email):
            self._wrong(row, Field.EMAIL, "This is not an e-mail address.", problems)
        member_id, payer = cells.get(Field.MEMBER_ID, ""), cells.get(Field.PAYER, "")
        if member_id and not payer:
            self._wrong(
                row, Field.MEMBER_ID, "Say whose member ID it is: name the insurance.", problems
            )
        address = _address(cells)
        if len(address) > ADDRESS_CHARACTERS:
            self._wrong(row, Field.ADDRESS, f"At most {ADDRESS_CHARACTERS} characters.", problems)
        if problems or born is None or wish is None:
            return problems
        return Person(
            row=row.number,
            given_names=given,
            family_name=family,
            preferred_name=cells.get(Field.PREFERRED_NAME, ""),
            birth_date=born,
            email=email,
            phone=cells.get(Field.PHONE, ""),
            postal_address=address,
            contact_wish=wish,
            payer_name=payer,
            member_id=member_id,
            therapist_id=therapist,
        )

    def heading_of(self, wanted: Field) -> str:
        """Return the heading of the column that a field is read from, or the field's own name."""
        for heading, column in zip(self.headings, self.columns, strict=True):
            if column is wanted:
                return heading
        return wanted.label

    def _cells(self, row: Row) -> tuple[dict[Field, str], list[Problem]]:
        cells: dict[Field, str] = {}
        problems: list[Problem] = []
        for column, cell in zip(self.columns, row.cells, strict=False):
            if column is None:
                continue
            has_lines = column is Field.ADDRESS
            text = unguarded(cell)
            text = trimmed(text.replace("\r\n", "\n") if has_lines else text)
            why = unfit(text, may_have_lines=has_lines)
            longest = LONGEST.get(column, ADDRESS_CHARACTERS)
            if not why and len(text) > longest:
                why = f"At most {longest} characters."
            if why:
                self._wrong(row, column, why, problems)
            cells[column] = text
        return cells, problems

    def _names(
        self, row: Row, cells: Mapping[Field, str], problems: list[Problem]
    ) -> tuple[str, str]:
        given, family = cells.get(Field.GIVEN_NAMES, ""), cells.get(Field.FAMILY_NAME, "")
        whole = cells.get(Field.NAME, "")
        if whole:
            family, comma, given = map(trimmed, whole.partition(","))
            if not comma or "," in given:
                why = "Write it as “Family, Given”, with one comma, or use two columns."
                self._wrong(row, Field.NAME, why, problems)
            elif max(len(given), len(family)) > LONGEST[Field.FAMILY_NAME]:
                self._wrong(row, Field.NAME, "Each part has at most 200 characters.", problems)
        if not (given or family):
            self._wrong(row, Field.FAMILY_NAME, "Enter a given name or a family name.", problems)
        return given, family

    def _birth_date(self, row: Row, text: str, problems: list[Problem]) -> date | None:
        if not text:
            self._wrong(row, Field.BIRTH_DATE, "Enter the birth date.", problems)
            return None
        try:
            born = dates.parse(text, self.date_order)
        except dates.NoDate as error:
            self._wrong(row, Field.BIRTH_DATE, str(error), problems)
            return None
        if born > self.today:
            self._wrong(row, Field.BIRTH_DATE, "The birth date lies in the future.", problems)
        elif born.year < EARLIEST_BIRTH_YEAR:
            self._wrong(row, Field.BIRTH_DATE, "Check the year.", problems)
        return born

    def _therapist(self, row: Row, name: str, problems: list[Problem]) -> UUID | None:
        found = self.therapists.get(fold(name), []) if name else []
        if name and len(found) != 1:
            why = "Two therapists have this name." if found else "No therapist here has this name."
            self._wrong(row, Field.THERAPIST, f"{why} Assign them later, by hand.", problems)
        return found[0] if len(found) == 1 else None

    def _wrong(self, row: Row, column: Field, text: str, problems: list[Problem]) -> None:
        problems.append(Problem(row.number, self.heading_of(column), text))


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _address(cells: Mapping[Field, str]) -> str:
    """Return the lines of an address; city, state and postal code share one, as in the US."""
    state = " ".join(filter(None, (cells.get(Field.STATE, ""), cells.get(Field.POSTAL_CODE, ""))))
    place = ", ".join(filter(None, (cells.get(Field.CITY, ""), state)))
    lines = (cells.get(Field.ADDRESS, ""), cells.get(Field.ADDRESS_MORE, ""), place)
    return "\n".join(filter(None, lines))
