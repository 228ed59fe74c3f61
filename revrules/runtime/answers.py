"""Numbers and values into the answers that they stand for: criteria that are not met, made once and kept."""

from __future__ import annotations

from revrules.runtime.ranges import shown_range
from revrules.runtime.results import Blocker, Seen

MOST_KEPT = 4096


class Answers(dict[int, tuple[str | None, tuple[tuple[str, tuple[str, ...]], ...]]]):
    """The short answers at one stage, by a number with one bit for each criterion of its next stages, set when it is not met.

    An answer is made when it is first asked for; ``ways`` are the next stages with the names of their criteria.
    """

    __slots__ = ("stage", "ways")

    def __init__(self, stage: str | None, ways: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        super().__init__()
        self.stage = stage
        self.ways = ways

    def __missing__(self, unmet: int) -> tuple[str | None, tuple[tuple[str, tuple[str, ...]], ...]]:
        found = []
        bit = 1
        for target, names in self.ways:
            kept = []
            for name in names:
                if unmet & bit:
                    kept.append(name)
                bit <<= 1
            found.append((target, tuple(kept)))
        answer = (self.stage, tuple(found))
        if len(self) < MOST_KEPT:
            self[unmet] = answer
        return answer


class Blockers(dict[object, Blocker]):
    """The blockers of a criterion on one value, by that value (a score: by both its ends), made when first asked for."""

    __slots__ = ("criterion", "doc", "name", "ranged")

    def __init__(self, criterion: str, name: str, doc: str, ranged: bool) -> None:
        super().__init__()
        self.criterion = criterion
        self.name = name
        self.doc = doc
        self.ranged = ranged

    def __missing__(self, value: object) -> Blocker:
        shown = shown_range(value) if self.ranged and isinstance(value, tuple) else value
        blocker = Blocker(self.criterion, (Seen(self.name, shown),), (), self.doc)
        if len(self) < MOST_KEPT:
            self[value] = blocker
        return blocker
