"""A field into values that people would expect in it, the most telling first: limits of the ruleset, round numbers, near days."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from revrules import ir
from revrules.reads import children
from revrules.reference.expressions import value
from revrules.reference.scope import Scope, World
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules.types import Type

    Limits = Mapping[str, Sequence[ir.Value]]
    """The values with which conditions compare fields, by the names of the fields."""

MOST_LIMITS = 8
MOST_ITEMS = 3
"""Of a list, a text is only compared with the first ones."""
ROUND = {
    Scalar.INTEGER: (100, 10, 1, 1_000, 50, 0, 10_000, 100_000, 1_000_000),
    Scalar.NUMBER: (100.0, 10.0, 1.0, 0.5, 0.0, 1_000.0, 10_000.0, 100_000.0),
    Scalar.MONEY: tuple(Decimal(amount) for amount in (1_000, 10_000, 100, 100_000, 1, 0, 1_000_000)),
}
STEPS = {
    Scalar.INTEGER: (1,),
    Scalar.NUMBER: (1.0, 0.1, 0.01),
    Scalar.MONEY: (Decimal(1), Decimal("0.01"), Decimal("0.0001")),
}
DAYS = (-30, -7, -1, 0, 30, 7, 1, -90, 90, -180, -365, 365, -730, 730)
NINE = datetime.time(9, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
LENGTHS = tuple(datetime.timedelta(hours=hours) for hours in (24, 1, 48, 7 * 24, 30 * 24, 0, 90 * 24, 365 * 24))
TEXTS = (
    (("email", "mail"), "ann@acme.example"),
    (("domain", "hostname"), "acme.example"),
    (("website", "url", "homepage", "link"), "https://acme.example"),
    (("phone", "mobile", "fax"), "+1 555 0100"),
    (("country",), "DE"),
    (("currency",), "EUR"),
    (("city", "town"), "Berlin"),
    (("state", "region"), "Bavaria"),
    (("zip", "postal", "postcode"), "80331"),
    (("first_name", "firstname", "given_name"), "Ann"),
    (("last_name", "lastname", "surname", "family_name"), "Lee"),
    (("company", "organization", "organisation", "account_name", "customer_name"), "Acme"),
    (("job", "title", "role", "position"), "Head of Sales"),
    (("reason",), "price"),
    (("source", "channel", "campaign", "medium"), "web"),
    (("by", "owner", "assignee", "rep"), "Ann Lee"),
    (("name",), "Ann Lee"),
)
"""What stands in a field whose name has one of these words; the first that fits counts."""
COMPANIES = ("account", "company", "organization", "organisation", "customer", "business", "firm")
ANY_TEXT = "example"


def plausible(
    entity: ir.Entity, field: ir.FieldDecl, current: ir.Value, limits: Limits, today: datetime.date
) -> Iterator[ir.Value]:
    """Yield values for ``field`` in place of ``current``, the best first; some may lie outside its domain."""
    own = limits.get(field.name, ())
    match field.type:
        case Scalar.INTEGER | Scalar.NUMBER | Scalar.MONEY:
            yield from _numbers(field.type, current, own)
        case Scalar.DATE:
            yield from _dates(own, today)
        case Scalar.DATETIME:
            yield from _instants(own, today)
        case Scalar.DURATION:
            yield from _lengths(current, own)
        case Scalar.TEXT:
            yield likely_text(entity, field)
            yield from (limit for limit in own if isinstance(limit, str))
        case EnumType():
            yield from (member.name for member in field.type.members)
        case _:
            pass


def likely_text(entity: ir.Entity, field: ir.FieldDecl) -> str:
    """Return what one would expect in a field of text, by its name."""
    name = field.name.lower()
    words = name.split("_")
    if field.name == entity.key or field.implied or words[-1] in ("id", "key", "number", "no") or name.endswith("_ref"):
        return "A-1"
    if name == "name" and any(word in entity.name.lower() for word in COMPANIES):
        return "Acme"
    for parts, text in TEXTS:
        if any(part in words or (len(part) > 3 and part in name) for part in parts):
            return text
    return ANY_TEXT


# --- limits ------------------------------------------------------------------------------------------------------


def limits_of(ruleset: ir.Ruleset, conditions: Iterable[ir.Expr], as_of: datetime.datetime) -> dict[str, tuple[ir.Value, ...]]:
    """Return what ``conditions``, and the definitions that they use, compare fields with at ``as_of``, in order of appearance."""
    nothing = Scope(World(ruleset, as_of), None)
    found: defaultdict[str, dict[ir.Value, None]] = defaultdict(dict)
    for node in _reached(ruleset, conditions):
        inside = children(node)
        fields = [child.name for child in inside if isinstance(child, ir.Field)]
        if not fields or len(inside) > 2:
            continue
        for limit in _compared(node, inside, nothing):
            for name in fields:
                if len(found[name]) < MOST_LIMITS:
                    found[name][limit] = None
    return {name: tuple(values) for name, values in found.items()}


def _reached(ruleset: ir.Ruleset, conditions: Iterable[ir.Expr]) -> Iterator[ir.Expr]:
    definitions = {definition.id: definition.expr for definition in ruleset.definitions}
    seen: set[str] = set()
    waiting = [*conditions][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)[::-1]
        if isinstance(node, ir.Ref) and node.definition not in seen:
            seen.add(node.definition)
            waiting.append(definitions[node.definition])


def _compared(node: ir.Expr, inside: Sequence[ir.Expr], nothing: Scope) -> Iterator[ir.Value]:
    """Yield the constants beside a field: written ones, and moments that depend on the day alone."""
    match node:
        case ir.OneOf(_, values):
            yield from values
        case ir.InList(_, name):
            yield from nothing.world.ruleset.value_list(name).items[:MOST_ITEMS]
        case ir.Compare() | ir.RangedCompare() | ir.TextTest():
            for other in inside:
                if not _reads_a_record(other) and (limit := value(other, nothing)) is not None:
                    yield limit
        case _:
            pass


def _reads_a_record(expr: ir.Expr) -> bool:
    if isinstance(expr, ir.Field | ir.Ref | ir.Related | ir.Count | ir.Sum | ir.Extreme | ir.Pick | ir.Table | ir.Collects):
        return True
    return any(map(_reads_a_record, children(expr)))


# --- values by type ----------------------------------------------------------------------------------------------


def _numbers(type_: Type, current: ir.Value, limits: Iterable[ir.Value]) -> Iterator[ir.Value]:
    """Yield the limits (the nearest first), round numbers, the neighbours of limits, then ever finer roundings of ``current``."""
    assert isinstance(type_, Scalar) and isinstance(current, int | float | Decimal), "a number"
    to = {Scalar.INTEGER: int, Scalar.NUMBER: float, Scalar.MONEY: Decimal}[type_]
    written = [to(limit) for limit in limits if isinstance(limit, int | float | Decimal) and not isinstance(limit, bool)]
    own = sorted(written, key=lambda limit: abs(limit - to(current)))
    yield from own
    yield from ROUND[type_]
    for step in STEPS[type_]:
        yield from chain.from_iterable((to(limit) + to(step), to(limit) - to(step)) for limit in own)
    exact = Decimal(repr(current)) if isinstance(current, float) else Decimal(current)
    for digits in (1, 2, 3):
        if exact:
            yield to(exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1))) if _short(exact, type_) else current


def _short(exact: Decimal, type_: Type) -> bool:
    """Return whether a number can be rounded to a few digits and stay of its type."""
    return -4 <= exact.adjusted() <= 20 and (type_ is not Scalar.INTEGER or exact.adjusted() >= 2)


def _dates(limits: Iterable[ir.Value], today: datetime.date) -> Iterator[ir.Value]:
    yield from _near(today)
    for limit in limits:
        if isinstance(limit, datetime.date) and not isinstance(limit, datetime.datetime):
            yield from _around(limit, DAY)


def _instants(limits: Iterable[ir.Value], today: datetime.date) -> Iterator[ir.Value]:
    yield from (datetime.datetime.combine(day, NINE) for day in _near(today))
    for limit in limits:
        if isinstance(limit, datetime.datetime):
            yield from _around(limit, DAY)
            yield from _around(limit, datetime.timedelta(minutes=1))


def _near(today: datetime.date) -> Iterator[datetime.date]:
    first, last = datetime.date.min.toordinal(), datetime.date.max.toordinal()
    ordinals = (today.toordinal() + days for days in DAYS)
    return (datetime.date.fromordinal(ordinal) for ordinal in ordinals if first <= ordinal <= last)


def _around(limit: datetime.date, step: datetime.timedelta) -> Iterator[datetime.date]:
    """Yield a moment and its neighbours, as far as the calendar has them."""
    for moved in (0 * step, step, -step):
        try:
            yield limit + moved
        except OverflowError:
            continue


def _lengths(current: ir.Value, limits: Iterable[ir.Value]) -> Iterator[ir.Value]:
    assert isinstance(current, datetime.timedelta), "a length of time"
    own = [limit for limit in limits if isinstance(limit, datetime.timedelta)]
    yield from own
    yield from LENGTHS
    for step in (DAY, datetime.timedelta(hours=1), datetime.timedelta(minutes=1), datetime.timedelta(seconds=1)):
        yield from chain.from_iterable((limit + step, limit - step) for limit in own)
        yield current // step * step
