"""Numbers into the answers that they stand for: which criteria of a stage's next stages are not met."""

from __future__ import annotations

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
