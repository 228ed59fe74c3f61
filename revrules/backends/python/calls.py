"""Operations and functions of the language into calls of the runtime."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.python.code import ATOM, CHOICE, COMPARISON, PRODUCT, SUM, Facts, Py, Val, call
from revrules.backends.python.scope import members
from revrules.runtime.texts import fold as folded
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.backends.python.scope import Scope
    from revrules.types import Type

__all__ = ["folded"]

DAYS_OF = {"second": 0, "minute": 0, "hour": 0, "day": 1, "week": 7, "month": 31, "quarter": 93, "year": 366}
FAR = 300_000
"""Days that an as-of instant may be moved by without leaving the calendar: it lies in the years 1000 to 9000."""

CHECKS = {Scalar.INTEGER: "checked_integer", Scalar.NUMBER: "checked_number", Scalar.MONEY: "checked_money"}
TEXT_FUNCTIONS = {"email_domain": "email_domain", "url_domain": "url_domain", "lower": "fold", "upper": "to_capitals"}
UNITS = {"days": "timedelta(days=1)", "hours": "timedelta(hours=1)"}


def never_missing(expr: ir.Expr) -> bool:
    """Return whether a value of the as-of instant alone is there for every instant that is accepted."""
    return _distance(expr) <= FAR


def _distance(expr: ir.Expr) -> float:
    """Return how many days a moment can lie from the as-of instant, at most; infinite where that is not plain."""
    match expr:
        case ir.Now() | ir.Today():
            return 2
        case ir.StartOf(moment):
            return _distance(moment) + 366
        case ir.DateOf(moment):
            return _distance(moment) + 2
        case ir.Shift(moment, count, unit):
            return _distance(moment) + abs(count) * DAYS_OF[unit.value] + abs(count) // 24
        case _:
            return float("inf")


def zone(scope: Scope) -> str:
    """Return the ruleset's time zone as a constant."""
    return scope.module.constant(f"{scope.module.use('zone_of', 'clock')}({scope.module.ruleset.timezone!r})", "ZONE")


def today(scope: Scope) -> str:
    """Return the local that holds the day of the as-of instant."""
    text = f"{scope.module.use('date_of', 'clock')}(now, {zone(scope)})"
    return scope.module.moments.setdefault(text, "today")


def fold(scope: Scope, py: Py) -> Py:
    """Return a text as ``any case`` compares it."""
    return call(scope.module.use("fold", "texts"), py)


def rank(scope: Scope, ordered: tuple[str, ...], py: Py) -> Py:
    """Return the place of a member in its enum."""
    ranks = scope.module.constant("{" + ", ".join(f"{name!r}: {at}" for at, name in enumerate(ordered)) + "}", "ORDER")
    return Py(f"{ranks}[{py.text}]")


def text_test(scope: Scope, expr: ir.TextTest | ir.Matches, facts: Facts) -> Val:
    """Return the test of a text against another, or against a pattern, as a value that may be read once both are known."""
    from revrules.backends.python.expressions import value

    found = value(scope, expr.operand, facts)
    if isinstance(expr, ir.Matches):
        any_case = ", any_case=True" if expr.any_case else ""
        made = f"{scope.module.use('compile_pattern', 'patterns')}({expr.pattern!r}{any_case})"
        matched = call(scope.module.use("matches", "patterns"), Py(scope.module.constant(made, "PATTERN")), found.py)
        return found._replace(py=matched)
    other = value(scope, expr.pattern, found.facts)
    text, part = found.py, other.py
    if expr.any_case:
        text = fold(scope, text)
        literal = isinstance(expr.pattern, ir.Literal) and expr.pattern.value is not None
        part = Py(repr(folded(str(expr.pattern.value)))) if literal else fold(scope, part)  # type: ignore[union-attr]  # a literal
    return Val((*found.guards, *other.guards), _tested(expr.op, text, part), other.facts)


def _tested(op: ir.TextOp, text: Py, part: Py) -> Py:
    match op:
        case ir.TextOp.CONTAINS:
            return Py(f"{part.at(COMPARISON + 1)} in {text.at(COMPARISON + 1)}", COMPARISON)
        case ir.TextOp.STARTS:
            return Py(f"{text.at(ATOM)}.startswith({part.text})")
        case ir.TextOp.ENDS:
            return Py(f"{text.at(ATOM)}.endswith({part.text})")
        case ir.TextOp.EQUALS:
            return Py(f"{text.at(COMPARISON + 1)} == {part.at(COMPARISON + 1)}", COMPARISON)


def extreme(scope: Scope, name: str, expr: ir.Expr, arguments: list[Py]) -> Py:
    """Return the least or greatest of the known arguments, None without one."""
    pick = scope.module.use("least_known" if name == "least" else "greatest_known", "ranges")
    ordered = members(ir.type_of(expr))
    ranks = f", ranks={rank(scope, ordered, Py('')).text.removesuffix('[]')}" if ordered else ""
    return Py(f"{pick}({', '.join(argument.text for argument in arguments)}{ranks})")


def zero(scope: Scope, type_: Type) -> Py:
    """Return the nought of a type that can be added."""
    constants: dict[Type, ir.Value] = {Scalar.INTEGER: 0, Scalar.NUMBER: 0.0, Scalar.MONEY: Decimal("0.0000")}
    return scope.module.value(constants.get(type_, timedelta()))


def operation(scope: Scope, expr: ir.Expr, operands: list[Py]) -> tuple[Py, bool]:
    """Return an operation on known operands, and whether its result is never missing."""
    use = scope.module.use
    match expr:
        case ir.Arith():
            return _arithmetic(scope, expr, operands)
        case ir.Negate():
            return _negative(scope, ir.type_of(expr), operands[0])
        case ir.Shift(moment, count, unit) if ir.type_of(moment) is Scalar.DATE:
            return Py(f"{use('shift_date', 'clock')}({operands[0].text}, {count}, {unit.value!r})"), False
        case ir.Shift(_, count, unit):
            shifted = f"{use('shift_datetime', 'clock')}({operands[0].text}, {count}, {unit.value!r}, {zone(scope)})"
            return Py(shifted), False
        case ir.BusinessShift(_, count, unit, name):
            calendar = calendar_constant(scope, name)
            return Py(f"{use('business_shift', 'clock')}({calendar}, {operands[0].text}, {count}, {unit.value!r})"), False
        case ir.StartOf(_, unit, first_month):
            return Py(f"{use('start_of', 'clock')}({operands[0].text}, {unit.value!r}, {first_month})"), False
        case ir.DateOf():
            return Py(f"{use('date_of', 'clock')}({operands[0].text}, {zone(scope)})"), False
        case ir.Call(name):
            return _function(scope, name, expr, operands[0])
        case _:
            raise AssertionError(f"no operation: {type(expr).__name__}")


def calendar_constant(scope: Scope, name: str) -> str:
    """Return the name of the constant that holds a calendar."""
    calendar = scope.module.ruleset.calendar(name)
    for used in ("time", "date"):
        scope.module.use(used)
    opens, closes = (f"time({at.hour}, {at.minute}, {at.second}, {at.microsecond})" for at in (calendar.opens, calendar.closes))
    holidays = "".join(f"date({day.year}, {day.month}, {day.day}), " for day in calendar.holidays)
    parts = f"{calendar.days!r}, {opens}, {closes}, {calendar.timezone!r}, ({holidays})"
    return scope.module.constant(f"{scope.module.use('working_time', 'clock')}({parts})", "CALENDAR")


def _number(scope: Scope, type_: Type, text: str) -> tuple[Py, bool]:
    if type_ is Scalar.DURATION:
        return Py(f"{scope.module.use('checked_duration', 'clock')}({text})"), False
    assert isinstance(type_, Scalar), "enums have no arithmetic"
    return Py(f"{scope.module.use(CHECKS[type_], 'numbers')}({text})"), False


def _negative(scope: Scope, type_: Type, operand: Py) -> tuple[Py, bool]:
    nought = zero(scope, type_)
    if type_ is Scalar.MONEY:
        return call(scope.module.use("subtract_money", "numbers"), nought, operand), False
    return _number(scope, type_, f"{nought.text} - {operand.at(PRODUCT)}")


def _arithmetic(scope: Scope, expr: ir.Arith, operands: list[Py]) -> tuple[Py, bool]:
    left, right = operands
    use = scope.module.use
    level = PRODUCT if expr.op in (ir.ArithOp.MUL, ir.ArithOp.DIV) else SUM
    plain = f"{left.at(level)} {expr.op.value} {right.at(level + 1)}"
    match expr.type, expr.op:
        case Scalar.NUMBER, ir.ArithOp.DIV:
            return call(use("divide", "numbers"), left, right), False
        case Scalar.MONEY, ir.ArithOp.ADD:
            return call(use("add_money", "numbers"), left, right), False
        case Scalar.MONEY, ir.ArithOp.SUB:
            return call(use("subtract_money", "numbers"), left, right), False
        case Scalar.MONEY, _:
            return call(use("multiply_money", "numbers"), left, right), False
        case ((Scalar.INTEGER | Scalar.NUMBER), _):
            return _number(scope, expr.type, plain)
        case Scalar.DATETIME, ir.ArithOp.ADD:
            moment, length = (left, right) if ir.type_of(expr.left) is Scalar.DATETIME else (right, left)
            return call(use("add_duration", "clock"), moment, length), False
        case Scalar.DATETIME, _:
            return Py(f"{use('add_duration', 'clock')}({left.text}, -{right.at(ATOM)})"), False
        case _, ir.ArithOp.MUL:
            length, count = (left, right) if ir.type_of(expr.left) is Scalar.DURATION else (right, left)
            return call(use("multiply_duration", "clock"), length, count), False
        case _ if ir.type_of(expr.left) is not Scalar.DURATION:
            return Py(plain, SUM), True
        case _:
            return _number(scope, Scalar.DURATION, plain)


def _function(scope: Scope, name: str, expr: ir.Expr, operand: Py) -> tuple[Py, bool]:
    use = scope.module.use
    match name:
        case "email_domain" | "url_domain" | "lower" | "upper":
            return call(use(TEXT_FUNCTIONS[name], "texts"), operand), name in ("lower", "upper")
        case "length":
            return call("len", operand), True
        case "abs":
            nought = zero(scope, ir.type_of(expr)).text
            negative, _ = _negative(scope, ir.type_of(expr), operand)
            return Py(f"{negative.text} if {operand.at(COMPARISON + 1)} < {nought} else {operand.text}", CHOICE), False
        case "number":
            return call("float", operand), True
        case "money":
            return call(use("to_money", "numbers"), operand), False
        case "year" | "month" | "day":
            return Py(f"{operand.at(ATOM)}.{name}"), True
        case "weekday":
            return Py(f"{operand.at(ATOM)}.isoweekday()"), True
        case "days" | "hours":
            use("timedelta")
            unit = scope.module.constant(UNITS[name])
            return Py(f"{use('whole_units', 'clock')}({operand.text}, {unit})"), True
        case _:
            raise AssertionError(f"no function `{name}` in the catalogue")
