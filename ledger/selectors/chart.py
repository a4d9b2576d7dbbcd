from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.csv_export import Cell
from ledger.models import Account

COLUMNS = ("Number", "Name", "Kind", "Normal side", "What it is for", "Control account")


@dataclass(frozen=True, slots=True)
class ChartRow:
    """An account of the practice's chart; ``purpose`` is its role in words."""

    pk: UUID
    role: str
    code: str
    name: str
    kind_name: str
    normal_side: str
    purpose: str
    is_control: bool


def accounts() -> list[ChartRow]:
    """Return the practice's chart, in its order."""
    return [shown(account) for account in Account.objects.order_by("code", "id")]


def account(pk: UUID) -> Account | None:
    """Return an account of the practice's chart."""
    return Account.objects.filter(pk=pk).first()


def file_rows() -> list[Sequence[Cell]]:
    """Return the chart as rows of a file, under ``COLUMNS``."""
    return [
        (
            each.code,
            each.name,
            each.kind_name,
            each.normal_side,
            each.purpose,
            "yes" if each.is_control else "no",
        )
        for each in accounts()
    ]


def shown(found: Account) -> ChartRow:
    """Return an account as pages show it."""
    return ChartRow(
        found.pk,
        found.role,
        found.code,
        found.name,
        found.kind.capitalize(),
        found.normal_side.lower(),
        found.role.replace("_", " ").capitalize(),
        found.is_control,
    )
