"""Tokens into values, by the LALR tables: one stack, one token of lookahead, no recursion.

The stack is a linked list of tuples that never change, so that any earlier state can be kept, tried and gone back to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from revrules.parse.tables import END, Rule, Shift, Yields
from revrules.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from revrules.parse.lexer import Readings, Token
    from revrules.parse.site import Site
    from revrules.parse.tables import Action, Tables

Entry: TypeAlias = "tuple[int, object, Entry | None, int, int]"
"""One entry of the stack: state, value, the entry below, how many brackets are open, where the value starts."""

DEEPEST: Final = 100
_OPENERS: Final = frozenset(["LBRACE", "LPAR", "LSQB", "NOT", "IF", "MINUS"])


_WHOLE: Final = ("conjunction", "disjunction", "addition", "multiplication", "or_else", "path", "arguments", "reference")
"""Lists of these rules mean something else without one of their parts: a hole in them is a hole of the whole."""


class Hole(Enum):
    """Stands for the value of what is missing or could not be read; what needs it is left out of the tree."""

    HOLE = 0


class Many:
    """Values to be spliced into the rule around them: some earlier ones, then ``items``. Never changed once made."""

    __slots__ = ("before", "items")

    def __init__(self, before: Many | None, items: Sequence[object]) -> None:
        self.before = before
        self.items = items

    def all(self) -> list[object]:
        """Return the values in the order of the text."""
        parts: list[Sequence[object]] = []
        many: Many | None = self
        while many is not None:
            parts.append(many.items)
            many = many.before
        return [item for part in reversed(parts) for item in part]


class Halt(Enum):
    """Why the machine stopped."""

    DONE = "done"
    STUCK = "stuck"
    """The token at ``position`` cannot stand there."""
    TOO_DEEP = "too deep"


@dataclass(slots=True)
class Machine:
    """The state of one parse. ``history`` holds the stack before each token that was taken, ``readings`` how it was read."""

    tables: Tables
    builders: Mapping[str, Callable[..., object]]
    leaves: Mapping[str, Callable[[Site, Token], object]]
    site: Site
    tokens: list[Token]
    position: int = 0
    stack: Entry = field(init=False)
    history: list[Entry] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    result: object = None
    has_holes: bool = False
    _end: int = 0

    def __post_init__(self) -> None:
        self.stack = (self.tables.start, None, None, 0, 0)

    def run(self) -> Halt:
        """Take tokens until the file is read or a token cannot stand where it stands."""
        chosen = self.tables.chosen
        tokens, leaves, site = self.tokens, self.leaves, self.site
        history, read_as = self.history, self.readings
        while True:
            token = tokens[self.position]
            stack = before = self.stack
            while True:
                action = chosen[stack[0]].get(token.readings)
                if action is None:
                    action = self.choose(stack, token.readings)
                if not isinstance(action, Rule):
                    break
                stack = self._reduce(stack, action)
                if stack[0] == self.tables.end and token.readings[0] is END:
                    self.result = stack[1]
                    return Halt.DONE
            if action is None:
                return Halt.STUCK
            depth = stack[3]
            terminal = action.terminal
            if terminal in _OPENERS:
                depth += 1
                if depth > DEEPEST:
                    return Halt.TOO_DEEP
            leaf = leaves.get(terminal)
            history.append(before)
            read_as.append(terminal)
            value = Hole.HOLE if token.end == token.start else leaf(site, token) if leaf else token
            self.stack = (action.state, value, stack, depth, token.start)
            self._end = token.end
            self.position += 1

    def rewind(self) -> None:
        """Make up for a changed stack or position: values end where the token before the position ends."""
        self._end = self.tokens[self.position - 1].end if self.position else 0

    def choose(self, stack: Entry, readings: Readings) -> Action | None:
        """Return what to do with a token of these readings on ``stack``: the first reading that can stand here decides."""
        row = self.tables.actions[stack[0]]
        found = [(reading, row[reading]) for reading in readings if reading in row]
        if not found:
            return None
        first = found[0][1]
        if isinstance(first, Shift) or all(action is first for _, action in found):
            self.tables.chosen[stack[0]][readings] = first
            return first
        for reading, action in found:
            if self.after(stack, reading) is not None:
                return action
        return first

    def after(self, stack: Entry, terminal: str) -> Entry | None:
        """Return the stack after ``terminal``, without values; None where it cannot stand."""
        actions, gotos = self.tables.actions, self.tables.gotos
        while True:
            action = actions[stack[0]].get(terminal)
            if action is None:
                return None
            if isinstance(action, Shift):
                return (action.state, None, stack, stack[3], stack[4])
            base: Entry | None = stack
            for _ in range(action.size):
                assert base is not None, "the stack holds at least the parts of a rule"
                base = base[2]
            assert base is not None, "the start stays below every rule"
            state = gotos[base[0]][action.origin]
            if state == self.tables.end and terminal is END:
                return (state, None, base, base[3], base[4])
            stack = (state, None, base, base[3], base[4])

    def _reduce(self, stack: Entry, rule: Rule) -> Entry:
        kids: list[object] = []
        base = stack
        start = stack[4]
        for _ in range(rule.size):
            _, kid, below, _, start = base
            assert below is not None, "the start stays below every rule"
            kids.append(kid)
            base = below
        kids.reverse()
        if rule.yields is Yields.SAME:
            value = kids[rule.plan[0]]
        elif rule.yields is Yields.MANY:
            value = self._many(rule, [kids[n] if n >= 0 else None for n in rule.plan])
        else:
            value = self._node(rule, kids, start)
        return (self.tables.gotos[base[0]][rule.origin], value, base, base[3], start)

    def _many(self, rule: Rule, kids: list[object]) -> Many:
        if self.has_holes and not any(name in rule.origin for name in _WHOLE):
            kids = [kid for kid in kids if kid is not Hole.HOLE]
        if kids and kids[0].__class__ is Many:
            first = kids[0]
            return Many(first, _spliced(kids[1:])) if len(kids) > 1 else first
        return Many(None, _spliced(kids))

    def _node(self, rule: Rule, kids: list[object], start: int) -> object:
        arguments: list[object] = []
        for n in rule.plan:
            kid = kids[n] if n >= 0 else None
            if kid.__class__ is Many:
                arguments.extend(kid.all())
            else:
                arguments.append(kid)
        if self.has_holes and any(argument is Hole.HOLE for argument in arguments):
            if rule.name != "file":
                return Hole.HOLE
            arguments = [argument for argument in arguments if argument is not Hole.HOLE]
        return self.builders[rule.name](self.site, Span(self.site.path, start, self._end), *arguments)


def _spliced(kids: list[object]) -> list[object]:
    items: list[object] = []
    for kid in kids:
        if isinstance(kid, Many):
            items.extend(kid.all())
        else:
            items.append(kid)
    return items
