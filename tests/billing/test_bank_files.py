"""Readers of bank files: what banks really write, and what nobody should send."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.bank_files import Line, Read, Unreadable, columns, ofx
from billing.bank_files.columns import Mapping
from billing.bank_files.lines import NoAmount, cents_of
from clients.csv_import.dates import DateOrder

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

SGML = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>
<DTSERVER>20260331120000<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>111000025<ACCTID>000123<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260331
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260302120000.000[-5:EST]<TRNAMT>-500.00<FITID>A1
<NAME>ELM &amp; OAK REALTY<MEMO>Rent M\xe4rz</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260303<TRNAMT>+80.5<FITID>A2<NAME>PAYER</STMTTRN>
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20260305<TRNAMT>-20,00<FITID>A3<CHECKNUM>1042</STMTTRN>
</BANKTRANLIST>
<LEDGERBAL><BALAMT>1234.56<DTASOF>20260331</LEDGERBAL>
<AVAILBAL><BALAMT>1000.00<DTASOF>20260331</AVAILBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""

XML = """<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>USD</CURDEF>
<CCACCTFROM><ACCTID>card</ACCTID></CCACCTFROM>
<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20260310</DTPOSTED>
<TRNAMT>-18.20</TRNAMT><FITID>C1</FITID><NAME>Caf&#233; &lt;Corner&gt;</NAME><MEMO/></STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>-18.20</BALAMT><DTASOF>20260311</DTASOF></LEDGERBAL>
</CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""


def test_ofx_in_sgml_is_read() -> None:
    found = ofx.read(SGML.encode("cp1252"))

    assert found.problems == []
    assert found.lines == [
        Line(date(2026, 3, 2), -500_00, "ELM & OAK REALTY Rent M\xe4rz", "A1"),
        Line(date(2026, 3, 3), 80_50, "PAYER", "A2"),
        Line(date(2026, 3, 5), -20_00, "Check 1042", "A3"),
    ]
    assert found.closing is not None
    assert (found.closing.on, found.closing.cents) == (date(2026, 3, 31), 1234_56)


def test_ofx_in_xml_is_read() -> None:
    found = ofx.read(XML.encode())

    assert found.lines == [Line(date(2026, 3, 10), -18_20, "Café <Corner>", "C1")]
    assert found.closing is not None
    assert found.closing.cents == -18_20


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("<OFX>", "<OFC>"), "its <OFX> is missing"),
        (("</OFX>", ""), "cut off"),
        (("<CURDEF>USD", "<CURDEF>EUR"), "not in US dollars"),
        (("<OFX>", '<!DOCTYPE x [<!ENTITY a "b">]><OFX>'), "its own definitions"),
        (("<STMTRS>", "<OTHER>"), "no statement"),
        (("</BANKTRANLIST>", "</BANKTRANLIST><BANKACCTFROM><ACCTID>9</BANKACCTFROM>"), "several"),
    ],
)
def test_an_ofx_file_that_cannot_be_trusted_is_refused(change: tuple[str, str], words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        ofx.read(SGML.replace(*change).encode("cp1252"))


def test_a_bad_line_is_told_by_its_place() -> None:
    broken = SGML.replace("<TRNAMT>+80.5", "<TRNAMT>eighty").replace("20260305", "20260231")

    found = ofx.read(broken.encode("cp1252"))

    assert [problem.row for problem in found.problems] == [2, 3]
    assert "no amount" in found.problems[0].words
    assert "date cannot be read" in found.problems[1].words


@pytest.mark.parametrize("year", ["0001", "1989", "2101", "9999"])
def test_a_day_that_is_of_no_statement_is_told(year: str) -> None:
    found = ofx.read(SGML.replace("<DTPOSTED>20260303", f"<DTPOSTED>{year}0303").encode("cp1252"))

    assert [(each.row, each.words) for each in found.problems] == [(2, "Its date cannot be read.")]


@pytest.mark.parametrize(("aggregate", "problems"), [("CURRENCY", 1), ("ORIGCURRENCY", 0)])
def test_an_amount_in_another_currency_is_told(aggregate: str, problems: int) -> None:
    """The rate stands in both; only the one says that the amount itself is not in dollars."""
    told = f"<NAME>PAYER<{aggregate}><CURRATE>1.1<CURSYM>EUR</{aggregate}>"
    found = ofx.read(SGML.replace("<NAME>PAYER", told).encode("cp1252"))

    assert [each.words for each in found.problems] == ["It is not in US dollars."] * problems
    assert len(found.lines) == 3 - problems


def test_a_minus_sign_of_print_is_one() -> None:
    assert cents_of("\N{MINUS SIGN}12.50") == -1250


def test_entities_are_never_expanded() -> None:
    """A billion laughs, and a file of the machine: both stay the letters that they are."""
    laughs = SGML.replace("ELM &amp; OAK", "&lol9; &xxe; &#38;#60;")

    words = ofx.read(laughs.encode("cp1252")).lines[0].words

    assert words.startswith("&lol9; &xxe; &#60; REALTY")


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1,234.50", 1234_50),
        ("1.234,50", 1234_50),
        ("1,234", 1234_00),
        ("-$12.00", -12_00),
        ("(12.00)", -12_00),
        ("12-", -12_00),
        ("+.5", 50),
        ("12.3400", 12_34),
        ("0", 0),
        ("1 234 567.89", 1234567_89),
    ],
)
def test_amounts_as_banks_write_them(text: str, cents: int) -> None:
    assert cents_of(text) == cents


@pytest.mark.parametrize("text", ["", "-", "1.2.3.4x", "12.345", "1e5", "NaN", "٣", "99999999999"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NoAmount):
        cents_of(text)


CSV = b"""Posting Date,Description,Debit,Credit,Balance
03/02/2026,Elm Realty,500.00,,500.00
03/14/2026,Payer,,80.50,580.50
03/14/2026,Coffee,4.00,,576.50
03/14/2026,Coffee,4.00,,572.50
"""


def test_a_csv_file_is_read_by_its_columns() -> None:
    head = columns.head_of(CSV)
    guessed = columns.guess(head.names)
    assert guessed == {"day": 0, "words": 1, "money_out": 2, "money_in": 3}

    found = columns.read(CSV, Mapping(day=0, words=1, money_out=2, money_in=3))

    assert [(line.booked_on.day, line.cents, line.ordinal) for line in found.lines] == [
        (2, -500_00, 1),
        (14, 80_50, 1),
        (14, -4_00, 1),
        (14, -4_00, 2),
    ]


def test_a_number_that_stands_twice_tells_no_lines_apart() -> None:
    """A column of the customer's number, chosen by mistake, must not lose the second fee."""
    content = b"Date,Words,Amount,Reference\n" + b"2026-03-02,FEE,-3.00,77\n" * 2
    found = columns.read(content, Mapping(day=0, words=1, amount=2, mark=3))

    assert [(line.mark, line.ordinal) for line in found.lines] == [("", 1), ("", 2)]


def test_rows_that_cannot_be_read_are_told_one_by_one() -> None:
    bad = CSV + b"03/99/2026,Oops,1.00,,\n2026-03-15,Empty,,,\n2026-03-16,Words,abc,,\n"

    found = columns.read(bad, Mapping(day=0, words=1, money_out=2, money_in=3))

    assert [problem.row for problem in found.problems] == [6, 7, 8]


def test_which_is_the_month_is_asked_and_never_guessed() -> None:
    open_order = b"Date,Amount,Description\n03/04/2026,-1.00,Elm\n"
    with pytest.raises(Unreadable, match="Say which of 03/04/2026 is the month"):
        columns.read(open_order, Mapping(day=0, amount=1, words=2))

    told = columns.read(
        open_order, Mapping(day=0, amount=1, words=2, order=DateOrder.DAY_FIRST, is_turned=True)
    )

    assert told.lines == [Line(date(2026, 4, 3), 1_00, "Elm")]


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is absent")
def test_a_year_of_real_books_comes_back_as_bank_lines() -> None:
    """The bank's side of a real set of books adds up to its known balance."""
    books = (SHARED / "ledger" / "fava-query-example-usd.postings.csv").read_bytes()
    balances = (SHARED / "ledger" / "fava-query-example-usd.trial_balance.csv").read_text()
    head = columns.head_of(books)
    account, day = head.names.index("account"), head.names.index("date")
    amount = next(place for place, name in enumerate(head.names) if name.startswith("amount"))
    bank = "Assets:US:BofA:Checking"
    kept = [line for line in books.decode().splitlines() if bank in line]
    file = "\n".join([books.decode().splitlines()[0], *kept]).encode()

    found = columns.read(file, Mapping(day=day, amount=amount, words=account))

    expected = next(line for line in balances.splitlines() if line.startswith(bank))
    assert found.problems == []
    assert len(found.lines) == len(kept)
    assert sum(line.cents for line in found.lines) == cents_of(expected.split(",")[1])


# Whatever comes: it is read, or refused in words; nothing else happens.

pieces = st.sampled_from(
    ["<STMTTRN>", "</STMTTRN>", "<TRNAMT>", "-1.00", "<FITID>", "&#x110000;", "&lt;", "<", ">", "/"]
)
files = st.one_of(
    st.binary(max_size=400),
    st.lists(pieces, max_size=40).map(lambda found: f"<OFX>{''.join(found)}</OFX>".encode()),
    st.tuples(st.integers(0, 900), st.integers(0, 255)).map(
        lambda at: bytes(at[1] if place == at[0] else byte for place, byte in enumerate(_sgml()))
    ),
)


def _sgml() -> bytes:
    return SGML.encode("cp1252")


def whatever(content: bytes) -> None:
    readers: list[Callable[[], Read]] = [
        lambda: ofx.read(content),
        lambda: columns.read(content, Mapping(day=0, words=1, amount=2)),
    ]
    for read in readers:
        with suppress(Unreadable):
            assert all(type(line.cents) is int and line.words for line in read().lines)


@settings(max_examples=150, deadline=None)
@given(content=files)
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    whatever(content)


@pytest.mark.fuzz
@settings(max_examples=20_000, deadline=None)
@given(content=files)
def test_any_bytes_are_read_or_refused_in_words_at_length(content: bytes) -> None:
    whatever(content)
