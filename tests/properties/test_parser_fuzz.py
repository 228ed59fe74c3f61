"""The parser and the formatter over texts that nobody would write: no text makes them raise, and every answer is sound."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revrules.format import format_source
from revrules.parse import parse
from revrules.parse.lexer import lex
from revrules.parse.tables import lalr_tables
from revrules.parse.vocabulary import MARKS, spellings
from revrules.source import Source

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = (ROOT / "grammar" / "language.md").read_text(encoding="utf-8")
RULESETS = [text for text in re.findall(r"```rev\n(.*?)```", DEFINITION, re.DOTALL) if len(text) > 1_000]
DECLARATIONS = [block for text in RULESETS for block in re.split(r"\n(?=\S)(?!\})", text) if block.strip()]
WORDS = sorted({word for terminal in lalr_tables().terminals for word in spellings(terminal.name)})
ODD = [
    "==",
    "&&",
    "||",
    "!",
    "<>",
    "'x'",
    "“x”",
    '"open',
    "`open",
    "11/21/2026",
    "2026-02-30",
    ";",
    "$",
    "AND",
    "null",
    "\t",
    "\u200b",
    "# c\n",
    "## d\n",
]
TOKENS = st.sampled_from(
    [*WORDS, *MARKS.values(), "name", "`or`", '"text"', "5", "0.5", "20%", "2026-11-21", "09:00", "\n", *ODD]
)


def check(text: str) -> None:
    """Assert all that must hold for any text."""
    source = Source("rules.rev", text)
    file, problems = parse(source)
    assert parse(source) == (file, problems)
    assert len(problems) <= 110
    for problem in problems:
        assert problem.span is not None
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        assert problem.message
        assert "\n" not in problem.message
    result, refused = format_source(source)
    assert refused == problems
    assert (result is None) == bool(problems)
    if result is not None:
        again = Source("rules.rev", result)
        assert parse(again) == (file, [])
        assert format_source(again) == (result, [])
        assert re.sub(r"\s", "", result) == re.sub(r"\s", "", text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    check(text)


@settings(max_examples=250, deadline=None)
@given(st.lists(TOKENS, max_size=40).map(" ".join))
def test_a_soup_of_words_is_answered(text: str) -> None:
    check(text)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A valid ruleset with up to four words left out, doubled, exchanged, or replaced."""
    text = draw(st.sampled_from(DECLARATIONS)) + "\n" + draw(st.sampled_from(DECLARATIONS))
    for _ in range(draw(st.integers(1, 4))):
        tokens = lex(Source("rules.rev", text)).tokens
        here, there = draw(st.sampled_from(tokens)), draw(st.sampled_from(tokens))
        word, other = text[here.start : here.end], text[there.start : there.end]
        replacement = draw(st.sampled_from(["", f"{word} {word}", other, f"{other} {word}", word[1:], word.upper(), word + "\n"]))
        text = text[: here.start] + replacement + text[here.end :]
    return text


@settings(max_examples=250, deadline=None)
@given(mutations())
def test_a_damaged_ruleset_is_answered(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(
    st.permutations(DECLARATIONS), st.integers(1, 6), st.sampled_from([" ", "\n", "\n\n\n", "  # c\n", "\n# c\n", "\n## d\n\n"])
)
def test_any_layout_of_declarations_has_one_canonical_layout(blocks: list[str], count: int, gap: str) -> None:
    text = gap.join(re.sub(r"[ \t]+", " ", block) if count % 2 else block for block in blocks[:count])
    check(text)


@pytest.mark.parametrize("text", RULESETS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_comments_between_any_two_words_are_kept(text: str, data: st.DataObject) -> None:
    tokens = lex(Source("rules.rev", text)).tokens
    places = sorted(data.draw(st.sets(st.sampled_from([token.start for token in tokens]), min_size=1, max_size=5)), reverse=True)
    for number, place in enumerate(places):
        comment = data.draw(st.sampled_from([f"# c{number}\n", f"\n# c{number}\n", f"\n\n## c{number}\n\n"]))
        text = text[:place] + comment + text[place:]
    check(text)
