"""What PostgreSQL's own catalogue says about the tables, for tests that walk them all."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key as the database holds it."""

    columns: list[str]
    target: str
    is_deferrable: bool


def is_ours(model: type[models.Model]) -> bool:
    return model.__module__.split(".")[0] in {"accounts", "audit", "billing", "clients", "ledger"}


OUR_MODELS = [model for model in apps.get_models() if is_ours(model)]
TENANT_MODELS = [
    model
    for model in OUR_MODELS
    if any(field.name == "practice_id" for field in model._meta.concrete_fields)
]
TENANT_TABLES = sorted(model._meta.db_table for model in TENANT_MODELS)


def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def foreign_keys(table: str) -> list[ForeignKey]:
    found = rows(
        "SELECT array_agg(a.attname ORDER BY k.place)::text[], c.confrelid::regclass::text,"
        " c.condeferrable"
        " FROM pg_constraint c CROSS JOIN unnest(c.conkey) WITH ORDINALITY AS k(number, place)"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number"
        " WHERE c.contype = 'f' AND c.conrelid = %s::regclass"
        " GROUP BY c.oid, c.confrelid, c.condeferrable",
        table,
    )
    return [ForeignKey(*row) for row in found]
