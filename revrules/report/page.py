"""A report into one page of HTML that needs nothing else: no network, no scripts."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from revrules import __version__
from revrules.render.cells import harmless
from revrules.render.changes.safe import summary as coded
from revrules.report import tasks
from revrules.report.funnel import funnel
from revrules.report.matrix import groups, matrix
from revrules.report.values import SAMPLES
from revrules.report.words import LOOKS, Names, few, look, moment, number, records, share
from revrules.tables.summary import plural

if TYPE_CHECKING:
    from jinja2 import Environment

    from revrules.report.values import Report

SHOWN = 12
"""Rows of a table of what can be done; the others are folded."""
LONGEST_VALUE = 120


def page(report: Report) -> str:
    """Return the page: the same bytes for the same report."""
    names = Names(report.ruleset, report.ruleset.lifecycle(report.summary.lifecycle))
    shown = groups(report, names)
    templates = _templates()
    style = templates.get_template("page.css").render().strip()
    text = templates.get_template("page.html").render(
        report=report,
        summary=report.summary,
        names=names,
        style=style,
        style_digest=b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        version=__version__,
        head=_head(report, names),
        figures=figures(report),
        funnel=funnel(report, names),
        matrix=matrix(report, names, shown),
        groups=shown,
        blockers=tasks.blockers(report, names),
        gaps=tasks.gaps(report, names),
        broken=tasks.broken(report, names),
        late=tasks.late(report, names),
        odd=tasks.odd(report, names),
        samples=SAMPLES,
        most=SHOWN,
    )
    return harmless(text) + "\n"


@dataclass(frozen=True, slots=True)
class Head:
    """Whose report this is: title, lifecycle, and the words for its records."""

    title: str
    lifecycle: str
    steward: str
    as_of: str
    thing: str
    things: str
    advance: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A verdict with its records; ``x`` and ``width`` are its part of the bar, 0 to 100; ``cause`` is what most of them lack."""

    verdict: str
    word: str
    mark: str
    says: str
    count: int
    share: str
    x: float
    width: float
    cause: str


def figures(report: Report) -> tuple[Figure, ...]:
    """Return the verdicts that occur, in their order; the records of all add up to the records placed."""
    summary = report.summary
    found, x = [], 0.0
    for verdict, shown in LOOKS.items():
        count = sum(n for (stage, seen), n in summary.stages.items() if look(stage, seen) == verdict)
        if count:
            width = 100 * count / summary.placed
            cause = _cause(report) if verdict == "ahead" else ""
            part = share(count, summary.placed)
            found.append(Figure(verdict, shown.word, shown.mark, shown.says, count, part, round(x, 3), round(width, 3), cause))
            x += width
    return tuple(found)


def _head(report: Report, names: Names) -> Head:
    ruleset, thing = report.ruleset, report.summary.entity.lower()
    steward = names.teams([ruleset.steward]) if ruleset.steward else ""
    return Head(
        ruleset.title or ruleset.name or "Placed records",
        names.lifecycle.label or names.lifecycle.name,
        steward,
        moment(report.as_of, ruleset.timezone),
        thing,
        plural(thing),
        report.mode == "advance",
    )


def _cause(report: Report) -> str:
    """Return what most records that are ahead of the evidence lack, where one thing stands out."""
    ahead = report.summary.verdict("ahead")
    for counts, verb in ((report.summary.ahead_lacks, "lack"), (report.summary.ahead_blockers, "do not meet")):
        if counts:
            name, count = max(counts.items(), key=lambda item: (item[1], item[0]))
            if count * 2 > ahead and name != "when":
                return f"{'All' if count >= ahead else f'{count:,} of {ahead:,}'} {verb} {name}."
    return ""


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("revrules.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=10,
    )
    found.filters["number"] = number
    found.filters["brief"] = _brief
    found.filters["coded"] = coded
    found.globals.update(records=records, share=share, few=few, looks=LOOKS)
    return found


def _brief(value: str) -> str:
    """Return a cell of an export as one short line."""
    line = " ".join(value.split())
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"
