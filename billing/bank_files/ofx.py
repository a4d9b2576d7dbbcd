"""OFX, as banks and QuickBooks (QFX) write it: 1.x in SGML, 2.x in XML. Source: OFX 2.3, 11.4.

Both are read by one small scanner of tags that knows no document types: there are no entities to
expand but the five of XML and numbered letters, and nothing is ever fetched.
"""

import re
from collections.abc import Iterator
from datetime import date

from billing.bank_files.lines import (
    BYTES_MAX,
    LINES_MAX,
    YEARS,
    Line,
    NoAmount,
    Problem,
    Read,
    Statement,
    Unreadable,
    cents_of,
    numbered,
    tidy,
)

TAG = re.compile(r"<(/?)([A-Za-z0-9_.:-]{1,64})(?:\s[^<>]{0,1000})?(/?)>([^<]*)")
ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": " "}
DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{2,6}(?:\.\d{1,6})?)?(?:\[[^\]]{1,20}\])?", re.ASCII)
DECLARED = re.compile(rb"(?:ENCODING:|encoding=[\"'])\s*([A-Za-z0-9_-]{1,20})")
CHARSET = re.compile(rb"CHARSET:\s*([A-Za-z0-9_-]{1,20})")
FORBIDDEN = re.compile(r"<!(?:DOCTYPE|ENTITY|\[CDATA\[)", re.IGNORECASE)
MARKED = re.compile(r"OFXHEADER|<OFX\b", re.IGNORECASE)
STATEMENTS = {"STMTRS", "CCSTMTRS"}
ACCOUNTS = {"BANKACCTFROM", "CCACCTFROM"}
CURRENCIES = {"CURRENCY", "ORIGCURRENCY"}
AMOUNT_IS_IN = "CURRENCY.CURSYM"
"""The currency of a line's amount. ORIGCURRENCY tells of what was converted into the account's."""


def is_ofx(content: bytes) -> bool:
    """Say whether a file looks like OFX, whatever its name."""
    return b"OFXHEADER" in content[:4096].upper() or b"<OFX" in content[:4096].upper()


def read(content: bytes) -> Read:
    """Return the lines of the one account that a file is about.

    Raises:
        Unreadable: it is no OFX, of several accounts, in another currency, or cut off.
    """
    if len(content) > BYTES_MAX:
        raise Unreadable("The file is larger than 5 MB. Ask the bank for a shorter time.")
    text = _decoded(content)
    if FORBIDDEN.search(text):
        raise Unreadable("The file brings its own definitions, which no bank's file needs.")
    start = re.search(r"<OFX\b[^<>]{0,200}>", text, re.IGNORECASE)
    if start is None:
        raise Unreadable("This is no OFX file: its <OFX> is missing.")
    reader = _Reader()
    for is_end, name, value in _tags(text[start.start() :]):
        if is_end:
            reader.end(name)
        else:
            reader.begin(name, value)
    return reader.finish()


def _decoded(content: bytes) -> str:
    head = content[:2048]
    declared = DECLARED.search(head)
    charset = CHARSET.search(head)
    names = ["utf-8-sig"]
    if declared and declared[1].upper() not in {b"UTF-8", b"UTF8", b"UNICODE"}:
        names.append("cp1252" if charset is None or charset[1] == b"1252" else "latin-1")
    for name in [*names, "cp1252", "latin-1"]:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise Unreadable("The letters of the file cannot be read.")


def _tags(text: str) -> Iterator[tuple[bool, str, str]]:
    """Yield (is an end, name in capitals, text up to the next tag), one at a time."""
    for found in TAG.finditer(text):
        name = found[2].upper()
        yield found[1] == "/", name, _opened(found[4].strip())
        if found[3] == "/":
            yield True, name, ""


def _opened(text: str) -> str:
    """Return a text with its letters written out; an unknown name stays as it stands."""
    return ENTITY.sub(_letter, text) if "&" in text else text


def _letter(found: re.Match[str]) -> str:
    name = found[1]
    if not name.startswith("#"):
        return NAMED.get(name.lower(), found[0])
    code = int(name[2:], 16) if name[1:2] in {"x", "X"} else int(name[1:])
    return chr(code) if 32 <= code < 0xD800 or 0xE000 <= code < 0x110000 else " "


class _Reader:
    """Gathers what matters while the tags go by. Elements that are not known are passed over."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.problems: list[Problem] = []
        self.accounts: set[str] = set()
        self.closing: Statement | None = None
        self.place = 0
        self.whole = False
        self.statements = 0
        self.within = ""
        self.line: dict[str, str] | None = None
        self.in_currency = False
        self.balance: dict[str, str] | None = None

    def begin(self, name: str, value: str) -> None:
        if name in STATEMENTS:
            self.statements += 1
        elif name in ACCOUNTS and self.line is None:
            self.within = name
        elif name == "STMTTRN":
            self._close_line()
            self.line, self.in_currency = {}, False
        elif name in CURRENCIES:
            self.in_currency = name == "CURRENCY"
        elif name == "LEDGERBAL":
            self._close_line()
            self.balance = {}
        elif value:
            self._take(name, value)

    def _take(self, name: str, value: str) -> None:
        if name == "CURDEF" and value.upper() != "USD":
            raise Unreadable("The file is not in US dollars.")
        if self.line is not None:
            if name == "CURSYM" and self.in_currency:
                name = AMOUNT_IS_IN
            self.line.setdefault(name, value)
        elif self.balance is not None:
            self.balance.setdefault(name, value)
        elif self.within and name == "ACCTID":
            self.accounts.add(value)

    def end(self, name: str) -> None:
        if name in {"STMTTRN", "BANKTRANLIST"}:
            self._close_line()
        elif name == "LEDGERBAL" and self.balance is not None:
            self._close_balance(self.balance)
        elif name in ACCOUNTS:
            self.within = ""
        elif name in CURRENCIES:
            self.in_currency = False
        elif name == "OFX":
            self._close_line()
            self.whole = True

    def finish(self) -> Read:
        if not self.whole:
            raise Unreadable("The file is cut off: its end is missing.")
        if not self.statements:
            raise Unreadable("The file holds no statement of a bank account or a card.")
        if len(self.accounts) > 1:
            raise Unreadable("The file is about several accounts. Ask the bank for one each.")
        return Read(numbered(self.lines), self.problems, self.closing)

    def _close_line(self) -> None:
        said, self.line = self.line, None
        if said is None:
            return
        self.place += 1
        if self.place > LINES_MAX:
            raise Unreadable(f"The file has more than {LINES_MAX:,} lines.")
        if said.get(AMOUNT_IS_IN, "USD").upper() != "USD":
            self.problems.append(Problem(self.place, "It is not in US dollars."))
            return
        try:
            line = _line(said)
        except (NoAmount, NoDay) as error:
            self.problems.append(Problem(self.place, str(error)))
            return
        if line.cents:
            self.lines.append(line)

    def _close_balance(self, said: dict[str, str]) -> None:
        self.balance = None
        try:
            self.closing = Statement(day_of(said.get("DTASOF", "")), cents_of(said["BALAMT"]))
        except (KeyError, NoAmount, NoDay):
            return  # The lines stand without it; the page asks for the balance.


class NoDay(ValueError):
    """A text is no day as OFX writes it; the message says so."""


def day_of(text: str) -> date:
    """Return the bank's day of 20260331, 20260331120000 or 20260331120000.000[-5:EST].

    Raises:
        NoDay: it is none.
    """
    found = DAY.fullmatch(text.strip())
    try:
        if found is None or int(found[1]) not in YEARS:
            raise ValueError
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise NoDay("Its date cannot be read.") from None


def _line(said: dict[str, str]) -> Line:
    parts = [said.get("NAME", ""), said.get("MEMO", "")]
    if said.get("CHECKNUM"):
        parts.append(f"Check {said['CHECKNUM']}")
    words = tidy(" ".join(part for part in parts if part)) or said.get("TRNTYPE", "") or "No words"
    return Line(
        booked_on=day_of(said.get("DTPOSTED", "")),
        cents=cents_of(said.get("TRNAMT", "")),
        words=tidy(words),
        mark=tidy(said.get("FITID", "")),
    )
