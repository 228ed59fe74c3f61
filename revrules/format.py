"""A source into its text in the canonical layout; every word and comment stays, only white space changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from revrules.parse import parse
from revrules.parse.columns import columns
from revrules.parse.outline import Block, Item, Word, outline
from revrules.parse.spacing import chunks, flat, flat_block, needs_space, padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.parse.columns import Pads
    from revrules.parse.outline import Comment
    from revrules.source import Source

WIDTH = 120
"""Longer lines are wrapped where that is possible."""
GROUP_WIDTH = 100
"""A block that was written on one line stays there if the line is no longer than this."""
_STEP = "  "
_LONG_BRACES = 60
"""A list in braces that is longer than this, or holds comments, is opened when its line is too long."""


def format_source(source: Source) -> tuple[str | None, list[Diagnostic]]:
    """Return the text of ``source`` in the canonical layout; None, and what is wrong, where it has syntax errors."""
    _, problems = parse(source)
    if problems:
        return None, problems
    whole = outline(source)
    writer = _Writer()
    writer.items(whole.items, "", "file")
    writer.comments(whole.end.comments, "", at_start=not whole.items)
    return "".join(line.rstrip() + "\n" for line in writer.lines), []


class _Writer:
    """The lines so far. The last is open: a word or a comment that belongs on it is added to it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def items(self, items: list[Item], indent: str, kind: str) -> None:
        """Write the items of a block of ``kind``, each on lines of its own, at most one blank line between them."""
        was_tall = False
        for n, (item, pads) in enumerate(zip(items, columns(items, kind), strict=True)):
            written = _Writer()
            written.item(item, indent, pads)
            is_tall = len(written.lines) > 1
            leading = [comment for comment in item.first.comments if comment.alone]
            self.comments([comment for comment in item.first.comments if not comment.alone], indent, at_start=True)
            if n and ((kind == "file" and (is_tall or was_tall)) or _after_blank(item.first)):
                self.blank()
            self.comments(tuple(leading), indent, at_start=True)
            if leading and item.first.after_blank:
                self.blank()
            self.lines += written.lines
            was_tall = is_tall

    def item(self, item: Item, indent: str, pads: Pads) -> None:
        """Write one item: on one line where it fits and was not written taller, else wrapped, with its blocks opened."""
        most = GROUP_WIDTH if any(isinstance(part, Block) for part in item.parts) else WIDTH
        for columns_kept in (pads, dict(list(pads.items())[:1])):
            line = flat(item.parts, columns_kept)
            if line is not None and len(indent + line) <= most:
                self.lines.append(indent + line)
                return
        inner = indent if item.kind == _ELEMENTS else indent + _STEP * 2
        self.lines.append(indent)
        before: Word | None = None
        first = min(pads, default=0)
        done = 0
        for piece in _pieces(item, first):
            if isinstance(piece, Block):
                self.block(piece, before, indent, item.kind)
                before = piece.closing
                continue
            self.run(piece, before, inner)
            before = piece[-1]
            done += len(piece)
            if done == first:
                self.lines[-1] = padded(self.lines[-1], len(indent) + pads[first])

    def run(self, words: Sequence[Word], before: Word | None, inner: str) -> None:
        """Add words that stay together to the last line, or to a new one where that is too short."""
        self.inner_comments(words[0].comments, inner)
        text = flat(words) or ""
        is_fresh = not self.lines[-1].strip()
        space = " " if before is not None and not self.lines[-1].endswith(" ") and needs_space(before, words[0]) else ""
        if not is_fresh and len(self.lines[-1] + space + text) > WIDTH:
            self.lines.append(inner)
            space = ""
        self.lines[-1] += space + text

    def block(self, block: Block, before: Word | None, indent: str, kind: str) -> None:
        """Add a block to the last line: flat where it fits, else opened."""
        line = flat_block(block) if not block.opening.comments else None
        space = " " if before is not None and self.lines[-1].strip() and needs_space(before, block.opening) else ""
        if line is not None and len(self.lines[-1] + space + line) <= GROUP_WIDTH:
            self.lines[-1] += space + line
            return
        self.run([block.opening], before, indent + _STEP * 2)
        self.items(block.items, indent + _STEP, kind)
        self.comments(block.closing.comments, indent + _STEP, at_start=False)
        self.lines.append(indent + "}")

    def comments(self, comments: Sequence[Comment], indent: str, *, at_start: bool) -> None:
        """Write comments: on lines of their own, or where they follow something on its line, after it."""
        for n, comment in enumerate(comments):
            if not comment.alone and self.lines:
                self.lines[-1] += "  " + comment.text
                continue
            if comment.after_blank and not (at_start and n == 0):
                self.blank()
            self.lines.append(indent + comment.text)

    def inner_comments(self, comments: Sequence[Comment], inner: str) -> None:
        """Write comments in the middle of an item, and start a new line after them."""
        for comment in comments:
            if comment.alone and self.lines[-1].strip():
                self.lines.append(inner + comment.text)
            else:
                self.lines[-1] += ("  " if self.lines[-1].strip() else "") + comment.text
            self.lines.append(inner)

    def blank(self) -> None:
        """Write an empty line, unless there is one."""
        if self.lines and self.lines[-1]:
            self.lines.append("")


_ELEMENTS = "elements"


def _after_blank(word: Word) -> bool:
    """Whether a blank line stands before the comments before ``word``, or before it where there are none."""
    alone = [comment for comment in word.comments if comment.alone]
    return alone[0].after_blank if alone else word.after_blank


def _pieces(item: Item, column: int) -> list[list[Word] | Block]:
    """The parts of an item between which its lines may be broken, also before the part ``column``.

    The comments before the item are left out.
    """
    pieces: list[list[Word] | Block] = []
    words: list[Word] = []
    for n, part in enumerate(_opened(item.parts)):
        if n == column:
            pieces, words = [*pieces, *chunks(words)], []
        if isinstance(part, Word):
            words.append(part if n else replace(part, comments=()))
            continue
        pieces += [*chunks(words), part if n else replace(part, opening=replace(part.opening, comments=()))]
        words = []
    return [*pieces, *chunks(words)]


def _opened(parts: Sequence[Word | Block]) -> list[Word | Block]:
    """``parts`` with long or commented lists in braces as blocks, whose one item holds the elements."""
    result: list[Word | Block] = []
    start: int | None = None
    for part in parts:
        result.append(part)
        if isinstance(part, Block):
            start = None
        elif part.text == "{":
            start = len(result)
        elif part.text == "}" and start is not None:
            words = [word for word in result[start:-1] if isinstance(word, Word)]
            text = flat(words)
            if words and (text is None or len(text) > _LONG_BRACES or words[0].comments or part.comments):
                opening = result[start - 1]
                assert isinstance(opening, Word), "a brace is a word"
                result[start - 1 :] = [Block(opening, [Item(_ELEMENTS, list(words))], part, one_line=False)]
            start = None
    return result
