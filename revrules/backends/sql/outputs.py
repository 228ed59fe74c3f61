"""The answers that a placement gives into the columns that hold them: their names, their kinds, how each is made."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import bits, data_problems, dues, lists, possible, reasons, tree, verdicts, violations
from revrules.backends.sql.dependence import Missing
from revrules.backends.sql.lists import Choice
from revrules.backends.sql.placement import Walk
from revrules.backends.sql.unknown import refuted, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from revrules import ir
    from revrules.backends.sql.frames import Frame
    from revrules.backends.sql.reasons import Judge
    from revrules.backends.sql.tree import Sql


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    BOOLEAN = "boolean"
    TEXTS = "texts"
    BITS = "bits"
    """A bit set, as an integer."""
    PASSED = "passed"
    """A column of the table, handed on as it is."""


class Bit(NamedTuple):
    """What a bit of a set means: of records in ``stage`` (None: nowhere), or of all where ``anywhere``."""

    column: str
    bit: int
    name: str
    stage: str | None = None
    anywhere: bool = False


class Answers:
    """The columns of a placement, each made when it is asked for."""

    def __init__(self, lifecycle: ir.Lifecycle, frame: Frame, columns: Sequence[str], *, advance: bool) -> None:
        self.frame = frame
        self.tracks = lifecycle.tracks is not None
        self.walk = Walk(lifecycle, frame, advance=advance, doubtful=not {"missing", "missing_mask"}.isdisjoint(columns))
        self._of_all = not {"certain", "missing", "missing_mask"}.isdisjoint(columns)
        """Whether the possible stages of all records are needed, not only of those that another stage is claimed of."""
        self.bits: list[Bit] = []
        """What the bits of the sets that were asked for mean."""

    def column(self, name: str) -> list[tuple[Sql, str]]:
        """Return the column (a bit set of more than 62 bits: the columns) of an answer, with its name."""
        if name in MASKS:
            words = MASKS[name](self)
            return [(word, name if n == 1 else f"{name}_{n}") for n, word in enumerate(words, 1)]
        return [(ANSWERS[name].made(self), name)]

    # --- what several columns read ---

    @cached_property
    def possible(self) -> list[Sql]:
        """The possible stages as bit sets."""
        return possible.possible(self.walk)

    @cached_property
    def verdict(self) -> Sql:
        """The verdict on the declared stage; NULL where nothing is tracked."""
        if not self.tracks:
            return tree.NULL
        return verdicts.verdict(
            self.walk, self.possible if self._of_all else possible.possible(self.walk, verdicts.in_doubt(self.walk))
        )

    @cached_property
    def certain(self) -> Sql:
        """Whether one stage only is possible."""
        return self.walk.scope.kept(possible.certain(self.walk, self.possible), "certain")

    @cached_property
    def lacking(self) -> tuple[Sequence[str], list[Sql]]:
        """The names of all fields that can be missing, and bit sets of those that are, where they matter."""
        missing = Missing(self.walk)
        words = [tree.case([(self.certain, bits.NONE)], word) for word in missing.of_ways()]
        return missing.names, words

    def criteria(self, judge: Judge) -> Sql:
        """Return the criteria of the next stages of which ``judge`` holds, each once, as an array."""
        found = reasons.blockers(self.walk, judge).values()
        return lists.chosen([Choice(choice.when, lists.each_once(choice.told)) for choice in found], self.walk.dialect)

    # --- columns ---

    def missing(self) -> Sql:
        """The missing fields that could change the stage."""
        names, words = self.lacking
        held = [self.walk.scope.kept(word, f"missing in {self.walk.lifecycle.name}") for word in words]
        return lists.of_bits(held, names, self.walk.dialect)

    def missing_bits(self) -> list[Sql]:
        """The same as bit sets."""
        names, words = self.lacking
        self._explain("missing_mask", names)
        return words

    def criteria_bits(self, column: str, judge: Judge) -> list[Sql]:
        """Return the same as bit sets, by stage."""
        layout = reasons.layout(self.walk)
        count = max((len(names) for names in layout.values()), default=0)
        for stage, names in layout.items():
            self._explain(column, names, stage, by_stage=True)
        found: list[list[tuple[Sql, Sql]]] = [[] for _ in range(bits.words(count))]
        for spot, choice in reasons.blockers(self.walk, judge).items():
            held: dict[int, list[Sql]] = {}
            for name, when in choice.told:
                held.setdefault(layout[spot.stage].index(name), []).append(when)
            sets = bits.of({position: tree.any_of(whens) for position, whens in held.items()}, count)
            for branches, word in zip(found, sets, strict=True):
                branches.append((choice.when, word))
        return [tree.case(branches, bits.NONE) for branches in found]

    def violation_bits(self) -> list[Sql]:
        """The rules and assertions that are broken, as bit sets."""
        told = violations.broken(self.walk)
        self._explain("violations_mask", [one.name for one in told])
        return bits.of({position: one.when for position, one in enumerate(told)}, len(told))

    def _explain(self, column: str, names: Sequence[str], stage: str | None = None, *, by_stage: bool = False) -> None:
        for position, name in enumerate(names):
            word, bit = divmod(position, bits.WORD)
            self.bits.append(Bit(column if word == 0 else f"{column}_{word + 1}", bit, name, stage, not by_stage))


class Answer(NamedTuple):
    """A column of an answer: what it holds, and how it is made."""

    kind: Kind
    made: Callable[[Answers], Sql]


ANSWERS: Mapping[str, Answer] = {
    "declared": Answer(Kind.TEXT, lambda made: made.walk.declared_name),
    "stage": Answer(Kind.TEXT, lambda made: made.walk.stage),
    "verdict": Answer(Kind.TEXT, lambda made: made.verdict),
    "certain": Answer(Kind.BOOLEAN, lambda made: made.certain),
    "path": Answer(Kind.TEXTS, lambda made: made.walk.path),
    "next_stages": Answer(Kind.TEXTS, lambda made: reasons.next_stages(made.walk)),
    "blockers": Answer(Kind.TEXTS, lambda made: made.criteria(refuted)),
    "unknown_criteria": Answer(Kind.TEXTS, lambda made: made.criteria(unknown)),
    "missing": Answer(Kind.TEXTS, lambda made: made.missing()),
    "owners": Answer(Kind.TEXTS, lambda made: reasons.owners(made.walk)),
    "next_owners": Answer(Kind.TEXTS, lambda made: reasons.next_owners(made.walk)),
    "violations": Answer(
        Kind.TEXTS, lambda made: lists.chosen([Choice(tree.TRUE, violations.broken(made.walk))], made.walk.dialect)
    ),
    "data_problems": Answer(Kind.TEXTS, lambda made: data_problems.data_problems(made.walk, made.frame)),
    "due": Answer(Kind.TEXT, lambda made: dues.due(made.walk)),
    "overdue": Answer(Kind.BOOLEAN, lambda made: dues.overdue(made.walk)),
}
"""The columns of an answer in their order: those of ``revrules.tables.answers``."""

MASKS: Mapping[str, Callable[[Answers], list[Sql]]] = {
    "blockers_mask": lambda made: made.criteria_bits("blockers_mask", refuted),
    "unknown_criteria_mask": lambda made: made.criteria_bits("unknown_criteria_mask", unknown),
    "missing_mask": Answers.missing_bits,
    "violations_mask": Answers.violation_bits,
}
"""The columns that say the same as bit sets; one of more than 62 bits is several, `missing_mask` and `missing_mask_2`."""
