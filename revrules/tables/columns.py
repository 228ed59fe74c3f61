"""Headings of an export and a declared entity into the plan that turns rows into records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from revrules.problems import data as problems
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.diagnostics import Diagnostic
    from revrules.outline import Entity, Outline

Record = dict[str, object]
REMEMBERED = 512
"""Sets of JSON names for which a plan is kept."""


class Columns(NamedTuple):
    """Which heading (and position) holds which field. ``relations`` are nested records of JSON by relation and heading."""

    fields: tuple[tuple[str, str, int], ...]
    relations: tuple[tuple[str, int], ...] = ()

    def heading(self, field: str) -> str | None:
        """Return the heading that holds ``field``."""
        return next((heading for name, heading, _ in self.fields if name == field), None)

    def position(self, field: str) -> int | None:
        """Return the position of the column that holds ``field``."""
        return next((position for name, _, position in self.fields if name == field), None)


def match_columns(entity: Entity, headings: Sequence[str], name: str) -> Columns:
    """Return which of ``headings`` holds which field of ``entity``; raises ``DataError`` where two fit one field."""
    exact: dict[str, list[int]] = {}
    loose: dict[str, list[int]] = {}
    for position, heading in enumerate(headings):
        exact.setdefault(heading, []).append(position)
        loose.setdefault(_loosely(heading), []).append(position)
    found = []
    for field in entity.fields:
        at = _find(field.columns, exact, loose, headings, name)
        if at is not None:
            found.append((field.name, headings[at], at))
    taken = {heading for _, heading, _ in found}
    nested = [(r.name, exact[r.name][0]) for r in entity.relations if r.name in exact and r.name not in taken]
    return Columns(tuple(found), tuple(nested))


def lacking(entity: Entity, columns: Columns, headings: Iterable[str], name: str) -> list[Diagnostic]:
    """Return a warning for every declared field of ``entity`` that the export has no column for."""
    found = {field for field, _, _ in columns.fields}
    taken = {heading for _, heading, _ in columns.fields}
    free = [heading for heading in headings if heading not in taken]
    return [
        problems.lacking_column(name, field.name, field.columns, free)
        for field in entity.fields
        if field.name not in found and not field.implied
    ]


class Reader:
    """Turns the cells of rows into records of one entity: fields by their names, values as written.

    Rows with positions share one plan; JSON rows bring their names, and a plan is kept for each set of names.
    """

    def __init__(self, outline: Outline, entity: str, headings: Sequence[str] | None, name: str) -> None:
        self._outline = outline
        self._entity = outline.entity(entity)
        self._name = name
        self._plans: dict[tuple[str, ...], Columns] = {}
        self._nested: dict[str, Reader] = {}
        self.columns = Columns(()) if headings is None else match_columns(self._entity, headings, name)
        self.seen: dict[str, None] = dict.fromkeys(headings or ())
        """Every heading that was met, in order."""

    def record(self, cells: Sequence[object] | Mapping[str, object]) -> Record:
        """Return the record that ``cells`` hold."""
        if isinstance(cells, Mapping):
            return self._named(cells)
        record = {field: cells[position] for field, _, position in self.columns.fields}
        for relation, position in self.columns.relations:
            record[relation] = self._nest(relation, cells[position])
        return record

    def _named(self, cells: Mapping[str, object]) -> Record:
        names = tuple(cells)
        plan = self._plans.get(names) or self.plan(names)
        record = {field: cells[heading] for field, heading, _ in plan.fields}
        for relation, position in plan.relations:
            record[relation] = self._nest(relation, cells[names[position]])
        return record

    def plan(self, names: tuple[str, ...]) -> Columns:
        """Return the plan for records with these names; raises ``DataError`` where two fit one field."""
        plan = match_columns(self._entity, names, self._name)
        if len(self._plans) < REMEMBERED:
            self._plans[names] = plan
        self.seen.update(dict.fromkeys(names))
        self._widen(plan)
        return plan

    def _widen(self, plan: Columns) -> None:
        known = {field for field, _, _ in self.columns.fields}
        added = tuple(found for found in plan.fields if found[0] not in known)
        self.columns = Columns(self.columns.fields + added, self.columns.relations)

    def _nest(self, relation: str, value: object) -> object:
        """Return the nested records of ``relation``; what is no record and no list of them is left as it is, to be reported."""
        declared = self._entity.relation(relation)
        assert declared is not None, "only declared relations are nested"
        reader = self._nested.get(relation)
        if reader is None:
            reader = self._nested[relation] = Reader(self._outline, declared.entity, None, f"{self._name}, `{relation}`")
        if isinstance(value, list | tuple):
            return [reader.record(item) if isinstance(item, Mapping) else item for item in value]
        return reader.record(value) if isinstance(value, Mapping) else value


def _find(
    wanted: tuple[str, ...], exact: Mapping[str, list[int]], loose: Mapping[str, list[int]], headings: Sequence[str], name: str
) -> int | None:
    """Return the position of the first wanted heading: written alike, else alike but for case and white space."""
    for columns, spell in ((exact, str), (loose, _loosely)):
        for text in wanted:
            positions = columns.get(spell(text), [])
            if len(positions) > 1:
                raise DataError(problems.ambiguous_heading(name, text, [headings[position] for position in positions]))
            if positions:
                return positions[0]
    return None


def _loosely(heading: str) -> str:
    return " ".join(heading.split()).casefold()
