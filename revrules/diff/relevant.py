"""What was loaded of a ruleset into the declarations that a name can rest on: where these are equal, it means the same."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeAlias

from revrules import syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.loading import Loaded

Key: TypeAlias = "tuple[object, ...]"
BY_NAME = (syntax.Define, syntax.Score, syntax.Classify, syntax.Rule, syntax.Lifecycle)
"""What counts only if its name is reached; of the rest, all counts but what says nothing of meanings."""
ASIDE = (syntax.Example, syntax.Assertion, syntax.Allow)
MOST_NAMES = 20_000
"""Declarations whose names are kept."""


class Relevant:
    """Finds what names rest on. The names in a declaration are read once."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[object, frozenset[str]]] = {}

    def key(self, loaded: Loaded, names: Iterable[str]) -> Key:
        """Return what is equal for two versions only if ``names`` mean the same in both, provided that both compile.

        A declaration counts if any text in one that counts is its name: too many may count, never too few.
        """
        declared = [each for file in loaded.files for each in file.declarations if not isinstance(each, ASIDE)]
        counting: list[object] = [each for each in declared if not isinstance(each, BY_NAME)]
        named = {id(each): (each, each.name.text) for each in declared if isinstance(each, BY_NAME)}
        reached = set(names).union(*(self._mentioned(each) for each in counting))
        waiting = True
        while waiting:
            found = [key for key, (_, name) in named.items() if name in reached]
            waiting = bool(found)
            for key in found:
                each, _ = named.pop(key)
                counting.append(each)
                reached |= self._mentioned(each)
        taken = {id(each) for each in counting}
        beside = sorted((path, source.text) for path, source in loaded.sources.items() if not path.endswith(".rev"))
        return (loaded.name, *(each for each in declared if id(each) in taken), *beside)

    def _mentioned(self, declaration: object) -> frozenset[str]:
        """Return all texts in a declaration, which is kept alive so that its id stays its own."""
        known = self._names.get(id(declaration))
        if known is None:
            if len(self._names) == MOST_NAMES:
                self._names.clear()
            known = self._names[id(declaration)] = declaration, frozenset(_texts(declaration))
        return known[1]


def _texts(declaration: object) -> Iterable[str]:
    waiting = [declaration]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, tuple):
            waiting += part
        elif isinstance(part, syntax.Node):
            waiting += [getattr(part, field.name) for field in dataclasses.fields(part) if field.name != "span"]
