"""What a bank file holds, whatever its format."""

import re
from dataclasses import dataclass, field
from datetime import date

BYTES_MAX = 5 * 1024 * 1024
LINES_MAX = 20_000
WORDS_CHARS = 300

YEARS = range(1990, 2101)
"""Of a bank's statement. What is dated outside is a mistake."""

_SPACES = re.compile(r"\s+")


class Unreadable(Exception):
    """A file cannot be read as a whole; the message says why, and is fit to show."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement, in cents; money that left is negative.

    ``mark`` is the bank's own number of it, "" where it gives none; ``ordinal`` tells lines apart
    that are the same in everything, counted from 1.
    """

    booked_on: date
    cents: int
    words: str = field(repr=False)
    mark: str = field(default="", repr=False)
    ordinal: int = 1

    @property
    def known_by(self) -> str:
        """What the line is recognized by when it comes again in another file.

        Some banks use a number twice, so the day and the amount stand beside it. Words are not
        part of it where there is a number: banks change them.
        """
        what = f"n|{self.mark}" if self.mark else f"w|{self.words.casefold()}|{self.ordinal}"
        return f"{self.booked_on.isoformat()}|{self.cents}|{what}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one row of a file. ``row`` counts as the file's reader counts."""

    row: int
    words: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What the bank says is there at the end of a day, in cents."""

    on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: its lines, what is wrong with it, and the closing balance if it says."""

    lines: list[Line]
    problems: list[Problem]
    closing: Statement | None = None


class NoAmount(ValueError):
    """A text is no amount; the message says so."""


def cents_of(text: str) -> int:
    """Return the cents that a bank wrote: 1,234.50, 1.234,50, (12.00), 12-, -$12.00.

    The last separator is decimal, unless it can only be one of thousands.

    Raises:
        NoAmount: the text is anything else, or names parts of a cent.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-").replace("$", "").replace("USD", "").strip()
    negative = plain.startswith("(") and plain.endswith(")")
    if negative:
        plain = plain[1:-1].strip()
    if plain.endswith("-") and not plain.startswith("-"):
        plain = f"-{plain[:-1].strip()}"
    sign, digits = _sign_and_digits(plain)
    last = max(digits.rfind("."), digits.rfind(","))
    whole, decimals = (digits[:last], digits[last + 1 :]) if last >= 0 else (digits, "")
    # 1,234 is a thousand and more, as 1.234.567 is; whether 1.234 is one, nobody can tell.
    is_grouping = len(decimals) == 3 and _is_grouped(whole, digits[last : last + 1])
    if is_grouping:
        whole, decimals = digits, ""
    whole = re.sub(r"[,.' ]", "", whole)
    if not (whole or decimals) or not (whole + decimals).isdecimal() or not plain.isascii():
        raise NoAmount(f"“{text.strip()[:30]}” is no amount.")
    if decimals[2:].strip("0"):
        raise NoAmount("The amount has parts of a cent.")
    if len(whole.lstrip("0")) > 9:
        raise NoAmount("The amount is too large.")
    cents = int(whole or "0") * 100 + int(decimals[:2].ljust(2, "0"))
    return -cents if negative != (sign == "-") else cents


def _sign_and_digits(plain: str) -> tuple[str, str]:
    if plain[:1] in {"-", "+"}:
        return plain[0], plain[1:].strip()
    return "", plain


def _is_grouped(whole: str, separator: str) -> bool:
    """Say whether what stands before the last three digits is thousands, and they no decimals."""
    first, *rest = whole.split(separator)
    is_thousands = 1 <= len(first) <= 3 and first.strip("0") != ""
    return (
        is_thousands and all(len(part) == 3 for part in rest) and (separator == "," or bool(rest))
    )


def tidy(words: str) -> str:
    """Return what the bank wrote on one line, without letters that cannot be shown."""
    shown = "".join(letter if letter.isprintable() else " " for letter in words)
    return _SPACES.sub(" ", shown).strip()[:WORDS_CHARS].strip()


def numbered(lines: list[Line]) -> list[Line]:
    """Return lines with ordinals; what has one number, day and amount twice is one line."""
    seen: dict[str, int] = {}
    kept = []
    for line in lines:
        key = line.known_by
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == 1:
            kept.append(line)
        elif not line.mark:
            kept.append(Line(line.booked_on, line.cents, line.words, "", seen[key]))
    return kept
