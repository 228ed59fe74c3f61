"""No text of a file makes the reading of a decision table raise, and what it accepts is answered alike by all."""

from __future__ import annotations

import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from revrules.backends.program import ValueProgram
from revrules.backends.python import generate_value
from revrules.check.decision_cells import Asked, read_cell
from revrules.check.decision_values import UnfitError
from revrules.check.intervals import complement, united
from revrules.compiler import compile_text
from revrules.format import format_source
from revrules.parse import parse
from revrules.reference import evaluate
from revrules.source import Source
from revrules.types import EnumMember, EnumType, Scalar

NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
RULES = """
team s
entity a key id { id text  c text  n integer  d date  e ordered enum { x, y "Why, so?" } }
classify out of a, first match from "t.csv" { owner s }
"""
PIECES = (
    "", "-", "any", "missing", "known", "not ", "DE", "FR", "x", "y", "Why, so?", "5", "10..20", "..3", "> 7", "<5", "0<..9",
    "2026-11-21", "2026-01-01..", ",", ";", "\t", '"', "{", "}", " ", "\n", "1.000", "1000+", "out", "c", "n", "d", "e", "\0",
)  # fmt: skip
CLAUSES = (
    "gives out", 'gives "Out" { p, q "Q" }', "by c, n", "ignore d", "any case", "otherwise r", 'column "H" is n + 1', "owner s",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
CELLS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
ENUM = EnumType("a.e", (EnumMember("x"), EnumMember("y", ("Why, so?",))), ordered=True)
SPELLINGS = {"x": "x", "y": "y", "Why, so?": "y"}


@given(TEXTS | st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_no_text_makes_a_table_raise(text: str) -> None:
    for table in (text, f"c;n;out\n{text}", f"c,e,d,out\n{text}"):
        compiled = compile_text(RULES, files={"t.csv": table})
        assert compiled.ruleset is not None or compiled.errors
        assert all(d.message == " ".join(d.message.split()) and len(d.message) < 400 for d in compiled.diagnostics)


@given(CELLS | st.text(max_size=20), st.sampled_from([*Scalar, ENUM]))
@settings(max_examples=1_000, deadline=None)
def test_a_cell_is_read_or_refused_in_words(text: str, type_: Scalar | EnumType) -> None:
    try:
        cell = read_cell(text, Asked(type_, datetime.UTC, spellings=SPELLINGS if type_ is ENUM else None, truths={"yes": True}))
    except UnfitError as unfit:
        assert unfit.problem
        return
    if cell.ranges:
        assert not cell.negated
        assert united(cell.ranges, type_) == cell.ranges
        assert complement(complement(cell.ranges, type_), type_) == cell.ranges


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS, st.sampled_from(["p", "q"])), min_size=1, max_size=5),
    st.fixed_dictionaries(
        {
            "c": st.sampled_from([None, "DE", "FR", "x", "é"]),
            "n": st.sampled_from([None, 0, 3, 5, 7, 9, 10, 15, 21]),
            "e": st.sampled_from([None, "x", "y"]),
        }
    ),
)
@settings(max_examples=400, deadline=None)
def test_what_a_table_says_is_said_alike_by_all(rows: list[tuple[str, str, str, str]], record: dict[str, object]) -> None:
    lines = ["\t".join(cell.replace("\t", " ").replace("\n", " ").replace('"', "") for cell in row) for row in rows]
    ruleset = compile_text(RULES, files={"t.csv": "sep=\t\n" + "\n".join(["c\tn\te\tout", *lines])}).ruleset
    if ruleset is None:
        return
    whole = {"id": "1", "d": None, **record}
    assert ValueProgram(generate_value(ruleset, "a.out")).bind(NOW)(whole) == evaluate(ruleset, "a.out", whole, NOW)


@given(st.lists(st.sampled_from(CLAUSES), unique_by=lambda clause: clause.split()[0], max_size=8))
@settings(max_examples=100, deadline=None)
def test_the_clauses_of_a_table_are_laid_out_and_read_alike(clauses: list[str]) -> None:
    text = f'classify out of a, collect from "t.csv" {{ {"  ".join(clauses)} }}\n'
    formatted, _ = format_source(Source("r.rev", text))
    assert formatted is not None
    assert parse(Source("r.rev", formatted))[0] == parse(Source("r.rev", text))[0]
    assert format_source(Source("r.rev", formatted))[0] == formatted
