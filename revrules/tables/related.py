"""Related tables into records by key, held in memory, and their joining to the records that are placed."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from revrules.outline import outline
from revrules.problems import data as problems
from revrules.readers import field_spec, record_spec
from revrules.runtime.cells import field_reader
from revrules.tables.columns import Reader, lacking
from revrules.tables.failure import DataError
from revrules.tables.issues import Issue, refused, treated_as_missing
from revrules.tables.opening import AS_IT_SHOWS, open_table
from revrules.tables.remembering import remembering
from revrules.tables.rows import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from revrules.diagnostics import Diagnostic
    from revrules.ir import Entity, Relation, Ruleset
    from revrules.runtime.records import RecordSpec
    from revrules.runtime.values import Reader as Read
    from revrules.tables.columns import Record
    from revrules.tables.opening import Reading
    from revrules.tables.rows import Row

REMEMBERED = 1000
"""Keys without a partner that are kept for the report."""
CANDIDATES = 10_000
"""Keys, the first of a table, among which a report looks for one that resembles a lost one."""


class Loaded(NamedTuple):
    """A related table in memory: the records of ``entity``, what could not be read, and what is odd about it."""

    name: str
    entity: str
    records: tuple[Record, ...]
    issues: tuple[Issue, ...]
    warnings: tuple[Diagnostic, ...]
    reader: Reader

    def has(self, *fields: str | None) -> bool:
        """Return whether there are columns for all ``fields``: JSON that nests its related records may lack those that relate."""
        return all(field is not None and self.reader.columns.heading(field) is not None for field in fields)


class Join:
    """One relation, ready to find the partners of a record; counts the keys that find none."""

    def __init__(self, ruleset: Ruleset, holder: Entity, relation: Relation, table: Loaded) -> None:
        target = ruleset.entity(relation.entity)
        self.relation = relation
        self.table = table
        self.lost: Counter[str] = Counter()
        self._many = relation.many
        own = holder.key if relation.many else relation.by
        other = relation.by if relation.many else target.key
        assert own is not None and other is not None, "the checker wants keys where relations need them"
        if table.records and table.reader.columns.heading(other) is None:
            columns = next(field.columns for field in outline(ruleset).entity(target.name).fields if field.name == other)
            raise DataError(problems.lacking_relating_column(table.name, relation.name, columns, table.reader.seen))
        self._own = own
        field = holder.field(own)
        assert field is not None, "the checker declares the fields that relations follow"
        self._read = field_reader(field_spec(field, ruleset.timezone))
        self._groups: dict[str, list[Record]] = {}
        for record in table.records:
            if (key := key_text(record.get(other))) is not None:
                self._groups.setdefault(key, []).append(record)

    def attach(self, record: Record) -> None:
        """Put the partners of ``record`` into it; what it brought itself (nested JSON) stays."""
        if self.relation.name in record:
            return
        key = key_text(self._read(record.get(self._own))[0])
        group = self._groups.get(key, []) if key is not None else []
        record[self.relation.name] = group if self._many else group[0] if group else None
        if key is not None and not group and not self._many and (key in self.lost or len(self.lost) < REMEMBERED):
            self.lost[key] += 1

    def candidates(self) -> Iterable[str]:
        """Return the keys that have records."""
        return self._groups


def key_text(value: object) -> str | None:
    """Return a key as text, so that an integer finds a text of the same digits; None for a missing one."""
    return None if value is None else str(value).strip() or None


def load_related(ruleset: Ruleset, entity: str, path: str, reading: Reading = AS_IT_SHOWS) -> Loaded:
    """Return the records of ``entity`` in the file at ``path``; raises ``DataError``."""
    whole = outline(ruleset)
    shape = whole.entity(entity)
    table = open_table(path, reading, {text for field in shape.fields for text in field.columns})
    found = loaded(ruleset, entity, Reader(whole, entity, table.headings, table.name), table.rows, table.name)
    if table.headings is None:
        return found
    return found._replace(warnings=tuple(lacking(shape, found.reader.columns, found.reader.seen, table.name)))


def loaded(ruleset: Ruleset, entity: str, reader: Reader, rows: Iterable[Row | Refused], name: str) -> Loaded:
    """Return the records of ``entity`` in rows of the table ``name``, as ``reader`` finds them there."""
    declared = ruleset.entity(entity)
    readers = {field.name: remembering(field_reader(field_spec(field, ruleset.timezone))) for field in declared.fields}
    records, issues = [], []
    for row in rows:
        if isinstance(row, Refused):
            issues.append(refused(name, row))
        else:
            record = reader.record(row.cells)
            records.append(record)
            issues += typed(record, readers, reader, row, name)
    return Loaded(name, entity, tuple(records), tuple(issues), (), reader)


def typed(record: Record, readers: Mapping[str, Read], reader: Reader, row: Row, name: str) -> list[Issue]:
    """Read the values of ``record`` in place, once for all records that will point to it; return what is no value."""
    issues = []
    for field, heading, position in reader.columns.fields:
        raw = record.get(field)
        record[field], reason = readers[field](raw)
        if reason:
            issues.append(treated_as_missing(name, row, heading, position, (raw, reason)))
    return issues


def load_all(ruleset: Ruleset, given: Mapping[str, str]) -> dict[str, Loaded]:
    """Return the tables by the name under which they were given (a relation's or an entity's); raises ``DataError``."""
    by_name = {relation.name: relation.entity for entity in ruleset.entities for relation in entity.relations}
    by_name |= {entity.name: entity.name for entity in ruleset.entities}
    for name in given:
        if name not in by_name:
            raise DataError(problems.unknown_data_name(name, sorted(by_name)))
    return {name: load_related(ruleset, by_name[name], path) for name, path in given.items()}


def followed(ruleset: Ruleset, entity: str) -> frozenset[str]:
    """Return the names of the relations that anything said of ``entity`` follows."""

    def names(spec: RecordSpec) -> Iterator[str]:
        for name, _, inner in spec.relations:
            yield name
            yield from names(inner)

    return frozenset(names(record_spec(ruleset, entity)))


def joins(ruleset: Ruleset, tables: Mapping[str, Loaded], used: frozenset[str]) -> dict[str, tuple[Join, ...]]:
    """Return the joins of every entity: one for each relation that the ruleset uses and a table was given for."""
    found: dict[str, tuple[Join, ...]] = {}
    for entity in ruleset.entities:
        here = []
        for relation in entity.relations:
            table = tables.get(relation.name) or tables.get(relation.entity)
            if table is not None and relation.name in used and table.entity == relation.entity:
                here.append(Join(ruleset, entity, relation, table))
        found[entity.name] = tuple(here)
    return found


def connect(tables: Iterable[Loaded], found: Mapping[str, tuple[Join, ...]]) -> None:
    """Join the related records among themselves: each holds its own partners."""
    for table in tables:
        for join in found[table.entity]:
            for record in table.records:
                join.attach(record)
    for here in found.values():
        for join in here:
            join.lost.clear()  # what related records lack among themselves is not what the placed ones lack


def partnerless(found: Iterable[Join]) -> list[Diagnostic]:
    """Return a warning for every relation whose keys found no partner."""
    return [
        problems.no_partner(join.relation.name, join.table.name, join.lost, list(islice(join.candidates(), CANDIDATES)))
        for join in found
        if join.lost
    ]
