"""A lifecycle in SQL places every record as the reference does: every column of the answer, on every engine, in both modes."""

from __future__ import annotations

import os
import time
from random import Random, SystemRandom
from typing import TYPE_CHECKING, cast

import pytest
from placed_sql import COLUMNS, Difference, differences, query_of
from random_records import random_record
from random_tables_of_rulesets import NTH, Tables, random_tables, with_keys
from strategies import Maker

from revrules.backends.sql import ANSWERS, Dialect, Kind, Unsayable, placed, tree
from revrules.backends.sql.times import when_now
from revrules.compiler import compile_path, compile_text
from revrules.readers import record_spec
from revrules.resources import resource_root
from revrules.runtime.records import read_record, record_reader
from revrules.tables.answers import ANSWERS as TOLD

if TYPE_CHECKING:
    from engines import DuckDB, Engine, Postgres, Spark

    from revrules import ir

FIXED = os.environ.get("REVRULES_RANDOM_SEED")
MOST_TRIED = 8
"""Random rulesets for each that is to be compared: engines have gaps."""
MODES = ("evidence", "advance")
TYPES = {Kind.TEXT: "VARCHAR", Kind.BOOLEAN: "BOOLEAN", Kind.TEXTS: "VARCHAR[]"}

HEAD = """
team sales "Sales"
team success "Success"
entity account key id {
  id text required
  a integer
  b integer
  c boolean
  d date
  e datetime
  claim text
  claimed enum { s1 "One", s2, other }
}
"""

GRAPHS = {
    "a diamond": """
        stage s1 { entry owner sales requires { one: a > 0 } }
        stage s2 { from s1 owner sales requires { two: b > 0 } }
        stage s3 { from s1 when c requires { three: d is known } }
        stage s4 { from s2, s3 requires any of { four: a > 1  five: b > 1 } }
        stage s5 { from s4 requires { six: a > 2 } }
        """,
    "many ways out of one stage": """
        stage s1 { entry requires { one: a > 0 } }
        stage s2 { from s1 when c requires { two: b > 0 } }
        stage s3 { from s1 requires { three: b > 1 } lost }
        stage s4 { from s1 when a > 2 requires { four: d is known } }
        stage s5 { from s1, s4 requires any of { five: c  six: a > 4 } }
        stage s6 { from s1 requires { seven: e is known } }
        stage s7 { from s1, s6 when a > 3 or b > 3 }
        """,
    "several entries": """
        stage s1 { entry owner sales requires { one: a > 0 } }
        stage s2 { entry owner success requires { two: b > 0 } }
        stage s3 { from s1, s2 requires all of { one: c  two: a > 1 } }
        """,
    "stages that ask nothing": """
        stage s1 { entry owner sales }
        stage s2 { from s1 when c }
        stage s3 { from s1 }
        stage s4 { from s3 stamped by e leave within 2 days }
        """,
    "loops": """
        stage s1 { entry back from s4 when c owner sales requires { one: a > 0 } }
        stage s2 { from s1 back from s3 requires { two: b > 0 } stamped by d leave within 1 month }
        stage s3 { from s2 owner success requires { three: c } won }
        stage s4 { from any requires at least 2 of { x: a > 5  y: b > 5  z: c } lost }
        """,
    "old names and labels": """
        stage s1 "First" | "1st" was zero, s9 { entry requires { one: a > 0 } }
        stage s2 "s1" | "Second" was one { from s1 requires { two: b > 0 } }
        """,
    "groups in groups": """
        stage s1 { entry requires any of { one: a > 0  all of { two: b > 0  three: c } } }
        stage s2 { from s1 when b > 3 stamped by d
                   requires any of { one: a > 3  at least 2 of { two: c  three: d is known  one2: b > 4 } } }
        stage s3 { from s1 requires all of { one: c  any of { two: a > 4  three: b > 2 } } }
        """,
}


@pytest.fixture(params=["duck", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine that starts quickly."""
    found: Engine = request.getfixturevalue(request.param)
    return found


def test_the_columns_are_those_of_placed_files() -> None:
    assert [(name, TYPES[answer.kind]) for name, answer in ANSWERS.items()] == [(column.name, column.type) for column in TOLD]


def test_duckdb_places_random_records_as_the_reference_does(duck: DuckDB) -> None:
    assert compared(duck, 20, 100) >= 100


def test_postgres_places_random_records_as_the_reference_does(postgres: Postgres) -> None:
    assert compared(postgres, 8, 30) >= 30


@pytest.mark.spark
def test_spark_places_random_records_as_the_reference_does(spark: Spark) -> None:
    assert compared(spark, 2, 1) >= 1


@pytest.mark.spark
def test_spark_follows_loops_and_long_ways(spark: Spark) -> None:
    for text in (f"{HEAD}lifecycle life of account {{ tracks claim\n{GRAPHS['loops']} }}", funnel(60, 2)):
        tables = with_claims(Random(7), compiled(text), 20)
        made(spark, tables)
        assert not differences(tables, spark)


@pytest.mark.parametrize("tracks", ["", "tracks claim", "tracks claimed"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_graphs_of_every_shape(engine: Engine, graph: str, tracks: str) -> None:
    ruleset = compiled(f"{HEAD}lifecycle life of account {{ {tracks}\n{GRAPHS[graph]} }}")
    assert not differing(engine, with_claims(Random(7), ruleset, 60))


@pytest.mark.parametrize("name", ["b2b_saas", "hubspot_lifecycle", "salesforce_opportunity"])
def test_the_standard_rulesets(engine: Engine, name: str) -> None:
    ruleset = compile_path(resource_root() / "rulesets" / name).ruleset
    assert ruleset is not None
    assert not differing(engine, realistic(Random(3), ruleset, 40))


def test_a_hundred_stages_with_a_thousand_criteria_are_said_in_seconds(engine: Engine) -> None:
    ruleset = compiled(funnel(100, 10))
    tables = with_claims(Random(1), ruleset, 12)
    began = time.process_time()
    query_of(tables, ruleset.lifecycles[0], engine, COLUMNS).text()
    assert time.process_time() - began < 5
    made(engine, tables)
    assert not differences(tables, engine)


def test_a_funnel_grows_in_proportion(duck: DuckDB) -> None:
    sizes = []
    for stages in (25, 50, 100):
        ruleset = compiled(funnel(stages, 3))
        tables = with_claims(Random(1), ruleset, 2)
        sizes.append(len(query_of(tables, ruleset.lifecycles[0], duck, ("stage", "blockers", "missing")).text(pretty=False)))
    assert sizes[2] / sizes[1] < 2.5
    assert sizes[1] / sizes[0] < 2.5


def test_more_names_than_an_integer_has_bits(engine: Engine) -> None:
    ruleset = compiled(wide(130))
    tables = with_claims(Random(2), ruleset, 20)
    assert not differing(engine, tables)
    lists = ("blockers", "unknown_criteria", "missing")
    query = query_of(tables, ruleset.lifecycles[0], engine, (*lists, *(f"{name}_mask" for name in lists)))
    for row in engine.run(query.text()):
        cells = dict(zip((column.name for column in query.columns), row, strict=True))
        for name in lists:
            bits = [bit for bit in query.bits if bit.column.startswith(f"{name}_mask") and bit.stage is None]
            set_ = {bit.name for bit in bits if cast("int", cells[bit.column]) >> bit.bit & 1}
            assert set_ == set(cast("list[str]", cells[name])), name


def test_names_are_any_text(engine: Engine) -> None:
    ruleset = compiled("""
        entity account key id { id text required  `a.b` integer as "A"  a integer  b integer  `it's "x"` boolean  claim text }
        lifecycle life of account {
          tracks claim
          stage `first'; drop` "Ünï" { entry requires all of { `a "b"`: `a.b` > 1  `{x}`: `it's "x"` } }
          stage `\\` { from `first'; drop` requires { `%s`: b > 1 } }
        }
        """)
    assert not differing(engine, with_claims(Random(4), ruleset, 30))


def test_the_instant_may_be_known_only_when_the_query_runs(engine: Engine) -> None:
    ruleset = compiled(f"{HEAD}lifecycle life of account {{ {GRAPHS['loops']} }}")
    tables = with_claims(Random(5), ruleset, 40)
    made(engine, tables)
    lifecycle, source = ruleset.lifecycles[0], tables.source("account")
    moment = tree.cast(tree.text("2026-11-21 09:00:00"), "TIMESTAMP")
    query = placed(tables.ruleset, lifecycle, source, engine.dialect, when_now(moment, ruleset, engine.dialect), COLUMNS)
    known = query_of(tables, lifecycle, engine, COLUMNS)
    assert sorted(map(str, engine.run(query.text()))) == sorted(str(row[1:]) for row in engine.run(known.text()))


@pytest.mark.parametrize("mode", MODES)
def test_bit_sets_say_what_the_lists_say(engine: Engine, mode: str) -> None:
    ruleset = compiled(f"{HEAD}lifecycle life of account {{ tracks claim\n{GRAPHS['loops']} }}")
    tables = with_claims(Random(5), ruleset, 40)
    lists = ("blockers", "unknown_criteria", "missing", "violations")
    query = query_of(tables, ruleset.lifecycles[0], engine, ("stage", *lists, *(f"{name}_mask" for name in lists)), mode)
    made(engine, tables)
    for _, stage, *cells in engine.run(query.text()):
        for name, told, mask in zip(lists, cells[:4], cells[4:], strict=True):
            bits = [bit for bit in query.bits if bit.column == f"{name}_mask" and (bit.anywhere or bit.stage == stage)]
            assert isinstance(mask, int)
            assert {bit.name for bit in bits if mask >> bit.bit & 1} == set(told or ()), (name, stage)


@pytest.mark.parametrize("dialect", [Dialect.SNOWFLAKE, Dialect.BIGQUERY])
def test_the_other_dialects_can_say_it(dialect: Dialect) -> None:
    class Nothing:
        def __init__(self) -> None:
            self.dialect = dialect

        def run(self, statement: str) -> list[tuple[object, ...]]:
            raise AssertionError(statement)

    ruleset = compiled(f"{HEAD}lifecycle life of account {{ tracks claimed\n{GRAPHS['a diamond']} }}")
    text = query_of(with_claims(Random(5), ruleset, 4), ruleset.lifecycles[0], Nothing(), COLUMNS).text()
    assert "placed_in_life" in text


# --- tables ------------------------------------------------------------------------------------------------------


def compared(engine: Engine, rulesets: int, records: int) -> int:
    """Compare the records of at least so many random rulesets, of those that the engine can say, and at least so many records.

    Returns how many records were compared, both modes counted.
    """
    first = int(FIXED) if FIXED is not None else SystemRandom().randrange(2**32)
    count = done = 0
    for seed in range(first, first + (1 if FIXED is not None else MOST_TRIED * rulesets)):
        if done >= rulesets and count >= records:
            break
        random = Random(seed)
        tables = random_tables(random, Maker(random).ruleset())
        try:
            found = differing(engine, tables)
        except Unsayable:
            continue
        assert not found, f"REVRULES_RANDOM_SEED={seed}: {found[0]}"
        count += 2 * len(tables.records("account"))
        done += 1
    return count


def differing(engine: Engine, tables: Tables) -> list[Difference]:
    """Return where the answers differ, in both modes."""
    made(engine, tables)
    return [difference for mode in MODES for difference in differences(tables, engine, mode)]


def made(engine: Engine, tables: Tables) -> None:
    """Make the tables on an engine."""
    for statement in tables.statements(engine.dialect):
        engine.run(statement)


def compiled(text: str) -> ir.Ruleset:
    """Return the ruleset of a text, which has no errors."""
    found = compile_text(text)
    assert found.ruleset is not None, found.errors
    return found.ruleset


def with_claims(random: Random, ruleset: ir.Ruleset, most: int) -> Tables:
    """Return random tables whose claims are mostly stages, in every spelling and with white space around."""
    tables = random_tables(random, ruleset, most)
    while len(tables.rows["account"]) < most // 2:
        tables = random_tables(random, ruleset, most)
    spelled = [text for stage in ruleset.lifecycles[0].stages for text in (stage.name, *stage.labels, *stage.was)]
    names = [field.name for field in tables.ruleset.entity("account").fields]
    for row in tables.rows["account"]:
        for name in ("a", "b"):
            if row[name] is not None:
                row[name] = random.randint(-1, 6)
        if "claim" in names and "claim" in tables.columns["account"] and random.random() < 0.8:
            row["claim"] = random.choice(("", " ", "\t")) + random.choice(spelled) + random.choice(("", "\n"))
    return tables


def realistic(random: Random, ruleset: ir.Ruleset, count: int) -> Tables:
    """Return tables with records of the kind that ``random_records`` makes, all relations linked."""
    ruleset = with_keys(random, ruleset)
    rows: dict[str, list[dict[str, ir.Value | None]]] = {}
    for entity in ruleset.entities:
        keys = {entity.key, *(relation.by for one in ruleset.entities for relation in one.relations)}
        reader = record_reader(record_spec(ruleset, entity.name))
        rows[entity.name] = []
        for number in range(count):
            typed, _ = read_record(reader, random_record(random, ruleset, entity.name, 0))
            row = {field.name: cast("ir.Value | None", typed[field.name]) for field in entity.fields}
            row |= {field.name: f"k{random.randint(0, count)}" for field in entity.fields if field.name in keys}
            rows[entity.name].append({**row, NTH: number})
    linked = {(entity.name, relation.name): True for entity in ruleset.entities for relation in entity.relations}
    columns = {entity.name: tuple(field.name for field in entity.fields) for entity in ruleset.entities}
    return Tables(ruleset, rows, linked, columns)


def wide(criteria: int) -> str:
    """Return a ruleset with a stage that has so many criteria, each on a field of its own."""
    fields = ["id text required", "a integer", "b integer", "claim text", *(f"f{n} integer" for n in range(criteria))]
    asked = [f"c{n}: f{n} >= {n - 9}" for n in range(criteria)]
    return "\n".join(
        [
            "entity account key id {",
            *fields,
            "}",
            "lifecycle life of account {",
            "stage s0 { entry requires all of {",
            *asked,
            "} } }",
        ]
    )


def funnel(stages: int, criteria: int) -> str:
    """Return a ruleset with so many stages in a row, each with so many criteria."""
    fields = ["id text required", "a integer", "b integer", "claim text", *(f"f{n} integer" for n in range(40))]
    lines = ["entity account key id {", *fields, "}", "lifecycle life of account {", "tracks claim"]
    for stage in range(stages):
        way = "entry" if stage == 0 else f"from s{stage - 1}"
        asked = [f"c{stage}_{n}: f{(stage * criteria + n) % 40} >= {n - 9}" for n in range(criteria)]
        lines += [f"stage s{stage} {{", way, "requires all of {", *asked, "}", "}"]
    return "\n".join([*lines, "}"])
