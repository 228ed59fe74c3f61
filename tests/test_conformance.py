"""What the language means, case by case: every statement of grammar/language.md about a value, run by every interpretation.

``tests/conformance/*.toml``: file, section, case. A file opens with ``setup`` (declarations in the language's own words),
``as_of`` and ``entity``, perhaps ``files`` that the declarations name. A case holds

* ``expr``, perhaps ``record``, and ``is`` (a value, or "missing", "unknown"); or ``rows`` of a record and what then comes out;
* or ``record`` and claims about its placement (``stage``, ``verdict``, ``blocked`` …) in ``lifecycle``;
* or ``field`` (as declared) and ``rows`` of a cell and its value, or the reason why it has none as ``{ not = "…" }``.

Amounts of money and lengths of time are texts: ``"12.50"``, ``"PT36H"``.
"""

from __future__ import annotations

import datetime
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from revrules import reference
from revrules.backends.program import Program, ValueProgram
from revrules.backends.python import generate_lifecycle, generate_value
from revrules.compiler import compile_text
from revrules.functions import FUNCTIONS
from revrules.readers import field_spec
from revrules.runtime.cells import field_reader, iso_duration
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from revrules import ir
    from revrules.runtime.results import Placement
    from revrules.types import Type

FOLDER = Path(__file__).parent / "conformance"
NOTHING = {"missing", "unknown"}
"""The words for no value."""


class Interpretation(NamedTuple):
    """A way to run a ruleset: the value of a definition by its id, the placement in a lifecycle by its name."""

    value: Callable[[ir.Ruleset, str, Mapping[str, object], datetime.datetime], object]
    place: Callable[[ir.Ruleset, str, Mapping[str, object], datetime.datetime, reference.Mode], Placement]


def reference_place(
    ruleset: ir.Ruleset, lifecycle: str, record: Mapping[str, object], now: datetime.datetime, mode: reference.Mode
) -> Placement:
    """Place a record as the reference does."""
    declared = ruleset.lifecycle(lifecycle)
    return reference.place(ruleset, declared, record, now, mode)


def python_value(ruleset: ir.Ruleset, definition: str, record: Mapping[str, object], now: datetime.datetime) -> object:
    """Evaluate a definition by generated Python."""
    return ValueProgram(generate_value(ruleset, definition)).bind(now)(record)


def python_place(
    ruleset: ir.Ruleset, lifecycle: str, record: Mapping[str, object], now: datetime.datetime, mode: reference.Mode
) -> Placement:
    """Place a record by generated Python."""
    bound = Program.from_source(generate_lifecycle(ruleset, lifecycle)).bind(now)
    return bound.place(record) if mode is reference.Mode.EVIDENCE else bound.advance(record)


INTERPRETATIONS = {
    "reference": Interpretation(reference.evaluate, reference_place),
    "python": Interpretation(python_value, python_place),
}


class Case(NamedTuple):
    """One case of a file. ``definition`` names the one that the harness made of ``expr``."""

    file: str
    section: str
    number: int
    content: dict[str, Any]

    @property
    def title(self) -> str:
        """How a report names the case."""
        return f"{self.file}: {self.section} {self.number}: {self.content.get('expr') or self.content.get('field') or ''}"

    @property
    def definition(self) -> str:
        """The name of the definition that the expression is given."""
        return f"{self.section}_{self.number}"


@cache
def read_file(name: str) -> dict[str, Any]:
    """Return the content of a file."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def cases(kind: str) -> Iterator[Case]:
    """Yield the cases that have the key ``kind``."""
    for path in sorted(FOLDER.glob("*.toml")):
        for section, content in read_file(path.name).items():
            if isinstance(content, list):
                for number, case in enumerate(content, 1):
                    if kind in case:
                        yield Case(path.name, section, number, case)


@cache
def compiled(file: str) -> ir.Ruleset:
    """Return the ruleset of a file: its setup, and a definition for every expression."""
    content = read_file(file)
    lines = [content["setup"]]
    for case in cases("expr"):
        if case.file == file:
            lines.append(f"define {case.definition} of {entity_of(case)} {{ means {case.content['expr']} }}")
    today = datetime.date(2026, 11, 21)
    result = compile_text("\n".join(lines), path=file, files=content.get("files"), today=today)
    problems = [f"{d.code} {d.message}: {lines_of(result.sources, d)}" for d in result.errors]
    assert result.ruleset is not None, "\n".join(problems)
    return result.ruleset


def lines_of(sources: Mapping[str, Any], diagnostic: Any) -> str:
    """Return the line that a diagnostic is about."""
    if diagnostic.span is None:
        return ""
    source = sources[diagnostic.span.path]
    return source.line_text(source.place(diagnostic.span.start).line)


def entity_of(case: Case) -> str:
    """Return the entity that the case is about."""
    return case.content.get("entity") or read_file(case.file)["entity"]


def as_of(case: Case) -> datetime.datetime:
    """Return the instant of the case."""
    return case.content.get("as_of") or read_file(case.file)["as_of"]


def expected_value(told: object, type_: Type) -> object:
    """Return the value that a case tells."""
    if isinstance(told, str) and told in NOTHING:
        return None
    if type_ is Scalar.MONEY:
        return Decimal(str(told))
    if type_ is Scalar.DURATION:
        return iso_duration(str(told))[0]
    return told


def rows_of(content: dict[str, Any]) -> list[tuple[dict[str, Any], object]]:
    """Return the records of a case, each with what comes out."""
    if "rows" in content:
        return [(record, told) for record, told in content["rows"]]
    return [(content.get("record", {}), content["is"])]


@pytest.mark.parametrize("name", INTERPRETATIONS)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in cases("expr")])
def test_an_expression_has_the_value_that_the_case_tells(case: Case, name: str) -> None:
    ruleset = compiled(case.file)
    definition = ruleset.definition(f"{entity_of(case)}.{case.definition}")
    for record, told in rows_of(case.content):
        found = INTERPRETATIONS[name].value(ruleset, definition.id, record, as_of(case))
        assert found == expected_value(told, definition.type), record
        assert type(found) is type(expected_value(told, definition.type)), record


@pytest.mark.parametrize("name", INTERPRETATIONS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_example_of_each_function_of_the_catalogue_has_its_value(function: str, name: str) -> None:
    call, value = FUNCTIONS[function].example
    text = f"entity e key id {{ id text }}\ndefine found of e {{ means {call} = {value} }}"
    compiled_one = compile_text(text, today=datetime.date(2026, 11, 21))
    assert compiled_one.ruleset is not None, [problem.message for problem in compiled_one.errors]
    now = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
    assert INTERPRETATIONS[name].value(compiled_one.ruleset, "e.found", {}, now) is True


CLAIMS: dict[str, Callable[[Placement], object]] = {
    "stage": lambda placement: placement.stage or "none",
    "verdict": lambda placement: placement.verdict.value if placement.verdict else "none",
    "path": lambda placement: list(placement.path),
    "certain": lambda placement: placement.certain,
    "declared": lambda placement: placement.declared or "none",
    "owners": lambda placement: list(placement.owners),
    "next": lambda placement: [way.stage for way in placement.next],
    "unmet": lambda placement: [blocker.criterion for way in placement.next for blocker in way.unmet],
    "unknown": lambda placement: [blocker.criterion for way in placement.next for blocker in way.unknown],
    "depends": lambda placement: {b.criterion: list(b.missing) for way in placement.next for b in way.unknown},
    "seen": lambda placement: {
        b.criterion: {seen.name: "missing" if seen.value is None else seen.value for seen in b.seen}
        for way in placement.next
        for b in (*way.unmet, *way.unknown)
    },
    "missing": lambda placement: list(placement.missing),
    "violations": lambda placement: [[violation.rule, violation.level] for violation in placement.violations],
    "unknown_rules": lambda placement: list(placement.unknown_rules),
    "problems": lambda placement: [[problem.field, problem.reason] for problem in placement.problems],
    "due": lambda placement: placement.due or "none",
    "overdue": lambda placement: placement.overdue,
}
"""What a case may claim of a placement."""

INPUTS = {"record", "rows", "is", "as_of", "entity", "mode", "timezone"}
"""What else a case may hold."""


@pytest.mark.parametrize("name", INTERPRETATIONS)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in cases("lifecycle")])
def test_a_record_is_placed_as_the_case_tells(case: Case, name: str) -> None:
    content = case.content
    mode = reference.Mode(content.get("mode", "evidence"))
    placement = INTERPRETATIONS[name].place(compiled(case.file), content["lifecycle"], content["record"], as_of(case), mode)
    claims = {key: told for key, told in content.items() if key in CLAIMS}
    assert claims, "a case claims something"
    assert {key: CLAIMS[key](placement) for key in claims} == claims


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in cases("field")])
def test_a_cell_is_read_as_the_case_tells(case: Case) -> None:
    timezone = case.content.get("timezone", "UTC")
    text = f'ruleset r {{ timezone "{timezone}" }} entity t key id {{ id text  x {case.content["field"]} }}'
    result = compile_text(text, path=case.file)
    assert result.ruleset is not None, [d.message for d in result.errors]
    declared = result.ruleset.entities[0].fields[1]
    read = field_reader(field_spec(declared, timezone))
    for cell, told in case.content["rows"]:
        value, reason = read(cell)
        if isinstance(told, dict):
            assert (value, reason) == (None, told["not"]), cell
        else:
            assert (value, reason) == (expected_value(told, declared.type), ""), cell


def test_every_file_has_cases_and_every_case_says_what_it_tests() -> None:
    kinds = {"expr", "lifecycle", "field"}
    for path in FOLDER.glob("*.toml"):
        sections = {name: content for name, content in read_file(path.name).items() if isinstance(content, list)}
        assert sections, path.name
        assert all(len(kinds & case.keys()) == 1 for content in sections.values() for case in content), path.name
        for case in (case for content in sections.values() for case in content):
            assert case.keys() <= kinds | CLAIMS.keys() | INPUTS, (path.name, case)
            assert "lifecycle" in case or ("is" in case) != bool(case.get("rows")), (path.name, case)
