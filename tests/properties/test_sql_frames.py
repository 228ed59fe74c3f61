"""Related tables join in SQL as they do in memory: values of random definitions over random tables, and what a statement holds.

Every run takes new seeds. A failure names its seed: ``REVRULES_RANDOM_SEED=… pytest tests/properties/test_sql_frames.py`` repeats
it. ``REVRULES_RANDOM_TABLES`` sets the number of rulesets on DuckDB; the other engines get a share.
"""

from __future__ import annotations

import datetime
import os
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest
from engines import same
from random_tables_of_rulesets import NTH, random_tables
from strategies import Maker, is_ranged

import revrules
from revrules import ir
from revrules.backends.sql import tree
from revrules.backends.sql.constants import constant
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.frames import Frame
from revrules.backends.sql.naming import LONGEST, Namer
from revrules.backends.sql.scope import When
from revrules.backends.sql.sources import Held, Link, Source, SourceColumn
from revrules.reference.expressions import bounds, value
from revrules.reference.scope import Scope, World
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engines import DuckDB, Engine, Postgres, Spark

    from revrules.types import Type

RULESETS = int(os.environ.get("REVRULES_RANDOM_TABLES", "24"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)


class OfRecords(Maker):
    """Makes definitions that say more of related records, and of those around them, than usual ones."""

    def place(self, at: tuple[str, ...]) -> tuple[tuple[str, ...], int, str]:
        """See ``Maker``."""
        r = self.random
        up = r.randrange(len(at)) if r.random() < 0.4 else 0
        entity = at[up]
        path: list[str] = []
        while r.random() < 0.25 and len(path) < 3:
            relation = r.choice([relation for relation in self.entity(entity).relations if not relation.many])
            path.append(relation.name)
            entity = relation.entity
        return tuple(path), up, entity

    def value(self, at: tuple[str, ...], type_: Type, depth: int) -> ir.Expr:
        """See ``Maker``."""
        r = self.random
        if depth <= 0 or r.random() < 0.5 or type_ not in (Scalar.INTEGER, Scalar.MONEY, Scalar.DATE):
            return super().value(at, type_, depth)
        relation = self.relation(at)
        inner = (relation.entity, *at)
        where = self.condition(inner, depth - 2) if r.random() < 0.6 else ir.Literal(True, Scalar.BOOLEAN)
        operand = self.value(inner, type_, depth - 2)
        op = r.choice(tuple(ir.ExtremeOp))
        match r.choice(("sum", "end", "pick")):
            case "sum" if type_ is not Scalar.DATE:
                return ir.Sum(relation, operand, where, type_)
            case "pick":
                return ir.Pick(op, relation, operand, self.leaf(inner, Scalar.DATE), where, type_)
            case _:
                return ir.Extreme(op, relation, operand, where, type_)


def test_definitions_have_the_values_of_the_reference_on_duckdb(duck: DuckDB) -> None:
    assert sum(agreed(duck, seed) for seed in seeds(RULESETS)) > 0


def test_definitions_have_the_values_of_the_reference_on_postgres(postgres: Postgres) -> None:
    assert sum(agreed(postgres, seed) for seed in seeds(RULESETS // 2)) > 0


def test_definitions_have_the_values_of_the_reference_on_spark(spark: Spark) -> None:
    assert sum(agreed(spark, seed) for seed in seeds(max(RULESETS // 12, 1))) > 0


def agreed(engine: Engine, seed: int) -> int:
    """Compare the definitions of a random ruleset on random tables; return how many values were compared."""
    r = Random(seed)
    tables = random_tables(r, (OfRecords if seed % 2 else Maker)(r).ruleset())
    for statement in tables.statements(engine.dialect, "frames_"):
        engine.run(statement)
    compared = 0
    for entity in ("account", "meeting", "attendee"):
        frame = Frame(tables.ruleset, tables.source(entity, "frames_"), engine.dialect, when(engine.dialect))
        asked = dict(outputs(frame, [d for d in tables.ruleset.definitions if d.entity == entity]))
        values = [(sql, f"{id_} {n}") for id_, found in asked.items() for n, sql in enumerate(found)]
        rows = engine.run(tree.printed(frame.select([(frame.passed(NTH), "number"), *values]), engine.dialect))
        expected = sorted(reference(tables.ruleset, record, list(asked)) for record in tables.records(entity))
        assert len(rows) == len(expected), f"seed {seed}, {entity}: rows out are not rows in"
        for row, (number, wanted) in zip(sorted(rows, key=str_of_number), expected, strict=True):
            assert row[0] == number, f"seed {seed}, {entity}"
            for (_, name), got, want in zip(values, row[1:], wanted, strict=True):
                assert same(got, want), f"seed {seed}, {name}, row {number}: {got!r}, not {want!r}"
                compared += 1
    return compared


def outputs(frame: Frame, definitions: list[ir.Definition]) -> Iterator[tuple[str, tuple[tree.Sql, ...]]]:
    """Yield the values of the definitions that the dialect can say: one, or both ends."""
    for definition in definitions:
        node = ir.Ref(definition.id, definition.type, ranged=is_ranged(definition.expr))
        try:
            yield definition.id, (tuple(frame.ends(node)) if node.ranged else (frame.value(node),))
        except Unsayable:
            continue


def reference(ruleset: ir.Ruleset, record: dict[str, object], ids: list[str]) -> Numbered:
    """Return the number of a record, and the values of definitions as an engine holds them."""
    found: list[object] = []
    scope = Scope(World(ruleset, NOW), record)
    for definition in map(ruleset.definition, ids):
        if is_ranged(definition.expr):
            found += bounds(definition.expr, scope) or (None, None)
        else:
            found.append(value(definition.expr, scope))
    held = [one // datetime.timedelta(microseconds=1) if isinstance(one, datetime.timedelta) else one for one in found]
    number = record[NTH]
    assert isinstance(number, int)
    return Numbered((number, held))


class Numbered(tuple[int, list[object]]):
    """A number and values, ordered by the number alone."""

    __slots__ = ()

    def __lt__(self, other: tuple[object, ...]) -> bool:
        return self[0] < other[0]  # type: ignore[operator]  # numbers


def str_of_number(row: tuple[object, ...]) -> int:
    """Return the number of a row."""
    assert isinstance(row[0], int)
    return row[0]


def when(dialect: Dialect) -> When:
    """Return the as-of of these tests."""
    return When(constant(NOW, Scalar.DATETIME, dialect), constant(NOW.date(), Scalar.DATE, dialect), NOW)


def seeds(count: int) -> Iterator[int]:
    """Yield the seed that was asked for, else ``count`` new ones."""
    start = SystemRandom().randrange(2**32) if FIXED is None else int(FIXED)
    for seed in range(start, start + (count if FIXED is None else 1)):
        print(f"seed {seed}")  # noqa: T201  # shown when a test fails, also by an exception
        yield seed


# --- what a statement holds ---

HEAD = """
ruleset shop {
  currency EUR
  timezone "Europe/Berlin"
}
entity account key id {
  id text
  size integer
  created date
  parent one account by parent_id
  meetings many meeting by account_id
}
entity meeting key id {
  id text
  account_id text
  held date
  minutes integer
  account one account by account_id
}
"""
ACCOUNTS = [("a", 5, "2026-01-01", None), (" b ", None, None, "a"), ("c", 7, "2026-02-01", "nobody"), (None, 1, None, "b"),
            ("a", 9, None, "c")]  # fmt: skip
MEETINGS = [("m1", "a", "2026-01-02", 30), ("m2", "\u00a0b", None, 20), ("m3", "b", "2026-03-01", None), ("m4", None, None, 1),
            ("m5", "a\n", "2025-12-31", 60)]  # fmt: skip


@pytest.fixture
def shop(duck: DuckDB) -> DuckDB:
    """Tables of five accounts and five meetings."""
    duck.run("CREATE OR REPLACE TABLE accounts (id VARCHAR, size BIGINT, created DATE, parent_id VARCHAR, nth INTEGER)")
    duck.run("CREATE OR REPLACE TABLE meetings (id VARCHAR, account_id VARCHAR, held DATE, minutes BIGINT)")
    for number, row in enumerate(ACCOUNTS):
        duck.run(f"INSERT INTO accounts VALUES ({', '.join(map(literal, (*row, number)))})")
    for meeting in MEETINGS:
        duck.run(f"INSERT INTO meetings VALUES ({', '.join(map(literal, meeting))})")
    return duck


def literal(item: str | int | None) -> str:
    """Return a constant."""
    return "NULL" if item is None else str(item) if isinstance(item, int) else f"'{item}'"


def test_definitions_of_related_records_that_are_not_there_are_those_of_a_record_of_which_all_is_missing(
    shop: DuckDB, tmp_path: Path
) -> None:
    text = "define known of account { means parent.usual = 3 and not parent.has_size }\n"
    text += "define usual of account { means size or else 3 }\ndefine has_size of account { means size is known }"
    assert run(shop, tmp_path, text, "known") == [True, False, True, True, False]


def test_the_first_record_of_a_key_is_the_related_one(shop: DuckDB, tmp_path: Path) -> None:
    assert run(shop, tmp_path, "define above of account { means parent.size or else 0 }", "above") == [0, 5, 0, 0, 7]


def test_keys_are_trimmed_and_missing_ones_find_nobody(shop: DuckDB, tmp_path: Path) -> None:
    assert run(shop, tmp_path, "define n of account { means count(meetings) + 0 }", "n") == [2, 2, 0, 0, 2]


def test_a_comparison_with_the_record_around_is_one_for_each_record(shop: DuckDB, tmp_path: Path) -> None:
    text = "define n of account { means any(meetings where held >= this.created) }"
    assert run(shop, tmp_path, text, "n") == [True, None, False, False, None]


def test_a_relation_without_a_table_has_no_records(shop: DuckDB, tmp_path: Path) -> None:
    text = "define n of account { means count(meetings) = 0 and sum(minutes of meetings) = 0 and parent is missing }"
    assert run(shop, tmp_path, text, "n", linked=False) == [True] * 5


def test_aggregates_over_one_relation_share_one_grouping(tmp_path: Path) -> None:
    text = "define n of account { means count(meetings where minutes > 5) > 1 and sum(minutes of meetings) > 3 and late }\n"
    text += "define late of account { means max(held of meetings) > 2026-01-01 and any(meetings where held is known) }"
    statement = said(tmp_path, text, ["n"])
    assert statement.count("GROUP BY") == 2
    assert statement.count('FROM "meetings_read" AS "meetings"') + statement.count('FROM "meetings" AS "meetings"') == 1
    assert statement.count('FROM "meetings_as_written" WHERE COALESCE((SELECT BOOL_OR(') == 1


def test_keys_without_white_space_find_the_records_that_those_with_it_find(shop: DuckDB, tmp_path: Path) -> None:
    text = "define n of account { means count(meetings where minutes > 25) + sum(minutes of meetings where minutes is known) "
    text += "- (max(minutes of meetings where minutes is known) or else 7) }"
    otherwise = run(shop, tmp_path, text, "n")
    assert otherwise == [32, None, -7, -7, 32]
    shop.run("UPDATE meetings SET account_id = account_id[1] WHERE account_id[1] = 'a'")
    assert run(shop, tmp_path, text, "n") == otherwise
    shop.run("UPDATE meetings SET account_id = account_id[-1]")
    assert run(shop, tmp_path, text, "n") == otherwise


@pytest.mark.parametrize(
    ("where", "sums"),
    [
        ("minutes is known", [90, 20, 0, 0, 90]),
        ("held is known and minutes is known", [90, 0, 0, 0, 90]),
        ("held > 2025-06-01 and minutes is known", [90, None, 0, 0, 90]),
        ("held is known", [90, None, 0, 0, 90]),
        ("held is known or minutes is known", [90, None, 0, 0, 90]),
    ],
)
def test_values_that_are_asked_for_are_not_missed(shop: DuckDB, tmp_path: Path, where: str, sums: list[int | None]) -> None:
    assert run(shop, tmp_path, f"define n of account {{ means sum(minutes of meetings where {where}) }}", "n") == sums


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    text = "define n of account { means size > 3 }\ndefine m of account { means count(meetings) > 3 and parent.size > 1 }"
    statement = said(tmp_path, text, ["n"], frame_of=["m"])
    assert "meetings" not in statement
    assert "parent" not in statement
    assert "created" not in statement


def test_definitions_that_build_on_one_another_make_no_more_text_than_there_is_to_say(tmp_path: Path) -> None:
    def lengths(line: str) -> list[int]:
        texts = ["\n".join([line.format(n=1, p="size"), *(line.format(n=n, p=f"d{n - 1}") for n in range(2, count + 1))])
                 for count in (10, 20, 40)]  # fmt: skip
        return [len(said(tmp_path, text, [f"d{count}"])) for text, count in zip(texts, (10, 20, 40), strict=True)]

    for line in (
        "define d{n} of account {{ means if {p} > {n} then {p} - 1 else {p} + 1 }}",
        "define d{n} of account {{ means sum(minutes of meetings where minutes > this.{p}) }}",
    ):
        few, more, many = lengths(line)
        assert many - more < 2.2 * (more - few)


def test_spark_refuses_many_aggregates_that_each_read_the_one_before(tmp_path: Path) -> None:
    line = "define d{n} of account {{ means sum(minutes of meetings where minutes > this.{p}) }}"
    text = "\n".join([line.format(n=1, p="size"), *(line.format(n=n, p=f"d{n - 1}") for n in range(2, 12))])
    with pytest.raises(Unsayable, match="aggregates that each compare with the one before"):
        said(tmp_path, text, ["d11"], Dialect.SPARK)


def test_cells_are_read_before_they_join(shop: DuckDB, tmp_path: Path) -> None:
    text = "define n of account { means size + parent.size + count(meetings where minutes > 25) }"
    shop.run("CREATE OR REPLACE TABLE accounts AS SELECT CAST(COLUMNS(* EXCLUDE nth) AS VARCHAR), nth FROM accounts")
    shop.run("UPDATE accounts SET size = 'many' WHERE nth = 2")
    assert run(shop, tmp_path, text, "n", held=Held.TEXT) == [None, None, None, None, None]
    text = "define n of account { means (size or else 0) + (parent.size or else 100) + count(meetings where minutes > 25) }"
    assert run(shop, tmp_path, text, "n", held=Held.TEXT) == [107, None, 100, 101, 111]


def test_names_are_short_ascii_and_each_given_once() -> None:
    namer = Namer()
    namer.reserve("ORDER")
    hints = ["order", "Größe (m²)", "größe (m²)", "x" * 200, "x" * 200, "1st", "", '"; DROP TABLE x; --', "日本"]
    names = [namer.name(hint) for hint in hints]
    assert len({name.lower() for name in names}) == len(names)
    assert "order" not in names
    assert all(name.isascii() and name.isidentifier() and len(name) <= LONGEST for name in names)


def source(ruleset: ir.Ruleset, held: Held = Held.VALUE, *, linked: bool = True) -> Source:
    """Return the source of accounts; ``held`` is what their columns hold."""

    def of(entity: str, what: Held, passed: dict[str, str]) -> Source:
        columns = {field.name: SourceColumn(field.name, what) for field in ruleset.entity(entity).fields}
        return Source(entity, tree.table(f"{entity}s"), columns, {}, passed)

    account, meeting = of("account", held, {"nth": "nth"}), of("meeting", Held.VALUE, {})
    links = {"parent": Link(account, "parent_id", "id", "nth"), "meetings": Link(meeting, "id", "account_id")}
    return Source("account", account.table, account.columns, links if linked else {}, account.passed)


def ruleset_of(tmp_path: Path, text: str) -> ir.Ruleset:
    """Return the IR of a ruleset with these definitions."""
    path = tmp_path / "shop.rev"
    path.write_text(HEAD + text, encoding="utf-8")
    return revrules.load(path).ir


def said(
    tmp_path: Path, text: str, asked: list[str], dialect: Dialect = Dialect.DUCKDB, frame_of: list[str] | None = None
) -> str:
    """Return the statement for definitions; ``frame_of`` are definitions that were asked for, but not selected."""
    ruleset = ruleset_of(tmp_path, text)
    frame = Frame(ruleset, source(ruleset), dialect, when(dialect))
    for name in frame_of or []:
        frame.value(ref(ruleset, name))
    return tree.printed(frame.select([(frame.value(ref(ruleset, name)), name) for name in asked]), dialect)


def run(engine: DuckDB, tmp_path: Path, text: str, asked: str, held: Held = Held.VALUE, *, linked: bool = True) -> list[object]:
    """Return a definition of every account, in the order of their numbers."""
    ruleset = ruleset_of(tmp_path, text)
    frame = Frame(ruleset, source(ruleset, held, linked=linked), Dialect.DUCKDB, when(Dialect.DUCKDB))
    query = frame.select([(frame.passed("nth"), "nth"), (frame.value(ref(ruleset, asked)), "asked")])
    rows = engine.run(tree.printed(query, Dialect.DUCKDB))
    assert len(rows) == len(ACCOUNTS)
    return [found for _, found in sorted(rows, key=str_of_number)]


def ref(ruleset: ir.Ruleset, name: str) -> ir.Ref:
    """Return a reference to a definition of accounts."""
    definition = ruleset.definition(f"account.{name}")
    return ir.Ref(definition.id, definition.type, ranged=is_ranged(definition.expr))
