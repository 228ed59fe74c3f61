"""A question into a digest of all that its answer can depend on: what is said, what that reaches, and nothing else.

Definitions count by what they mean, not by their names or places: an edit gives other digests to the questions alone that it can
change. The names of fields and relations count, because a witness is made of them.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, TypeAlias, assert_never, get_args

from revrules import ir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.smt.answers import Want

    Scope: TypeAlias = tuple[str, ...]
    """The entities of the records at hand, the innermost first."""

DIGEST_SIZE = 16
STATES = (True, False, None)


class Fingerprints:
    """Digests of questions about the records of one ruleset. What several of them share is read once."""

    def __init__(self, ruleset: ir.Ruleset, base: Fingerprints | None = None) -> None:
        """Make the digests of ``ruleset``. ``base`` has those of the same ruleset with fewer definitions."""
        self._ruleset = ruleset
        self._base = base
        self._entities = {entity.name: entity for entity in ruleset.entities}
        self._definitions = {definition.id: definition for definition in ruleset.definitions}
        self._said: dict[tuple[int, Scope], tuple[ir.Expr, str]] = {}
        self._declared: dict[tuple[str, str], str] = {}
        self._types: dict[int, tuple[object, str]] = {}
        self._is_ready = False

    def question(self, entity: str, wants: Sequence[Want]) -> bytes:
        """Return the digest of "is there a record of ``entity`` that fulfils all ``wants``?"."""
        if not self._is_ready:
            self._is_ready = True
            for definition in self._ruleset.definitions:  # each rests on those before it: however long the chain, none goes deep
                self._definition(definition.id, definition.entity)
        parts = [entity, self._ruleset.timezone]
        for want in wants:
            states = "".join(str(state) for state in STATES if state in want.states)
            parts.append(f"{self._whole(want.condition, (entity,))} {states}")
        return hashlib.blake2b("\n".join(parts).encode(errors="surrogatepass"), digest_size=DIGEST_SIZE).digest()

    def _whole(self, expr: ir.Expr, scope: Scope) -> str:
        """Return the digest of an expression that stands in many questions; it is kept alive, so that its id stays its own."""
        known = self._said.get((id(expr), scope))
        if known is None:
            written: list[str] = []
            self._expr(expr, scope, written)
            known = self._said[id(expr), scope] = (expr, _digest("".join(written)))
        return known[1]

    def _expr(self, expr: ir.Expr, scope: Scope, written: list[str]) -> None:
        """Write what ``expr`` says and reaches to the end of ``written``."""
        written.append(f"{type(expr).__name__}(")
        match expr:
            case ir.Field(name, _, path, up):
                way, holder = self._way(scope[up], path)
                written.append(f"{up}{way} {self._field(holder, name)}")
            case ir.Ref(definition, _, path, up, ranged):
                way, holder = self._way(scope[up], path)
                written.append(f"{up} {ranged}{way} {self._definition(definition, holder)}")
            case ir.Related(path, up):
                written.append(f"{up}{self._way(scope[up], path)[0]}")
            case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(_, relation) | ir.Pick(_, relation):
                way, inner = self._way(scope[relation.up], (*relation.path, relation.name))
                written.append(f"{relation.up}{way}")
                self._parts(expr, (inner, *scope), written)
            case ir.InList(_, name):
                written.append(self._list(name))
                self._parts(expr, scope, written)
            case ir.Table(table) | ir.Collects(table):
                written.append(self._table(table))
                self._parts(expr, scope, written)
            case ir.BusinessShift(_, _, _, calendar):
                written.append(repr(self._ruleset.calendar(calendar)))
                self._parts(expr, scope, written)
            case (
                ir.Literal() | ir.Now() | ir.Today() | ir.Arith() | ir.Negate() | ir.Shift() | ir.StartOf() | ir.DateOf()
                | ir.Call() | ir.OrElse() | ir.If() | ir.Choose() | ir.Points() | ir.Not() | ir.And() | ir.Or() | ir.AtLeast()
                | ir.Compare() | ir.RangedCompare() | ir.OneOf() | ir.Known() | ir.TextTest() | ir.Matches()
            ):  # fmt: skip
                self._parts(expr, scope, written)
            case _:
                assert_never(expr)
        written.append(")")

    def _parts(self, node: ir.Expr | ir.Line, scope: Scope, written: list[str]) -> None:
        """Write what stands in a node, but for its place and what the caller has resolved."""
        waiting: list[object] = [getattr(node, name) for name in reversed(ATTRIBUTES[type(node)])]
        while waiting:
            part = waiting.pop()
            if isinstance(part, ir.Line):
                waiting += [getattr(part, name) for name in reversed(ATTRIBUTES[ir.Line])]
            elif isinstance(part, tuple):
                written.append(f"{len(part)}:")
                waiting += reversed(part)
            elif isinstance(part, ir.Expr):
                self._expr(part, scope, written)
            else:
                written.append(self._type(part) if dataclasses.is_dataclass(part) else f"{part!r},")

    def _definition(self, id_: str, entity: str) -> str:
        """Return the digest of what a definition says; a base knows its own."""
        if self._base is not None and id_ in self._base._definitions:
            return self._base._definition(id_, entity)
        return self._whole(self._definitions[id_].expr, (entity,))

    # --- declarations ----------------------------------------------------------------------------------------------

    def _way(self, entity: str, path: tuple[str, ...]) -> tuple[str, str]:
        """Return the relations that are followed, and the entity that they lead to."""
        way = ""
        for name in path:
            relation = self._entities[entity].relation(name)
            assert relation is not None, "the checker resolved the relations of a path"
            way += f" {name} {relation.many} {relation.by}"
            entity = relation.entity
        return way, entity

    def _field(self, entity: str, name: str) -> str:
        if (entity, name) not in self._declared:
            field = self._entities[entity].field(name)
            assert field is not None, "the checker resolved the fields of an expression"
            bounds = (field.low, field.high, field.high_open, field.required, field.missing_when, field.format)
            self._declared[entity, name] = _digest(f"{name} {field.type!r} {bounds!r}")
        return self._declared[entity, name]

    def _list(self, name: str) -> str:
        if ("list", name) not in self._declared:
            self._declared["list", name] = _digest(repr(self._ruleset.value_list(name).items))
        return self._declared["list", name]

    def _table(self, name: str) -> str:
        if ("table", name) not in self._declared:
            table = self._ruleset.table(name)
            rows = [(row.cells, row.output) for row in table.rows]
            self._declared["table", name] = _digest(repr((table.mode, table.type, table.columns, rows, table.otherwise)))
        return self._declared["table", name]

    def _type(self, type_: object) -> str:
        if id(type_) not in self._types:
            self._types[id(type_)] = (type_, _digest(repr(type_)))
        return self._types[id(type_)][1]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=DIGEST_SIZE).hexdigest()


RESOLVED: dict[object, str] = {ir.InList: "name", ir.BusinessShift: "calendar", ir.Table: "table", ir.Collects: "table"}
"""Attributes that only name a declaration, which is read instead."""


def _attributes(kind: type[ir.Expr | ir.Line]) -> tuple[str, ...]:
    left_out = {"span", "relation", RESOLVED.get(kind)}
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in left_out)


ATTRIBUTES: dict[object, tuple[str, ...]] = {kind: _attributes(kind) for kind in (*get_args(ir.Expr), ir.Line)}
"""What each node says itself: not its place, its relation, the names of declarations."""
