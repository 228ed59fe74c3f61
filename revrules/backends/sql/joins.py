"""A source into rows with typed columns, and the keys by which related rows find each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from revrules.backends.sql import reading, tree
from revrules.backends.sql.dialects import Dialect, Unsayable, operator
from revrules.backends.sql.layers import Rows
from revrules.backends.sql.sources import Held
from revrules.backends.sql.type_names import sql_type
from revrules.types import EnumType, Scalar, type_name

if TYPE_CHECKING:
    from revrules import ir
    from revrules.backends.sql.naming import Namer
    from revrules.backends.sql.reading import Read
    from revrules.backends.sql.scope import When
    from revrules.backends.sql.sources import Link, Source, SourceColumn
    from revrules.backends.sql.tree import Sql
    from revrules.types import Type

WHITE_SPACE = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
"""What does not belong to a key at its ends (``tables.related.key_text``)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all rows of one statement share."""

    ruleset: ir.Ruleset
    dialect: Dialect
    when: When
    namer: Namer


@dataclass(eq=False, slots=True)
class Table:
    """A source as rows, and its fields as pieces about these.

    Columns that hold typed values are taken as they are. Where one is read otherwise, there are rows below these that read.
    """

    setting: Setting
    source: Source
    rows: Rows
    _raw: Rows | None
    _read: dict[str, Read] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source, label: str, setting: Setting) -> Table:
        """Return the rows of a source."""
        for name in tree.tables_in(source.table):
            setting.namer.reserve(name)
        typed = all(column.held is Held.VALUE for column in source.columns.values())
        raw = None if typed else Rows(source.table, f"{label} read", setting.namer, setting.dialect)
        return cls(setting, source, Rows(source.table if raw is None else raw, label, setting.namer, setting.dialect), raw)

    def value(self, name: str) -> Sql:
        """Return the typed value of a field: NULL, of its type, where there is no column for it."""
        column = self.source.columns.get(name)
        type_ = self.declared(name).type
        if column is None:
            return tree.cast(tree.NULL, sql_type(type_, self.setting.dialect))
        if self._raw is not None:
            return tree.column(self._raw.derived(self._reading(name, column).value, name), self.rows.alias)
        held = tree.column(column.name, self.rows.alias)
        return tree.by_code_point(held, self.setting.dialect) if is_text(type_) else held

    def reason(self, name: str) -> Sql | None:
        """Return the words for why a cell of a field holds no value, NULL where it is fine; None where none can be wrong."""
        column = self.source.columns.get(name)
        reason = None if self._raw is None or column is None else self._reading(name, column).reason
        if self._raw is None or reason is None:
            return None
        return tree.column(self._raw.derived(reason, f"{name} wrong"), self.rows.alias)

    def passed(self, name: str) -> Sql:
        """Return a column that the source hands on, by the name that it gets."""
        return self._held(self.source.passed[name])

    def order(self, link: Link) -> tuple[str, ...]:
        """Return the columns of the rows by which the first record of a key is found."""
        if link.ordered_by is not None:
            return (self.rows.base(self._held(link.ordered_by), link.ordered_by),)
        columns = [column for column in self.source.columns.items() if column[1].held is not Held.OTHER]
        return tuple(self.rows.base(self._comparable(name, column), column.name) for name, column in columns)

    def key(self, name: str, partner: Type) -> Sql | None:
        """Return a field as a key that finds those of type ``partner``; None where there is no column for it."""
        if name not in self.source.columns:
            return None
        return key_of(self.value(name), self.declared(name).type, partner, self.setting.dialect)

    def declared(self, name: str) -> ir.FieldDecl:
        """Return a field as the ruleset declares it."""
        found = self.setting.ruleset.entity(self.source.entity).field(name)
        assert found is not None, "the checker knows the fields"
        return found

    def _reading(self, name: str, column: SourceColumn) -> Read:
        """Return a field as the rows below read it, made once."""
        raw, setting = self._raw, self.setting
        assert raw is not None, "only columns that are not typed are read"
        if name not in self._read:
            below = replace(column, name=raw.base(tree.column(column.name, raw.alias), column.name))
            declared = self.declared(name)
            self._read[name] = reading.read(below, declared, setting.ruleset, setting.dialect, kept=raw.kept)
        return self._read[name]

    def _held(self, column: str) -> Sql:
        """Return a column of the table as it is."""
        if self._raw is None:
            return tree.column(column, self.rows.alias)
        return tree.column(self._raw.base(tree.column(column, self._raw.alias), column), self.rows.alias)

    def _comparable(self, name: str, column: SourceColumn) -> Sql:
        held = self._held(column.name)
        texts = column.held is Held.TEXT or (column.held is Held.VALUE and is_text(self.declared(name).type))
        return tree.by_code_point(held, self.setting.dialect) if texts else held


def is_text(type_: Type) -> bool:
    """Return whether values of a type are held as texts."""
    return type_ is Scalar.TEXT or isinstance(type_, EnumType)


def key_of(value: Sql, type_: Type, partner: Type, dialect: Dialect) -> Sql:
    """Return a typed value as a key: equal where ``tables.related.key_text`` gives equal texts; NULL where it gives none."""
    if type_ is Scalar.TEXT:
        return _trimmed(value, dialect)
    if is_text(type_) and is_text(partner):
        return value
    if type_ == partner:
        return value
    if type_ is Scalar.INTEGER and is_text(partner):
        return tree.cast(value, sql_type(Scalar.TEXT, dialect))
    raise Unsayable(f"a key ({type_name(type_)}) and its partner ({type_name(partner)})", dialect, "they are of two types")


def _trimmed(text: Sql, dialect: Dialect) -> Sql:
    """Return a text without white space around it, NULL for nothing but that.

    Most keys begin and end with a visible character of ASCII, which is seen at once; trimming all kinds of white space is slow.
    """
    first, last = tree.text("!"), tree.text("~")
    usual = [tree.between(text, first, last), tree.between(tree.call("RIGHT", text, tree.whole(1)), first, last)]
    return tree.case(
        [(tree.all_of(usual), text)], tree.call("NULLIF", TRIM(dialect, text, tree.text(WHITE_SPACE)), tree.text(""))
    )


TRIM = operator(
    "a text without certain characters at its ends",
    lambda text, characters: tree.call("BTRIM", text, characters),
    duckdb=lambda text, characters: tree.call("TRIM", text, characters),
    snowflake=lambda text, characters: tree.call("TRIM", text, characters),
    bigquery=lambda text, characters: tree.call("TRIM", text, characters),
)
