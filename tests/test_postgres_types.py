"""Every common type of a column in Postgres is read as the same value in a file would be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import revrules
from revrules.engines.placing import Order, prepare
from revrules.engines.postgres import Postgres as Database
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from engines import Postgres, Server

RULES = """
team sales
entity thing key id {{ id text required  value {declared} }}
lifecycle things of thing {{
  stage other {{ entry owner sales }}
  stage same {{ owner sales from other requires {{ same: value = {value} }} won }}
}}
"""
VALUES = [
    ("integer", "smallint", "-7", "-7"),
    ("integer", "integer", "-7", "-7"),
    ("integer", "bigint", "9007199254740993", "9007199254740993"),
    ("integer", "numeric", "12.000", "12"),
    ("integer", "numeric(30, 0)", "9223372036854775807", "9223372036854775807"),
    ("integer", "real", "3", "3"),
    ("integer", "whole_domain", "5", "5"),
    ("number", "smallint", "2", "2.0"),
    ("number", "real", "0.5", "0.5"),
    ("number", "real", "0.1", "0.10000000149011612"),
    ("number", "double precision", "0.1", "0.1"),
    ("number", "numeric", "0.1", "0.1"),
    ("number", "numeric(60, 30)", "0.1", "0.1"),
    ("money", "integer", "12", "12"),
    ("money", "numeric(18, 4)", "12.3456", "12.3456"),
    ("money", "numeric", "12.34565", "12.3457"),
    ("money", "double precision", "12.5", "12.5"),
    ("money", "amount_domain", "12.5", "12.5"),
    ("text", "text", "Ada", '"Ada"'),
    ("text", "character varying(9)", "Ada", '"Ada"'),
    ("text", "character(9)", "Ada", '"Ada"'),
    ("text", "name", "Ada", '"Ada"'),
    ("text", "uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'),
    ("text", "mood", "sad", '"sad"'),
    ("text", "bigint", "12", '"12"'),
    ("enum { sad, ok }", "mood", "sad", "sad"),
    ("enum { sad, ok }", "mood_domain", "sad", "sad"),
    ("enum { sad, ok }", "character(9)", "sad", "sad"),
    ('enum { sad "7", ok "8" }', "integer", "7", "sad"),
    ("boolean", "boolean", "true", "true"),
    ("boolean", "integer", "1", "true"),
    ("date", "date", "2026-03-29", "2026-03-29"),
    ("date", "timestamp", "2026-03-29", "2026-03-29"),
    ("datetime", "timestamp", "2026-03-29 12:00:00.000001", "2026-03-29T12:00:00.000001Z"),
    ("datetime", "timestamp(0)", "2026-03-29 12:00", "2026-03-29T12:00Z"),
    ("datetime", "timestamptz", "2026-03-29 14:00+02", "2026-03-29T12:00Z"),
    ("duration in hours", "integer", "36", "36 hours"),
]
NO_VALUES = [
    ("integer", "numeric", "1.5"),
    ("integer", "numeric", "NaN"),
    ("integer", "numeric(40, 0)", "9223372036854775808"),
    ("integer", "double precision", "Infinity"),
    ("integer", "boolean", "true"),
    ("number", "double precision", "NaN"),
    ("number", "real", "-Infinity"),
    ("number", "numeric", "NaN"),
    ("number", "numeric", "Infinity"),
    ("number", "numeric", "1e400"),
    ("money", "numeric", "100000000000000"),
    ("money", "numeric", "-Infinity"),
    ("money", "double precision", "1e300"),
    ("money", "money", "12.50"),
    ("date", "date", "infinity"),
    ("date", "date", "0044-03-15 BC"),
    ("date", "date", "10000-01-01"),
    ("date", "timestamp", "infinity"),
    ("datetime", "timestamp", "-infinity"),
    ("datetime", "timestamptz", "infinity"),
    ("datetime", "timestamptz", "10000-01-01 00:00Z"),
    ("datetime", "date", "2026-03-29"),
    ("datetime", "time", "12:00"),
    ("text", "json", '{"a": 1}'),
    ("text", "jsonb", '{"a": 1}'),
    ("text", "text[]", "{a}"),
    ("text", "bytea", "a"),
    ("boolean", "bit", "1"),
    ("enum { sad, ok }", "mood", "glad"),
]
TYPES = """
CREATE TYPE types.mood AS ENUM ('sad', 'ok', 'glad');
CREATE DOMAIN types.mood_domain AS types.mood;
CREATE DOMAIN types.whole_domain AS integer CHECK (VALUE > 0);
CREATE DOMAIN types.first_domain AS numeric(18, 4);
CREATE DOMAIN types.amount_domain AS types.first_domain;
"""


@pytest.fixture(scope="module")
def types(postgres: Postgres, server: Server) -> Server:
    postgres.run("DROP SCHEMA IF EXISTS types CASCADE; CREATE SCHEMA types;" + TYPES)
    return server


def answers(server: Server, postgres: Postgres, rules: str, type_: str, value: str) -> list[tuple[object, ...]]:
    postgres.run(f"SET search_path = types; DROP TABLE IF EXISTS thing; CREATE TABLE thing (id text, value {type_})")
    postgres.run(f"INSERT INTO thing VALUES ('1', '{value}'), ('2', NULL); SET search_path = public")
    order = Order("types.thing", as_of=datetime(2026, 11, 21, tzinfo=UTC), columns=["id", "stage", "missing", "data_problems"])
    with Database(server.url) as database:
        return sorted(database.run(prepare(revrules.loads(rules), order, database).query.text()), key=str)


@pytest.mark.parametrize(("declared", "type_", "value", "meant"), VALUES)
def test_a_value_is_read(declared: str, type_: str, value: str, meant: str, types: Server, postgres: Postgres) -> None:
    found = answers(types, postgres, RULES.format(declared=declared, value=meant), type_, value)
    assert found == [("1", "same", [], []), ("2", "other", ["value"], [])]


@pytest.mark.parametrize(("declared", "type_", "value"), NO_VALUES)
def test_what_is_no_value_is_told(declared: str, type_: str, value: str, types: Server, postgres: Postgres) -> None:
    known = RULES.replace("value = {value}", "value is known").format(declared=declared)
    ((key, stage, _, told), other) = answers(types, postgres, known, type_, value)
    assert (key, stage, len(told)) == ("1", "other", 1)
    assert other[3] == []


@pytest.mark.parametrize("type_", ["interval", "interval day to second"])
def test_lengths_of_time_with_months_and_days_are_refused(type_: str, types: Server, postgres: Postgres) -> None:
    with pytest.raises(DataError) as refused:
        answers(types, postgres, RULES.format(declared="duration", value="36 hours"), type_, "36 hours")
    assert refused.value.diagnostic.code == "REV740"
