"""Labelled places of one file into its source lines with carets below."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from revrules.render.cells import Paint, one_line, paint, shown, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.source import Source, Span

LINE_WIDTH = 120
"""Cells of a source line that are shown; a longer line is cut around its marks."""
CUT = "…"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to be marked: with carets if ``primary``, else with dashes, followed by ``label``."""

    span: Span
    label: str
    primary: bool


class Piece(NamedTuple):
    """The part of a mark that lies on one line: characters ``start`` up to, not including, ``end`` (at least one wide)."""

    line: int
    start: int
    end: int
    label: str
    primary: bool


def snippet(source: Source, marks: Sequence[Mark], *, gutter: int, accent: Paint, color: bool) -> list[str]:
    """Return the lines of ``source`` that ``marks`` touch, each with its number and its marks below.

    A mark over several lines is drawn on its first and its last line. ``gutter`` is the width of the line numbers.
    """
    pieces = sorted(piece for mark in marks for piece in _pieces(source, mark))
    lines: list[str] = []
    for line, group in groupby(pieces, key=lambda piece: piece.line):
        text = source.line_text(line)
        for together, (low, high) in _windows(text, list(group)):
            number = paint(f"{line:>{gutter}} |", Paint.FRAME, color)
            cut_left, cut_right = CUT if low > 0 else "", CUT if high < len(text) else ""
            lines.append(f"{number} {cut_left}{shown(text[low:high])}{cut_right}".rstrip())
            margin = paint(f"{'':>{gutter}} |", Paint.FRAME, color)
            cells = [_cells(text, piece, low, len(cut_left)) for piece in together]
            lines += [f"{margin} {row}" for row in _rows(cells, accent=accent, color=color)]
    return lines


def _pieces(source: Source, mark: Mark) -> Iterator[Piece]:
    size = len(source.text)
    start = min(max(mark.span.start, 0), size)
    end = min(max(mark.span.end, start), size)
    first = source.place(start)
    last = source.place(max(end - 1, start))
    if first.line == last.line:
        column = first.column - 1
        length = max(1, min(end, start + len(source.line_text(first.line)) - column) - start)
        yield Piece(first.line, column, column + length, mark.label, mark.primary)
        return
    yield Piece(first.line, first.column - 1, max(len(source.line_text(first.line).rstrip()), first.column), "", mark.primary)
    text = source.line_text(last.line)
    indent = min(len(text) - len(text.lstrip()), last.column - 1)
    yield Piece(last.line, indent, max(last.column, indent + 1), mark.label, mark.primary)


def _windows(text: str, pieces: list[Piece]) -> Iterator[tuple[list[Piece], tuple[int, int]]]:
    """Return groups of pieces that can be shown together, each with the characters of ``text`` to show."""
    if len(text) <= LINE_WIDTH and width(shown(text)) <= LINE_WIDTH:
        yield pieces, (0, len(text))
        return
    while pieces:
        low = max(0, pieces[0].start - LINE_WIDTH // 4)
        high = min(len(text), low + LINE_WIDTH)
        together = [piece for piece in pieces if piece.start <= high]
        yield [piece._replace(end=min(piece.end, high + 1)) for piece in together], (low, high)
        pieces = pieces[len(together) :]


class Cells(NamedTuple):
    """A piece in cells of the terminal, counted from the left end of the shown text."""

    start: int
    end: int
    label: str
    primary: bool


def _cells(text: str, piece: Piece, low: int, shift: int) -> Cells:
    start = shift + width(shown(text[low : piece.start]))
    return Cells(start, start + max(1, width(shown(text[piece.start : piece.end]))), one_line(piece.label), piece.primary)


def _rows(cells: list[Cells], *, accent: Paint, color: bool) -> Iterator[str]:
    """Return the row of carets and dashes, with the last label beside it, then a row for each other label, right to left."""
    row: list[tuple[str, Paint]] = [(" ", Paint.FRAME)] * max(cell.end for cell in cells)
    for cell in sorted(cells, key=lambda cell: cell.primary):
        drawn = ("^", accent) if cell.primary else ("-", Paint.RELATED)
        row[cell.start : cell.end] = [drawn] * (cell.end - cell.start)
    beside = max(cells, key=lambda cell: (cell.end, cell.start))
    others = sorted((cell for cell in cells if cell is not beside and cell.label), key=lambda cell: cell.start)
    label = f" {_label(beside, accent, color)}" if beside.label else ""
    yield _painted(row, color) + label
    while others:
        last = others.pop()
        stems: list[tuple[str, Paint]] = [(" ", Paint.FRAME)] * last.start
        for cell in others:
            if cell.start < last.start:
                stems[cell.start] = ("|", accent if cell.primary else Paint.RELATED)
        yield _painted(stems, color) + _label(last, accent, color)


def _label(cell: Cells, accent: Paint, color: bool) -> str:
    return paint(cell.label, accent if cell.primary else Paint.RELATED, color)


def _painted(row: list[tuple[str, Paint]], color: bool) -> str:
    runs = (("".join(drawn for drawn, _ in run), tint) for tint, run in groupby(row, key=lambda cell: cell[1]))
    return "".join(text if text.isspace() else paint(text, tint, color) for text, tint in runs)
