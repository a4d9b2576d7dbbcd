"""A JSON document with the path of every value, so that a fault can be told by its place alone."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from accounts.card_numbers import holds_card_number

EARLIEST_YEAR = 1850
LATEST_YEAR = 2200
LONGEST_WORD = 500

FULL_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T.*)?")
UNFIT_CATEGORIES = frozenset({"Cc", "Cs"})
"""Control characters, and halves of characters, which no database takes."""


class Malformed(Exception):
    """A file is not JSON; the message says how, and quotes nothing of it."""


class Remedy(StrEnum):
    """What would let a record in that could not be used."""

    MEND = "MEND"
    """A value that is wrong or missing."""
    WAIT = "WAIT"
    """Another record that is not here yet."""
    MAP = "MAP"
    """The practice's word for whose, or which, service it is."""
    NONE = "NONE"
    """Nothing: it is of no use to a billing office as it stands."""


class Unfit(Exception):
    """A value cannot be used: its path and the reason, which quotes nothing of it."""

    def __init__(self, path: str, reason: str, remedy: Remedy) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason
        self.remedy = remedy


def load(content: bytes) -> object:
    """Return a JSON document with decimal numbers as they were written.

    Raises:
        Malformed: it is not JSON in UTF-8, or nested beyond reason.
    """
    try:
        return json.loads(
            content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise Malformed("The file is not text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Malformed(
            f"The file is not JSON: line {error.lineno}, column {error.colno}."
        ) from None
    except (ValueError, ArithmeticError):
        raise Malformed("The file holds a number that is none.") from None
    except RecursionError:
        raise Malformed("The file is nested too deeply.") from None


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _is_fit(text: str) -> bool:
    return not any(unicodedata.category(letter) in UNFIT_CATEGORIES for letter in text)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the document, or its absence (``None``), and where it stands."""

    value: object = field(repr=False)
    path: str = ""

    def __bool__(self) -> bool:
        return self.value is not None

    def __getitem__(self, name: str) -> "Node":
        """Return a member of this object; of anything else, an absent one."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return Node(value, f"{self.path}.{name}" if self.path else name)

    def each(self) -> Iterator["Node"]:
        """Yield the items of this list; of anything else, none."""
        if isinstance(self.value, list):
            for number, value in enumerate(self.value):
                yield Node(value, f"{self.path}[{number}]")

    def unfit(self, reason: str, remedy: Remedy = Remedy.MEND) -> Unfit:
        return Unfit(self.path, reason, remedy)

    def text(self, max_chars: int = 200) -> str:
        """Return a line of text without spaces around it; "" where there is none.

        Raises:
            Unfit: it is no text, too long, or holds what no text holds, such as a card number.
        """
        return self._one_line(self.lines(max_chars))

    def lines(self, max_chars: int) -> str:
        """Return text that may have several lines; "" where there is none. Raises as ``text``."""
        text = self._text(max_chars)
        if holds_card_number(text):
            # Nothing remedies it here, so that the record is not kept until then either.
            raise self.unfit("Holds what looks like a card number.", Remedy.NONE)
        return text

    def number(self, max_chars: int) -> str:
        """Return a number that others gave out, such as a member id; "" where there is none.

        It may look like a card number by chance. Raises as ``text`` otherwise.
        """
        return self._one_line(self._text(max_chars))

    def _one_line(self, text: str) -> str:
        if "\n" in text:
            raise self.unfit("Holds a line break.")
        return text

    def _text(self, max_chars: int) -> str:
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            raise self.unfit("Is not text.")
        text = self.value.strip()
        if len(text) > max_chars:
            raise self.unfit(f"Is longer than {max_chars} characters.")
        if not _is_fit(text.replace("\n", "")):
            raise self.unfit("Holds a control character.")
        return text

    def word(self) -> str:
        """Return a code or an address for comparison; "" for anything that is none."""
        value = self.value
        if isinstance(value, str) and len(value) <= LONGEST_WORD and _is_fit(value):
            return value
        return ""

    def label(self) -> str:
        """Return words beside a code; "" for anything that is none, or holds a card number."""
        words = self.word().strip()
        return "" if holds_card_number(words) else words

    def day(self) -> date | None:
        """Return a full date, the first ten characters of a FHIR date or time; None if absent.

        Raises:
            Unfit: it is no date, or no full one.
        """
        if self.value is None:
            return None
        match = FULL_DATE.fullmatch(self.text(40))
        try:
            found = date.fromisoformat(match[1] if match else "")
        except ValueError:
            raise self.unfit("Is not a full date.") from None
        if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            raise self.unfit("Is in an impossible year.")
        return found

    def instant(self) -> datetime:
        """Return a time in UTC.

        Raises:
            Unfit: it is absent, no time, or without an offset from UTC.
        """
        if self.value is None:
            raise self.unfit("Is missing.")
        text = self.text(40)
        try:
            found = datetime.fromisoformat(text if FULL_DATE.fullmatch(text) else "")
        except ValueError:
            raise self.unfit("Is not a date and time.") from None
        if found.tzinfo is None:
            raise self.unfit("Says no time, or no offset from UTC.")
        if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            raise self.unfit("Is in an impossible year.")
        return found.astimezone(UTC)
