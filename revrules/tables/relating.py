"""Related tables in DuckDB into the links of a source: what ``related`` joins in memory, joined by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql.sources import Link, Source
from revrules.backends.sql.tree import table
from revrules.problems import data as problems
from revrules.readers import record_spec
from revrules.tables.columns import Reader, lacking
from revrules.tables.failure import DataError
from revrules.tables.json_views import learn
from revrules.tables.opening import AS_IT_SHOWS, STANDARD_INPUT
from revrules.tables.related import followed
from revrules.tables.vetting import NotPushed
from revrules.tables.views import open_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from revrules.diagnostics import Diagnostic
    from revrules.outline import Outline
    from revrules.ruleset import Ruleset
    from revrules.runtime.records import RecordSpec
    from revrules.tables.columns import Columns
    from revrules.tables.database import Database
    from revrules.tables.run import Job, Run
    from revrules.tables.views import View

LINE = "line"
"""The column that numbers the rows: of several records of one key the first counts."""


class Related(NamedTuple):
    """A related table: its records are of ``entity``. One that is the table of the records itself tells nothing twice."""

    entity: str
    view: View
    reader: Reader
    itself: bool = False

    @property
    def columns(self) -> Columns:
        """Which column holds which field."""
        return self.reader.columns


class Relations:
    """The related tables of a run by the names under which they were given, and what is odd about them."""

    def __init__(self, database: Database, ruleset: Ruleset, job: Job, run: Run, itself: Callable[[str], View]) -> None:
        self._ruleset = ruleset
        self._database = database
        self._opened = 0
        self.warnings: list[Diagnostic] = []
        self.used = followed(ruleset.ir, run.entity.name) if _can_relate(ruleset, job) else frozenset[str]()
        self.tables = self._open(job)
        if run.entity.name not in self.tables and job.data != STANDARD_INPUT and self._points_to_itself(run):
            if run.table.headings is None:
                raise NotPushed("its records point to one another")
            self.tables[run.entity.name] = self._table(run.entity.name, itself)._replace(itself=True)
        for found in self.tables.values():
            if not found.itself and found.view.records is None:
                shape = ruleset.outline.entity(found.entity)
                self.warnings += lacking(shape, found.columns, found.reader.seen, found.view.name)
        self._check(ruleset.outline)
        given = {relation.name for relation in run.entity.relations if self.table_of(relation.name, relation.entity) is not None}
        if run.table.headings is None:  # JSON may nest its related records
            return
        self.warnings += [
            problems.relation_without_data(relation.name, relation.entity, relation.many)
            for relation in run.entity.relations
            if relation.name in self.used and relation.name not in given
        ]

    def source(self, entity: str, view: View, columns: Columns, at: str, passed: Mapping[str, str]) -> Source:
        """Return the records in the view ``at`` with all that relates to them."""
        return self._source(entity, view, columns, at, record_spec(self._ruleset.ir, entity), passed)

    def to_one(self, entity: str) -> tuple[str, ...]:
        """Return the relations of an entity to one record that are followed and have a table, in their order."""
        spec = record_spec(self._ruleset.ir, entity)
        declared = self._ruleset.outline.entity(entity)
        followed_ = ((name, declared.relation(name)) for name, many, _ in spec.relations if not many)
        return tuple(name for name, one in followed_ if one is not None and self.table_of(name, one.entity) is not None)

    def alone(self, found: Related, passed: Mapping[str, str]) -> Source:
        """Return the records of a related table without what relates to them."""
        spec = record_spec(self._ruleset.ir, found.entity)._replace(relations=())
        return self._source(found.entity, found.view, found.columns, numbered(found.view), spec, passed)

    def _source(self, entity: str, view: View, columns: Columns, at: str, spec: RecordSpec, passed: Mapping[str, str]) -> Source:
        declared = self._ruleset.ir.entity(entity)
        held = {}
        for name, _, position in columns.fields:
            field = declared.field(name)
            assert field is not None, "the outline has the fields of the entity"
            held[name] = view.column(position, field)
        links = {}
        for name, many, inner in spec.relations:
            relation = declared.relation(name)
            assert relation is not None, "what is followed is declared"
            found = self.table_of(name, relation.entity)
            if found is not None:
                target = self._ruleset.ir.entity(relation.entity)
                here, there = (declared.key, relation.by) if many else (relation.by, target.key)
                assert here is not None and there is not None, "the checker wants keys where relations need them"
                source = self._source(found.entity, found.view, found.columns, numbered(found.view), inner, {})
                links[name] = Link(source, here, there, LINE)
        return Source(entity, table(at), held, links, passed)

    def table_of(self, relation: str, entity: str) -> Related | None:
        """Return the table of a relation that is followed; None where none was given."""
        found = self.tables.get(relation) or self.tables.get(entity)
        return found if found is not None and relation in self.used and found.entity == entity else None

    def _open(self, job: Job) -> dict[str, Related]:
        entities = self._ruleset.outline.entities
        by_name = {relation.name: relation.entity for entity in entities for relation in entity.relations}
        by_name |= {entity.name: entity.name for entity in entities}
        for name in job.related:
            if name not in by_name:
                raise DataError(problems.unknown_data_name(name, sorted(by_name)))
        return {name: self._table(by_name[name], self._file(by_name[name], path)) for name, path in job.related.items()}

    def _file(self, entity: str, path: str) -> Callable[[str], View]:
        """Return what opens a file of records of ``entity`` as a view."""
        expected = {text for field in self._ruleset.outline.entity(entity).fields for text in field.columns}
        return lambda view: open_view(self._database.connection, view, path, AS_IT_SHOWS, expected)

    def _table(self, entity: str, opened: Callable[[str], View]) -> Related:
        """Return the records of ``entity`` that ``opened`` gives as a view, numbered."""
        self._opened += 1
        view = opened(f"related_{self._opened}")
        reader = Reader(self._ruleset.outline, entity, None if view.records else view.headings, view.name)
        if view.records is not None:
            learn(reader, view.records)
        if reader.columns.relations:
            raise NotPushed(f"`{view.name}` holds related records inside of its rows")
        columns = f"SELECT *, row_number() OVER () AS {LINE} FROM {view.view}"
        self._database.connection.execute(f"CREATE VIEW {numbered(view)} AS {columns}")
        return Related(entity, view, reader)

    def _points_to_itself(self, run: Run) -> bool:
        relations = [relation for entity in self._ruleset.outline.entities for relation in entity.relations]
        return any(r.entity == run.entity.name and r.name in self.used and r.name not in self.tables for r in relations)

    def _check(self, outline: Outline) -> None:
        """Raise ``DataError`` where a table lacks the column by which a relation finds its records."""
        for entity in outline.entities:
            for relation in entity.relations:
                found = self.table_of(relation.name, relation.entity)
                other = relation.by if relation.many else outline.entity(relation.entity).key
                if found is None or found.columns.heading(other or "") is not None or self._is_empty(found.view):
                    continue
                spelled = next(field.columns for field in outline.entity(relation.entity).fields if field.name == other)
                raise DataError(problems.lacking_relating_column(found.view.name, relation.name, spelled, found.reader.seen))

    def _is_empty(self, view: View) -> bool:
        return not self._database.rows(f"SELECT 1 FROM {view.view} LIMIT 1")


def numbered(view: View) -> str:
    """Return the name of the view that numbers the rows of another."""
    return f"{view.view}_numbered"


def _can_relate(ruleset: Ruleset, job: Job) -> bool:
    return bool(job.related) or any(entity.relations for entity in ruleset.outline.entities)
