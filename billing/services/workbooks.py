"""Tables as XLSX workbooks: the least of Office Open XML (ECMA-376), by the standard library alone.

Texts are inline strings, which no spreadsheet evaluates, whatever they begin with; amounts are
numbers with two decimals, written from whole cents and never through a float. The same table
gives the same bytes: the parts stand in one order, with one date.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

Value = str | int | Decimal | date | None

WRITTEN_AT = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a ZIP file can name."""
FIRST_DAY = date(1899, 12, 30)
"""Day zero of a spreadsheet's calendar, for days after February 1900."""
EARLIEST = date(1900, 3, 1)
LONGEST_TEXT = 32_767
WIDEST = 48

PLAIN, HEADING, AMOUNT, DAY, COUNT, PERCENT = range(6)
BOLD = 6
"""Added to a style for its bold twin; the heading is bold by itself."""

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    "</Types>"
)
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OF_PACKAGE = (
    f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>'
)
OF_WORKBOOK = (
    f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/worksheet"'
    f' Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{OFFICE}/styles"'
    ' Target="styles.xml"/></Relationships>'
)
FORMATS = (0, 0, 4, 14, 3, 164)
"""Number formats by style: text, heading, #,##0.00, a date, #,##0, and one decimal of a percent."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: lines above it, headings, rows, and which rows are bold. ``styles``, by column."""

    name: str
    above: Sequence[str]
    headings: Sequence[str]
    styles: Sequence[int]
    rows: Iterable[tuple[Sequence[Value], bool]]
    below: Sequence[str]


def written(sheet: Sheet) -> bytes:
    """Return the workbook."""
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": OF_PACKAGE,
        "xl/workbook.xml": _workbook(sheet.name),
        "xl/_rels/workbook.xml.rels": OF_WORKBOOK,
        "xl/styles.xml": _styles(),
        "xl/worksheets/sheet1.xml": _sheet(sheet),
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            about = zipfile.ZipInfo(name, WRITTEN_AT)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system = 0
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            archive.writestr(about, (head + part).encode())
    return held.getvalue()


def _workbook(name: str) -> str:
    # A name of a sheet has at most 31 letters, and none of []:*?/\.
    fit = "".join(letter for letter in name if letter not in r"[]:*?/\\")[:31] or "Report"
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name={quoteattr(fit)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _styles() -> str:
    plain = [f'<xf numFmtId="{number}" fontId="0" applyNumberFormat="1"/>' for number in FORMATS]
    plain[HEADING] = '<xf numFmtId="0" fontId="1" applyFont="1"/>'
    bold = [
        f'<xf numFmtId="{number}" fontId="1" applyNumberFormat="1" applyFont="1"/>'
        for number in FORMATS
    ]
    styles = "".join([*plain, *bold])
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="1">'
        '<numFmt numFmtId="164" formatCode="0.0&quot; %&quot;"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{len(plain) + len(bold)}">{styles}</cellXfs></styleSheet>'
    )


def _sheet(sheet: Sheet) -> str:
    lines, number = [], 0
    widths = [len(heading) for heading in sheet.headings]

    def add(values: Sequence[Value], styles: Sequence[int]) -> None:
        nonlocal number
        number += 1
        cells = "".join(
            _cell(f"{_letters(place)}{number}", value, style)
            for place, (value, style) in enumerate(zip(values, styles, strict=True))
            if value not in (None, "")
        )
        lines.append(f'<row r="{number}">{cells}</row>')

    for line in sheet.above:
        add([line], [HEADING if not number else PLAIN])
    add(sheet.headings, [HEADING] * len(sheet.headings))
    frozen = number
    for values, is_bold in sheet.rows:
        add(values, [style + (BOLD if is_bold else 0) for style in sheet.styles])
        for place, value in enumerate(values):
            widths[place] = max(widths[place], len(str(value or "")))
    for line in sheet.below:
        add([line], [PLAIN])
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{min(width, WIDEST) + 2}" customWidth="1"/>'
        for place, width in enumerate(widths, start=1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        f'<pane ySplit="{frozen}" topLeftCell="A{frozen + 1}" activePane="bottomLeft"'
        f' state="frozen"/></sheetView></sheetViews><cols>{columns}</cols>'
        f"<sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


def _cell(place: str, value: Value, style: int) -> str:
    if isinstance(value, date) and value >= EARLIEST:
        return f'<c r="{place}" s="{style}"><v>{(value - FIRST_DAY).days}</v></c>'
    if isinstance(value, (int, Decimal)):
        number = f"{value:f}" if isinstance(value, Decimal) else f"{value:d}"
        return f'<c r="{place}" s="{style}"><v>{number}</v></c>'
    words = escape(_printable(str(value))[:LONGEST_TEXT])
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'
    )


def _printable(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter in "\t\n" or letter.isprintable())


def _letters(place: int) -> str:
    """Return the letters of a column: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
