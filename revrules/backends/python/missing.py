"""A condition that is unknown into functions that list the missing fields it depends on (language.md, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from revrules import ir
from revrules.backends.python import tables
from revrules.backends.python.calls import never_missing
from revrules.backends.python.code import FALSE, NOTHING, TRUE, Facts, all_of, block, negated
from revrules.backends.python.expressions import nullable, test, value
from revrules.backends.python.scope import Scope, deciding_field, is_boolean
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Iterable

Names = tuple[str, ...]
DEEPEST = 8
"""Levels of indentation before another function is begun."""


def missing(scope: Scope, expr: ir.Expr) -> str:
    """Return the text of the tuple of names that ``expr``, which is unknown, depends on; a constant where that is plain."""
    names = _plain(expr)
    if names is not None and len(names) == 1:
        return repr(tuple(names))
    if names == set():
        return "()"
    return f"{_top_function(scope, expr)}({scope.arguments()})"


def _top_function(scope: Scope, expr: ir.Expr) -> str:
    """Return the name of the function that gives the tuple of names."""
    name, new = scope.module.function_name(("all missing", scope.module.key(expr)), "missing")
    if new:
        body = _depends(scope.alike(), expr, ((),) * len(scope.records), NOTHING, 0)
        asked_once = ["visited = set()"] if any("visited" in line for line in body) else []
        scope.module.define(name, scope.parameters(), ["found = {}", *asked_once, *body, "return tuple(found)"])
    return name


def function(scope: Scope, expr: ir.Expr, prefixes: tuple[Names, ...]) -> str:
    """Return the name of the function that enters the names into a dict, in order of appearance, and returns it.

    ``prefixes`` are the relations that lead to each record at hand; ``visited`` keeps shared definitions from being asked twice.
    """
    name, new = scope.module.function_name(("missing", prefixes, scope.module.key(expr)), "missing")
    if new:
        inner = scope.alike()
        body = _depends(inner, expr, prefixes, NOTHING, 0)
        once = block("if key not in visited", ["visited.add(key)", *body])
        lines = [f"key = {name!r}, {scope.identity()}", *once, "return found"]
        scope.module.define(name, f"{scope.parameters()}, found, visited", lines)
    return name


def _plain(expr: ir.Expr) -> set[str] | None:
    """Return the fields that an unknown condition can depend on, where it is unknown for no other reason; else None."""
    match expr:
        case ir.Field(name, _, path, 0):
            return {".".join((*path, name))}
        case ir.Known() | ir.Related() | ir.Now() | ir.Today():
            return set()
        case ir.Literal(constant):
            return None if constant is None else set()
        case (
            ir.And() | ir.Or() | ir.AtLeast() | ir.Not() | ir.Compare() | ir.OneOf() | ir.InList() | ir.TextTest() | ir.Matches()
        ):
            found: set[str] = set()
            for child in children(expr):
                names = _plain(child)
                if names is None:
                    return None
                found |= names
            return found
        case _:
            return set() if never_missing(expr) else None


def _call(scope: Scope, expr: ir.Expr, prefixes: tuple[Names, ...]) -> list[str]:
    return [f"{function(scope, expr, prefixes)}({scope.arguments()}, found, visited)"]


def _depends(scope: Scope, expr: ir.Expr, prefixes: tuple[Names, ...], facts: Facts, depth: int) -> list[str]:
    """Return the lines for an expression that is missing or unknown; none where nothing is missing for it."""
    if depth > DEEPEST:
        return _call(scope, expr, prefixes)
    match expr:
        case ir.Field(name, _, path, up):
            return [f"found[{'.'.join((*prefixes[-1 - up], *path, name))!r}] = None"]
        case ir.Ref():
            return _of_definition(scope, expr, prefixes, depth)
        case ir.OrElse(first, second):
            return [line for side in (first, second) for line in _depends(scope, side, prefixes, facts, depth)]
        case ir.If():
            return _of_choice(scope, expr, prefixes, facts, depth)
        case ir.Choose():
            return _of_branches(scope, expr, prefixes, facts, depth)
        case ir.Table() | ir.Collects():
            return _of_rows(scope, expr, prefixes, depth)
        case ir.Count() | ir.Sum() | ir.Extreme() | ir.Pick():
            return _of_related(scope, expr, prefixes)
        case ir.Points(_, lines):
            return _of_lines(scope, lines, prefixes, depth)
        case (
            ir.Literal() | ir.Now() | ir.Today() | ir.Known() | ir.Related()
            | ir.Arith() | ir.Negate() | ir.Shift() | ir.BusinessShift() | ir.StartOf() | ir.DateOf() | ir.Call()
            | ir.Not() | ir.And() | ir.Or() | ir.AtLeast() | ir.Compare() | ir.RangedCompare()
            | ir.OneOf() | ir.InList() | ir.TextTest() | ir.Matches()
        ):  # fmt: skip
            if isinstance(expr, ir.Known):
                return []
            only = _only_reason(expr)
            if only is not None:
                return _depends(scope, only, prefixes, facts, depth)
            return _of_missing(scope, children(expr), prefixes, facts, depth)
        case _:
            assert_never(expr)


def _only_reason(expr: ir.Expr) -> ir.Expr | None:
    """Return the operand that must be missing where ``expr`` is: the only one that can be."""
    match expr:
        case ir.Compare() | ir.RangedCompare() | ir.OneOf() | ir.InList() | ir.TextTest() | ir.Matches() | ir.Not():
            able = [child for child in children(expr) if not _is_there(child)]
            return able[0] if len(able) == 1 else None
        case _:
            return None


def _is_there(expr: ir.Expr) -> bool:
    return never_missing(expr) or (isinstance(expr, ir.Literal) and expr.value is not None)


def _of_missing(scope: Scope, operands: Iterable[ir.Expr], prefixes: tuple[Names, ...], facts: Facts, depth: int) -> list[str]:
    """Return the lines for those of ``operands`` that are missing."""
    lines: list[str] = []
    for operand in operands:
        asked = _is_missing(scope, operand, facts)
        if asked == "False":
            continue
        deciding = deciding_field(operand)
        inside = _depends(scope, deciding or operand, prefixes, NOTHING, depth + 1)
        if inside:
            lines += block(f"if {asked}", inside)
    return lines


def _is_missing(scope: Scope, expr: ir.Expr, facts: Facts) -> str:
    """Return the text of the condition that a value is missing, or a condition unknown."""
    deciding = deciding_field(expr)
    if deciding is not None:
        return f"{nullable(scope, deciding, facts).text} is None"
    if is_boolean(expr) and not isinstance(expr, ir.Field):
        holds = test(scope, expr, True, facts)
        fails = test(scope, expr, False, facts)
        if TRUE in (holds.py, fails.py):
            return "False"
        asked = [negated(side.py) for side in (holds, fails) if side.py != FALSE]
        return " and ".join(side.at(2) for side in asked) or "True"
    found = value(scope, expr, facts)
    guard = all_of(found.guards, facts).py
    return "False" if guard == TRUE else negated(guard).text


def _of_definition(scope: Scope, ref: ir.Ref, prefixes: tuple[Names, ...], depth: int) -> list[str]:
    small = scope.module.inlined(ref)
    if small is not None:
        return _depends(scope, small, prefixes, NOTHING, depth)
    inner = Scope(scope.module)
    prefix = (*prefixes[-1 - ref.up], *ref.path)
    name = function(inner, scope.module.definitions[ref.definition].expr, (prefix,))
    return [f"{name}({scope.arguments_of(ref, NOTHING)}, found, visited)"]


def _of_choice(scope: Scope, expr: ir.If, prefixes: tuple[Names, ...], facts: Facts, depth: int) -> list[str]:
    holds = test(scope, expr.condition, True, facts).py
    fails = test(scope, expr.condition, False, facts).py
    lines: list[str] = []
    for asked, part in ((holds.text, expr.then), (fails.text, expr.otherwise), ("True", expr.condition)):
        inside = _depends(scope, part, prefixes, NOTHING, depth + 1) or ["pass"]
        lines += block(f"{'elif' if lines else 'if'} {asked}", inside)
    return lines


def _of_branches(scope: Scope, expr: ir.Choose, prefixes: tuple[Names, ...], facts: Facts, depth: int) -> list[str]:
    conditions = [condition for condition, _ in expr.branches]
    if expr.mode is ir.ChooseMode.FIRST_MATCH:
        lines: list[str] = []
        for condition in conditions:
            inside = _depends(scope, condition, prefixes, NOTHING, depth + 1) or ["pass"]
            asked = _is_missing(scope, condition, NOTHING)
            if asked != "False":
                lines += block(f"{'elif' if lines else 'if'} {asked}", inside)
        return lines
    several = [test(scope, condition, True, NOTHING).py for condition in conditions]
    asked_all = _of_missing(scope, conditions, prefixes, NOTHING, depth + 1)
    if not asked_all:
        return []
    return block(f"if sum(({', '.join(each.text for each in several)},)) < 2", asked_all)


def _of_rows(scope: Scope, expr: ir.Table | ir.Collects, prefixes: tuple[Names, ...], depth: int) -> list[str]:
    """Return the lines for the columns that a table waits for, in their order."""
    waits = scope.temporary()
    lines: list[str] = []
    for n, asked in enumerate(expr.inputs):
        inside = _depends(scope, asked, prefixes, NOTHING, depth + 1)
        lines += block(f"if {n} in {waits}", inside) if inside else []
    return [f"{waits} = {tables.waiting(scope, expr)}", *lines] if lines else []


def _of_lines(scope: Scope, lines: tuple[ir.Line, ...], prefixes: tuple[Names, ...], depth: int) -> list[str]:
    found: list[str] = []
    for line in lines:
        found += _of_missing(scope, (line.condition,), prefixes, NOTHING, depth)
        if line.per is not None:
            inside = _of_missing(scope, (line.per,), prefixes, NOTHING, depth + 1)
            fails = test(scope, line.condition, False, NOTHING)
            if inside and fails.py != TRUE:
                found += block(f"if {negated(fails.py).text}", inside)
    return found


# --- related records ---------------------------------------------------------------------------------------------


def _of_related(scope: Scope, expr: ir.Count | ir.Sum | ir.Extreme | ir.Pick, prefixes: tuple[Names, ...]) -> list[str]:
    """Return the call of a function that goes through the related records."""
    name, new = scope.module.function_name(("missing among", prefixes, scope.module.key(expr)), "missing")
    if new:
        scope.module.define(name, f"{scope.parameters()}, found, visited", _loops(scope, expr, prefixes) or ["pass"])
    return [f"{name}({scope.arguments()}, found, visited)"]


def _loops(scope: Scope, expr: ir.Count | ir.Sum | ir.Extreme | ir.Pick, prefixes: tuple[Names, ...]) -> list[str]:
    relation = expr.relation
    inner = (*prefixes, (*prefixes[-1 - relation.up], *relation.path, relation.name))
    records = scope.alike().records_of(relation, NOTHING)

    def loop(item: Scope, body: list[str]) -> list[str]:
        return block(f"for {item.records[-1]} in {records}", body) if body else []

    item = scope.inner()
    match expr:
        case ir.Count(_, where):
            return loop(item, _of_missing(item, (where,), inner, NOTHING, 0))
        case ir.Sum(_, operand, where) | ir.Extreme(_, _, operand, where):
            return loop(item, _of_selected(item, operand, where, inner))
        case ir.Pick(op, _, operand, by, where):
            lines = loop(item, _of_selected(item, by, where, inner))
            best = nullable(scope.alike(), ir.Extreme(op, relation, by, where, ir.type_of(by)), NOTHING)
            again = scope.inner()
            holds = test(again, where, True, NOTHING)
            same = f"({holds.py.text}) and ({nullable(again, by, holds.if_true).text}) == best"
            inside = _of_missing(again, (operand,), inner, NOTHING, 1)
            picked = loop(again, block(f"if {same}", inside) if inside else [])
            return [*lines, f"best = {best.text}", *block("if best is not None", picked or ["pass"])]


def _of_selected(item: Scope, operand: ir.Expr, where: ir.Expr, prefixes: tuple[Names, ...]) -> list[str]:
    """Return the lines for a record that may be selected, or is and has no ``operand``."""
    lines = _of_missing(item, (where,), prefixes, NOTHING, 0)
    inside = _of_missing(item, (operand,), prefixes, NOTHING, 1)
    holds = test(item, where, True, NOTHING)
    if inside and holds.py != FALSE:
        lines += block(f"if {holds.py.text}", inside) if holds.py != TRUE else inside
    return lines
