"""Our patterns into the regular expressions of each engine, in a form that none of them reads otherwise or takes long for.

Only characters, sets of explicit characters, groups, `|` and counts are written. On Spark, whose engine goes back, a pattern in
which the next character does not always tell the way is run as its automaton instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import automata
from revrules.backends.sql.dialects import Dialect, Unsayable, operator
from revrules.backends.sql.tree import call, has_match, text
from revrules.runtime.patterns import LAST_CHARACTER, Choice, Ranges, Repeat, Sequence, in_any_case, merged, read_pattern

if TYPE_CHECKING:
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.runtime.patterns import Tree

LONGEST = 60_000
"""Characters of a regular expression."""
PLAIN_MARKS = " @_,'\"<>:;/!%=`"
"""Marks that mean themselves everywhere, inside brackets, too."""


class Writing(NamedTuple):
    """How a dialect writes a pattern: a group's opening, the largest count, a character by its number."""

    group: str
    most: int
    point: str
    """For ``str.format``."""
    far_point: str = ""
    """The same beyond the first 65,536 characters, where that differs."""


WRITINGS = {
    Dialect.DUCKDB: Writing("(?:", 1000, "\\x{{{:x}}}"),
    Dialect.POSTGRES: Writing("(?:", 255, "\\u{:04x}", "\\U{:08x}"),
    Dialect.SPARK: Writing("(?:", 100_000, "\\x{{{:x}}}"),
    Dialect.SNOWFLAKE: Writing("(", 255, ""),
    Dialect.BIGQUERY: Writing("(?:", 1000, "\\x{{{:x}}}"),
}
"""RE2 (DuckDB, BigQuery) counts to 1000, together where counts are nested; Postgres to 255."""


def matches(operand: Sql, pattern: str, any_case: bool, scope: Scope) -> Sql:
    """Return whether the whole of a text matches a pattern. Raises ``Unsayable`` where that would be too long to write."""
    dialect = scope.dialect
    if dialect is Dialect.SPARK and not automata.is_plain(pattern, any_case):
        return automata.accepts(operand, pattern, any_case)
    written, _ = _written(read_pattern(pattern), any_case, dialect)
    if len(written) > LONGEST:
        raise Unsayable(f'matches "{pattern[:60]}"', dialect, f"written out it has more than {LONGEST:,} characters")
    return MATCHES(dialect, operand, text(written))


MATCHES = operator(
    "text matches pattern",
    duckdb=lambda operand, pattern: call("REGEXP_FULL_MATCH", operand, pattern),
    postgres=lambda operand, pattern: has_match(operand, f"^(?:{pattern.name})$"),
    spark=lambda operand, pattern: has_match(operand, f"\\A(?:{pattern.name})\\z"),
    snowflake=lambda operand, pattern: call("REGEXP_LIKE", operand, pattern),
    bigquery=lambda operand, pattern: call("REGEXP_CONTAINS", operand, text(f"^(?:{pattern.name})$")),
)


def _written(tree: Tree, any_case: bool, dialect: Dialect) -> tuple[str, int]:
    """Return a pattern as it is written, and the product of the counts that stand inside one another."""
    match tree:
        case Ranges():
            return _set(tree, any_case, dialect), 1
        case Sequence(parts):
            pieces = [_piece(part, any_case, dialect) for part in parts]
            return "".join(piece for piece, _ in pieces), max((count for _, count in pieces), default=1)
        case Choice(branches):
            said = [_written(branch, any_case, dialect) for branch in sorted(branches, key=automata.can_be_empty)]
            return "|".join(branch for branch, _ in said), max(count for _, count in said)
        case Repeat():
            return _repeat(tree, any_case, dialect)


def _piece(tree: Tree, any_case: bool, dialect: Dialect) -> tuple[str, int]:
    """Return a pattern as it may stand beside others."""
    said, count = _written(tree, any_case, dialect)
    return (f"{WRITINGS[dialect].group}{said})" if isinstance(tree, Choice) else said), count


def _repeat(tree: Repeat, any_case: bool, dialect: Dialect) -> tuple[str, int]:
    """Return a repetition; a count that the engine does not know is said as several that it knows, or written out."""
    writing = WRITINGS[dialect]
    inner, inside = _written(tree.part, any_case, dialect)
    part = inner if isinstance(tree.part, Ranges) else f"{writing.group}{inner})"
    kept = "+" if dialect is Dialect.SPARK else ""
    known = max(writing.most // inside, 1)
    if tree.most is None:
        least, rest = _counted(part, tree.least, known), f"{part}*{kept}"
        if tree.least <= 1:
            return f"{part}{'+' if tree.least else '*'}{kept}", inside
        return (f"{part}{{{tree.least},}}{kept}", inside * tree.least) if tree.least <= known else (least + rest, inside * known)
    if (tree.least, tree.most) == (0, 1):
        return f"{part}?{kept}", inside
    if tree.most <= known:
        bounds = f"{tree.least}" if tree.least == tree.most else f"{tree.least},{tree.most}"
        return f"{part}{{{bounds}}}{kept}" if tree.most else "", inside * max(tree.most, 1)
    return _counted(part, tree.least, known) + _counted(part, tree.most - tree.least, known, optional=True), inside * known


def _counted(part: str, count: int, known: int, *, optional: bool = False) -> str:
    """Return ``part`` so many times, or up to so many, in counts of ``known`` at most."""
    first = "0," if optional else ""
    if known == 1:
        return (part + ("?" if optional else "")) * count
    whole, rest = divmod(count, known)
    return f"{part}{{{first}{known}}}" * whole + (f"{part}{{{first}{rest}}}" if rest else "")


def _set(tree: Ranges, any_case: bool, dialect: Dialect) -> str:
    """Return one character out of a set. Postgres holds no U+0000, and its expressions take none."""
    ranges, negated = merged(in_any_case(tree.ranges) if any_case else tree.ranges), tree.negated
    if dialect is Dialect.POSTGRES:
        ranges = [(max(low, 1), high) for low, high in ranges if high]
    if not ranges:
        ranges, negated = [(1, LAST_CHARACTER)], not negated
    if not negated and len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _point(ranges[0][0], dialect)
    return f"[{'^' if negated else ''}{''.join(_range(low, high, dialect) for low, high in ranges)}]"


def _range(low: int, high: int, dialect: Dialect) -> str:
    first, last = _point(low, dialect), _point(high, dialect)
    return first if low == high else f"{first}{last}" if high == low + 1 else f"{first}-{last}"


def _point(point: int, dialect: Dialect) -> str:
    """Return a character: a letter or digit as it is, a mark after ``\\``, any other by its number."""
    character = chr(point)
    if character.isascii() and character.isalnum():
        return character
    if 0x20 <= point < 0x7F:
        return character if character in PLAIN_MARKS else f"\\{character}"
    writing = WRITINGS[dialect]
    if not writing.point or (character.isprintable() and point > 0x7F):
        return character
    return (writing.far_point if writing.far_point and point > 0xFFFF else writing.point).format(point)
