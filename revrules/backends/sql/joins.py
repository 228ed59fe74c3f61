"""A source into rows with typed columns, and the keys by which related rows find each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from revrules.backends.sql import reading, tree
from revrules.backends.sql.dialects import Dialect, Unsayable, operator
from revrules.backends.sql.layers import Rows, Written
from revrules.backends.sql.naming import Namer
from revrules.backends.sql.sources import Held
from revrules.backends.sql.type_names import sql_type
from revrules.readers import field_spec
from revrules.types import EnumType, Scalar, type_name

if TYPE_CHECKING:
    from revrules import ir
    from revrules.backends.sql.naming import Names
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
    names: Names


@dataclass(eq=False)
class Table:
    """A source as rows, and its fields as pieces about these.

    Below these rows are others that read (``_raw``): cells into values, values into keys. Where there is nothing to be read the
    two become one (``queries``).
    """

    setting: Setting
    source: Source
    rows: Rows
    _raw: Rows
    _read: dict[str, Read] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source, label: str, setting: Setting) -> Table:
        """Return the rows of a source."""
        for name in tree.tables_in(source.table):
            setting.names.tables.reserve(name)
        raw = Rows(source.table, f"{label} read", replace(setting.names, columns=Namer()), setting.dialect)
        rows = Rows(raw, label, setting.names, setting.dialect)
        raw.alias = rows.alias
        return cls(setting, source, rows, raw)

    def value(self, name: str) -> Sql:
        """Return the typed value of a field: NULL, of its type, where there is no column for it."""
        return self._above(self._value(name), name)

    def reason(self, name: str) -> Sql | None:
        """Return the words for why a cell of a field holds no value, NULL where it is fine; None where none can be wrong."""
        if name not in self.source.columns:
            return None
        reason = self._reading(name).reason
        if reason is None:
            return None
        if self.setting.dialect is Dialect.DUCKDB:  # nearly all rows are right, which DuckDB sees for thousands of them at once
            reason = tree.case([(self._raw.kept(self._faulty, "faulty"), reason)])
        return self._above(reason, f"{name} wrong")

    def faulty(self) -> Sql:
        """Return whether a cell of a field holds no value; never NULL."""
        return self._above(self._faulty, "faulty")

    @cached_property
    def _faulty(self) -> Sql:
        """The same, said of the rows below. Why is asked only where a value is missing, a cell not."""
        doubtful, wrong = [], []
        for name, column in self.source.columns.items():
            read = self._reading(name)
            if read.reason is not None:
                raw = self._held(column.name)
                written = [tree.is_known(raw)]
                if column.held is Held.TEXT and self.setting.dialect is Dialect.DUCKDB:  # elsewhere it may be an enum
                    written.append(tree.binary("<>", raw, tree.text("")))
                doubtful.append(tree.all_of([tree.is_null(self._raw.kept(read.value, name)), *written]))
                wrong.append(tree.is_known(read.reason))
        return tree.case([(tree.any_of(doubtful), tree.any_of(wrong))], tree.FALSE) if wrong else tree.FALSE

    def passed(self, name: str) -> Sql:
        """Return a column that the source hands on, by the name that it gets."""
        return self._above(self._held(self.source.passed[name]), name)

    def order(self, link: Link) -> tuple[str, ...]:
        """Return the columns of the rows by which the first record of a key is found."""
        if link.ordered_by is not None:
            return (self.rows.base(self._above(self._held(link.ordered_by), link.ordered_by), link.ordered_by),)
        columns = [column for column in self.source.columns.items() if column[1].held is not Held.OTHER]
        return tuple(self.rows.base(self._above(self._comparable(*column), column[0]), column[0]) for column in columns)

    def key(self, name: str, partner: Type) -> Sql | None:
        """Return a field as a key that finds those of type ``partner``; None where there is no column for it."""
        if name not in self.source.columns:
            return None
        value = self._cell(name) if self._is_plain(name) else self._raw.kept(self._value(name), name)
        return self._above(key_of(value, self.declared(name).type, partner, self.setting.dialect), f"{name} key")

    def written(self, name: str, partner: Type) -> Written | None:
        """Return how a field is written as a key that finds those of type ``partner``; None where it is that, or no text."""
        column, declared = self.source.columns.get(name), self.declared(name)
        if column is None or column.held not in (Held.TEXT, Held.VALUE) or not (is_text(declared.type) and is_text(partner)):
            return None
        if _is_odd(column):
            return None
        there = self.rows.base(self._above(self._comparable(name, column), column.name), column.name)
        plain = tree.column(there)
        if not self._is_plain(name):
            plain = reading.read(replace(column, name=there), declared, self.setting.ruleset, self.setting.dialect).value
        key = key_of(plain, declared.type, partner, self.setting.dialect)
        return None if tree.is_simple(key) else Written(there, key)

    def declared(self, name: str) -> ir.FieldDecl:
        """Return a field as the ruleset declares it."""
        found = self.setting.ruleset.entity(self.source.entity).field(name)
        assert found is not None, "the checker knows the fields"
        return found

    def _is_plain(self, name: str) -> bool:
        """Return whether the cells of a field are its values, but for those that are blank, which are no keys either."""
        column, declared = self.source.columns[name], self.declared(name)
        texts = column.held in (Held.TEXT, Held.VALUE) and declared.type is Scalar.TEXT and not _is_odd(column)
        return texts and not field_spec(declared, self.setting.ruleset.timezone).missing_texts

    def _cell(self, name: str) -> Sql:
        """Return a text of the table as it is, said of the rows below."""
        return self._comparable(name, self.source.columns[name])

    def _value(self, name: str) -> Sql:
        """Return the typed value of a field, as it is said of the rows below."""
        type_ = self.declared(name).type
        if name not in self.source.columns:
            return tree.cast(tree.NULL, sql_type(type_, self.setting.dialect))
        if self.source.columns[name].held is Held.VALUE:
            return self._comparable(name, self.source.columns[name])
        return self._reading(name).value

    def _reading(self, name: str) -> Read:
        """Return a field as the rows below read it, made once."""
        if name not in self._read:
            column = self.source.columns[name]
            below = replace(column, name=self._held(column.name).name)
            found = reading.read(below, self.declared(name), self.setting.ruleset, self.setting.dialect, kept=self._raw.kept)
            self._read[name] = found
        return self._read[name]

    def _held(self, column: str) -> Sql:
        """Return a column of the table as it is, said of the rows below."""
        return tree.column(self._raw.base(tree.column(column, self._raw.alias), column))

    def _comparable(self, name: str, column: SourceColumn) -> Sql:
        """Return a column of the table, a text so that it compares by code point."""
        held = self._held(column.name)
        texts = column.held is Held.TEXT or (column.held is Held.VALUE and is_text(self.declared(name).type))
        if not texts or self.setting.dialect is not Dialect.POSTGRES:
            return held
        by_code_point = tree.by_code_point(tree.column(column.name, self._raw.alias), self.setting.dialect)
        return tree.column(self._raw.base(by_code_point, column.name))

    def _above(self, value: Sql, hint: str) -> Sql:
        """Return what is said of the rows below as a column of these, by their name; a constant as it is."""
        if not tree.columns_in(value):
            return value
        return tree.column(self._raw.kept(value, hint).name, self.rows.alias)


def _is_odd(column: SourceColumn) -> bool:
    """Return whether the texts of a column compare in a way of their own."""
    return column.type.partition("(")[0].lower() in reading.OTHER_TEXTS


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


def gathered_by(key: Sql, type_: Type, dialect: Dialect) -> Sql:
    """Return the key of a field by which related rows are gathered; that of rows without one is found by nobody.

    Spark would work a key that can be NULL out once more, to leave such rows out.
    """
    return tree.coalesce(key, tree.text("")) if dialect is Dialect.SPARK and type_ is Scalar.TEXT else key


def _trimmed(text: Sql, dialect: Dialect) -> Sql:
    """Return a text without white space around it, NULL for nothing but that.

    Most keys begin and end with a visible character of ASCII, which is seen at once; trimming all kinds of white space is slow.
    """
    first, last = tree.text("!"), tree.text("~")
    if dialect is Dialect.DUCKDB:  # a text of as many bytes as characters is all ASCII, where "!" comes next to white space
        ascii_ = tree.binary("=", tree.call("STRLEN", text), tree.call("LENGTH", text))
        usual = [tree.binary(">=", text, first), tree.binary(">=", LAST(dialect, text), first), ascii_]
    else:
        usual = [tree.between(text, first, last), tree.between(LAST(dialect, text), first, last)]
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
LAST = operator(
    "the last character of a text",
    lambda text: tree.call("RIGHT", text, tree.whole(1)),
    duckdb=lambda text: tree.call("ARRAY_EXTRACT", text, tree.whole(-1)),
)
