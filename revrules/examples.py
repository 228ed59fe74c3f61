"""The examples of a ruleset into passed and failed: what was expected, what was found, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from revrules.ir import Definition, DefinitionKind, Lifecycle, Ref, type_of
from revrules.reads import name_of
from revrules.reference import evaluate, place
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules import ir
    from revrules.runtime.results import NextStage, Placement, Seen

ASKED = "what an example asks for"
"""The id of the definition that stands for the expression of an expectation; no ruleset can declare it."""


class Outcome(NamedTuple):
    """What became of one expectation: ``expected`` and ``found`` in words ("stage `mql`"), ``reasons`` for what was found."""

    expectation: ir.Expectation
    expected: str
    found: str
    passed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What became of one example."""

    example: ir.Example
    as_of: datetime
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The expectations that were not met."""
        return tuple(outcome for outcome in self.outcomes if not outcome.passed)


def run_examples(ruleset: ir.Ruleset, *, as_of: datetime | None = None) -> tuple[ExampleResult, ...]:
    """Return the result of each example, in the order of the files.

    ``as_of`` (aware) is the instant of the examples that do not say one themselves; without it, the current time.
    """
    otherwise = as_of or datetime.now(UTC)
    return tuple(_run(ruleset, example, example.as_of or otherwise) for example in ruleset.examples)


def lifecycle_of(ruleset: ir.Ruleset, entity: str, name: str | None) -> ir.Lifecycle:
    """Return the lifecycle of ``entity`` by that name, its only one without a name, or an empty one: rules need none."""
    of_entity = [each for each in ruleset.lifecycles if each.entity == entity and name in (None, each.name)]
    return of_entity[0] if of_entity else Lifecycle("", "", entity, (), ())


def record_of(given: Iterable[tuple[str, ir.Given]]) -> dict[str, object]:
    """Return the record of an example as interpretations read it: dicts for related records, lists of them for many."""

    def value(each: ir.Given) -> object:
        if isinstance(each, tuple):
            return record_of(each)
        return [record_of(item) for item in each] if isinstance(each, list) else each

    return {name: value(each) for name, each in given}


def _run(ruleset: ir.Ruleset, example: ir.Example, as_of: datetime) -> ExampleResult:
    record = record_of(example.given)
    placements: dict[str, Placement] = {}

    def placement(expectation: ir.Expectation) -> Placement:
        lifecycle = lifecycle_of(ruleset, example.entity, expectation.lifecycle)
        if lifecycle.name not in placements:
            placements[lifecycle.name] = place(ruleset, lifecycle, record, as_of)
        return placements[lifecycle.name]

    def outcome(expectation: ir.Expectation) -> Outcome:
        if expectation.expr is None:
            return _about_placement(expectation, placement(expectation))
        asked = Definition(ASKED, ASKED, example.entity, DefinitionKind.DEFINE, type_of(expectation.expr), expectation.expr)
        with_question = replace(ruleset, definitions=(*ruleset.definitions, asked))
        return _about_value(expectation, expectation.expr, evaluate(with_question, ASKED, record, as_of))

    return ExampleResult(example, as_of, tuple(outcome(expectation) for expectation in example.expectations))


# --- what was found ----------------------------------------------------------------------------------------------


def _about_placement(expectation: ir.Expectation, found: Placement) -> Outcome:
    reasons = tuple(_reasons(found))
    match expectation.kind:
        case "stage":
            stage = expectation.names[0] if expectation.names else None
            return Outcome(expectation, _stage(stage), _stage(found.stage), stage == found.stage, reasons)
        case "verdict":
            verdict = found.verdict.value if found.verdict is not None else "none: no stage is tracked"
            declared = f" (declared: {found.declared})" if found.declared else ""
            wanted = expectation.names[0]
            return Outcome(expectation, f"verdict {wanted}", f"verdict {verdict}{declared}", wanted == verdict, reasons)
        case "blocked by":
            return _about_names(expectation, "blocked by", (blocker.criterion for blocker in found.blockers), reasons)
        case "missing":
            return _about_names(expectation, "missing", found.missing, reasons)
        case "violates":
            broken = [violation.rule for violation in found.violations]
            return _about_names(expectation, "violates", broken, tuple(f"`{v.rule}`: {v.message}" for v in found.violations))
        case kind:
            raise AssertionError(f"an expectation speaks of a stage, verdict, blockers, missing fields or rules, not of {kind}")


def _about_names(expectation: ir.Expectation, words: str, found: Iterable[str], reasons: tuple[str, ...]) -> Outcome:
    """Compare names without regard to their order: exactly these are expected."""
    seen = sorted(dict.fromkeys(found))
    wanted = sorted(dict.fromkeys(expectation.names))
    return Outcome(expectation, f"{words} {_list(wanted)}", f"{words} {_list(seen)}", seen == wanted, reasons)


def _about_value(expectation: ir.Expectation, expr: ir.Expr, found: object) -> Outcome:
    enum = isinstance(type_of(expr), EnumType)
    shown = value_in_words(found, enum=enum)
    about = f"`{name_of(expr)}` " if isinstance(expr, Ref) and " contains " in expr.definition else ""
    match expectation.state:
        case "known" | "missing" as state:
            return Outcome(expectation, state, shown, (found is None) == (state == "missing"), ())
        case "unknown":
            return Outcome(expectation, f"{about}unknown", "unknown" if found is None else shown, found is None, ())
        case "true" | "false" as state:
            wanted: object = state == "true"
            return Outcome(expectation, f"{about}{state}", "unknown" if found is None else shown, found is wanted, ())
        case None:
            return Outcome(expectation, value_in_words(expectation.value, enum=enum), shown, found == expectation.value, ())
        case other:
            raise AssertionError(f"a value is true, false, unknown, known or missing, not {other}")


# --- words -------------------------------------------------------------------------------------------------------


def _reasons(found: Placement) -> Iterator[str]:
    """Say how the record came where it is, and what keeps it from going on."""
    if len(found.path) > 1:
        yield f"came by {' → '.join(found.path)}"
    for following in found.next:
        if following.unmet or following.unknown:
            yield f"`{following.stage}` needs {_needs(following)}"
    for problem in found.problems:
        yield f"`{problem.field}` has no value: {problem.value} is {problem.reason}"


def _needs(following: NextStage) -> str:
    unmet = [f"`{b.criterion}`{_seen([_looked_at(s) for s in b.seen])}" for b in following.unmet]
    unknown = [f"`{b.criterion}`{_seen([f'{name} is missing' for name in b.missing])}" for b in following.unknown]
    return ", ".join([*unmet, *unknown])


def _looked_at(seen: Seen) -> str:
    return f"{seen.name} is missing" if seen.value is None else f"{seen.name} = {value_in_words(seen.value)}"


def _seen(parts: list[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


def _stage(name: str | None) -> str:
    return "no stage" if name is None else f"stage `{name}`"


def _list(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def value_in_words(value: object, *, enum: bool = False) -> str:
    """Return a value as the language writes it."""
    match value:
        case None:
            return "missing"
        case bool():
            return str(value).lower()
        case str():
            return value if enum else f'"{value}"'
        case Decimal():
            return f"{value.normalize():f}"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date() | int() | float():
            return str(value)
        case timedelta():
            return _length(value)
        case tuple() | list():
            return f"{len(value)} records"
        case _:
            return str(value)


def _length(value: timedelta) -> str:
    """Return a length of time in the largest unit in which it is whole.

    >>> _length(timedelta(days=2)), _length(timedelta(minutes=90)), _length(timedelta(seconds=1))
    ('2 days', '90 minutes', '1 second')
    """
    sizes = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1), "second": timedelta(seconds=1)}
    unit = next((unit for unit, size in sizes.items() if value and value % size == timedelta(0)), "second")
    count = value / sizes[unit]
    return f"{count:g} {unit}{'' if count == 1 else 's'}"
