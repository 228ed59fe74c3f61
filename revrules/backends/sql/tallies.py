"""A lifecycle into the columns that the summary of a run counts: where records stand and what is wrong with them, as bit sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.sql import bits, reasons, tree
from revrules.backends.sql.data_problems import Problem, clashes, possible_problems, shown
from revrules.backends.sql.dependence import Missing
from revrules.backends.sql.expressions import ends
from revrules.backends.sql.frames import Frame
from revrules.backends.sql.joins import key_of
from revrules.backends.sql.outputs import Answers
from revrules.backends.sql.reading_parts import as_text
from revrules.backends.sql.steps import is_one_of
from revrules.backends.sql.unknown import refuted, unknown
from revrules.backends.sql.violations import broken
from revrules.backends.sql.ways import Spot
from revrules.reads import reads
from revrules.runtime.results import Verdict
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.placement import Walk
    from revrules.backends.sql.reasons import Asked
    from revrules.backends.sql.scope import Scope, When
    from revrules.backends.sql.sources import Source
    from revrules.backends.sql.tree import Sql

NEEDED = ("stage", "verdict", "missing", "violations", "overdue")


class Pair(NamedTuple):
    """A criterion of a next stage; ``lost``: of one that ends the lifecycle as lost."""

    stage: str
    criterion: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Tallies:
    """What is counted of every record, and what the columns mean.

    ``spot`` is a number in ``spots``: the stage (None: nowhere) and what the bits of ``unmet`` and ``unknown`` say there.
    The bits of ``missing``, ``lacks`` (of records ahead of the evidence), ``violations`` and ``problems`` are positions in
    ``names``; each set is as many columns as it needs. ``lost`` are relations to one record; their columns hold keys that find
    none.
    """

    tree: Sql
    spots: tuple[tuple[str | None, tuple[Pair, ...]], ...]
    sets: Mapping[str, tuple[str, ...]]
    """The columns of each set."""
    names: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]
    lost: tuple[str, ...]


def tallied(
    ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, source: Source, dialect: Dialect, when: When, mode: str = "evidence"
) -> Tallies:
    """Return the columns that a summary counts, of every record of ``source``. Raises ``Unsayable``."""
    frame = Frame(ruleset, source, dialect, when)
    answers = Answers(lifecycle, frame, NEEDED, advance=mode == "advance")
    walk = answers.walk
    spots = _spots(walk)
    problems = possible_problems(walk, frame)
    violations = broken(walk)
    lacks_names, lacks = _lacks(answers, walk)
    missing_names, missing = answers.lacking
    words: dict[str, list[Sql]] = {
        "unmet": _by_spot(walk, spots, refuted),
        "unknown": _by_spot(walk, spots, unknown),
        "missing": missing,
        "lacks": lacks,
        "violations": bits.of({n: one.when for n, one in enumerate(violations)}, len(violations)),
        "problems": bits.of({n: one.when for n, one in enumerate(problems)}, len(problems)),
    }
    sets = {name: tuple(f"{name}_{n}" for n in range(len(found))) for name, found in words.items()}
    verdict = frame.kept(answers.column("verdict")[0][0], "verdict")
    claimed = tree.case([(tree.binary("=", verdict, tree.text(Verdict.AHEAD)), walk.declared_name)])
    at = [(walk.at([spot]), tree.whole(number)) for number, (spot, _) in enumerate(spots)]
    lost = _lost(ruleset, frame, source)
    outputs = [(tree.case(at), "spot"), (verdict, "verdict"), (claimed, "claimed"), (answers.column("overdue")[0][0], "overdue")]
    outputs += [(tree.cast(word, "BIGINT"), name) for key in sets for word, name in zip(words[key], sets[key], strict=True)]
    outputs += [(key, f"lost_{n}") for n, key in enumerate(lost.values())]
    outputs += [(frame.passed(name), name) for name in source.passed]
    return Tallies(
        frame.select(outputs),
        tuple((spot.stage, tuple(pair for pair, _ in found)) for spot, found in spots),
        sets,
        {
            "missing": tuple(missing_names),
            "lacks": tuple(lacks_names),
            "violations": tuple(one.name for one in violations),
            "problems": tuple(one.subject for one in problems),
        },
        tuple(problems),
        tuple(lost),
    )


def faults(
    ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, source: Source, dialect: Dialect, when: When, mode: str = "evidence"
) -> Sql:
    """Return the statement that tells of every record whether there is a value that is none (``shown``), whether classifications
    clash (``clashes``), the keys of ``lost`` relations as ``Tallies`` has them, and gives what is passed on.
    """
    frame = Frame(ruleset, source, dialect, when)
    walk = Answers(lifecycle, frame, (), advance=mode == "advance").walk
    outputs = fault_columns(ruleset, frame, source, walk)
    return frame.select([*outputs, *((frame.passed(name), name) for name in source.passed)])


def fault_columns(ruleset: ir.Ruleset, frame: Frame, source: Source, walk: Walk) -> list[tuple[Sql, str]]:
    """Return the columns of ``faults``, each with its name."""
    lost = [(key, f"lost_{n}") for n, key in enumerate(_lost(ruleset, frame, source).values())]
    return [(shown(walk, frame), "shown"), (clashes(walk), "clashes"), *lost]


def _spots(walk: Walk) -> list[tuple[Spot, list[tuple[Pair, Asked]]]]:
    """Return where placement can end, with the criteria of all ways onward."""
    found = []
    for spot in walk.ends:
        pairs = [
            (Pair(way.target.name, asked.name, way.target.outcome is ir.Outcome.LOST), asked)
            for way in walk.plan.ways(spot)
            for asked in reasons.criteria_of(walk, way)
        ]
        found.append((spot, pairs))
    return found


def _by_spot(walk: Walk, spots: Sequence[tuple[Spot, list[tuple[Pair, Asked]]]], judge: reasons.Judge) -> list[Sql]:
    """Return the criteria of which ``judge`` holds as bit sets, by the spot where placement ends."""
    count = max((len(pairs) for _, pairs in spots), default=0)
    branches: list[list[tuple[Sql, Sql]]] = [[] for _ in range(bits.words(count))]
    for spot, pairs in spots:
        told = {position: _holds(asked, judge, walk.scope) for position, (_, asked) in enumerate(pairs)}
        for found, word in zip(branches, bits.of(told, count), strict=True):
            if word != bits.NONE:
                found.append((walk.at([spot]), word))
    return [tree.case(found, bits.NONE) for found in branches]


def _holds(asked: Asked, judge: reasons.Judge, scope: Scope) -> Sql:
    return tree.all_of([*asked.groups, judge(asked.condition, scope)])


def _lacks(answers: Answers, walk: Walk) -> tuple[list[str], list[Sql]]:
    """Return the fields for want of which records are ahead of the evidence, as bit sets: names, words."""
    if walk.lifecycle.tracks is None:
        return [], [bits.NONE]
    missing = Missing(walk)
    names = list(missing.names)
    asked = [(spot, way, one) for spot in walk.ends for way in walk.plan.ways(spot) for one in reasons.criteria_of(walk, way)]
    names += [name for name in dict.fromkeys(n for *_, one in asked for n, _ in reads(one.condition)) if name not in names]
    count = len(names)
    found: list[list[tuple[Sql, list[Sql]]]] = []
    for spot, way, one in asked:
        there = tree.all_of([walk.at([spot]), _on_the_way(walk, way.target.name)])
        seen = [(name, expr) for name, expr in reads(one.condition)]
        absent = tree.all_of([_holds(one, refuted, walk.scope), *(_is_missing(expr, walk.scope) for _, expr in seen)])
        nothing = [tree.whole(mask) for mask in bits.masks((names.index(name) for name, _ in seen), count)]
        found.append([(tree.all_of([there, absent]), nothing)])
        doubtful = tree.all_of([there, _holds(one, unknown, walk.scope)])
        depends = missing.of_condition(one.condition)
        found.append([(doubtful, depends + [bits.NONE] * (bits.words(count) - len(depends)))])
    ahead = tree.binary("=", walk.scope.kept(answers.column("verdict")[0][0], "verdict"), tree.text(Verdict.AHEAD))
    words = []
    for n in range(bits.words(count)):
        parts = [tree.case([(when, word[n])], bits.NONE) for one in found for when, word in one if word[n] != bits.NONE]
        words.append(tree.case([(ahead, bits.union(parts))], bits.NONE))
    return names, words


def _on_the_way(walk: Walk, target: str) -> Sql:
    """Return whether the way to the declared stage leads through ``target``, or ends there."""
    after, waiting = {target}, [target]
    while waiting:
        for way in walk.plan.ways(Spot(waiting.pop())):
            if way.target.name not in after:
                after.add(way.target.name)
                waiting.append(way.target.name)
    return is_one_of(walk.declared, (walk.number[name] for name in after))


def _is_missing(expr: ir.Expr, scope: Scope) -> Sql:
    """Return whether what a criterion looks at has no value; a range has one."""
    if isinstance(expr, ir.Count):
        return tree.FALSE
    if isinstance(expr, ir.Ref) and expr.ranged:
        return tree.is_null(ends(expr, scope).low)
    return unknown(expr, scope)


def _lost(ruleset: ir.Ruleset, frame: Frame, source: Source) -> dict[str, Sql]:
    """Return for each relation to one record the key, as text, that finds none; NULL where it finds one or is missing."""
    found = {}
    entity = ruleset.entity(source.entity)
    for name in source.links:
        relation = entity.relation(name)
        if relation is not None and not relation.many:
            there = frame.related(ir.Related((name,)))
            found[name] = tree.case([(there, tree.NULL)], _key_text(frame, entity, relation.by))
    return found


def _key_text(frame: Frame, entity: ir.Entity, name: str) -> Sql:
    """Return a field that holds keys as text, NULL where it is missing."""
    field = entity.field(name)
    assert field is not None, "the checker declares the fields that relations follow"
    text = as_text(frame.field(ir.Field(field.name, field.type)), frame.dialect)
    return key_of(text, Scalar.TEXT, Scalar.TEXT, frame.dialect)


def keys(ruleset: ir.Ruleset, source: Source, field: str, dialect: Dialect, when: When) -> Sql:
    """Return the statement that gives a field of every record as the text by which relations find it (``key``)."""
    frame = Frame(ruleset, source, dialect, when)
    key = _key_text(frame, ruleset.entity(source.entity), field)
    return frame.select([(key, "key"), *((frame.passed(name), name) for name in source.passed)])


def faulty(ruleset: ir.Ruleset, source: Source, dialect: Dialect, when: When) -> Sql | None:
    """Return the statement that tells of every record whether a cell holds no value (``faulty``), and gives what is passed on;
    None where none can.
    """
    frame = Frame(ruleset, source, dialect, when)
    reasons_ = [reason for name in source.columns if (reason := frame.reason(name)) is not None]
    if not reasons_:
        return None
    told = tree.any_of(tree.is_known(reason) for reason in reasons_)
    return frame.select([(told, "faulty"), *((frame.passed(name), name) for name in source.passed)])
