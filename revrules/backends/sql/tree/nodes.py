"""What a piece of SQL is, its words and the pieces inside of it into one value, never changed, so that pieces share parts."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    Use = tuple[str, str]
    """A column that is read: its table (empty where none is named) and its name."""


class Kind(StrEnum):
    """What a piece is; its ``what``, ``names`` and ``parts`` are in brackets."""

    NULL = auto()
    TRUTH = auto()
    """TRUE or FALSE (what)."""
    TEXT = auto()
    """A text (what)."""
    DIGITS = auto()
    """A number as it stands (what)."""
    WORD = auto()
    """A bare word of SQL (what)."""
    BARE = auto()
    """A name without quotes (what)."""
    COLUMN = auto()
    """A column (names: its own, perhaps its table's)."""
    ALL = auto()
    """All columns of a table (names: its own)."""
    STAR = auto()
    CALL = auto()
    """A function (what) of arguments (parts)."""
    CAST = auto()
    """A value (part) as a type (names)."""
    TRY_CAST = auto()
    """The same, NULL where it is none."""
    PAREN = auto()
    """A piece (part) in brackets."""
    NEGATIVE = auto()
    BINARY = auto()
    """An operator (what) between two pieces (parts)."""
    MATCH = auto()
    """A text in which a regular expression is looked for (parts)."""
    NOT = auto()
    CASE = auto()
    """Branches and what is said otherwise (parts)."""
    SWITCH = auto()
    """A value, branches for its constants, what is said otherwise (parts)."""
    WHEN = auto()
    """A branch: when and what (parts)."""
    ARRAY = auto()
    AMONG = auto()
    """A value and constants that it may be (parts)."""
    BETWEEN = auto()
    EXTRACT = auto()
    """A part (names) of a moment (part)."""
    AT_ZONE = auto()
    """An instant (part) on the clocks of a zone (names)."""
    COLLATE = auto()
    """A text (part) in an order (names)."""
    FUNCTION = auto()
    """Parameters (names) and a body (part)."""
    NAMED = auto()
    """A value or a table (part) under a name (names)."""
    NUMBERED = auto()
    """The number of a row: what is alike, and the order (parts)."""
    PIECES = auto()
    """Pieces one after another (parts)."""
    TABLE = auto()
    """A table (names: the parts of its name)."""
    ROWS = auto()
    """Rows of constants (parts) under the names of their columns (names)."""
    SUBQUERY = auto()
    SELECT = auto()
    """A query, perhaps of DISTINCT rows (what): what is selected, and its clauses (parts)."""
    FROM = auto()
    JOIN = auto()
    """A source and when its rows fit (parts), perhaps a LEFT one (what)."""
    WHERE = auto()
    GROUP = auto()
    OFFSET = auto()
    UNION = auto()
    WITH = auto()
    """Named queries, and the query that reads them (parts)."""
    QUERY = auto()
    """A query (part) under a name (names); whether it is kept (what)."""


class Sql:
    """A piece of SQL: what it is, the words in it, the pieces inside of it. Equal pieces say the same.

    (No dataclass: thousands are made for a statement, and to set what cannot be set again takes three times as long.)
    """

    __slots__ = ("_columns", "_hash", "_height", "_size", "kind", "names", "parts", "what")

    def __init__(self, kind: Kind, parts: tuple[Sql, ...] = (), what: str = "", names: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.parts = parts
        self.what = what
        self.names = names
        self._columns: frozenset[Use] | None = None
        self._hash = self._size = self._height = 0

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Sql) or self.kind is not other.kind or hash(self) != hash(other):
            return False
        return self.what == other.what and self.names == other.names and self.parts == other.parts

    def __hash__(self) -> int:
        if not self._hash:
            self._hash = hash((self.kind, self.what, self.names, self.parts))
        return self._hash

    def __repr__(self) -> str:
        said = [*filter(None, (self.what, *self.names)), *map(repr, self.parts)]
        return f"{self.kind}({', '.join(said)})"

    @property
    def name(self) -> str:
        """The name of a column or a table, the function of a call."""
        return self.names[0] if self.names else self.what

    @property
    def columns(self) -> frozenset[Use]:
        """The columns that are read in it."""
        if self._columns is None:
            if self.kind is Kind.COLUMN:
                self._columns = frozenset([(self.names[1] if len(self.names) > 1 else "", self.names[0])])
            elif self.kind is Kind.ALL:
                self._columns = frozenset([(self.names[0], "*")])
            else:
                self._columns = _union([part.columns for part in self.parts])
        return self._columns

    @property
    def size(self) -> int:
        """How many nodes it has; its names count."""
        if not self._size:
            self._size = 1 + len(self.names) + sum(part.size for part in self.parts)
        return self._size

    @property
    def height(self) -> int:
        """How many nodes stand inside one another."""
        if not self._height:
            self._height = 1 + max([1 if self.names else 0, *(part.height for part in self.parts)])
        return self._height

    def walk(self) -> Iterator[Sql]:
        """Yield it and all pieces inside of it, the outer ones before the inner ones."""
        waiting = [self]
        while waiting:
            found = waiting.pop()
            yield found
            waiting += reversed(found.parts)

    def of(self, parts: tuple[Sql, ...]) -> Sql:
        """Return the same of other parts."""
        return Sql(self.kind, parts, self.what, self.names)


_NOTHING: frozenset[tuple[str, str]] = frozenset()


def _union(sets: list[frozenset[Use]]) -> frozenset[Use]:
    """Return what is in any of the sets: mostly one of them has it all."""
    if not sets:
        return _NOTHING
    largest = max(sets, key=len)
    return largest if all(found <= largest for found in sets) else largest.union(*sets)
