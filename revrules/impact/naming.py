"""Two versions into what is called what, so that expressions of both can be compared as they are written."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from revrules import ir
from revrules.diff.renames import renames
from revrules.proofs.alignment.matching import match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.ir import Definition, Expr, Lifecycle, Rule, Ruleset, Stage

LEFT_OUT = frozenset({"span", "type"})
"""What says nothing about what is written: places, and types, which follow from the fields."""


class Naming:
    """What of the new version is which of the old. Maps lead from new names to old ones unless said otherwise."""

    def __init__(self, old: Ruleset, new: Ruleset) -> None:
        found = match(old, new, renames(old, new))
        words = [(pair.first, pair.second) for pair in found.words if pair.first is not None and pair.second is not None]
        self.definitions: Mapping[str, str] = {
            two.id: one.id for one, two in words if isinstance(one, ir.Definition) and isinstance(two, ir.Definition)
        }
        self.rules: Mapping[str, str] = {
            two.name: one.name for one, two in words if isinstance(one, ir.Rule) and isinstance(two, ir.Rule)
        }
        self.words: tuple[tuple[Definition | Rule, Definition | Rule], ...] = tuple(
            (one, two) for one, two in words if one is not None and two is not None
        )
        self.lifecycles: dict[str, str] = {pair.lifecycles[1].name: pair.lifecycles[0].name for pair in found.stages}
        self._stages = [
            (pair.lifecycles, pair.first, pair.second)
            for pair in found.stages
            if pair.first is not None and pair.second is not None
        ]
        self._names = {theirs: ours for (_, theirs), ours in found.fields.items() if theirs != ours}
        self._names |= {theirs: ours for (_, theirs), ours in found.relations.items() if theirs != ours}
        self._entities = dict(found.entities)
        self.tables = {**self._entities, **{theirs: ours for (_, theirs), ours in found.relations.items()}}
        """Names under which related tables are given: of entities and relations."""
        self._plain: dict[tuple[int, bool], tuple[Expr, object]] = {}

    def stages(self, new: Lifecycle) -> dict[str, str]:
        """Return the stages of a lifecycle of the new version, by the old names of those that the old one has."""
        return {one.name: two.name for lifecycles, one, two in self._stages if one and two and lifecycles[1].name == new.name}

    def pairs(self, new: Lifecycle) -> list[tuple[Stage, Stage]]:
        """Return the stages that both versions of a lifecycle have."""
        return [(one, two) for lifecycles, one, two in self._stages if one and two and lifecycles[1].name == new.name]

    def alike(self, old: Expr, new: Expr) -> bool:
        """Return whether two expressions are written alike, names apart that only changed."""
        return self.plain(old, is_new=False) == self.plain(new, is_new=True)

    def plain(self, expr: Expr, *, is_new: bool) -> object:
        """Return what is written, in old names: a value to compare."""
        key = id(expr), is_new
        if key not in self._plain:
            self._plain[key] = expr, self._made(expr, is_new)
        return self._plain[key][1]

    def _made(self, part: object, is_new: bool) -> object:
        if isinstance(part, tuple):
            return tuple(self._made(each, is_new) for each in part)
        if not is_dataclass(part):
            return part
        named = [
            (each.name, self._renamed(part, each.name) if is_new else getattr(part, each.name))
            for each in fields(part)
            if each.name not in LEFT_OUT
        ]
        return type(part).__name__, *((name, self._made(value, is_new)) for name, value in named)

    def _renamed(self, node: object, name: str) -> object:
        """Return a part of a node, in old names where it is a name."""
        value = getattr(node, name)
        match node, name:
            case ir.Ref(), "definition":
                return self.definitions.get(value, value)
            case ir.Table() | ir.Collects(), "table":
                return self.definitions.get(value, value)
            case ir.Field() | ir.Many(), "name":
                return self._names.get(value, value)
            case ir.Many(), "entity":
                return self._entities.get(value, value)
            case ir.Field() | ir.Ref() | ir.Many() | ir.Related(), "path":
                return tuple(self._names.get(each, each) for each in value)
            case _:
                return value
