"""Acts that would reach into another practice: each is refused, or finds nothing to act on."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from uuid import UUID

from tests.attacks import tables

Ids = Mapping[str, Sequence[UUID]]
"""Table → ids of rows that stand in it."""


class Trespasser:
    """Writes INSERT and UPDATE into what belongs to others, from a source of chance.

    ``strangers`` are the practices that the attacker is not in, each with ids of its rows.
    """

    def __init__(self, random: Random, strangers: Mapping[UUID, Ids]) -> None:
        self.random = random
        self.strangers = strangers
        self.references = tables.references()
        self.acts: list[Callable[[UUID], str]] = [
            self.insert_there,
            self.insert_linked,
            self.take_over,
            self.move_there,
            self.link_there,
            self.change_there,
        ]

    def write(self) -> str:
        act = self.random.choice(self.acts)(self.random.choice(list(self.strangers)))
        return act + self.random.choice(["", " RETURNING *", " RETURNING 1"])

    def _table(self, there: UUID) -> str:
        return self.random.choice(sorted(self.strangers[there]))

    def _id(self, there: UUID, table: str) -> str:
        return f"'{self.random.choice(self.strangers[there][table])}'"

    def _reference(self, there: UUID) -> tuple[str, str, str]:
        """Return (table, column, id there) of a link to something that stands there."""
        table, column = self.random.choice(self.references)
        target = next(c.target for c in tables.columns(table) if c.name == column)
        assert target
        return table, column, self._id(there, target)

    def insert_there(self, there: UUID) -> str:
        table = self._table(there)
        return tables.copied(table, {"practice_id": f"'{there}'"})

    def insert_linked(self, there: UUID) -> str:
        table, column, to = self._reference(there)
        return tables.copied(table, tables.beside(table, column) | {column: to})

    def take_over(self, there: UUID) -> str:
        table = self._table(there)
        insert = tables.copied(table, {"id": self._id(there, table)})
        return insert + " ON CONFLICT (id) DO UPDATE SET id = excluded.id"

    def move_there(self, there: UUID) -> str:
        where = self.random.choice(["", f" WHERE practice_id = '{there}'"])
        return f"UPDATE {self._table(there)} SET practice_id = '{there}'{where}"

    def link_there(self, there: UUID) -> str:
        table, column, to = self._reference(there)
        changed = tables.beside(table, column) | {column: to}
        sets = ", ".join(f'"{name}" = {value}' for name, value in changed.items())
        return f"UPDATE {table} SET {sets}"

    def change_there(self, there: UUID) -> str:
        table = self._table(there)
        granted = [c.name for c in tables.columns(table) if tables.may(table, "UPDATE", c.name)]
        column = self.random.choice(granted or ["id"])
        where = self.random.choice(
            [
                f"practice_id = '{there}'",
                f"id = {self._id(there, table)}",
                f"(practice_id, id) = ('{there}', {self._id(there, table)})",
                f"id = {self._id(there, table)} OR practice_id <> current_practice_id()",
            ]
        )
        return f'UPDATE {table} SET "{column}" = "{column}" WHERE {where}'
