"""The word that tells whether a kept test database is still what the code makes."""

from pathlib import Path

import pytest

from tests.shape import of_database


@pytest.mark.parametrize("path", ["billing/migrations/0001_a.py", "ledger/posting.sql"])
def test_it_changes_with_the_schema_and_not_with_a_page(tmp_path: Path, path: str) -> None:
    page = tmp_path / "billing" / "views" / "page.py"
    shape = tmp_path / path
    for file in (page, shape):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("one", encoding="utf-8")
    before = of_database(tmp_path)

    page.write_text("two", encoding="utf-8")
    assert of_database(tmp_path) == before
    shape.write_text("two", encoding="utf-8")
    assert of_database(tmp_path) != before
