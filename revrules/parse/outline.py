"""A source into its outline: blocks, the items that they hold, the words of each, with every comment in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from revrules.parse.builders import BUILDERS
from revrules.parse.lexer import lex
from revrules.parse.machine import Halt, Machine
from revrules.parse.site import Site
from revrules.parse.tables import lalr_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.parse.lexer import Lexed, Token
    from revrules.source import Source, Span

DECLARATIONS = [
    "ruleset",
    "import_file",
    "file_owner",
    "team",
    "system",
    "list_of_items",
    "list_of_file",
    "enum_of_members",
    "ordered_of_members",
    "calendar",
    "allow",
    "entity",
    "define",
    "classify",
    "classify_table",
    "score",
    "rule",
    "lifecycle",
    "assertion",
    "example",
]
_CLAUSES = [
    "title",
    "steward",
    "currency",
    "timezone",
    "review_by",
    "fiscal_year",
    "days",
    "hours",
    "holidays",
    "holidays_file",
    "field",
    "relation",
    "owner",
    "means",
    "branch",
    "gives",
    "gives_outputs",
    "by_columns",
    "ignored_columns",
    "column_is",
    "any_case_of_columns",
    "otherwise",
    "score_line",
    "base",
    "when",
    "require",
    "message",
    "tracks",
    "stage",
    "entry",
    "from_stages",
    "from_any",
    "back_from",
    "requires",
    "stamped_by",
    "leave_within",
    "won",
    "lost",
    "probability",
    "forecast",
    "criterion",
    "named_group",
    "given",
    "expect",
    "given_field",
]
OPERAND_ENDS = frozenset(
    ["NAME", "INT", "DECIMAL", "PERCENT", "TEXT", "TRUTH", "DATE", "DATETIME", "TIME", "CLOCK", "UNIT", "RPAR"]
)
"""A value can end with these: a minus after one of them subtracts; it is read as ``NEGATIVE`` after anything else."""
_GROUPS = ("all_of", "any_of", "at_least_of", "bare_group")
_BEFORE_GROUP = frozenset(["COLON", "REQUIRES", "MEANS", "WHEN", "REQUIRE"])
"""After these a group of criteria is part of the item; anywhere else it is an item of its own."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; ``alone`` when it has its line for itself, ``after_blank`` when the line before is empty."""

    text: str
    alone: bool
    after_blank: bool


@dataclass(slots=True)
class Word:
    """A token as it is written and how it was read, with the comments before it."""

    text: str
    reading: str
    comments: tuple[Comment, ...]
    after_blank: bool


@dataclass(slots=True)
class Item:
    """A declaration, clause, field, criterion, …: ``kind`` is the name of its rule in the grammar."""

    kind: str
    parts: list[Word | Block] = field(default_factory=list)

    @property
    def first(self) -> Word:
        """The word that it starts with."""
        part = self.parts[0]
        return part.opening if isinstance(part, Block) else part


@dataclass(slots=True)
class Block:
    """``{ … }`` around items; ``closing`` is the mark that ends it, ``one_line`` when it was written on one line."""

    opening: Word
    items: list[Item]
    closing: Word
    one_line: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """The items of a file; ``end`` carries the comments after the last."""

    items: list[Item]
    end: Word


def outline(source: Source) -> Outline:
    """Return the outline of ``source``, which must be free of syntax errors."""
    lexed = lex(source)
    starts: dict[int, str] = {}
    machine = Machine(lalr_tables(), _recorders(starts), {}, Site(source.path, source.text, lexed.docs), lexed.tokens)
    halt = machine.run()
    assert halt is Halt.DONE, "only a source without syntax errors has an outline"
    return _Outliner(source.text, starts, machine.readings, _words(source, lexed, machine.readings)).outline(lexed.tokens)


def _recorders(starts: dict[int, str]) -> dict[str, Callable[..., object]]:
    """Builders that make nothing, but note where items start."""

    def recorder(name: str) -> Callable[..., object]:
        def record(site: Site, span: Span, *parts: object) -> None:
            starts[span.start] = name

        return record

    def record_field(site: Site, span: Span, *parts: object) -> None:
        """The clauses of a field are part of it, not items."""
        for start in list(takewhile(lambda start: start > span.start, reversed(starts))):
            del starts[start]
        starts[span.start] = "field"

    def ignore(site: Site, span: Span, *parts: object) -> None:
        """Everything that is no item."""

    recorded = {name: recorder(name) for name in (*DECLARATIONS, *_CLAUSES, *_GROUPS)}
    return {**dict.fromkeys(BUILDERS, ignore), **recorded, "field": record_field}


def _words(source: Source, lexed: Lexed, readings: list[str]) -> list[Word]:
    """The tokens with the comments before each, the end of the file last."""
    text = source.text
    words: list[Word] = []
    comments = iter([*lexed.comments, (len(text) + 1, 0)])
    comment = next(comments)
    before = 0
    for token, reading in zip(lexed.tokens, [*readings, "$END"], strict=True):
        found: list[Comment] = []
        while comment[0] < token.start or (reading == "$END" and comment[0] <= len(text)):
            gap = text[before : comment[0]]
            alone = "\n" in gap or before == 0
            found.append(Comment(text[comment[0] : comment[1]].rstrip(), alone, gap.count("\n") > 1))
            before = comment[1]
            comment = next(comments)
        blank = text.count("\n", before, token.start) > 1
        if reading == "MINUS" and (not words or words[-1].reading not in OPERAND_ENDS):
            reading = "NEGATIVE"
        words.append(Word(text[token.start : token.end], reading, tuple(found), blank))
        before = token.end
    return words


class _Outliner:
    """Builds the tree of blocks and items, token by token."""

    def __init__(self, text: str, starts: dict[int, str], readings: list[str], words: list[Word]) -> None:
        self.text = text
        self.starts = starts
        self.readings = readings
        self.words = words

    def outline(self, tokens: list[Token]) -> Outline:
        """Return the outline of all tokens."""
        top: list[Item] = []
        items = top
        open_marks: list[tuple[int, list[Item]] | None] = []
        for n, token in enumerate(tokens[:-1]):
            if self._is_item(n, token):
                items.append(Item(self.starts[token.start]))
            if token.text == "{" and self._is_item(n + 1, tokens[n + 1]):
                open_marks.append((n, items))
                items = []
                continue
            if token.text == "{":
                open_marks.append(None)
            elif token.text == "}" and (opened := open_marks.pop()) is not None:
                opening, outer = opened
                one_line = "\n" not in self.text[tokens[opening].start : token.start]
                outer[-1].parts.append(Block(self.words[opening], items, self.words[n], one_line))
                items = outer
                continue
            items[-1].parts.append(self.words[n])
        return Outline(top, self.words[-1])

    def _is_item(self, n: int, token: Token) -> bool:
        kind = self.starts.get(token.start)
        if kind is None:
            return False
        return kind not in _GROUPS or self.readings[n - 1] not in _BEFORE_GROUP
