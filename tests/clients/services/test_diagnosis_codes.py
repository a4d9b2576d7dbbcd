"""Loading lists of ICD-10-CM: a newer one ends what it leaves out, and nothing is half loaded."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clients.models import DiagnosisCode
from clients.selectors import diagnosis_codes

pytestmark = pytest.mark.commits

SHIPPED = Path("clients/migrations/0016_icd10cm_2026_f.csv")
NEXT, BEFORE = date(2026, 10, 1), date(2026, 9, 30)


@pytest.fixture
def listed(commits: None) -> list[str]:
    return SHIPPED.read_text(encoding="utf-8").splitlines()


def load(folder: Path, lines: list[str], on: str, capsys: pytest.CaptureFixture[str]) -> str:
    path = folder / "codes.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    call_command("load_icd10", str(path), "--valid-from", on)
    return capsys.readouterr().out.strip()


def test_the_shipped_list_again_changes_nothing(
    listed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = load(tmp_path, listed, "2025-10-01", capsys)

    assert said == "codes.csv: 1112 codes, 0 new, 0 changed, 0 ended."


def test_next_years_list_divides_a_code_from_its_day_on(
    listed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line for line in listed if not line.startswith("F41.3,")]
    lines = [line.replace("F41.1,1,", "F41.1,0,") for line in lines]
    lines += ["F41.10,1,Generalized anxiety disorder without panic", "Z63.0,1,Partner problems"]

    said = load(tmp_path, lines, "2026-10-01", capsys)

    assert said == "codes.csv: 1113 codes, 3 new, 0 changed, 2 ended."
    assert diagnosis_codes.refusal("F411", BEFORE) == ""
    assert diagnosis_codes.refusal("F411", NEXT) == (
        "F41.1 is divided further on Oct 1, 2026; choose F41.10."
    )
    assert diagnosis_codes.refusal("F413", BEFORE) == ""
    assert diagnosis_codes.refusal("F413", NEXT).startswith("F41.3 is not valid on Oct 1, 2026")
    assert diagnosis_codes.refusal("Z630", NEXT) == ""
    with pytest.raises(CommandError, match="counts from 2026-10-01 is loaded"):
        load(tmp_path, listed, "2026-04-01", capsys)


@pytest.mark.parametrize(
    "line", ["F41.1,2,Leaf is not a flag", "F411111111,1,Too long", "F41.1,1,", "F20,1,Again"]
)
def test_a_broken_list_is_refused_whole(
    listed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    with pytest.raises(CommandError, match="Line 1114"):
        load(tmp_path, [*listed, line], "2026-10-01", capsys)

    assert DiagnosisCode.objects.filter(valid_until=None).count() == 1112
