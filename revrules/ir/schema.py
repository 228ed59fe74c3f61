"""What records look like and what they are held against: teams, systems, lists, decision tables, calendars, entities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.ir.expressions import ChooseMode, Node, Value

if TYPE_CHECKING:
    import datetime

    from revrules.types import EnumType, Type, Unit


@dataclass(frozen=True, slots=True)
class Team(Node):
    """A team."""

    name: str
    label: str
    doc: str = ""
    was: tuple[str, ...] = ()
    """Earlier names; of this and other declarations they mean nothing but to a comparison of versions."""


@dataclass(frozen=True, slots=True)
class System(Node):
    """A system of record."""

    name: str
    label: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ValueList(Node):
    """A list; ``items`` in order without repetitions; ``path`` the file that they came from, as the user names it."""

    name: str
    type: Type
    items: tuple[Value, ...]
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """Values of an ordered type; None: no end on that side, which not both of them are. The ends belong to it unless open; open
    ends of integers and dates do not occur.
    """

    low: Value | None
    high: Value | None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row of a decision table asks of one input.

    Of a known value: whether it is among ``values`` or in one of ``ranges``, the other way round when ``negated``. Of a missing
    one: ``when_missing`` (None: unknown, as any test of a missing value; True and False come from the words for it).

    Text, boolean and enum columns have ``values``, without repetition, in the order of the file; integer, number, money, date,
    datetime and duration columns have ``ranges``, from the least to the greatest, apart from each other; one value is a range
    from it to itself. A cell with ranges is never negated. Three cells have neither: any is ``Cell(negated=True,
    when_missing=True)``, missing is ``Cell(when_missing=True)``, known is ``Cell(negated=True, when_missing=False)``.
    """

    values: tuple[Value, ...] = ()
    ranges: tuple[Interval, ...] = ()
    negated: bool = False
    when_missing: bool | None = None


ANY_CELL = Cell(negated=True, when_missing=True)


@dataclass(frozen=True, slots=True)
class Column:
    """An input of a decision table: its heading, its type, the different cells that its rows have (each once).

    ``any_case``: text, compared after folding; the values are folded already.
    """

    heading: str
    type: Type
    cells: tuple[Cell, ...]
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Row(Node):
    """A row: for each column the position of its cell in ``Column.cells``, the member that it gives, its line in the file.

    ``line`` counts as a spreadsheet or editor does: the heading is on line 1 if nothing stands before it.
    """

    cells: tuple[int, ...]
    output: str
    line: int


@dataclass(frozen=True, slots=True)
class DecisionTable(Node):
    """The rows of a file, in their order. ``name`` is the id of the classification (`account.territory`).

    The members of ``type`` are the outputs (by first appearance, then ``otherwise``) or those that the ruleset declares.
    ``otherwise`` is the member where all rows are false. ``heading`` is that of the output's column.
    """

    name: str
    path: str
    mode: ChooseMode
    type: EnumType
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    otherwise: str | None = None

    def cell(self, row: Row, column: int) -> Cell:
        """Return what ``row`` asks of the column at that position."""
        return self.columns[column].cells[row.cells[column]]


@dataclass(frozen=True, slots=True)
class Calendar(Node):
    """Working time: ISO weekdays (Monday is 1), local opening and closing time, IANA time zone, holidays."""

    name: str
    days: tuple[int, ...]
    opens: datetime.time
    closes: datetime.time
    timezone: str
    holidays: tuple[datetime.date, ...]


@dataclass(frozen=True, slots=True)
class CellFormat:
    """How an export writes a field's values: strptime patterns, boolean spellings, number marks, a duration's unit."""

    patterns: tuple[str, ...] = ()
    true_texts: tuple[str, ...] = ()
    false_texts: tuple[str, ...] = ()
    decimal_mark: str = "."
    group_mark: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class FieldDecl(Node):
    """A field of an entity. ``low``/``high`` bound it (both ends in, unless ``high_open``)."""

    name: str
    type: Type
    low: Value | None = None
    high: Value | None = None
    high_open: bool = False
    required: bool = False
    columns: tuple[str, ...] = ()
    format: CellFormat = CellFormat()
    missing_when: tuple[Value, ...] = ()
    """Stand-ins for missing: values of the field's type, or texts to be compared with the cell as written."""
    systems: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    implied: bool = False
    """Not declared: the column that a ``one`` relation follows."""
    doc: str = ""
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """A relation. One: ``by`` is a field of this entity holding the other's key. Many: ``by`` is a field of the other."""

    name: str
    many: bool
    entity: str
    by: str
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity(Node):
    """An entity. ``key`` is None where records need no identity."""

    name: str
    label: str
    key: str | None
    fields: tuple[FieldDecl, ...]
    relations: tuple[Relation, ...]
    doc: str = ""
    was: tuple[str, ...] = ()

    def field(self, name: str) -> FieldDecl | None:
        """Return the field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)

    def relation(self, name: str) -> Relation | None:
        """Return the relation of that name, or None."""
        return next((r for r in self.relations if r.name == name), None)
