"""Parts of normal forms into normal forms: each is known by a number, the same for what is the same.

A condition is a test (``in``: which values of an operand make it true, and its state where that is missing), or several joined by
``all``, ``any`` or ``at least``, or a choice (``if``, ``or else``). There is no "not": it is pushed down to the tests. Whatever
else can be true, false or unknown is an operand with two values, so that tests of one thing always meet in one.

Every rule here is exact in Kleene's logic: true, false and unknown stay what they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from revrules.proofs.normal.values import NOTHING, Values, few, intersection, union, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from revrules.backends.smt.answers import State

Key: TypeAlias = int
"""The number of a normal form."""
Node: TypeAlias = "tuple[object, ...]"
"""A kind, then what it is made of: keys, and plain values."""

MOST_ABSORBED = 60
"""Operands of one group among which those that add nothing are looked for."""
TRUTHS = few(2)
ONLY = {False: Values(False, ((0, 0), (1, 0))), True: Values(False, ((1, 0), (2, 0)))}
SWAPPED = {"all": "any", "any": "all"}


class Terms:
    """All normal forms that were made, by their numbers."""

    def __init__(self) -> None:
        self._keys: dict[Node, Key] = {}
        self._nodes: list[Node] = []
        self._domains: dict[Key, Values] = {}
        self._never_missing: set[Key] = set()
        self._decided: set[object] = set()
        self._negated: dict[Key, Key] = {}
        self._settled: dict[tuple[Key, bool], Key] = {}
        self.unknown = self.make("truth", None)
        self.true = self.make("truth", True)
        self.false = self.make("truth", False)
        self._negated |= {self.unknown: self.unknown, self.true: self.false, self.false: self.true}

    def make(self, *node: object) -> Key:
        """Return the number of a node."""
        key = self._keys.get(node)
        if key is None:
            key = self._keys[node] = len(self._nodes)
            self._nodes.append(node)
            if self._is_decided(node):
                self._decided.add(key)
        return key

    def node(self, key: Key) -> Node:
        """Return what a number stands for."""
        return self._nodes[key]

    def truth(self, state: State) -> Key:
        """Return the condition that is always in that state."""
        return self.unknown if state is None else self.true if state else self.false

    def operand(self, *node: object, domain: Values, never_missing: bool = False) -> Key:
        """Return something that tests can be made of. ``domain`` are the values that it can have."""
        key = self.make(*node)
        self.declare(key, domain, never_missing=never_missing)
        return key

    def declare(self, key: Key, domain: Values, *, never_missing: bool = False) -> None:
        """Note which values something can have, and whether it always has one."""
        self._domains.setdefault(key, domain)
        if never_missing:
            self._never_missing.add(key)

    def is_never_missing(self, key: Key) -> bool:
        """Return whether something always has a value."""
        return key in self._never_missing

    # --- conditions ------------------------------------------------------------------------------------------------

    def opaque(self, *node: object, never_missing: bool = False) -> Key:
        """Return the condition that ``node``, of which nothing more is known, is true."""
        return self.inside(self.operand(*node, domain=TRUTHS, never_missing=never_missing), ONLY[True])

    def inside(self, operand: Key, values: Values, missing: State = None) -> Key:
        """Return the test whether ``operand`` has one of ``values``; ``missing`` is its state where that is missing."""
        if operand in self._never_missing:
            missing = False
        values = intersection(values, self._domains[operand])
        if values == NOTHING and missing is False:
            return self.false
        if values == self._domains[operand] and (missing is True or operand in self._never_missing):
            return self.true
        return self.make("in", operand, values, missing)

    def known(self, operand: Key) -> Key:
        """Return the condition that a value is there."""
        return self.inside(operand, self._domains[operand], False)

    def decided(self, condition: Key) -> Key:
        """Return the condition that another one is not unknown."""
        return self.joined("any", (self.settled(condition, False), self.settled(self.negated(condition), False)))

    def joined(self, kind: str, parts: Iterable[Key]) -> Key:
        """Return Kleene's ``all`` or ``any``: flat, without repetitions, the tests of one operand put together."""
        neutral, deciding = (self.true, self.false) if kind == "all" else (self.false, self.true)
        flat: dict[Key, None] = {}
        for part in parts:
            node = self._nodes[part]
            flat |= dict.fromkeys(node[1:] if node[0] == kind else (part,))  # type: ignore[arg-type]  # all of them are keys
        tests: dict[Key, Key] = {}
        others: set[Key] = set()
        for part in flat:
            if part == deciding:
                return deciding
            if part == neutral:
                continue
            node = self._nodes[part]
            if node[0] != "in":
                others.add(part)
                continue
            operand = node[1]
            assert isinstance(operand, int), "a test is one of an operand"
            before = tests.get(operand, neutral)
            tests[operand] = part if before == neutral else self._both(kind, before, part)
            if tests[operand] == deciding:
                return deciding
        found = sorted({*others, *tests.values()} - {neutral})
        found = self._told_apart(kind, found) if len(found) <= MOST_ABSORBED else found
        return neutral if not found else found[0] if len(found) == 1 else self.make(kind, *found)

    def at_least(self, count: int, parts: Iterable[Key]) -> Key:
        """Return whether ``count`` of ``parts`` are true."""
        given = list(parts)
        count -= given.count(self.true)
        left = sorted(part for part in given if part not in (self.true, self.false))
        if count <= 0:
            return self.true
        if count > len(left):
            return self.false
        if count in (1, len(left)):
            return self.joined("any" if count == 1 else "all", left)
        return self.make("at least", count, *left)

    def chosen(self, condition: Key, then: Key, otherwise: Key) -> Key:
        """Return ``then`` where ``condition`` is true, ``otherwise`` where it is false, else unknown."""
        decided = self._state_of(condition)
        if decided is not None:
            return self.unknown if decided == self.unknown else then if decided == self.true else otherwise
        if self.is_decided(condition):
            ways = self.joined("all", (condition, then)), self.joined("all", (self.negated(condition), otherwise))
            return self.joined("any", ways)
        opposite = self.negated(condition)
        return self.make("if", opposite, otherwise, then) if opposite < condition else self.make("if", condition, then, otherwise)

    def or_else(self, first: Key, second: Key) -> Key:
        """Return ``first``, or ``second`` where it is unknown."""
        if first == second or second == self.unknown or self.is_decided(first):
            return first
        if first == self.unknown:
            return second
        if second in (self.true, self.false):
            return self.settled(first, second == self.true)
        node = self._nodes[first]
        match node, self._nodes[second]:
            case ("or else", int() as one, int() as other), _:
                return self.or_else(one, self.or_else(other, second))
            case ("in", int() as operand, Values() as values, None), ("in", same, _, missing) if same == operand:
                return self.inside(operand, values, missing)  # type: ignore[arg-type]  # a state
            case _:
                return self.make("or else", first, second)

    def is_decided(self, condition: Key) -> bool:
        """Return whether a condition is plainly never unknown."""
        return condition in self._decided

    def negated(self, condition: Key) -> Key:
        """Return the opposite: unknown where ``condition`` is."""
        found = self._negated.get(condition)
        if found is None:
            found = self._turned(self._nodes[condition])
            self._negated[condition] = found
            self._negated.setdefault(found, condition)
        return found

    def settled(self, condition: Key, default: bool) -> Key:
        """Return ``condition`` with ``default`` in place of unknown: all that it is made of is settled so."""
        found = self._settled.get((condition, default))
        if found is None:
            found = self._settled[condition, default] = self._made_sure(condition, default)
        return found

    # --- how -------------------------------------------------------------------------------------------------------

    def _is_decided(self, node: Node) -> bool:
        match node:
            case ("truth", state) | ("in", _, _, state):
                return state is not None
            case ("all" | "any", *parts) | ("at least", _, *parts):
                return self._decided.issuperset(parts)
            case ("or else", _, last):
                return last in self._decided
            case _:
                return False

    def _turned(self, node: Node) -> Key:
        match node:
            case ("in", int() as operand, Values() as values, missing):
                state = None if missing is None else not missing
                return self.inside(operand, without(self._domains[operand], values), state)
            case ("all" | "any" as kind, *parts):
                return self.joined(SWAPPED[kind], self._each(self.negated, parts))
            case ("at least", int() as count, *parts):
                return self.at_least(len(parts) - count + 1, self._each(self.negated, parts))
            case ("or else", int() as first, int() as second):
                return self.or_else(self.negated(first), self.negated(second))
            case ("if", int() as condition, int() as then, int() as otherwise):
                return self.chosen(condition, self.negated(then), self.negated(otherwise))
            case _:
                raise AssertionError(f"no condition: {node[0]}")

    def _made_sure(self, condition: Key, default: bool) -> Key:
        if self.is_decided(condition):
            return condition
        match self._nodes[condition]:
            case ("truth", _):
                return self.truth(default)
            case ("in", int() as operand, Values() as values, _):
                return self.inside(operand, values, default)
            case ("all" | "any" as kind, *parts):
                return self.joined(kind, self._each(lambda part: self.settled(part, default), parts))
            case ("at least", int() as count, *parts):
                return self.at_least(count, self._each(lambda part: self.settled(part, default), parts))
            case ("or else", int() as first, int() as second):
                return self.or_else(first, self.settled(second, default))
            case ("if", int() as choice, int() as then, int() as otherwise):
                if default:
                    return self.negated(self.settled(self.negated(condition), False))
                ways = (choice, then), (self.negated(choice), otherwise)
                return self.joined("any", [self.joined("all", [self.settled(each, False) for each in way]) for way in ways])
            case node:
                raise AssertionError(f"no condition: {node[0]}")

    def _each(self, change: Callable[[Key], Key], parts: Iterable[object]) -> list[Key]:
        return [change(part) for part in parts if isinstance(part, int)]

    def _both(self, kind: str, one: Key, other: Key) -> Key:
        """Return two tests of one operand as one."""
        _, operand, values, missing = self._nodes[one]
        _, _, more, or_missing = self._nodes[other]
        assert isinstance(operand, int) and isinstance(values, Values) and isinstance(more, Values), "both are tests"
        deciding = kind == "any"
        states = (missing, or_missing)
        state = deciding if deciding in states else None if None in states else not deciding
        together = (intersection if kind == "all" else union)(values, more)
        return self.inside(operand, together, state)

    def _told_apart(self, kind: str, parts: list[Key]) -> list[Key]:
        """Return ``parts`` without those that another one makes idle: `a and (a or b)` is `a`."""
        inner = SWAPPED[kind]
        sets = {part: frozenset(node[1:]) if (node := self._nodes[part])[0] == inner else frozenset((part,)) for part in parts}
        return [part for part in parts if not any(sets[other] < sets[part] for other in parts)]

    def _state_of(self, condition: Key) -> Key | None:
        return condition if condition in (self.true, self.false, self.unknown) else None
