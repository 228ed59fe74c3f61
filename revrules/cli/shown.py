"""What the examples of a ruleset show and notice into text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.proofs.coverage import share
from revrules.proofs.goals import Chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from revrules.proofs.coverage import Coverage, Shown
    from revrules.proofs.mutants import Score
    from revrules.source import Source, Span

    Sources = Mapping[str, Source]

MOST_ROWS = 20
"""Rows of decision tables that are listed one by one."""


class Looked(NamedTuple):
    """A ruleset by name, and what its examples show and notice, as far as that was asked for."""

    ruleset: str
    coverage: Coverage | None = None
    score: Score | None = None

    @property
    def least(self) -> float:
        """The lower of the two percentages."""
        found = [each.percent for each in (self.coverage, self.score) if each is not None]
        return min(found, default=100.0)


def as_text(looked: Looked, sources: Sources, *, full: bool) -> Iterator[str]:
    """Yield lines: tables and what is proved to be impossible where it is ``full``, else what is missing alone."""
    if looked.coverage is not None:
        yield from _coverage(looked.ruleset, looked.coverage, sources, full=full)
    if looked.score is not None:
        yield from _score(looked.ruleset, looked.score, sources, full=full)


def _coverage(ruleset: str, coverage: Coverage, sources: Sources, *, full: bool) -> Iterator[str]:
    impossible = [each for each in coverage.shown if each.impossible]
    if full:
        more = f"; {len(impossible):,} more cannot be shown: proved" if impossible else ""
        verb = "shows" if coverage.examples == 1 else "show"
        yield f"{ruleset}: {_examples(coverage.examples)} {verb} {_of(coverage.shown)} ({coverage.percent:.1f} %){more}\n"
        yield from _table(coverage)
    for heading, goals in (
        ("not shown", [each for each in coverage.shown if each.open]),
        ("cannot be shown: proved", impossible),
    ):
        if full and goals:
            yield f"\n{heading}:"
        for each in _few(goals) if full else goals if heading == "not shown" else ():
            yield f"{'  ' if full else ''}{_place(each.goal.span, sources)}{each.goal.name}: {each.impossible or each.goal.lack}"
        if full and len(goals) > len(_few(goals)):
            yield f"  … and {len(goals) - len(_few(goals)):,} more rows of tables"
    if full:
        yield ""


def _few(goals: list[Shown]) -> list[Shown]:
    """Return the goals but for all rows of decision tables beyond the first ones."""
    rows = [each for each in goals if isinstance(each.goal.seen, Chosen)]
    left_out = {id(each) for each in rows[MOST_ROWS:]}
    return [each for each in goals if id(each) not in left_out]


def _table(coverage: Coverage) -> Iterator[str]:
    rows = [(section.title, _of(own), f"{share(own):.0f} %") for section, own in coverage.sections().items()]
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(3)]
    for title, shown, percent in rows:
        yield f"  {title.ljust(widths[0])}  {shown.rjust(widths[1])}  {percent.rjust(widths[2])}"


def _of(shown: tuple[Shown, ...]) -> str:
    possible = [each for each in shown if not each.impossible]
    return f"{sum(each.by is not None for each in possible):,} of {len(possible):,}"


def _score(ruleset: str, score: Score, sources: Sources, *, full: bool) -> Iterator[str]:
    if full:
        wrong = [trial for trial in score.trials if not trial.same]
        noticed = sum(trial.by is not None for trial in wrong)
        same = len(score.trials) - len(wrong)
        more = f"; {same:,} more make no difference: proved" if same else ""
        drawn = f"; {len(score.trials):,} drawn from {score.all:,}" if len(score.trials) < score.all else ""
        yield f"{ruleset}: the examples notice {noticed:,} of {len(wrong):,} mistakes ({score.percent:.1f} %){more}{drawn}"
        if score.survivors:
            yield "\nnot noticed:"
    for mutant in score.survivors:
        words = f"{mutant.where}: no example notices {mutant.words}"
        yield f"{'  ' if full else ''}{_place(mutant.span, sources)}{words}"
    if full:
        yield ""


def _examples(count: int) -> str:
    return f"{count:,} example{'' if count == 1 else 's'}"


def _place(span: Span | None, sources: Sources) -> str:
    if span is None or span.path not in sources:
        return ""
    place = sources[span.path].place(span.start)
    return f"{span.path}:{place.line}:{place.column}: "


# --- JSON --------------------------------------------------------------------------------------------------------


def coverage_as_json(looked: Looked, sources: Sources) -> dict[str, object]:
    """Return what the examples show: each goal with the example that shows it, or why none can."""
    coverage = looked.coverage
    assert coverage is not None, "it was asked for"
    goals = [
        {
            "in": each.goal.section.title,
            "name": each.goal.name,
            "state": each.goal.state,
            "place": _json_place(each.goal.span, sources),
            "shown_by": each.by,
            "impossible": each.impossible or None,
        }
        for each in coverage.shown
    ]
    sections = [
        {"name": section.title, "percent": round(share(own), 1), "goals": len(own)}
        for section, own in coverage.sections().items()
    ]
    return {"ruleset": looked.ruleset, "percent": round(coverage.percent, 1), "sections": sections, "goals": goals}


def score_as_json(looked: Looked, sources: Sources) -> dict[str, object]:
    """Return what the examples notice: each mistake with the example that notices it, or that it is none."""
    score = looked.score
    assert score is not None, "it was asked for"
    mutants = [
        {
            "in": trial.mutant.where,
            "mistake": trial.mutant.words,
            "place": _json_place(trial.mutant.span, sources),
            "noticed_by": trial.by,
            "makes_no_difference": trial.same,
        }
        for trial in score.trials
    ]
    return {"ruleset": looked.ruleset, "percent": round(score.percent, 1), "all": score.all, "mistakes": mutants}


def _json_place(span: Span | None, sources: Sources) -> dict[str, str | int] | None:
    if span is None or span.path not in sources:
        return None
    place = sources[span.path].place(span.start)
    return {"path": span.path, "line": place.line, "column": place.column}
