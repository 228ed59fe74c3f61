"""A witness into one that people believe: nothing in it that does not matter, plain values, today's dates; and into words.

Each step is replayed in the reference and taken back where it would change what the witness shows.
"""

from __future__ import annotations

import datetime
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias, cast

from revrules.backends.smt.answers import DECIDED, Want, Witness
from revrules.format import format_source
from revrules.proofs.plausible import NINE, likely_text, limits_of, plausible
from revrules.proofs.spelling import can_be_given, marked, spelled, text, written
from revrules.proofs.states import Judge
from revrules.readers import field_spec, spec_for
from revrules.runtime.cells import field_reader
from revrules.runtime.records import read_record, record_reader
from revrules.source import Source
from revrules.types import MOMENTS, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules import ir
    from revrules.proofs.plausible import Limits
    from revrules.proofs.questions import Questions

    Path: TypeAlias = tuple[str | int, ...]
    """The way to a value: names of relations and fields, positions in lists."""

MOST_REPLAYS, MOST_REPLAYED = 600, 60_000
"""Records that are tried, and values in all of them together."""
MOST_RECORDS = 10_000
"""Real records among which one is looked for."""
ALIKE = 3
"""So many like records one after another are written as a number of them."""


def believable(questions: Questions, entity: str, wants: Sequence[Want], witness: Witness) -> Witness:
    """Return a record of ``entity`` that fulfils ``wants`` as ``witness`` does, and is easier to believe.

    A real record, where the questions have some and one fulfils them. Otherwise one that is found by asking for ``wants`` alone,
    so that the same wants give the same record whatever else is asked or kept; ``witness`` only where none is found so. What a
    want leaves open is decided where it can be, and stays so: a condition that is false convinces more than one that is unknown.
    """
    real = nearest(questions, entity, wants)
    trial = _Trial(questions, entity, wants, real or _lone(questions, entity, wants) or witness)
    if trial.is_open:
        trial.move_to_today()
        trial.drop(() if real is None else _identity(questions.ruleset.entity(entity)))
        if real is None:
            trial.move_to_today()
            trial.simplify()
            trial.drop(())
    found = Witness(entity, trial.as_of, marked(questions.ruleset, entity, trial.record))
    questions.show(found, as_pairs(found))
    return found


def _lone(questions: Questions, entity: str, wants: Sequence[Want]) -> Witness | None:
    """Return a record that fulfils ``wants`` and depends on nothing else, if it can be with conditions that are decided."""
    decided = [Want(want.condition, want.states & DECIDED or want.states) for want in wants]
    return questions.witness(entity, *decided) or (questions.witness(entity, *wants) if decided != [*wants] else None)


def with_plain_values(questions: Questions, wants: Sequence[Want], witness: Witness, start: Witness) -> Witness:
    """Return ``witness``, which was made from ``start``, with plain values where the two differ."""
    trial = _Trial(questions, witness.entity, wants, witness)
    if trial.is_open:
        trial.simplify(start.record)
    return Witness(witness.entity, witness.as_of, trial.record)


def nearest(questions: Questions, entity: str, wants: Sequence[Want]) -> Witness | None:
    """Return the first real record of ``entity`` that fulfils ``wants`` as it stands today, None where there is none."""
    records = questions.records.get(entity, ())[:MOST_RECORDS]
    if not records:
        return None
    as_of = _today(questions)
    conditions = [want.condition for want in wants]
    judge = Judge(questions.ruleset, entity, conditions)
    for record in records:
        states = judge.values(record, as_of)
        if all(state in want.states for state, want in zip(states, wants, strict=True)):
            # Records that were joined hold one another; only what the conditions can read is taken along.
            typed, _ = read_record(record_reader(spec_for(questions.ruleset, entity, conditions)), record)
            return Witness(entity, as_of, typed)
    return None


def _today(questions: Questions) -> datetime.datetime:
    return datetime.datetime.combine(questions.today, NINE)


def _identity(entity: ir.Entity) -> tuple[Path, ...]:
    return () if entity.key is None else ((entity.key,),)


class _Trial:
    """A record that is changed step by step, as long as all that it has to show stays so."""

    def __init__(self, questions: Questions, entity: str, wants: Sequence[Want], witness: Witness) -> None:
        self.record = marked(questions.ruleset, entity, cast("dict[str, object]", _copy(witness.record)))
        self.as_of = witness.as_of
        self._questions = questions
        self._entity = questions.ruleset.entity(entity)
        self._conditions = [want.condition for want in wants]
        self._judge = Judge(questions.ruleset, entity, self._conditions)
        self._left = min(MOST_REPLAYS, MOST_REPLAYED // (1 + sum(1 for _ in _paths(self.record))))
        states = self._judge.values(self.record, self.as_of)
        self.is_open = all(state in want.states for state, want in zip(states, wants, strict=True))
        self._states = [want.states if state is None else frozenset({state}) for state, want in zip(states, wants, strict=True)]

    def _shows(self, record: dict[str, object], as_of: datetime.datetime) -> bool:
        """Return whether a record still shows everything; no, once there were enough tries."""
        self._left -= 1
        if self._left < 0:
            return False
        found = self._judge.values(record, as_of)
        return all(state in states for state, states in zip(found, self._states, strict=True))

    def _try(self, record: dict[str, object]) -> bool:
        if not self._shows(record, self.as_of):
            return False
        self.record = record
        return True

    # --- the day -------------------------------------------------------------------------------------------------

    def move_to_today(self) -> None:
        """Judge the record as of today at nine, its moments moved along where that is needed."""
        nine = _today(self._questions)
        if self.as_of == nine:
            return
        for record in (self.record, _moved(self.record, nine, self.as_of)):
            if record is not None and self._shows(record, nine):
                self.record, self.as_of = record, nine
                return

    # --- what does not matter ------------------------------------------------------------------------------------

    def drop(self, kept: Sequence[Path]) -> None:
        """Leave out every related record and every field that does not matter, the last ones first."""
        for path in list(_from_the_end(self.record)):
            if self._left > 0 and path not in kept and _has(self.record, path):
                self._try(cast("dict[str, object]", _changed(self.record, path)))

    # --- plain values --------------------------------------------------------------------------------------------

    def simplify(self, given: object = None) -> None:
        """Give every field the first plausible value with which all stays so; texts together first: they may have to agree.

        What is as in the record ``given`` stays; what is new is of the moment, where it can be.
        """
        leaves = [path for path in _paths(self.record) if not isinstance(_at(self.record, path), dict | list)]
        leaves = [path for path in leaves if not (_has(given, path) and _at(given, path) == _at(self.record, path))]
        texts = self.record
        for path in leaves:
            entity, field = self._declared(path)
            if field.type is Scalar.TEXT and self._fits(field, likely_text(entity, field)):
                texts = cast("dict[str, object]", _changed(texts, path, likely_text(entity, field)))
        if texts is not self.record:
            self._try(texts)
        limits = limits_of(self._questions.ruleset, self._conditions, self.as_of)
        first = () if given is None else (self.as_of.replace(second=0, microsecond=0), self.as_of.date())
        if first:
            self._try_now(leaves, first)
        for path in leaves:
            self._simplify(path, limits, first)

    def _try_now(self, leaves: Sequence[Path], now: tuple[ir.Value, ...]) -> None:
        """Let all moments be now, together: one may have to follow another."""
        record = self.record
        for path in leaves:
            _, field = self._declared(path)
            value = now[0 if field.type is Scalar.DATETIME else 1]
            if field.type in MOMENTS and self._fits(field, value):
                record = cast("dict[str, object]", _changed(record, path, value))
        if record is not self.record:
            self._try(record)

    def _simplify(self, path: Path, limits: Limits, first: tuple[ir.Value, ...]) -> None:
        entity, field = self._declared(path)
        current = cast("ir.Value", _at(self.record, path))
        tried: set[object] = set()
        now = (value for value in first if isinstance(value, datetime.datetime) is (field.type is Scalar.DATETIME))
        usual = plausible(entity, field, current, limits, self._questions.today)
        for value in chain(now if field.type in MOMENTS else (), usual):
            if value == current:
                return
            if value not in tried and self._fits(field, value):
                tried.add(value)
                if self._try(cast("dict[str, object]", _changed(self.record, path, value))):
                    return

    def _declared(self, path: Path) -> tuple[ir.Entity, ir.FieldDecl]:
        """Return the field that a path ends at, and its entity."""
        entity = self._entity
        for name in path[:-1]:
            if isinstance(name, str):
                relation = entity.relation(name)
                assert relation is not None, "a witness nests along declared relations"
                entity = self._questions.ruleset.entity(relation.entity)
        field = entity.field(cast("str", path[-1]))
        assert field is not None, "a witness has declared fields"
        return entity, field

    def _fits(self, field: ir.FieldDecl, value: ir.Value) -> bool:
        """Return whether the field can have this value: a value outside its domain would count as missing."""
        read, reason = field_reader(field_spec(field, self._questions.ruleset.timezone))(value)
        return not reason and read == value


# --- records -----------------------------------------------------------------------------------------------------


def _copy(value: object) -> object:
    """Return a record, list or value; nothing that is missing."""
    if isinstance(value, list | tuple):
        return [_copy(each) for each in value]
    if hasattr(value, "items"):
        record = cast("Mapping[str, object]", value)
        return {name: _copy(each) for name, each in record.items() if each is not None}
    return value


def _paths(record: object, before: Path = ()) -> Iterator[Path]:
    """Yield the ways to everything in ``record``, each before those that lead through it."""
    inside = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    for name, value in inside:
        yield (*before, name)
        yield from _paths(value, (*before, name))


def _from_the_end(record: object, before: Path = ()) -> Iterator[Path]:
    """Yield the ways to everything in ``record``, the last first, each before those that lead through it."""
    inside = [*record.items()] if isinstance(record, dict) else [*enumerate(record)] if isinstance(record, list) else []
    for name, value in reversed(inside):
        yield (*before, name)
        yield from _from_the_end(value, (*before, name))


def _at(record: object, path: Path) -> object:
    for name in path:
        record = cast("dict[str | int, object]", record)[name]
    return record


def _has(record: object, path: Path) -> bool:
    for name in path:
        inside = (
            isinstance(name, int) and name < len(record)
            if isinstance(record, list)
            else isinstance(record, dict) and name in record
        )
        if not inside:
            return False
        record = cast("dict[str | int, object]", record)[name]
    return True


def _changed(record: object, path: Path, value: object = None) -> object:
    """Return a copy of ``record`` with another value at the end of ``path``; without what stands there for None."""
    name, *rest = path
    copy = record.copy() if isinstance(record, dict | list) else {}
    inside = cast("dict[str | int, object]", copy)
    if rest:
        inside[name] = _changed(inside[name], tuple(rest), value)
    elif value is None:
        del inside[name]
    else:
        inside[name] = value
    return copy


def _moved(record: dict[str, object], to: datetime.datetime, since: datetime.datetime) -> dict[str, object] | None:
    """Return ``record`` with all its moments moved as far as ``since`` is moved to ``to``; None where the calendar ends."""
    by = to - since

    def moved(value: object) -> object:
        match value:
            case dict():
                return {name: moved(each) for name, each in value.items()}
            case list():
                return [moved(each) for each in value]
            case datetime.datetime():
                return value + by
            case datetime.date():
                return value + datetime.timedelta((to.date() - since.date()).days)
            case _:
                return value

    try:
        return cast("dict[str, object]", moved(record))
    except OverflowError:
        return None


# --- words -------------------------------------------------------------------------------------------------------


def as_pairs(witness: Witness) -> tuple[tuple[str, str], ...]:
    """Return a witness as (field, value in the language's own spelling), across relations as `parent.country`.

    A list of related records is one value, with a line for each (like ones together). The moment stands last, as `as of`, where
    the record has others that it could be compared with.
    """
    pairs = [*_pairs(witness.record, "")] or [("every field", "missing")]
    if _has_moments(witness.record):
        pairs.append(("as of", spelled(witness.as_of)))
    return tuple(pairs)


def _pairs(record: Mapping[str, object], before: str) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        match value:
            case dict() if value:
                yield from _pairs(value, f"{before}{name}.")
            case list():
                yield f"{before}{name}", _listed(value)
            case _:
                yield f"{before}{name}", spelled(value)


def _listed(records: Iterable[object]) -> str:
    """Return related records, a line for each; so many alike as one line."""
    counted: list[tuple[str, int]] = []
    for each in map(spelled, records):
        if counted and counted[-1][0] == each:
            counted[-1] = (each, counted[-1][1] + 1)
        else:
            counted.append((each, 1))
    lines = [line for each, count in counted for line in ([f"{count} × {each}"] if count >= ALIKE else [each] * count)]
    return "[" + "\n ".join(lines) + "]"


def _has_moments(value: object) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_moments, value.values() if isinstance(value, dict) else value))
    return isinstance(value, datetime.date)


def as_table(columns: Sequence[tuple[str, Witness]]) -> str:
    """Return witnesses side by side under their headings, a line for each field that one of them has; one needs no heading."""
    told = [dict(as_pairs(witness)) for _, witness in columns]
    names = sorted(dict.fromkeys(name for pairs in told for name in pairs), key=lambda name: name == "as of")
    rows = [[name, *(pairs.get(name, "missing").replace("\n ", " ") for pairs in told)] for name in names]
    headings = [heading for heading, _ in columns]
    if any(headings):
        rows.insert(0, ["", *headings])
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in rows
    )


def as_example(
    ruleset: ir.Ruleset, witness: Witness, title: str, expectations: Iterable[str], comments: Iterable[str] = ()
) -> str | None:
    """Return an ``example`` block, in the canonical layout, that gives ``witness`` and expects ``expectations``.

    These are written as after the word expect ("stage mql"). ``comments`` stand above the block, a line each. None where the
    language has no literal for one of the values.
    """
    record = marked(ruleset, witness.entity, witness.record)
    if not can_be_given(record):
        return None
    above = "".join(f"# {comment}\n" for comment in comments)
    head = f"example {text(title)} of {written(witness.entity)} as of {spelled(witness.as_of)}"
    expected = "\n".join(f"expect {expectation}" for expectation in expectations)
    formatted, problems = format_source(Source("example", f"{above}{head} {{\ngiven {spelled(record)}\n{expected}\n}}\n"))
    assert formatted is not None, f"an example that was spelled here is one that can be read: {problems}"
    return formatted
