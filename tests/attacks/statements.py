"""Random SQL over all tenant tables, in two renderings that must answer the same.

One reads the tables, as ``app`` inside a scope; the other reads only those rows that the scope's
practice owns, as a role that row security does not bind. Where they differ, a row of somebody
else took part: in a join, a count, a maximum, or by being there at all.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

MARK = re.compile(r"«(\w+)»")
NOBODY = "NULL::uuid"
COMPARISONS = ["=", "<>", "<", ">=", "IS DISTINCT FROM", "~~"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of practices: its columns, those that ``app`` may update, and whose a row is."""

    name: str
    columns: list[str]
    updatable: list[str]
    owned: str

    def rows_of(self, owner: str) -> str:
        """Return a FROM item with only the rows that an owner has; as SQL, with their places."""
        return f"(SELECT ctid, * FROM public.{self.name} WHERE {self.owned.format(owner)})"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with its tables marked; ``reads`` is what an act that writes would return."""

    text: str
    reads: str = ""
    is_copy: bool = False
    may_be_refused: bool = False

    def attack(self) -> str:
        return MARK.sub(r"public.\1", self.text)

    def truth(self, tables: dict[str, Table], owner: str) -> str:
        return MARK.sub(lambda mark: tables[mark[1]].rows_of(owner), self.reads or self.text)


class Author:
    """Writes statements from a seed. ``values`` are texts that stand in either practice's rows."""

    def __init__(self, tables: Sequence[Table], values: Sequence[str], seed: int) -> None:
        self.random = Random(seed)
        self.tables = tables
        self.values = values
        self.shapes: list[Callable[[], Statement]] = [
            self.plain,
            self.aggregate,
            self.grouped,
            self.joined,
            self.existing,
            self.common,
            self.combined,
            self.windowed,
            self.lateral,
            self.as_json,
            self.placed,
            self.copied,
            self.prepared,
            self.fetched,
            self.updated,
            self.returned,
        ]

    def write(self) -> Statement:
        return self.random.choice(self.shapes)()

    def table(self) -> Table:
        return self.random.choice(self.tables)

    def column(self, table: Table, alias: str) -> str:
        return f'{alias}."{self.random.choice(table.columns)}"::text'

    def literal(self) -> str:
        return "'" + self.random.choice(self.values).replace("'", "''") + "'"

    def condition(self, table: Table, alias: str, depth: int = 2) -> str:
        if depth and self.random.random() < 0.4:
            one, other = (self.condition(table, alias, depth - 1) for _ in range(2))
            return self.random.choice(
                [f"({one} AND {other})", f"({one} OR {other})", f"NOT ({one})"]
            )
        column, inner = self.column(table, alias), self.table()
        found, compared = self.column(inner, "i"), self.random.choice(COMPARISONS)
        return self.random.choice(
            [
                "true",
                f"{column} IS NULL",
                f"{column} {compared} {self.literal()}",
                f"{column} {compared} {self.literal()}",
                f"{column} IN (SELECT {found} FROM «{inner.name}» AS i)",
                f"EXISTS (SELECT FROM «{inner.name}» AS i WHERE {found} = {column})",
            ]
        )

    def selected(self) -> tuple[Table, str]:
        """Return a table and a SELECT of two of its columns under some condition."""
        table = self.table()
        columns = f"{self.column(table, 'x')} AS a, {self.column(table, 'x')} AS b"
        return table, (
            f"SELECT {columns} FROM «{table.name}» AS x WHERE {self.condition(table, 'x')}"
        )

    def plain(self) -> Statement:
        distinct = self.random.choice(["", "DISTINCT "])
        return Statement(self.selected()[1].replace("SELECT ", f"SELECT {distinct}", 1))

    def aggregate(self) -> Statement:
        _, query = self.selected()
        what = self.random.choice(
            [
                "count(*)",
                "count(DISTINCT a), count(b)",
                "min(a), max(b)",
                "string_agg(a, ',' ORDER BY a)",
                "array_agg(b ORDER BY b)",
                "bool_or(a IS NULL), bool_and(b IS NULL)",
                "count(*) FILTER (WHERE a > b)",
                "mode() WITHIN GROUP (ORDER BY a)",
                "jsonb_agg(a ORDER BY a)",
            ]
        )
        return Statement(f"SELECT {what} FROM ({query}) AS s")

    def grouped(self) -> Statement:
        sets = self.random.choice(["a, b", "ROLLUP (a, b)", "CUBE (a, b)"])
        query = self.selected()[1]
        return Statement(
            f"SELECT a, b, count(*) FROM ({query}) AS s GROUP BY {sets} HAVING count(*) > 0"
        )

    def joined(self) -> Statement:
        one, other = self.table(), self.table()
        how = self.random.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        on = f"{self.column(one, 'x')} = {self.column(other, 'y')}"
        what = self.random.choice(
            ["count(*)", "count(x.*), count(y.*)", f"min({self.column(other, 'y')})"]
        )
        return Statement(
            f"SELECT {what} FROM «{one.name}» AS x {how} «{other.name}» AS y ON {on}"
            f" WHERE {self.condition(one, 'x', 1)}"
        )

    def existing(self) -> Statement:
        inner = self.selected()[1]
        return Statement(f"SELECT EXISTS ({inner}), (SELECT max(a) FROM ({inner}) AS s)")

    def common(self) -> Statement:
        inner = self.selected()[1]
        how = self.random.choice(["", "MATERIALIZED ", "NOT MATERIALIZED "])
        if self.random.random() < 0.3:
            return Statement(
                f"WITH RECURSIVE s (a, n) AS (SELECT a, 1 FROM ({inner}) AS t UNION ALL"
                " SELECT a, n + 1 FROM s WHERE n < 3) SELECT n, count(a) FROM s GROUP BY n"
            )
        return Statement(f"WITH s AS {how}({inner}) SELECT a FROM s JOIN s AS t USING (a)")

    def combined(self) -> Statement:
        how = self.random.choice(["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL"])
        return Statement(f"({self.selected()[1]}) {how} ({self.selected()[1]})")

    def windowed(self) -> Statement:
        what = self.random.choice(
            ["rank() OVER (ORDER BY a)", "count(*) OVER ()", "max(b) OVER (PARTITION BY a)"]
        )
        return Statement(f"SELECT a, {what} FROM ({self.selected()[1]}) AS s")

    def lateral(self) -> Statement:
        one, other = self.table(), self.table()
        same = f"{self.column(other, 'y')} >= {self.column(one, 'x')}"
        return Statement(
            f"SELECT {self.column(one, 'x')}, l.n FROM «{one.name}» AS x CROSS JOIN LATERAL"
            f" (SELECT count(*) AS n FROM «{other.name}» AS y WHERE {same}) AS l"
        )

    def as_json(self) -> Statement:
        how = self.random.choice(["row_to_json(s)", "to_jsonb(s)", "s::text", "s", "md5(s::text)"])
        return Statement(f"SELECT {how}::text FROM ({self.selected()[1]}) AS s")

    def placed(self) -> Statement:
        table = self.table()
        return Statement(
            f"SELECT x.ctid::text FROM «{table.name}» AS x"
            f" WHERE x.ctid >= '(0,0)' AND {self.condition(table, 'x')}"
        )

    def copied(self) -> Statement:
        query = self.selected()[1]
        return Statement(f"COPY ({query}) TO STDOUT", is_copy=True)

    def prepared(self) -> Statement:
        query = self.selected()[1]
        return Statement(f"DEALLOCATE ALL; PREPARE q AS {query}; EXECUTE q", query)

    def fetched(self) -> Statement:
        query = self.selected()[1]
        return Statement(f"DECLARE c CURSOR FOR {query}; FETCH ALL FROM c", query)

    def updated(self) -> Statement:
        table = self.random.choice([table for table in self.tables if table.updatable])
        column, where = self.random.choice(table.updatable), self.condition(table, "x")
        told = self.column(table, "x")
        return Statement(
            f'UPDATE «{table.name}» AS x SET "{column}" = x."{column}"'
            f" WHERE {where} RETURNING {told}",
            f"SELECT {told} FROM «{table.name}» AS x WHERE {where}",
            may_be_refused=True,
        )

    def returned(self) -> Statement:
        """Change a row of one's own, and ask for those of others in what comes back."""
        found = f"(SELECT string_agg(a, ',' ORDER BY a) FROM ({self.selected()[1]}) AS s)"
        return Statement(
            f"UPDATE «clients_codecounter» AS x SET last = last RETURNING {found}",
            f"SELECT {found} FROM «clients_codecounter» AS x",
        )
