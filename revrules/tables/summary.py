"""Placements into counts, and counts into the sentences that a RevOps lead reads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules.diagnostics import Diagnostic
    from revrules.outline import Lifecycle
    from revrules.runtime.results import Placement


class Summary(NamedTuple):
    """What came out of a run. Counts of rows unless said otherwise; ``read`` = ``placed`` + ``rejected``.

    ``stages``: (stage or None for nowhere, verdict or None) → rows. ``blockers``: (next stage, criterion) → rows that lack it.
    ``unknown``: the same for criteria that cannot be judged. ``missing``: field → rows whose place depends on it. ``problems``:
    field → values that are none. ``violations``: rule → rows. ``ahead_lacks``: field → rows ahead of the evidence for want of it.
    ``ahead_blockers``: criterion → rows that are ahead of the evidence without meeting it.
    """

    data: str
    entity: str
    lifecycle: str
    read: int
    placed: int
    rejected: int
    duplicate_keys: int
    missing_keys: int
    overdue: int
    stages: Mapping[tuple[str | None, str | None], int]
    blockers: Mapping[tuple[str, str], int]
    unknown: Mapping[tuple[str, str], int]
    missing: Mapping[str, int]
    problems: Mapping[str, int]
    violations: Mapping[str, int]
    ahead_lacks: Mapping[str, int]
    ahead_blockers: Mapping[str, int]
    owners: Mapping[str, tuple[str, ...]]
    warnings: tuple[Diagnostic, ...]
    notes: tuple[str, ...]

    def verdict(self, verdict: str) -> int:
        """Return how many records have that verdict."""
        return sum(count for (_, seen), count in self.stages.items() if seen == verdict)


class Tally:
    """Counts placements as they come."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.read = self.placed = self.rejected = self.duplicate_keys = self.missing_keys = self.overdue = 0
        self.stages: Counter[tuple[str | None, str | None]] = Counter()
        self.blockers: Counter[tuple[str, str]] = Counter()
        self.unknown: Counter[tuple[str, str]] = Counter()
        self.missing: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()
        self.ahead_lacks: Counter[str] = Counter()
        self.ahead_blockers: Counter[str] = Counter()
        self._lost = {stage.name for stage in lifecycle.stages if stage.outcome == "lost"}
        self._ways = ways_to(lifecycle)

    def add(self, placement: Placement) -> None:
        """Count one placement."""
        self.placed += 1
        verdict = placement.verdict
        self.stages[placement.stage, verdict and verdict.value] += 1
        for stage in placement.next:
            if stage.stage not in self._lost:
                self.blockers.update((stage.stage, blocker.criterion) for blocker in stage.unmet)
                self.unknown.update((stage.stage, blocker.criterion) for blocker in stage.unknown)
        if verdict is not None and verdict.value == "ahead":
            self._add_claim(placement)
        self.missing.update(placement.missing)
        self.problems.update(problem.field for problem in placement.problems)
        self.violations.update(violation.rule for violation in placement.violations)
        self.overdue += placement.overdue

    def _add_claim(self, placement: Placement) -> None:
        """Count why a record that is ahead is not where it is said to be: the blockers on its way there."""
        way = self._ways.get(placement.declared or "", frozenset())
        ways = [stage for stage in placement.next if stage.stage in way]
        unmet = [blocker for stage in ways for blocker in stage.unmet]
        unknown = [blocker for stage in ways for blocker in stage.unknown]
        self.ahead_blockers.update({blocker.criterion for blocker in (*unmet, *unknown)})
        absent = [blocker.seen for blocker in unmet if all(seen.value is None for seen in blocker.seen)]
        self.ahead_lacks.update({seen.name for some in absent for seen in some} | {f for one in unknown for f in one.missing})

    def summary(self, data: str, entity: str, warnings: tuple[Diagnostic, ...], notes: tuple[str, ...]) -> Summary:
        """Return the counts so far."""
        return Summary(
            data, entity, self.lifecycle.name, self.read, self.placed, self.rejected, self.duplicate_keys, self.missing_keys,
            self.overdue, dict(self.stages), dict(self.blockers), dict(self.unknown), dict(self.missing), dict(self.problems),
            dict(self.violations), dict(self.ahead_lacks), dict(self.ahead_blockers),
            {stage.name: stage.owners for stage in self.lifecycle.stages}, warnings, notes,
        )  # fmt: skip


def ways_to(lifecycle: Lifecycle) -> dict[str, frozenset[str]]:
    """Return for each stage the stages from which forward edges lead to it, itself included."""
    before: dict[str, set[str]] = {stage.name: {stage.name} for stage in lifecycle.stages}
    for _ in lifecycle.stages:
        for source, target in lifecycle.edges:
            before[target] |= before[source]
    return {name: frozenset(sources) for name, sources in before.items()}


VERDICTS = {
    "in_stage": "in stage",
    "ahead": "ahead",
    "behind": "behind",
    "elsewhere": "elsewhere",
    "nowhere": "nowhere",
    "cannot_tell": "cannot tell",
    "undeclared": "undeclared",
}
SHOWN = 5
OWN_CONDITION = "the way's own condition"
"""What people call the criterion `when` of a placement (grammar/language.md, section 9)."""


def in_words(summary: Summary, lifecycle: Lifecycle) -> list[str]:
    """Return the summary as lines for a RevOps lead."""
    things = plural(summary.entity)
    read, placed = "row" if summary.read == 1 else "rows", things if summary.placed != 1 else summary.entity.lower()
    lines = [f"{summary.read:,} {read} read = {summary.placed:,} {placed} placed + {summary.rejected:,} rejected"]
    if summary.read == 0:
        lines.append(f"{summary.data} has headings only: there is nothing to place")
        return lines
    lines += ["", *_matrix(summary, lifecycle)]
    lines += ["", *sentences] if (sentences := _sentences(summary, things)) else []
    lines += _list("What blocks most", _blocking(summary))
    lines += _list("Missing data that keeps a place open", _top(summary.missing))
    lines += _list("Rules and assertions broken", _top(summary.violations))
    lines += _list("Values that are none", _top(summary.problems))
    return lines


def plural(noun: str) -> str:
    """Return the English plural of a noun.

    >>> [plural(noun) for noun in ("Opportunity", "Account", "business", "survey")]
    ['opportunities', 'accounts', 'businesses', 'surveys']
    """
    noun = noun.lower()
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def _sentences(summary: Summary, things: str) -> list[str]:
    total = f"of {summary.placed:,} {things}"
    lines = []
    if ahead := summary.verdict("ahead"):
        lines.append(f"{ahead:,} {total} {_are(ahead)} ahead of the evidence{_cause(summary, ahead)}.")
    for verdict, words in (
        ("behind", "behind: the evidence supports a later stage than the one declared"),
        ("elsewhere", "on another branch than the one declared"),
        ("nowhere", "nowhere: not even the entry criteria are met"),
    ):
        if count := summary.verdict(verdict):
            lines.append(f"{count:,} {total} {_are(count)} {words}.")
    if count := summary.verdict("cannot_tell"):
        lines.append(f"{count:,} {total} cannot be judged: missing data could change the answer.")
    if count := summary.verdict("undeclared"):
        lines.append(f"{count:,} {total} {'declares' if count == 1 else 'declare'} no stage.")
    if summary.overdue:
        lines.append(f"{summary.overdue:,} {total} should have left their stage by now.")
    if not lines and summary.verdict("in_stage"):
        lines.append(f"All {summary.placed:,} {things} are where the evidence puts them.")
    if summary.duplicate_keys:
        rows = "row repeats" if summary.duplicate_keys == 1 else "rows repeat"
        lines.append(f"{summary.duplicate_keys:,} {rows} a key that stood before; every row was placed.")
    if summary.missing_keys:
        rows = "row has" if summary.missing_keys == 1 else "rows have"
        lines.append(f"{summary.missing_keys:,} {rows} no key; every row was placed.")
    return lines


def _cause(summary: Summary, ahead: int) -> str:
    """Return what most records that are ahead lack, where one thing stands out."""
    for counts, (one, all_, most) in (
        (summary.ahead_lacks, ("it lacks", "all lack", "most lack")),
        (summary.ahead_blockers, ("it does not meet", "none meets", "most do not meet")),
    ):
        if counts:
            name, count = max(counts.items(), key=lambda item: (item[1], item[0]))
            if count * 2 > ahead:
                return f": {one if ahead == 1 else all_ if count >= ahead else most} {_called(name)}"
    return ""


def _called(criterion: str) -> str:
    """Return a field or criterion in a sentence; the condition of a way itself has no name of its own."""
    return OWN_CONDITION if criterion == "when" else f"`{criterion}`"


def _matrix(summary: Summary, lifecycle: Lifecycle) -> list[str]:
    """Return a small table: stages by verdicts."""
    labels = {stage.name: stage.label for stage in lifecycle.stages}
    verdicts = [verdict for verdict in VERDICTS if any(seen == verdict for _, seen in summary.stages)]
    rows = [["stage", "records", *(VERDICTS[verdict] for verdict in verdicts)]]
    for stage in (*labels, None):
        counts = {verdict: count for (name, verdict), count in summary.stages.items() if name == stage}
        if counts:
            cells = [f"{counts.get(verdict, 0):,}" for verdict in verdicts]
            rows.append([labels[stage] if stage else "(nowhere)", f"{sum(counts.values()):,}", *cells])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]) for row in rows]


def _blocking(summary: Summary) -> list[str]:
    counts = Counter(summary.blockers)
    counts.update(summary.unknown)
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    return [
        f"{count:>9,}  {OWN_CONDITION if name == 'when' else name} (into {stage}{_owned(summary.owners.get(stage, ()))})"
        for (stage, name), count in top
    ]


def _owned(owners: tuple[str, ...]) -> str:
    return f", {' and '.join(owners)}" if owners else ""


def _top(counts: Mapping[str, int]) -> list[str]:
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    more = [f"{'':>9}  and {len(counts) - SHOWN} more"] if len(counts) > SHOWN else []
    return [f"{count:>9,}  {name}" for name, count in top] + more


def _list(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return ["", f"{title}:", *found] if found else []


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
