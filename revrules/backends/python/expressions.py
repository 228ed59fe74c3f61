"""Expressions of the IR into Python expressions.

Logic of three values is compiled twice: ``test(…, True)`` is Python that says whether a condition is true, ``test(…, False)``
whether it is false. Unknown is neither, so that the generated text needs no third value and can stop early. Values are Python
expressions that may be read once their guards held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.python import calls, comparisons, ranges, related, tables
from revrules.backends.python.code import (
    CHOICE,
    COMPARISON,
    DEEPEST,
    FALSE,
    LONGEST,
    NONE,
    NOTHING,
    SUM,
    TRUE,
    Cond,
    Facts,
    Py,
    Val,
    all_of,
    any_of,
    negated,
    nesting,
)
from revrules.backends.python.scope import Scope, deciding_field, is_boolean
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Callable


SHARED = 6
"""Nodes of a definition whose answer is kept in a local when more than one place uses it."""


# --- conditions --------------------------------------------------------------------------------------------------


def test(scope: Scope, expr: ir.Expr, want: bool, facts: Facts) -> Cond:
    """Return whether the condition ``expr`` is true (``want``) or false, as Python."""
    key = scope.module.key(expr)
    for known, fact in ((True, "true"), (False, "false")):
        if (fact, key) in facts:
            return Cond(TRUE if want is known else FALSE, facts, facts)
    if ("not true" if want else "not false", key) in facts:
        return Cond(FALSE, facts, facts)
    if ("not false" if want else "not true", key) in facts:
        deciding = deciding_field(expr)
        if deciding is not None:  # with its field there it is true or false, and one of them is ruled out
            return test(scope, ir.Known(deciding), True, facts)
    if not isinstance(expr, ir.Literal) and not scope.module.reads_record(expr):
        return _is(_moment(scope, expr, facts), want, facts)
    if (len(scope.records), "value", key) in scope.module.function_names:
        return Cond(Py(f"{function(scope, expr)}({scope.arguments()}) is {want}", COMPARISON), facts, facts)
    found = _test(scope, expr, want, facts)
    if found.py in (TRUE, FALSE):  # nothing will be written, so nothing is read: what its parts would bind is not bound
        return Cond(found.py, facts, facts)
    if len(found.py.text) > 200 and scope.records and not isinstance(expr, ir.Not) and not _is_call(found.py):
        wide = isinstance(expr, ir.And | ir.Or)
        if (len(found.py.text) > LONGEST and not wide) or nesting(found.py.text) > DEEPEST:
            name = function(scope, expr)
            found = Cond(Py(f"{name}({scope.arguments()}) is {want}", COMPARISON), facts, facts)
    held, not_held = (("true", key), ("not true", key)) if want else (("false", key), ("not false", key))
    return found._replace(if_true=found.if_true | {held}, if_false=found.if_false | {not_held})


def _is_call(py: Py) -> bool:
    return py.level == COMPARISON and nesting(py.text) <= 1


def _test(scope: Scope, expr: ir.Expr, want: bool, facts: Facts) -> Cond:
    match expr:
        case ir.Literal(constant):
            return Cond(TRUE if constant is want else FALSE, facts, facts)
        case ir.Field():
            return _test_field(scope, expr, want, facts)
        case ir.Ref():
            inlined = scope.module.inlined(expr)
            if inlined is None:
                return _is(reference(scope, expr, facts), want, facts)
            return _shared(scope, expr, test(scope, inlined, want, facts), want, facts)
        case ir.Not(operand):
            return test(scope, operand, not want, facts)
        case ir.And(operands) | ir.Or(operands):
            return _in_turn(scope, operands, want, facts, every=isinstance(expr, ir.And) is want)
        case ir.AtLeast(count, operands):
            return _test_at_least(scope, operands, want, count if want else len(operands) - count + 1, facts)
        case ir.Compare(op, left, right):
            return comparisons.compare(scope, op, left, right, want, facts)
        case ir.RangedCompare(op, left, right):
            return comparisons.ranged(scope, op, left, right, want, facts)
        case ir.OneOf() | ir.InList():
            return comparisons.membership(scope, expr, want, facts)
        case ir.Known(operand):
            return _test_known(scope, operand, want, facts)
        case ir.Related(path, up):
            holder = scope.holder(path, up, facts)
            known = all_of(holder.guards, facts)
            return known if want else Cond(negated(known.py), known.if_false, known.if_true)
        case ir.TextTest() | ir.Matches():
            found = calls.text_test(scope, expr, facts)
            return guarded(found, found.py if want else negated(found.py), facts)
        case ir.OrElse(first, second):
            return _test_or_else(scope, first, second, want, facts)
        case ir.If():
            return _test_if(scope, expr, want, facts)
        case _:
            return _is(_value(scope, expr, facts), want, facts)


def _shared(scope: Scope, ref: ir.Ref, found: Cond, want: bool, facts: Facts) -> Cond:
    """Return the test of a definition; where others use it too, a local keeps what came out."""
    name = scope.local(("definition", ref.definition, want))
    if ("bound", name) in facts:
        return Cond(Py(name), found.if_true, found.if_false)
    if scope.module.uses[ref.definition] < 2 or found.py in (TRUE, FALSE) or scope.module.size(ref.definition) < SHARED:
        return found
    known = {("bound", name)}
    return Cond(Py(f"({name} := {found.py.text})"), found.if_true | known, found.if_false | known)


def guarded(val: Val, py: Py, facts: Facts) -> Cond:
    """Return ``py`` as a condition behind the guards of a value."""
    """Return the condition that the guards of ``val`` hold, and ``py`` does."""
    return all_of((*val.guards, Cond(py, val.facts, val.facts)), facts)


def _is(val: Val, want: bool, facts: Facts) -> Cond:
    return guarded(val, Py(f"{val.py.at(COMPARISON + 1)} is {want}", COMPARISON), facts)


def _test_field(scope: Scope, field: ir.Field, want: bool, facts: Facts) -> Cond:
    return of_field(scope, field, lambda subject: Py(f"{subject.text} is {want}", COMPARISON), facts)


def of_field(scope: Scope, field: ir.Field, test_of: Callable[[Py], Py], facts: Facts) -> Cond:
    """Return a test of a field that None does not pass, so that it needs no guard of its own."""
    holder = scope.holder(field.path, field.up, facts)
    name = scope.local(("field", field.path, field.name, field.up))
    bound = holder.facts | {("bound", name)}
    subject = name if ("bound", name) in holder.facts else f"({name} := {holder.py.text}.get({field.name!r}))"
    return all_of((*holder.guards, Cond(test_of(Py(subject)), bound | {("some", name)}, bound)), facts)


def _in_turn(scope: Scope, operands: tuple[ir.Expr, ...], want: bool, facts: Facts, *, every: bool) -> Cond:
    found: list[Cond] = []
    known = facts
    for operand in operands:
        found.append(test(scope, operand, want, known))
        known = found[-1].if_true if every else found[-1].if_false
    return all_of(found, facts) if every else any_of(found, facts)


def _test_at_least(scope: Scope, operands: tuple[ir.Expr, ...], want: bool, least: int, facts: Facts) -> Cond:
    """Return whether at least ``least`` operands are ``want``."""
    terms: list[str] = []
    known = facts
    for operand in operands:
        found = test(scope, operand, want, known)
        if found.py == TRUE:
            least -= 1
        elif found.py != FALSE:
            terms.append(found.py.at(SUM + 1))
        known = found.if_true & found.if_false
    if least <= 0 or least > len(terms):
        return Cond(TRUE if least <= 0 else FALSE, facts, facts)
    total = " + ".join(terms) if len(terms) <= 8 else f"sum(({', '.join(terms)}))"
    return Cond(Py(f"{total} >= {least}", COMPARISON), known, known)


def _test_known(scope: Scope, operand: ir.Expr, want: bool, facts: Facts) -> Cond:
    if isinstance(operand, ir.Known | ir.Related):  # never unknown themselves
        return Cond(TRUE if want else FALSE, facts, facts)
    if is_boolean(operand) and not isinstance(operand, ir.Field):
        first = test(scope, operand, True, facts)
        if want:
            return any_of((first, test(scope, operand, False, first.if_false)), facts)
        second = test(scope, operand, False, first.if_false)
        return all_of((_turned(first), _turned(second)), facts)
    val = scope.read(operand, facts) if isinstance(operand, ir.Field) else value(scope, operand, facts)
    known = all_of(val.guards, facts)
    return known if want else _turned(known)


def _turned(cond: Cond) -> Cond:
    return Cond(negated(cond.py), cond.if_false, cond.if_true)


def _test_or_else(scope: Scope, first: ir.Expr, second: ir.Expr, want: bool, facts: Facts) -> Cond:
    """Return whether the first is ``want``, or it is unknown and the second is."""
    direct = test(scope, first, want, facts)
    contrary = _turned(test(scope, first, not want, direct.if_false))
    return any_of((direct, all_of((contrary, test(scope, second, want, contrary.if_true)), direct.if_false)), facts)


def _test_if(scope: Scope, expr: ir.If, want: bool, facts: Facts) -> Cond:
    holds = test(scope, expr.condition, True, facts)
    then = all_of((holds, test(scope, expr.then, want, holds.if_true)), facts)
    fails = test(scope, expr.condition, False, then.if_false)
    return any_of((then, all_of((fails, test(scope, expr.otherwise, want, fails.if_true)), then.if_false)), facts)


# --- values ------------------------------------------------------------------------------------------------------


def value(scope: Scope, expr: ir.Expr, facts: Facts) -> Val:
    """Return the value of an expression that is not ranged, or the one number that a ranged one is."""
    if not isinstance(expr, ir.Literal | ir.Now | ir.Today) and not scope.module.reads_record(expr):
        return _moment(scope, expr, facts)
    if (len(scope.records), "value", scope.module.key(expr)) in scope.module.function_names:
        return optional(scope, Py(f"{function(scope, expr)}({scope.arguments()})"), facts)
    found = _value(scope, expr, facts)
    texts = [*(guard.py.text for guard in found.guards), found.py.text]
    if scope.records and sum(map(len, texts)) > 200 and (sum(map(len, texts)) > LONGEST or max(map(nesting, texts)) > DEEPEST):
        return optional(scope, Py(f"{function(scope, expr)}({scope.arguments()})"), facts)
    return found


def nullable(scope: Scope, expr: ir.Expr, facts: Facts) -> Py:
    """Return the value of an expression as Python, None where it is missing."""
    if isinstance(expr, ir.Field) and not expr.path:
        name = scope.local(("field", expr.path, expr.name, expr.up))
        return Py(name if ("bound", name) in facts else f"{scope.record(expr.up)}.get({expr.name!r})")
    return or_none(value(scope, expr, facts), facts)


def or_none(val: Val, facts: Facts) -> Py:
    """Return a value as Python, None where a guard fails."""
    guard = all_of(val.guards, facts).py
    if guard == TRUE:
        return val.py
    if guard == FALSE:
        return NONE
    if len(val.guards) == 1 and guard.text.startswith(f"({val.py.text} := ") and guard.text.endswith(") is not None"):
        return Py(guard.text.removesuffix(") is not None").split(" := ", 1)[1], CHOICE)
    return Py(f"{val.py.at(CHOICE + 1)} if {guard.at(CHOICE + 1)} else None", CHOICE)


def optional(scope: Scope, py: Py, facts: Facts) -> Val:
    """Return the value of Python text that may give None."""
    name = scope.temporary()
    known = facts | {("bound", name), ("some", name)}
    return Val((Cond(Py(f"({name} := {py.text}) is not None", COMPARISON), known, facts),), Py(name), known)


def _moment(scope: Scope, expr: ir.Expr, facts: Facts) -> Val:
    """Return a value that depends on the as-of instant only: computed once per instant."""
    at = Scope(scope.module, ())
    if is_boolean(expr):
        text = _three_valued(_test(at, expr, True, NOTHING).py, _test(at, expr, False, NOTHING).py).text
    else:
        text = or_none(_value(at, expr, NOTHING), NOTHING).text
    name = scope.module.moment(text)
    if ("some", name) in facts or calls.never_missing(expr):
        return Val((), Py(name), facts)
    known = facts | {("some", name)}
    return Val((Cond(Py(f"{name} is not None", COMPARISON), known, facts),), Py(name), known)


def _value(scope: Scope, expr: ir.Expr, facts: Facts) -> Val:
    match expr:
        case ir.Literal(constant) if constant is not None:
            return Val((), scope.module.value(constant), facts)
        case ir.Literal():
            return Val((Cond(FALSE, facts, facts),), NONE, facts)
        case ir.Field():
            return scope.read(expr, facts)
        case ir.Ref():
            inlined = scope.module.inlined(expr)
            return value(scope, inlined, facts) if inlined else reference(scope, expr, facts)
        case ir.Now():
            return Val((), Py("now"), facts)
        case ir.Today():
            return Val((), Py(calls.today(scope)), facts)
        case ir.Call("least" | "greatest" as name, arguments):
            return optional(scope, calls.extreme(scope, name, expr, [nullable(scope, a, facts) for a in arguments]), facts)
        case ir.OrElse() if not is_boolean(expr):
            return _or_else(scope, expr, facts)
        case ir.If() if not is_boolean(expr):
            return optional(scope, _choice(scope, expr, facts), facts)
        case ir.Choose():
            return optional(scope, Py(f"{choice_function(scope, expr)}({scope.arguments()})"), facts)
        case ir.Table() | ir.Collects():
            return optional(scope, Py(tables.lookup(scope, expr)), facts)
        case ir.Sum() | ir.Extreme() | ir.Pick():
            return optional(scope, Py(f"{related.aggregate(scope, expr)}({scope.arguments()})"), facts)
        case ir.Count() | ir.Points():
            return _single(scope, expr, facts)
        case _ if is_boolean(expr):
            return optional(scope, truth(scope, expr, facts), facts)
        case ir.Arith() | ir.Negate() | ir.Shift() | ir.BusinessShift() | ir.StartOf() | ir.DateOf() | ir.Call():
            return _strict(scope, expr, facts)
        case _:
            raise AssertionError(f"no value: {type(expr).__name__}")


def _strict(scope: Scope, expr: ir.Expr, facts: Facts) -> Val:
    """Return the value of an operation that is missing where an operand is."""
    guards: list[Cond] = []
    operands: list[Py] = []
    known = facts
    for child in children(expr):
        operand = value(scope, child, known)
        guards += operand.guards
        operands.append(operand.py)
        known = operand.facts
    py, total = calls.operation(scope, expr, operands)
    if total:
        return Val(tuple(guards), py, known)
    checked = optional(scope, py, known)
    return Val((*guards, *checked.guards), checked.py, checked.facts)


def _or_else(scope: Scope, expr: ir.OrElse, facts: Facts) -> Val:
    first = value(scope, expr.first, facts)
    guard = all_of(first.guards, facts)
    if guard.py == TRUE:
        return first
    second = value(scope, expr.second, guard.if_false)
    other = or_none(second, guard.if_false)
    both = Py(f"{first.py.at(CHOICE + 1)} if {guard.py.at(CHOICE + 1)} else {other.text}", CHOICE)
    return optional(scope, both, facts) if second.guards else Val((), both, facts)


def _choice(scope: Scope, expr: ir.If, facts: Facts) -> Py:
    holds = test(scope, expr.condition, True, facts)
    then = nullable(scope, expr.then, holds.if_true)
    fails = test(scope, expr.condition, False, holds.if_false)
    other = nullable(scope, expr.otherwise, fails.if_true)
    rest = other.text if fails.py == TRUE else f"{other.at(CHOICE + 1)} if {fails.py.at(CHOICE + 1)} else None"
    return Py(f"{then.at(CHOICE + 1)} if {holds.py.at(CHOICE + 1)} else {rest}", CHOICE)


def truth(scope: Scope, expr: ir.Expr, facts: Facts) -> Py:
    """Return a condition as a value: True, False, None for unknown."""
    holds = test(scope, expr, True, facts)
    return _three_valued(holds.py, test(scope, expr, False, holds.if_false).py)


def _three_valued(holds: Py, fails: Py) -> Py:
    if holds == TRUE:
        return TRUE
    otherwise = FALSE if fails == TRUE else NONE if fails == FALSE else Py(f"False if {fails.at(CHOICE + 1)} else None", CHOICE)
    return otherwise if holds == FALSE else Py(f"True if {holds.at(CHOICE + 1)} else {otherwise.text}", CHOICE)


def _single(scope: Scope, expr: ir.Count | ir.Points, facts: Facts) -> Val:
    """Return the number of a ranged expression whose range is one number."""
    range_ = optional(scope, ranges.range_of(scope, expr, facts), facts)
    ends = range_.py.text
    same = Cond(Py(f"{ends}[0] == {ends}[1]", COMPARISON), range_.facts, facts)
    return Val((*range_.guards, same), Py(f"{ends}[0]"), range_.facts)


# --- functions ---------------------------------------------------------------------------------------------------


def reference(scope: Scope, ref: ir.Ref, facts: Facts) -> Val:
    """Return the value of a definition for another record, or of a large one: a call of its function."""
    name = function(Scope(scope.module), scope.module.definitions[ref.definition].expr)
    return optional(scope, Py(f"{name}({scope.arguments_of(ref, facts)})"), facts)


def function(scope: Scope, expr: ir.Expr) -> str:
    """Return the name of the function that gives the value of ``expr``, True, False or None for a condition, once per record."""
    name, new = scope.module.function_name((len(scope.records), "value", scope.module.key(expr)), "value")
    if new:
        inner = scope.alike()
        if is_boolean(expr):
            holds = _test(inner, expr, True, NOTHING)
            fails = _test(inner, expr, False, holds.if_false)
            body = [f"if {holds.py.text}:", "    found = True", f"elif {fails.py.text}:", "    found = False"]
            body += ["else:", "    found = None"]
        else:
            body = [f"found = {or_none(_value(inner, expr, NOTHING), NOTHING).text}"]
        inner.define_once(name, body)
    return name


def choice_function(scope: Scope, expr: ir.Choose) -> str:
    """Return the name of the function that gives the class of a record."""
    name, new = scope.module.function_name((len(scope.records), "class", scope.module.key(expr)), "class_")
    if new:
        inner = scope.alike()
        inner.define_once(name, related.choose(inner, expr))
    return name
