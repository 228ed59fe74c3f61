"""Two declarations of one field into one that holds the values of both, and how each side reads it.

A value outside a field's domain counts as missing (language.md, section 2). So where the domains differ, the shared field takes
the wider one, and each side reads it as missing where its own declaration would.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from revrules import ir
from revrules.problems.alignment import domain
from revrules.problems.words import among, spelled
from revrules.runtime.texts import WHITE_SPACE
from revrules.types import NUMERIC, EnumType, Scalar, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from revrules.ir import Expr, FieldDecl, Value
    from revrules.types import Type

    Members = Mapping[tuple[str, ...], EnumType]
    Sides = tuple[str, str]

NARROW_FIRST = (Scalar.INTEGER, Scalar.MONEY, Scalar.NUMBER)
"""Numbers by how many values both sides can read."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A field of both sides: its declaration, and what each side makes of it; None for ``declared`` where there is no such.

    ``differences`` are in words ("text there, integer here" has ``declared`` None); ``caveat`` is what a comparison of words that
    read the field leaves out.
    """

    declared: FieldDecl | None
    first: Callable[[Expr], Expr]
    second: Callable[[Expr], Expr]
    differences: tuple[str, ...] = ()
    caveat: str = ""


def shared(first: FieldDecl, second: FieldDecl, members: Members, sides: Sides) -> Shared:
    """Return the field that both sides read. ``sides`` are the names of the two, ``members`` the enum types that hold the
    members of both, by either's members.

    The members of ``second`` have the names that ``first`` gives them already.
    """
    type_ = _type_of_both(first.type, second.type, members)
    if type_ is None:
        told = _each(_kind(first.type), _kind(second.type), sides)
        return Shared(None, _as_it_is, _as_it_is, (told,))
    low, high, high_open = _wider(first, second) if first.type == second.type else (None, None, False)
    stand_ins = tuple(value for value in first.missing_when if value in second.missing_when)
    declared = dataclasses.replace(
        first,
        type=type_,
        low=low,
        high=high,
        high_open=high_open,
        required=False,
        missing_when=stand_ins if first.type == second.type else (),
        columns=tuple(dict.fromkeys((*first.columns, *second.columns))),
    )
    return Shared(
        declared,
        lambda field: _read(field, first, declared, members),
        lambda field: _read(field, second, declared, members),
        tuple(_differences(first, second, sides)),
        _caveat(first, second),
    )


def alone(own: FieldDecl, members: Members) -> tuple[FieldDecl, Callable[[Expr], Expr]]:
    """Return the declaration of a field that one side has alone, and how it reads it: its enum may hold the other's members."""
    type_ = members.get(own.type.member_names, own.type) if isinstance(own.type, EnumType) else own.type
    declared = dataclasses.replace(own, type=type_, required=False)
    return declared, lambda field: _read(field, own, declared, members)


def _as_it_is(field: Expr) -> Expr:
    return field


# --- the type and domain of both ---------------------------------------------------------------------------------


def _type_of_both(first: Type, second: Type, members: Members) -> Type | None:
    """Return a type whose values both sides can read, None where there is none."""
    if isinstance(first, EnumType) and isinstance(second, EnumType):
        return members.get(first.member_names, None if first.member_names != second.member_names else first)
    if isinstance(first, EnumType) or isinstance(second, EnumType):
        return Scalar.TEXT if Scalar.TEXT in (first, second) else None
    if first in NUMERIC and second in NUMERIC:
        return min(first, second, key=NARROW_FIRST.index)
    return first if first is second else None


def _wider(first: FieldDecl, second: FieldDecl) -> tuple[Value | None, Value | None, bool]:
    """Return the domain that holds both domains: low, high, whether the high end is left out."""
    low = None if first.low is None or second.low is None else min(first.low, second.low, key=lambda end: cast("Any", end))
    if first.high is None or second.high is None:
        return low, None, False
    if first.high == second.high:
        return low, first.high, first.high_open and second.high_open
    higher = max((first, second), key=lambda field: cast("Any", field.high))
    return low, higher.high, higher.high_open


# --- how a side reads it -----------------------------------------------------------------------------------------


def _read(field: Expr, own: FieldDecl, declared: FieldDecl, members: Members) -> Expr:
    """Return what a side with the declaration ``own`` reads in the shared ``field``."""
    value = _converted(field, own, declared, members)
    here = own.type
    asked: list[Expr] = []
    if own.low is not None and own.low != declared.low:
        asked.append(ir.Compare(ir.CompareOp.GE, value, ir.Literal(own.low, here)))
    if own.high is not None and (own.high, own.high_open) != (declared.high, declared.high_open):
        op = ir.CompareOp.LT if own.high_open else ir.CompareOp.LE
        asked.append(ir.Compare(op, value, ir.Literal(own.high, here)))
    stand_ins = _values(own, declared)
    if stand_ins and here is Scalar.TEXT:
        asked.append(ir.Not(ir.Matches(value, _in_any_white_space(cast("tuple[str, ...]", stand_ins)))))
    elif stand_ins:
        asked.append(ir.Not(ir.OneOf(value, stand_ins)))
    if (
        isinstance(here, EnumType)
        and isinstance(declared.type, EnumType)
        and set(here.member_names) != set(declared.type.member_names)
    ):
        asked.append(ir.OneOf(value, here.member_names))
    return value if not asked else ir.If(ir.And(tuple(asked)), value, ir.Literal(None, ir.type_of(value)))


def _in_any_white_space(texts: tuple[str, ...]) -> str:
    """Return the pattern of ``texts`` with white space around them: cells are compared with stand-ins without it."""
    plain = ("".join(f"\\{c}" if c.isascii() and not c.isalnum() and not c.isspace() else c for c in text) for text in texts)
    return f"[{WHITE_SPACE}]*({'|'.join(plain)})[{WHITE_SPACE}]*"


def _converted(field: Expr, own: FieldDecl, declared: FieldDecl, members: Members) -> Expr:
    if isinstance(own.type, EnumType) and declared.type is Scalar.TEXT:
        branches = tuple((ir.OneOf(field, (each.name, *each.labels)), each.name) for each in own.type.members)
        return ir.Choose(ir.ChooseMode.FIRST_MATCH, branches, None, members.get(own.type.member_names, own.type))
    if own.type is not declared.type and own.type in NUMERIC:
        assert own.type in (Scalar.NUMBER, Scalar.MONEY), "an integer is the narrowest of the numbers"
        return ir.Call(own.type.value, (field,), own.type)
    return field


def _values(own: FieldDecl, declared: FieldDecl) -> tuple[Value, ...]:
    """Return the values of the field's type that stand for missing on this side alone."""
    if isinstance(own.type, EnumType):
        return tuple(name for name in own.type.member_names if name in own.missing_when and name not in declared.missing_when)
    found: list[Value] = []
    for value in own.missing_when:
        if value in declared.missing_when:
            continue
        text = value.strip(WHITE_SPACE) if isinstance(value, str) else ""
        if isinstance(value, str) and own.type is Scalar.TEXT:
            found.append(text)
        elif isinstance(value, str) and own.type is Scalar.INTEGER:
            found += [int(text)] if text.removeprefix("-").isdecimal() and text.isascii() else []
        elif not isinstance(value, str):
            found.append(value)
    return tuple(dict.fromkeys(found))


# --- in words ----------------------------------------------------------------------------------------------------


def _differences(first: FieldDecl, second: FieldDecl, sides: Sides) -> list[str]:
    """Return how two declarations differ in what counts as a value, in words."""
    apart = _columns_apart(first, second)
    found = [_each(apart[0], apart[1], sides)] if apart else []
    if isinstance(first.type, EnumType) and isinstance(second.type, EnumType):
        for own, others, side in ((first.type, second.type, sides[0]), (second.type, first.type, sides[1])):
            alone = [name for name in own.member_names if name not in others.member_names]
            found += [f"only {side} knows {among(alone)}"] if alone else []
            theirs = {member.name: set(member.labels) for member in others.members}
            labels = [text for each in own.members for text in each.labels if text not in theirs.get(each.name, each.labels)]
            found += [f"only {side} has the label {among(labels)}"] if labels else []
    elif first.type != second.type:
        kinds = [
            _kind(each.type) + (f" {domain(each)}" if (each.low, each.high) != (None, None) else "") for each in (first, second)
        ]
        return [*found, _each(kinds[0], kinds[1], sides)]
    if first.format != second.format:
        found.append("its cells are read in another way")
    if (first.low, first.high, first.high_open) != (second.low, second.high, second.high_open):
        found.append(_each(_domain(first), _domain(second), sides))
    for one, other, side in ((first, second, sides[0]), (second, first, sides[1])):
        alone = [spelled(value) for value in one.missing_when if value not in other.missing_when]
        found += [f"only {side} takes {among(alone)} for missing"] if alone else []
    return found


def _columns_apart(first: FieldDecl, second: FieldDecl) -> tuple[str, str] | None:
    """Return the headings under which an export has the field on either side, where no heading is one of both."""
    ours, theirs = ([f'column "{name}"' for name in field.columns or (field.name,)] for field in (first, second))
    alike = {name.casefold() for name in ours} & {name.casefold() for name in theirs}
    return None if alike or not (first.columns or second.columns) else (" or ".join(ours), " or ".join(theirs))


def _each(first: str, second: str, sides: Sides) -> str:
    return f"{first} in {sides[0]}, {second} in {sides[1]}"


def _caveat(first: FieldDecl, second: FieldDecl) -> str:
    one, other = first.type, second.type
    if isinstance(one, EnumType) != isinstance(other, EnumType):
        return "white space around its texts is set aside"
    if isinstance(one, EnumType) and isinstance(other, EnumType):
        spelled_so = {text for each in (*one.members, *other.members) for text in (each.name, *each.labels)}
        if spelled_so & (set(first.missing_when) ^ set(second.missing_when)):
            return "a member stands for missing on one side, where a cell spells it so"
    if one == other and first.format != second.format:
        return "its cells are read in another way, so one cell may be two values"
    if one in NUMERIC and other in NUMERIC and one is not other:
        narrow = min((one, other), key=lambda type_: NARROW_FIRST.index(Scalar(str(type_))))
        return f"only values that are {_kind(narrow)} are looked at"
    return ""


def _kind(type_: Type) -> str:
    if isinstance(type_, EnumType):
        return "an ordered enum" if type_.ordered else "an enum"
    return "an integer" if type_ is Scalar.INTEGER else "money" if type_ is Scalar.MONEY else type_name(type_)


def _domain(field: FieldDecl) -> str:
    return "any value" if field.low is None and field.high is None else domain(field)
