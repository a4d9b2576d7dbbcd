"""Workbooks: what a spreadsheet would read in them, and the same bytes every time."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from billing.services import workbooks
from billing.services.workbooks import AMOUNT, DAY, PLAIN, Sheet, Value

MAIN = {"m": workbooks.MAIN}
RISKY = ["=1+1", "+1 555 0100", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "<&>\"'"]


def sheet(*rows: list[Value], headings: tuple[str, ...] = ("Who", "Amount", "Day")) -> Sheet:
    return Sheet(
        name="Aging: [a/b]*?",
        above=("Harbor Lane",),
        headings=headings,
        styles=[PLAIN, AMOUNT, DAY],
        rows=[(row, False) for row in rows],
        below=("Ties out",),
    )


def cells(content: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return {cell.attrib["r"]: cell for cell in root.iterfind(".//m:c", MAIN)}


def text_of(cell: ElementTree.Element) -> str:
    assert cell.attrib["t"] == "inlineStr"
    return "".join(part.text or "" for part in cell.iterfind(".//m:t", MAIN))


def test_an_amount_is_a_number_with_its_cents_and_a_day_a_day() -> None:
    found = cells(workbooks.written(sheet(["C-0001", Decimal("-1350.50"), date(2026, 3, 3)])))

    assert found["B3"].findtext("m:v", namespaces=MAIN) == "-1350.50"
    assert found["C3"].findtext("m:v", namespaces=MAIN) == "46084"
    assert {"t"}.isdisjoint(found["B3"].attrib)


@pytest.mark.parametrize("text", RISKY)
def test_no_text_is_a_formula(text: str) -> None:
    content = workbooks.written(sheet([text, Decimal("1.00"), None]))

    found = cells(content)
    assert text_of(found["A3"]) == text
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_what_xml_cannot_hold_is_left_out() -> None:
    found = cells(workbooks.written(sheet(["a\x00b\x1bc\ud800", Decimal(0), date(1, 1, 1)])))

    assert text_of(found["A3"]) == "abc"
    assert text_of(found["C3"]) == "0001-01-01"


def test_the_same_table_gives_the_same_bytes() -> None:
    row: list[Value] = ["C-0001", Decimal("1.00"), date(2026, 3, 3)]

    assert workbooks.written(sheet(row)) == workbooks.written(sheet(row))


def test_columns_go_on_after_z() -> None:
    wide = Sheet("x", (), [str(place) for place in range(30)], [PLAIN] * 30, [], ())

    assert text_of(cells(workbooks.written(wide))["AD1"]) == "29"
