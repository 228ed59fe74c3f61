"""A report into its matrix: what the CRM declares against what the evidence supports, with sample records for each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.outline import outline
from revrules.report.values import Cell
from revrules.report.words import LOOKS, look, share
from revrules.words import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules.outline import Outline
    from revrules.report.values import Report, Sample
    from revrules.report.words import Names

MOST_RECORDS = 300
"""Sample records on a page: with many cells each shows fewer."""
ALL_STAGES = 12
"""Up to so many stages the matrix has a row and a column for each; beyond, only for those where records are."""
LONGEST_REASON = 160
WORST_FIRST = ("ahead", "elsewhere", "nowhere", "behind", "cannot_tell", "undeclared", "in_stage", "placed")


@dataclass(frozen=True, slots=True)
class Entry:
    """Records of one verdict in a cell of the matrix; ``link`` is the id of their samples, empty without any."""

    verdict: str
    word: str
    mark: str
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A declared stage; ``cells`` hold their entries by column, mostly one or none."""

    label: str
    cells: tuple[tuple[Entry, ...], ...]
    on_diagonal: int
    total: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of what the CRM declares, columns of what the evidence supports. ``left_out``: stages without any record."""

    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[int, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence, and what is listed below it: items with a remark each, which may be empty."""

    text: str
    listed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample record: its key, its line, the reason in brief, all of it in words."""

    key: str
    line: int
    reason: str
    words: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The sample records of a cell."""

    cell: Cell
    link: str
    declared: str
    stage: str
    verdict: str
    word: str
    mark: str
    count: int
    share: str
    samples: tuple[Shown, ...]


def groups(report: Report, names: Names) -> tuple[Group, ...]:
    """Return the cells with samples, disagreement first, then by the number of records; ``link`` is the id of each."""
    place = {verdict: at for at, verdict in enumerate(WORST_FIRST)}
    position = {stage.name: at for at, stage in enumerate(names.stages)}

    def by_weight(cell: Cell) -> tuple[int, int, int, int]:
        return (
            place[look(cell.stage, cell.verdict)],
            -report.cells.get(cell, 0),
            position.get(cell.declared or "", -1),
            position.get(cell.stage or "", -1),
        )

    cells = sorted((cell for cell, samples in report.samples.items() if samples), key=by_weight)[:MOST_RECORDS]
    each = max(1, MOST_RECORDS // max(1, len(cells)))
    shape = outline(report.ruleset)
    return tuple(_group(report, names, shape, cell, f"cell-{at}", each) for at, cell in enumerate(cells, 1))


def matrix(report: Report, names: Names, shown: Sequence[Group]) -> Matrix | None:
    """Return the matrix; None for a lifecycle that tracks no stage. ``shown`` are the groups that cells link to."""
    if names.lifecycle.tracks is None:
        return None
    links = {group.cell: group.link for group in shown}
    declared = _with_records(names, (cell.declared for cell in report.cells))
    supported = _with_records(names, (cell.stage for cell in report.cells))
    rows = []
    for claim in declared:
        cells = tuple(tuple(_entries(report, links, claim, stage)) for stage in supported)
        diagonal = supported.index(claim) if claim is not None and claim in supported else -1
        total = sum(entry.count for entries in cells for entry in entries)
        rows.append(MatrixRow(names.stage(claim), cells, diagonal, total))
    totals = tuple(sum(e.count for row in rows for e in row.cells[at]) for at in range(len(supported)))
    left_out = len(names.stages) - len({name for name in (*declared, *supported) if name is not None})
    return Matrix(tuple(map(names.stage, supported)), tuple(rows), totals, left_out)


def _with_records(names: Names, seen: Iterable[str | None]) -> list[str | None]:
    """Return the stages that have a row or column, in the order of the graph; None last, if it occurs."""
    found = set(seen)
    known: list[str | None] = [stage.name for stage in names.stages]
    chosen = known if len(known) <= ALL_STAGES else [name for name in known if name in found]
    return [*chosen, *([None] if None in found else [])]


def _entries(report: Report, links: Mapping[Cell, str], claim: str | None, stage: str | None) -> Iterator[Entry]:
    for verdict, shown in LOOKS.items():
        cell = Cell(claim, stage, verdict)
        if count := report.cells.get(cell, 0):
            yield Entry(verdict, shown.word, shown.mark, count, links.get(cell, ""))


def _group(report: Report, names: Names, shape: Outline, cell: Cell, link: str, each: int) -> Group:
    name = look(cell.stage, cell.verdict)
    shown, count = LOOKS[name], report.cells.get(cell, 0)
    samples = tuple(_shown(names, shape, sample) for sample in report.samples[cell][:each])
    return Group(
        cell, link, names.stage(cell.declared), names.stage(cell.stage), name, shown.word, shown.mark, count,
        share(count, report.summary.placed), samples,
    )  # fmt: skip


def _shown(names: Names, shape: Outline, sample: Sample) -> Shown:
    words = tuple(map(_paragraph, in_words(shape, sample.placement, sample.key).strip().split("\n\n")))
    return Shown(sample.key or "no key", sample.line, _reason(names, sample, words), words)


def _paragraph(text: str) -> Paragraph:
    """Return a paragraph of words as its sentence and what it lists.

    >>> _paragraph("To reach Won:\\n  - signed is not met\\n      Both have signed.")
    Paragraph(text='To reach Won:', listed=(('signed is not met', 'Both have signed.'),))
    """
    lines = text.split("\n")
    items: list[tuple[str, str]] = []
    head: list[str] = []
    for line in lines:
        if line.startswith("  - "):
            items.append((line[4:], ""))
        elif line.startswith("      ") and items:
            items[-1] = (items[-1][0], line.strip())
        else:
            head.append(line)
    return Paragraph(" ".join(head), tuple(items))


def _reason(names: Names, sample: Sample, words: Sequence[Paragraph]) -> str:
    """Return in a few words why the record stands where it does: what it lacks, or what it has met."""
    placement = sample.placement
    if placement.verdict == "cannot_tell":
        return _cut(f"missing: {', '.join(placement.missing)}")
    if placement.verdict in ("in_stage", "behind", "elsewhere", None) and placement.path:
        return _cut(f"meets what it takes for {' → '.join(map(names.stage, placement.path))}")
    lacking = [item for paragraph in words if paragraph.text.startswith("To reach ") for item, _ in paragraph.listed]
    if not lacking:
        return ""
    return _cut(lacking[0]) + (f", and {len(lacking) - 1} more" if len(lacking) > 1 else "")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"
