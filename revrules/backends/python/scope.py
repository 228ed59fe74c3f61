"""Where generated text stands: which records are at hand there, and the locals that hold what was read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.python.code import COMPARISON, Cond, Facts, Py, Val
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from revrules.backends.python.module import Module
    from revrules.types import Type


class Scope:
    """One generated function: the variables of its records, outermost first, and its locals."""

    def __init__(self, module: Module, records: tuple[str, ...] = ("record",)) -> None:
        self.module = module
        self.records = records
        self.locals: dict[object, str] = {}
        self.uses_memo = False
        self._temporaries = 0

    def inner(self) -> Scope:
        """Return the scope of a function over a related record of the innermost one."""
        return Scope(self.module, (*self.records, f"item{len(self.records)}"))

    def alike(self) -> Scope:
        """Return the scope of another function over the same records."""
        return Scope(self.module, self.records)

    def temporary(self) -> str:
        """Return a new local."""
        self._temporaries += 1
        return f"x{self._temporaries}"

    def record(self, up: int) -> str:
        """Return the variable of the record ``up`` aggregates out."""
        return self.records[len(self.records) - 1 - up]

    def parameters(self) -> str:
        """Return the parameters of a function over these records."""
        return ", ".join((*self.records, "memo"))

    def arguments(self) -> str:
        """Return what a function over the same records is called with."""
        self.uses_memo = True
        return self.parameters()

    def identity(self) -> str:
        """Return what tells the records at hand from others, for a key."""
        return ", ".join(f"id({record})" for record in self.records)

    def local(self, key: tuple[object, ...]) -> str:
        """Return the local that holds what ``key`` names."""
        if key not in self.locals:
            self.locals[key] = f"v{len(self.locals)}"
        return self.locals[key]

    def holder(self, path: tuple[str, ...], up: int, facts: Facts) -> Val:
        """Return the record at the end of ``path``, missing where a relation is."""
        guards: list[Cond] = []
        holder = self.record(up)
        for depth in range(1, len(path) + 1):
            name = self.local(("path", holder if depth == 1 else "", path[:depth], up))
            guards += _guard(name, f"{holder}.get({path[depth - 1]!r})", facts)
            facts = guards[-1].if_true if guards else facts
            holder = name
        return Val(tuple(guards), Py(holder), facts)

    def read(self, field: ir.Field, facts: Facts) -> Val:
        """Return the value of a field, read once on every way through the function."""
        holder = self.holder(field.path, field.up, facts)
        name = self.local(("field", field.path, field.name, field.up))
        guards = _guard(name, f"{holder.py.text}.get({field.name!r})", holder.facts)
        facts = guards[-1].if_true if guards else holder.facts
        return Val((*holder.guards, *guards), Py(name), facts)

    def define_once(self, name: str, body: list[str]) -> None:
        """Write a function over these records whose ``body`` sets ``found``, and that remembers it for each record."""
        known = [f"key = {name!r}, {self.identity()}", "if key in memo:", "    return memo[key]"]
        self.module.define(name, self.parameters(), [*known, *body, "memo[key] = found", "return found"])

    def arguments_of(self, ref: ir.Ref, facts: Facts) -> str:
        """Return what the function of a definition is called with; without its record, one that has no values."""
        self.uses_memo = True
        holder = self.holder(ref.path, ref.up, facts)
        if not holder.guards:
            return f"{holder.py.text}, memo"
        nobody = self.module.constant("{}", "NOBODY")
        return f"{holder.py.text} if {' and '.join(guard.py.text for guard in holder.guards)} else {nobody}, memo"

    def records_of(self, relation: ir.Many, facts: Facts) -> str:
        """Return the iterable of the related records, empty where there is none."""
        holder = self.holder(relation.path, relation.up, facts)
        found = f"{holder.py.text}.get({relation.name!r}) or ()"
        if not holder.guards:
            return found
        return f"({found}) if {' and '.join(guard.py.text for guard in holder.guards)} else ()"


def _guard(name: str, read: str, facts: Facts) -> list[Cond]:
    """Return the condition that the local ``name``, which ``read`` gives, is there; nothing where that is known."""
    if ("some", name) in facts:
        return []
    bound = facts | {("bound", name)}
    subject = name if ("bound", name) in facts else f"({name} := {read})"
    return [Cond(Py(f"{subject} is not None", COMPARISON), bound | {("some", name)}, bound)]


def is_boolean(expr: ir.Expr) -> bool:
    """Return whether the expression is a condition."""
    return ir.type_of(expr) is Scalar.BOOLEAN


def is_ranged(expr: ir.Expr) -> bool:
    """Return whether the expression is a number that is a range while something is unknown."""
    match expr:
        case ir.Count() | ir.Points():
            return True
        case ir.Ref():
            return expr.ranged
        case ir.Arith(op, left, right):
            return op is not ir.ArithOp.DIV and (is_ranged(left) or is_ranged(right))
        case ir.Negate(operand):
            return is_ranged(operand)
        case _:
            return False


def is_plain(expr: ir.Expr) -> bool:
    """Return whether both ends of a ranged expression are always there: counts, scores of plain points."""
    match expr:
        case ir.Count():
            return True
        case ir.Points(base, lines):
            return sum((abs(line.points) for line in lines), abs(base)) < 2**53 and all(line.per is None for line in lines)
        case _:
            return False


def deciding_field(expr: ir.Expr) -> ir.Field | None:
    """Return the field without which a condition is unknown, and with which it is never: the only thing that it tests."""
    match expr:
        case ir.Not(operand):
            return deciding_field(operand)
        case ir.And(operands) | ir.Or(operands) | ir.AtLeast(_, operands):
            found = {deciding_field(operand) for operand in operands}
            return found.pop() if len(found) == 1 else None
        case ir.Compare(_, ir.Field() as field, ir.Literal(constant)):
            return field if constant is not None and not field.path else None
        case ir.OneOf(ir.Field() as field) | ir.InList(ir.Field() as field) | ir.Matches(ir.Field() as field):
            return field if not field.path else None
        case _:
            return None


def members(type_: Type) -> tuple[str, ...] | None:
    """Return the members of an ordered enum, None for other types."""
    return type_.member_names if isinstance(type_, EnumType) else None
