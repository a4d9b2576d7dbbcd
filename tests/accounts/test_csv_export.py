"""A file that leaves is a table and nothing else, and comes back as it was."""

import csv
import io
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.csv_export import BEGINS_FORMULA, guarded, is_risky, unguarded, written
from accounts.exported import Exported

EXPORT = UUID(int=9)
BEGINNINGS = [*"=+-@\t\r\n\0", *"＝＋－＠", "\N{MINUS SIGN}", "﹦", "﹢", "﹣", "﹫", "\x0b"]  # noqa: RUF001
BEFORE = [
    "",
    " ",
    "  ",
    '"',
    "'",
    "''",
    "\xa0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\u202e",
    " \" '",
    "\N{LEFT SINGLE QUOTATION MARK}",
]
KNOWN = settings.BASE_DIR.parent / "shared/data/names/csv-injection-payloadbox.txt"

tricky = st.lists(st.sampled_from([*BEGINNINGS, *BEFORE, "1", "A1", "名", ","]), max_size=6)


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("before", BEFORE, ids=ascii)
@pytest.mark.parametrize("beginning", BEGINNINGS, ids=ascii)
def test_what_could_be_a_formula_begins_with_an_apostrophe(before: str, beginning: str) -> None:
    text = f"{before}{beginning}1+1"

    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ann",
        "'t Hooft",
        "O'Neil-Smith",
        "a=b",
        "名",
        "'",
        '"',
        "5",
        "\N{MODIFIER LETTER TURNED COMMA}Okina",
        "¡Hola!",
    ],
)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.one_of(st.text(max_size=8), tricky.map("".join)))
def test_every_text_comes_back_as_it_went(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.one_of(st.text(max_size=8), tricky.map("".join)))
def test_no_cell_begins_with_what_a_spreadsheet_obeys(text: str) -> None:
    assert not guarded(text).startswith(tuple(BEGINS_FORMULA | set("\t\r\n\0＝＋－＠")))  # noqa: RUF001


@given(st.lists(st.tuples(st.text(max_size=12), tricky.map("".join)), max_size=5))
def test_a_file_holds_its_rows_and_names_its_export_in_each(rows: list[tuple[str, str]]) -> None:
    content = written(columns=["Name", "=Other"], rows=rows, export_id=EXPORT)

    head, *lines = read_back(content)
    assert head == ["Name", "'=Other", "Export"]
    assert [tuple(map(unguarded, line[:2])) for line in lines] == rows
    assert {line[2] for line in lines} <= {str(EXPORT)}


def test_numbers_and_dates_stay_what_they_are() -> None:
    content = written(
        columns=["a"],
        rows=[[-5], [Decimal("-0.50")], [Decimal("1E+3")], [date(1990, 3, 4)], ["-5"]],
        export_id=EXPORT,
    )

    assert [line[0] for line in read_back(content)[1:]] == [
        "-5",
        "-0.50",
        "1000",
        "1990-03-04",
        "'-5",
    ]


def test_a_file_is_named_after_its_export_alone() -> None:
    exported = Exported(EXPORT, b"", "text/csv", "csv")

    assert exported.file_name == f"export-{EXPORT}.csv"
    assert "secret" not in repr(Exported(EXPORT, b"secret", "text/csv", "csv"))


def test_known_payloads_are_texts_that_come_back() -> None:
    if not KNOWN.exists():
        pytest.skip("the list of known payloads is not here")
    payloads = KNOWN.read_text(encoding="utf-8").splitlines()

    content = written(columns=["a"], rows=[[each] for each in payloads], export_id=EXPORT)

    cells = [line[0] for line in read_back(content)[1:]]
    assert list(map(unguarded, cells)) == payloads
    assert not [cell for cell in cells if is_risky(cell) and not cell.startswith("'")]


def test_a_spreadsheet_shows_texts_and_evaluates_nothing(tmp_path: Path) -> None:
    """LibreOffice turns the file into its own kind: no cell of it is a formula."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    texts = [f"{before}{beginning}1+1" for before in BEFORE for beginning in "=+-@＝"]  # noqa: RUF001
    file = tmp_path / "export.csv"
    file.write_bytes(written(columns=["a"], rows=[[each] for each in texts], export_id=EXPORT))

    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    asked = [office, profile, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path)]
    subprocess.run([*asked, str(file)], check=True, timeout=120, capture_output=True)

    assert "table:formula" not in (tmp_path / "export.fods").read_text(encoding="utf-8")
