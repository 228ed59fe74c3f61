"""The clauses of a declaration, in any order, into its parts by word; a clause that stands twice is a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from revrules import syntax
from revrules.problems import syntax as problems

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules.parse.site import Site
    from revrules.source import Span


T = TypeVar("T")


class Clause(NamedTuple):
    """One clause: the word that names it, what it says, where."""

    word: str
    value: object
    span: Span


def clause(word: str) -> Callable[..., Clause]:
    """Return the builder of a clause that says one thing, or nothing but its word (then the value is True)."""

    def build(site: Site, span: Span, *values: object) -> Clause:
        return Clause(word, values[0] if values else True, span)

    return build


class Clauses:
    """The parts of a declaration: clauses by their word, and nodes by their class."""

    __slots__ = ("_by_word", "_parts")

    def __init__(self, site: Site, parts: Sequence[object]) -> None:
        self._parts = parts
        self._by_word: dict[str, Clause] = {}
        for part in parts:
            if isinstance(part, Clause):
                first = self._by_word.setdefault(part.word, part)
                if first is not part:
                    site.problems.append(problems.repeated_clause(part.span, part.word, first.span))

    def one(self, word: str, kind: type[T]) -> T | None:
        """Return what the first clause of ``word`` says, which is of ``kind``; None where there is none."""
        found = self._by_word.get(word)
        if found is None:
            return None
        assert isinstance(found.value, kind), f"`{word}` says a {kind.__name__}"
        return found.value

    def criteria(self, word: str) -> syntax.Criteria | None:
        """Return the criteria that the clause of ``word`` says."""
        return self.one(word, syntax.CriteriaGroup) if self._is(word, syntax.CriteriaGroup) else self.one(word, syntax.Criterion)

    def _is(self, word: str, kind: type[object]) -> bool:
        return word in self._by_word and isinstance(self._by_word[word].value, kind)

    def names(self, word: str) -> tuple[syntax.Name, ...]:
        """Return the names that the clause of ``word`` lists."""
        return self.one(word, tuple) or ()

    def nodes(self, kind: type[T]) -> tuple[T, ...]:
        """Return the parts of this class, in the order of the text."""
        return tuple(part for part in self._parts if isinstance(part, kind))
