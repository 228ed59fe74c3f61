"""The headings of a decision table into the values that its columns ask, and into the column of its outputs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from revrules import syntax
from revrules.check.expressions import infer
from revrules.check.resolve import DefinitionFound, FieldFound, RelationFound, Unresolved, report_unresolved, resolve
from revrules.problems import decisions as problems
from revrules.problems.names import one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules.check.resolve import Scope
    from revrules.check.tables import EntityInfo, Term
    from revrules.diagnostics import Diagnostic
    from revrules.sheets import Sheet
    from revrules.source import Span


class Input(NamedTuple):
    """A column that rows ask: its position in the sheet, its heading, the value that its cells are asked of."""

    at: int
    heading: str
    term: Term


class Columns(NamedTuple):
    """The columns of a table that count: inputs from left to right, and the position of the outputs."""

    inputs: tuple[Input, ...]
    output: int


def read_columns(decl: syntax.Classify, sheet: Sheet, scope: Scope) -> Columns | None:
    """Return the columns of the table of ``decl``, or None (reported)."""
    assert decl.table is not None, "only tables have columns"
    headings = _Headings(sheet, decl.table, scope)
    output = headings.output(decl)
    said = {headings.find(column.heading): column for column in decl.table.columns}
    ignored = {headings.find(heading) for heading in decl.table.ignored}
    before = len(scope.tables.report.diagnostics)
    if not headings.fine or output is None:
        return None
    mapped = {at: infer(column.value, scope) for at, column in said.items() if at is not None}
    rest = [at for at in headings.filled if at != output and at not in ignored and at not in mapped]
    meant = headings.meanings(rest)
    rest = headings.chosen(rest, meant)
    found = [Input(at, headings.texts[at], term) for at, term in mapped.items() if term is not None]
    for at in rest:
        term = headings.term(at, meant[at])
        if term is not None:
            found.append(Input(at, headings.texts[at], term))
    if len(found) < len(mapped) + len(rest) or len(scope.tables.report.diagnostics) > before:
        return None
    if not found:
        place = sheet.place(sheet.heading, output)
        scope.tables.report.lacking(problems.empty_table(place, decl.table.path.value, "outputs but no column that its rows ask"))
        return None
    return Columns(tuple(sorted(found)), output)


class _Headings:
    """The headings of a sheet: looked up by what clauses write, and by what they name of the entity."""

    def __init__(self, sheet: Sheet, source: syntax.TableSource, scope: Scope) -> None:
        self.sheet, self.source, self.scope = sheet, source, scope
        self.texts = [" ".join(text.split()) for text in sheet.heading.cells]
        self.path = source.path.value
        self.report = scope.tables.report
        self.fine = True
        self.filled = [at for at, text in enumerate(self.texts) if text]
        self._check()

    def place(self, at: int) -> Span:
        """Return where a heading stands."""
        return self.sheet.place(self.sheet.heading, at)

    def _check(self) -> None:
        """Report headings that stand twice, and columns without one that have cells."""
        first: dict[str, int] = {}
        for at, text in enumerate(self.texts):
            if not text:
                if any(row.cells[at] for row in self.sheet.rows):
                    self._wrong(problems.no_heading(self.place(at), self.path, at + 1))
            elif first.setdefault(text.casefold(), at) != at:
                places = (self.place(at), self.place(first[text.casefold()]))
                self._wrong(problems.duplicate_column(places, self.path, text))

    def _wrong(self, problem: Diagnostic) -> None:
        self.report.add(problem)
        self.fine = False

    def find(self, written: syntax.Text) -> int | None:
        """Return the position of the column that a clause names, or None (reported)."""
        at = self._alike(written.value)
        if at is None:
            reading = {path: at for at, paths in self.meanings(self.filled).items() for path in paths if len(paths) == 1}
            at = reading.get(written.value)
        if at is None:
            headings = [text for text in self.texts if text]
            self._wrong(problems.no_such_heading(written.span, self.path, written.value, headings))
        return at

    def _alike(self, text: str) -> int | None:
        """Return the position of the heading ``text``, or of the only one that differs from it in case and marks alone."""
        text = " ".join(text.split())
        if text in self.texts:
            return self.texts.index(text) if text else None
        found = [at for at in self.filled if _plain(self.texts[at]) == _plain(text)]
        return found[0] if len(found) == 1 else None

    def output(self, decl: syntax.Classify) -> int | None:
        """Return the position of the column of outputs, or None (reported)."""
        if self.source.gives is not None:
            return self.find(self.source.gives)
        at = self._alike(decl.name.text)
        if at is None and self.fine:
            headings = [text for text in self.texts if text]
            self._wrong(problems.no_output_column(self.source.span, self.path, decl.name.text, headings))
        return at

    def chosen(self, columns: Sequence[int], meant: dict[int, tuple[str, ...]]) -> list[int]:
        """Return those of ``columns`` that the clause `by` names, all without one; a name in it that is no column is reported."""
        if not self.source.by:
            return list(columns)
        wanted = {self.find(written) for written in self.source.by}
        return [at for at in columns if at in wanted]

    def meanings(self, columns: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Return for each column what its heading may name: paths as an expression writes them."""
        names = _names(self.scope.entity)
        return {at: self._meaning(self.texts[at], names) for at in columns}

    def _meaning(self, text: str, names: dict[str, dict[str, None]]) -> tuple[str, ...]:
        if "." in text or " for " in text:
            reference = _reference(text, self.source.span)
            if reference is not None and not isinstance(resolve(reference, self.scope), Unresolved):
                return (text,)
        return tuple(names.get(_plain(text), ())) or self._path(text)

    def _path(self, text: str) -> tuple[str, ...]:
        """Return the paths through relations that a heading with points may name, whatever its case."""
        *steps, last = text.split(".")
        entity, path = self.scope.entity, ""
        for step in steps:
            ways = [way for way in entity.relations.values() if not way.many and _plain(way.name) == _plain(step)]
            if len(ways) != 1 or ways[0].entity not in self.scope.tables.entities:
                return ()
            entity, path = self.scope.tables.entities[ways[0].entity], f"{path}{ways[0].name}."
        return tuple(f"{path}{name}" for name in _names(entity).get(_plain(last), ())) if path else ()

    def term(self, at: int, meant: tuple[str, ...]) -> Term | None:
        """Return the value that the heading at this position names, or None (reported)."""
        text, entity = self.texts[at], self.scope.entity
        shown = text.replace('"', "'")
        if len(meant) > 1:
            help_ = f'say which it is: `column "{shown}" is {meant[0]}`'
            self.report.add(problems.unclear_column(self.place(at), (self.path, text), f"may be {one_of(meant)}", help_))
            return None
        reference = _reference(meant[0] if meant else text, self.place(at))
        found = resolve(reference, self.scope) if reference is not None else None
        if isinstance(found, RelationFound):
            help_ = f'say which of its values is asked: `column "{shown}" is {text}.…`, or leave it out: `ignore "{shown}"`'
            problem = "names related records, which have no value"
            self.report.add(problems.unclear_column(self.place(at), (self.path, text), problem, help_))
            return None
        if isinstance(found, FieldFound | DefinitionFound) and reference is not None:
            return infer(reference, self.scope)
        if isinstance(found, Unresolved) and (meant or found.problem is None):
            report_unresolved(found, self.report)
            return None
        known = self.report.candidates((*entity.fields, *entity.definitions))
        self.report.absent(problems.unknown_column(self.place(at), self.path, text, (entity.name, known)))
        return None


def _names(entity: EntityInfo) -> dict[str, dict[str, None]]:
    """Return what each heading may name: the names of the entity, and its fields by the headings of exports (`as`)."""
    found: dict[str, dict[str, None]] = {}
    for name in (*entity.names(), *entity.broken):
        found.setdefault(_plain(name), {})[name] = None
    for field in entity.fields.values():
        for column in field.columns:
            found.setdefault(_plain(column), {})[field.name] = None
    return found


def _plain(text: str) -> str:
    """Return a heading without what differs between people: case, spaces, marks.

    >>> _plain("Company  Size (est.)"), _plain("company_size_est")
    ('company_size_est', 'company_size_est')
    """
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_") or text


def _reference(text: str, span: Span) -> syntax.Reference | None:
    """Return the reference that a heading writes, None where it writes none."""
    path, _, team = text.partition(" for ")
    parts = [*path.split("."), *((team,) if team else ())]
    if not all(part.isidentifier() for part in parts):
        return None
    words = [syntax.Name(part, True, span=span) for part in parts]
    return syntax.Reference(tuple(words[: len(words) - bool(team)]), words[-1] if team else None, span=span)
