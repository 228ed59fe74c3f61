"""A classification by the rows of a file into a decision table of the IR, every cell checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.decision_cells import Asked, read_cell
from revrules.check.decision_columns import read_columns
from revrules.check.decision_values import UnfitError
from revrules.check.literals import spellings
from revrules.check.old_names import earlier
from revrules.check.schema import enum_type
from revrules.diagnostics import Diagnostic
from revrules.problems import decisions as problems
from revrules.sheets import read_sheet
from revrules.types import EnumMember, EnumType, Scalar

if TYPE_CHECKING:
    from revrules.check.decision_columns import Input
    from revrules.check.resolve import Scope
    from revrules.check.tables import Term
    from revrules.sheets import Sheet, SheetRow

MOST_TOLD = 20
"""Problems of cells that are told one by one; a faulty column would have one in each row."""
MOST_COLLECTED = 500
"""Outputs of a table that collects: each of them is a condition of its own."""
LONGEST_OUTPUT = 200
YES_AND_NO = {"yes": True, "true": True, "no": False, "false": False}


def decision_table(name: str, decl: syntax.Classify, scope: Scope) -> tuple[ir.DecisionTable, tuple[ir.Expr, ...]] | None:
    """Return the table that ``decl`` names with the values of its columns, or None (reported). ``name`` is its id."""
    tables, source = scope.tables, decl.table
    assert source is not None, "the rows of a file are the branches"
    shown = tables.attached.get((decl.span.path, source.path.value))
    if shown is None:
        return None
    path = source.path.value
    sheet = read_sheet(tables.sources[shown], path)
    if isinstance(sheet, Diagnostic):
        tables.report.add(sheet)
        return None
    columns = read_columns(decl, sheet, scope)
    if columns is None:
        return None
    reader = _Reader(sheet, path, scope)
    asked = tuple(reader.column(column, source.any_case) for column in columns.inputs)
    declared = _declared(name, decl, scope)
    outputs = reader.outputs(columns.output, declared)
    reader.tell_rest()
    type_ = declared or _type(name, decl, outputs)
    mode = ir.ChooseMode(decl.mode)
    if reader.count or (mode is ir.ChooseMode.COLLECT and not _few(type_, decl, scope)):
        return None
    rows = tuple(
        ir.Row(tuple(cells), output, row.number, span=sheet.place(row, columns.output))
        for row, output, *cells in zip(sheet.rows, outputs, *(positions for _, positions in asked), strict=True)
    )
    table = ir.DecisionTable(
        name,
        path,
        mode,
        type_,
        sheet.heading.cells[columns.output],
        tuple(column for column, _ in asked),
        rows,
        _otherwise(decl, type_),
        span=decl.name.span,
    )
    return table, tuple(column.term.expr for column in columns.inputs)


# --- cells -------------------------------------------------------------------------------------------------------


class _Reader:
    """Reads the cells of a sheet, those that are written alike once; counts what it reports."""

    def __init__(self, sheet: Sheet, path: str, scope: Scope) -> None:
        self.sheet, self.path, self.scope = sheet, path, scope
        self.count = 0

    def column(self, column: Input, any_case: bool) -> tuple[ir.Column, list[int]]:
        """Return a column with its different cells, and which of them each row has."""
        asked = _asked(column, any_case, self.scope)
        numbers: dict[ir.Cell, int] = {}
        by_text: dict[str, int] = {}
        positions: list[int] = []
        for row in self.sheet.rows:
            text = row.cells[column.at]
            if text not in by_text:
                cell = self._cell(text, asked, row, column)
                by_text[text] = numbers.setdefault(cell, len(numbers))
            positions.append(by_text[text])
        return ir.Column(column.heading, column.term.type, tuple(numbers), asked.any_case), positions

    def _cell(self, text: str, asked: Asked, row: SheetRow, column: Input) -> ir.Cell:
        """Return what a cell asks; a cell that takes anything in the place of one that cannot be read."""
        try:
            return read_cell(text, asked)
        except UnfitError as unfit:
            problem = problems.unclear_cell if unfit.unclear else problems.bad_cell
            place = (self.path, row.number, column.heading)
            self.tell(problem(self.sheet.place(row, column.at), place, unfit.problem, unfit.help))
            return ir.ANY_CELL

    def outputs(self, at: int, declared: EnumType | None) -> list[str]:
        """Return what each row gives: a declared member by its name, else the text as it stands."""
        known = None if declared is None else dict(reversed(list(spellings(declared))))
        found: list[str] = []
        told: set[str] = set()
        heading = self.sheet.heading.cells[at]
        for row in self.sheet.rows:
            text = _bare(row.cells[at])
            place = (self.path, row.number, heading)
            if not text:
                self.tell(problems.bad_cell(self.sheet.place(row, at), place, "the row gives nothing", ("write what it gives",)))
            elif len(text) > LONGEST_OUTPUT or "\n" in text:
                help_ = (f"an output is one line of at most {LONGEST_OUTPUT} characters",)
                self.tell(problems.bad_cell(self.sheet.place(row, at), place, "what the row gives is too long for a name", help_))
            elif known is not None and text not in known and text not in told:
                told.add(text)
                self.tell(problems.unknown_output(self.sheet.place(row, at), place, text, known))
            found.append(text if known is None else known.get(text, text))
        return found

    def tell(self, problem: Diagnostic) -> None:
        """Report a problem of a cell, if there were not too many."""
        self.count += 1
        if self.count <= MOST_TOLD:
            self.scope.tables.report.add(problem)

    def tell_rest(self) -> None:
        """Report how many problems were not told."""
        if self.count > MOST_TOLD:
            place = self.sheet.place(self.sheet.heading, 0)
            self.scope.tables.report.add(problems.more_bad_cells(place, self.path, self.count - MOST_TOLD))


def _asked(column: Input, any_case: bool, scope: Scope) -> Asked:
    """Return what the cells of a column are asked of."""
    term, zone = column.term, scope.tables.timezone
    if isinstance(term.type, EnumType):
        return Asked(term.type, zone, spellings=dict(reversed(list(spellings(term.type)))))
    if term.type is Scalar.BOOLEAN:
        return Asked(term.type, zone, truths=_truths(term, scope))
    return Asked(term.type, zone, any_case=any_case and term.type is Scalar.TEXT, domain=term.domain)


def _truths(term: Term, scope: Scope) -> dict[str, bool]:
    """Return the words for truth values: `yes` and `no`, `true` and `false`, and those of the field in exports."""
    found = dict(YES_AND_NO)
    if isinstance(term.expr, ir.Field) and not term.expr.path and term.expr.name in scope.entity.fields:
        format_ = scope.entity.fields[term.expr.name].format
        found |= {text.casefold(): True for text in format_.true_texts} | {text.casefold(): False for text in format_.false_texts}
    return found


def _bare(text: str) -> str:
    """Return an output without quotes around it, its white space made one space each."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    return text.strip()


# --- outputs -----------------------------------------------------------------------------------------------------


def _declared(name: str, decl: syntax.Classify, scope: Scope) -> EnumType | None:
    """Return the outputs that the ruleset declares, None where it leaves them to the rows."""
    assert decl.table is not None, "a table gives outputs"
    if not decl.table.outputs:
        return None
    others = [decl.otherwise] if decl.otherwise is not None else []
    named = {member.name.text for member in decl.table.outputs}
    return enum_type(name, (*decl.table.outputs, *(other for other in others if other.name.text not in named)), scope.tables)


def _type(name: str, decl: syntax.Classify, outputs: list[str]) -> EnumType:
    """Return the enum of the outputs by first appearance, then `otherwise`."""
    found = {text: EnumMember(text) for text in outputs if text}
    other = decl.otherwise
    if other is not None and _same_output(other, found) is None:
        labels = tuple(dict.fromkeys(label.value for label in other.labels))
        found[other.name.text] = EnumMember(other.name.text, labels, earlier(other.was))
    return EnumType(name, tuple(found.values()))


def _same_output(other: syntax.Member, found: dict[str, EnumMember]) -> str | None:
    """Return the output of the rows that `otherwise` names as well, by its name or a label."""
    return next((text for text in (other.name.text, *(label.value for label in other.labels)) if text in found), None)


def _otherwise(decl: syntax.Classify, type_: EnumType) -> str | None:
    if decl.otherwise is None:
        return None
    return _same_output(decl.otherwise, {member.name: member for member in type_.members})


def _few(type_: EnumType, decl: syntax.Classify, scope: Scope) -> bool:
    """Return whether a table that collects has few enough outputs, and report it if not."""
    assert decl.table is not None, "a table collects"
    if len(type_.members) <= MOST_COLLECTED:
        return True
    what = f"{MOST_COLLECTED} different outputs, the most that one that collects may have"
    scope.tables.report.add(problems.table_too_large(decl.table.span, decl.table.path.value, what))
    return False
