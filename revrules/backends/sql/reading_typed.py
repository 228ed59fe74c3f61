"""Columns that have a type into SQL for the typed values of a field, and for why one is none (``runtime.values``)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from sys import float_info
from typing import TYPE_CHECKING

from revrules.backends.sql import reading_moments, reading_postgres, times_words, tree
from revrules.backends.sql.constants import constant
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.reading_cells import Found, Span
from revrules.backends.sql.reading_lengths import length_of
from revrules.backends.sql.reading_numbers import finite
from revrules.backends.sql.reading_parts import as_text, narrowed
from revrules.backends.sql.sources import Held
from revrules.backends.sql.type_names import sql_type
from revrules.runtime.cells import cell_reader, expected, field_reader
from revrules.runtime.clock import LENGTH_OF, MICROSECOND
from revrules.runtime.numbers import INTEGER_MAX, INTEGER_MIN
from revrules.runtime.values import member_names, not_a_member
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.backends.sql.sources import SourceColumn
    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

SPECIMENS: dict[Held, object] = {
    Held.BOOLEAN: True,
    Held.INTEGER: 5,
    Held.DECIMAL: Decimal("1.5"),
    Held.DOUBLE: 1.5,
    Held.DATE: date(2026, 1, 1),
    Held.TIMESTAMP: datetime(2026, 1, 1, 1),
    Held.INSTANT: datetime(2026, 1, 1, 1, tzinfo=UTC),
    Held.INTERVAL: timedelta(days=1),
    Held.OTHER: object(),
}
NUMBERS = (Held.INTEGER, Held.DECIMAL, Held.DOUBLE)
NARROW = (
    "tinyint", "smallint", "integer", "bigint", "int", "int2", "int4", "int8", "utinyint", "usmallint", "uinteger",
)  # fmt: skip
"""Types of integers that fit 64 bits."""
SMALL = ("tinyint", "smallint", "integer", "int", "int2", "int4")
"""Types of integers that fit money."""
DOUBLE_EXACT = 2**53
MONEY_END = "99999999999999.9999"


def read_typed(raw: Sql, column: SourceColumn, spec: FieldSpec, dialect: Dialect) -> Found:
    """Return what the values of ``raw`` are for a field (``runtime.cells.field_reader``)."""
    found = _found(raw, column, spec, dialect)
    stand_ins = [int(text) for text in spec.missing_texts if _is_written_like_an_integer(text)]
    if column.held is not Held.INTEGER or not stand_ins:
        return found
    meant = tree.among(raw, [tree.digits(str(number)) for number in stand_ins])
    reason = None if found.reason is None else tree.case([(meant, tree.NULL)], found.reason)
    return Found(tree.case([(meant, tree.NULL)], found.value), reason)


def _is_written_like_an_integer(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdecimal() and str(int(text)) == text


def _found(raw: Sql, column: SourceColumn, spec: FieldSpec, dialect: Dialect) -> Found:
    match spec.kind, column.held:
        case "boolean", Held.BOOLEAN:
            return Found(raw, None)
        case "boolean", Held.INTEGER:
            return _truth(raw, spec)
        case "integer", Held.INTEGER | Held.DECIMAL | Held.DOUBLE:
            return _integer(raw, column, dialect)
        case "number", Held.INTEGER | Held.DECIMAL | Held.DOUBLE:
            return _number(raw, column, dialect)
        case "money", Held.INTEGER | Held.DECIMAL | Held.DOUBLE:
            return _money(raw, column, dialect)
        case "text", Held.INTEGER:
            return Found(as_text(raw, dialect), None)
        case "date", Held.DATE | Held.TIMESTAMP:
            return _date(raw, column.held, spec, dialect)
        case "datetime", Held.TIMESTAMP | Held.INSTANT:
            return _datetime(raw, column.held, spec, dialect)
        case "duration", Held.INTERVAL:
            return reading_moments.interval(raw, dialect)
        case "duration", Held.INTEGER | Held.DECIMAL | Held.DOUBLE if spec.unit is not None:
            return _duration(raw, column, spec, dialect)
        case "enum", Held.INTEGER:
            return _member(raw, spec, dialect)
        case _:
            _, reason = field_reader(spec)(SPECIMENS[column.held])
            return Found(tree.cast(tree.NULL, _type(spec, dialect)), _unless_null(raw, tree.text(reason)))


def _type(spec: FieldSpec, dialect: Dialect) -> str:
    return sql_type(Scalar.TEXT if spec.kind == "enum" else Scalar(spec.kind), dialect)


def _unless_null(raw: Sql, reason: Sql) -> Sql:
    """Return why a value is none, NULL where there is no value."""
    return tree.case([(tree.is_known(raw), reason)])


def _truth(raw: Sql, spec: FieldSpec) -> Found:
    """Return what 1 and 0 mean: they are read as those cells."""
    read = cell_reader(spec)
    values, reasons = [], []
    for number in (0, 1):
        value, reason = read(str(number))
        this = tree.binary("=", raw, tree.whole(number))
        values.append((this, tree.NULL if value is None else tree.TRUE if value else tree.FALSE))
        reasons.append((this, tree.text(reason) if reason else tree.NULL))
    _, otherwise = field_reader(spec)(5)
    return Found(tree.cast(tree.case(values), "BOOLEAN"), _unless_null(raw, tree.case(reasons, tree.text(otherwise))))


def _member(raw: Sql, spec: FieldSpec, dialect: Dialect) -> Found:
    """Return the member whose id an integer is."""
    ids = {text: name for text, name in member_names(spec).items() if _is_written_like_an_integer(text)}
    branches = [(tree.binary("=", raw, tree.digits(text)), tree.text(name)) for text, name in ids.items()]
    value = tree.case(branches) if branches else tree.cast(tree.NULL, _type(spec, dialect))
    return Found(value, _unless_null(raw, tree.text(not_a_member(spec))))


def _integer(raw: Sql, column: SourceColumn, dialect: Dialect) -> Found:
    large, whole, none = "too large for an integer", "not a whole number", "not an integer"
    match column.held:
        case Held.INTEGER:
            if column.type.lower() in NARROW:
                number = _typed(raw, column, "bigint", "BIGINT")
                return Found(number, None, Span(number))
            value = narrowed(raw, str(INTEGER_MIN), str(INTEGER_MAX), "BIGINT", dialect)
            return Found(value, _unless_null(raw, tree.text(large)))
        case Held.DECIMAL:
            is_whole = tree.binary("=", tree.whole_part("%", raw, tree.whole(1)), tree.whole(0))
            value = tree.case([(is_whole, narrowed(raw, str(INTEGER_MIN), str(INTEGER_MAX), "BIGINT", dialect))])
            beyond = tree.binary(">=", tree.call("ABS", raw), tree.digits(str(10**21)))
            reason = tree.case(
                [*_no_number(raw, tree.text(none), dialect), (tree.any_of([beyond, is_whole]), tree.text(large))],
                tree.text(whole),
            )
            return Found(value, _unless_null(raw, reason))
        case _:
            double = _typed(raw, column, "double", sql_type(Scalar.NUMBER, dialect))
            small = tree.between(double, tree.digits(str(1 - DOUBLE_EXACT)), tree.digits(str(DOUBLE_EXACT - 1)))
            is_whole = tree.binary("=", double, tree.call("FLOOR", double))
            exact = narrowed(_shortest(double, dialect), str(INTEGER_MIN), str(INTEGER_MAX), "BIGINT", dialect)
            value = tree.case([(tree.all_of([small, is_whole]), tree.cast(double, "BIGINT")), (small, tree.NULL)], exact)
            odd = tree.is_null(finite(double, dialect))
            reason = tree.case([(odd, tree.text(none)), (small, tree.text(whole))], tree.text(large))
            return Found(value, _unless_null(raw, reason))


def _number(raw: Sql, column: SourceColumn, dialect: Dialect) -> Found:
    type_ = sql_type(Scalar.NUMBER, dialect)
    if column.held is Held.DOUBLE:
        double = _typed(raw, column, "double", type_)
        nan = tree.binary("=", double, tree.cast(tree.text("NaN"), type_))
        reason = tree.case([(nan, tree.text("not a number"))], tree.text("too large for a number"))
        ends = (constant(end, Scalar.NUMBER, dialect) for end in (-float_info.max, float_info.max))
        return Found(finite(double, dialect), _unless_null(raw, reason), Span(double, *ends))
    if column.held is Held.INTEGER and (column.type.lower() in NARROW or dialect is not Dialect.DUCKDB):
        return Found(tree.cast(raw, type_), None)
    if dialect is Dialect.POSTGRES:
        return _number_of_numeric(raw, type_)
    return Found(tree.cast(as_text(raw, dialect), type_), None)  # engines round twice where they divide by a power of ten


def _number_of_numeric(raw: Sql, type_: str) -> Found:
    """Return the double of one of Postgres' decimals, which may be beyond all doubles, or none."""
    size = tree.call("ABS", raw)
    tiny = tree.binary("<=", size, tree.cast(tree.text("2.4703282292062327e-324"), "NUMERIC"))
    fits = tree.binary("<", size, tree.cast(tree.text("1.797693134862315807e308"), "NUMERIC"))
    nan = tree.binary("=", raw, tree.cast(tree.text("NaN"), "NUMERIC"))
    reason = tree.case([(nan, tree.text("not a number"))], tree.text("too large for a number"))
    value = tree.case([(tiny, tree.cast(tree.whole(0), type_)), (fits, tree.cast(raw, type_))])
    return Found(value, _unless_null(raw, reason))


def _money(raw: Sql, column: SourceColumn, dialect: Dialect) -> Found:
    none, large = tree.text("not an amount of money"), tree.text("too large for an amount of money")
    type_ = sql_type(Scalar.MONEY, dialect)
    odd = _no_number(raw, none, dialect)
    if column.held is Held.DOUBLE:
        double = _typed(raw, column, "double", sql_type(Scalar.NUMBER, dialect))
        odd = [(tree.is_null(finite(double, dialect)), none)]
        raw_amount = _shortest(double, dialect)
    else:
        raw_amount = raw
    if column.held is Held.INTEGER and column.type.lower() in SMALL:
        return Found(tree.cast(raw, type_), None)
    is_money = dialect is not Dialect.POSTGRES and column.type.replace(" ", "").lower() == "decimal(18,4)"
    span = Span(raw) if is_money else None
    return Found(_rounded(raw_amount, type_, dialect), _unless_null(raw, tree.case(odd, large)), span)


def _rounded(amount: Sql, type_: str, dialect: Dialect) -> Sql:
    """Return a decimal as money, half away from zero; NULL where it is too large."""
    if dialect is not Dialect.POSTGRES:
        return tree.try_cast(amount, type_)
    rounded = tree.call("ROUND", amount, tree.whole(4))
    fits = tree.between(rounded, tree.digits(f"-{MONEY_END}"), tree.digits(MONEY_END))
    return tree.case([(fits, tree.cast(rounded, type_))])


def _date(raw: Sql, held: Held, spec: FieldSpec, dialect: Dialect) -> Found:
    beyond = expected("not a date", spec.patterns)
    first, last = (times_words.day_literal(day, dialect) for day in (date.min, date.max))
    if held is Held.DATE:
        outside = tree.any_of([tree.binary("<", raw, first), tree.binary(">", raw, last)])  # which statistics can rule out
        return Found(tree.case([(outside, tree.NULL)], raw), _unless_null(raw, tree.text(beyond)), Span(raw, first, last))
    moment = reading_moments.as_timestamp(raw, dialect)
    day = times_words.as_day(moment, dialect)
    midnight = tree.binary("=", times_words.as_midnight(day, dialect), moment)
    inside = reading_moments.inside(moment, dialect)
    reason = tree.case([(inside, tree.text("a date and time, not a date"))], tree.text(beyond))
    return Found(tree.case([(tree.all_of([inside, midnight]), day)]), _unless_null(raw, reason))


def _datetime(raw: Sql, held: Held, spec: FieldSpec, dialect: Dialect) -> Found:
    if held is Held.INSTANT:
        moment = reading_moments.in_utc(raw, dialect)
    else:
        moment = reading_moments.local_in_utc(reading_moments.as_timestamp(raw, dialect), spec.timezone, dialect)
    value = tree.case([(reading_moments.inside(moment, dialect), moment)])
    return Found(value, _unless_null(raw, tree.text("not a date and time")))


def _duration(raw: Sql, column: SourceColumn, spec: FieldSpec, dialect: Dialect) -> Found:
    """Return the length that a number of a unit is."""
    assert spec.unit is not None, "numbers count a unit"
    long = tree.text("too long for a length of time")
    micros = LENGTH_OF[spec.unit] // MICROSECOND
    if column.held is Held.INTEGER:
        fits = tree.between(raw, tree.digits(str(-(2**63 // micros))), tree.digits(str(INTEGER_MAX // micros)))
        value = tree.case([(fits, tree.binary("*", tree.cast(raw, "BIGINT"), tree.digits(str(micros))))])
        return Found(value, _unless_null(raw, long))
    if dialect is Dialect.POSTGRES:
        none = tree.text("not a length of time")
        exact = _shortest(raw, dialect) if column.held is Held.DOUBLE else raw
        odd = _no_number(raw, none, dialect) if column.held is Held.DECIMAL else [(tree.is_null(finite(raw, dialect)), none)]
        return Found(reading_postgres.length_of(exact, spec.unit), _unless_null(raw, tree.case(odd, long)))
    if dialect is not Dialect.DUCKDB:
        raise Unsayable("a duration in a column of decimals", dialect, "it is not rounded exactly: give whole numbers")
    text, none = as_text(raw, dialect), tree.text("not a length of time")
    odd = [(tree.is_null(finite(raw, dialect)), none)] if column.held is Held.DOUBLE else []
    value = tree.case([(condition, tree.NULL) for condition, _ in odd], length_of(text, spec.unit))
    return Found(value, _unless_null(raw, tree.case(odd, long)))


def _shortest(double: Sql, dialect: Dialect) -> Sql:
    """Return the decimal that the shortest digits of a double mean, NULL where none of 38 digits holds it."""
    text = as_text(double, dialect)
    if dialect is Dialect.POSTGRES:
        return tree.case([(tree.is_known(finite(double, dialect)), tree.cast(text, "NUMERIC"))])
    return text


def _no_number(raw: Sql, reason: Sql, dialect: Dialect) -> list[tuple[Sql, Sql]]:
    """Return why decimals that are no number are none: only Postgres has some."""
    if dialect is not Dialect.POSTGRES:
        return []
    odd = [tree.cast(tree.text(word), "NUMERIC") for word in ("NaN", "Infinity", "-Infinity")]
    return [(tree.among(raw, odd), reason)]


def _typed(raw: Sql, column: SourceColumn, name: str, type_: str) -> Sql:
    """Return ``raw`` as ``type_``, where it is not of that type as it is."""
    return raw if column.type.lower() == name else tree.cast(raw, type_)
