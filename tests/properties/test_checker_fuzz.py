"""The checker never raises, whatever is written: it answers with a ruleset or with errors that have places."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from revrules.check import check
from revrules.diagnostics import Severity
from revrules.load import load_text

ROOT = Path(__file__).parents[2]
TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`\n]*`|#[^\n]*|\d[\w.:+-]*\d|\w+|\.\.<?|[<>!]=|\s+|.')
KINDS = (
    r"\d.*",
    r'".*',
    r"(and|or|not|in|is|if|then|else|where|have|of|by|when|from|within|last|next|after|before|ago|more|less|than)",
    r"(boolean|integer|number|money|text|date|datetime|duration|enum)",
    r"(count|any|every|none|sum|min|max|latest|earliest|least|greatest|abs|days|hours|year|length|lower)",
    r"(day|week|month|quarter|year|hour|minute|second)s?",
    r"\w+",
    r"[-+*/<>=!.]+",
)


@cache
def corpus() -> tuple[tuple[str, ...], ...]:
    """Return the tokens of rulesets that use the whole language."""
    texts = re.findall(r"^```rev\n(.*?)^```$", (ROOT / "grammar" / "language.md").read_text(), re.DOTALL | re.MULTILINE)
    for page in sorted((ROOT / "tests" / "diagnostics").glob("*.md")):
        texts += re.findall(r"^```rev\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
    return tuple(tuple(TOKEN.findall(text)) for text in texts)


@cache
def words() -> dict[int, tuple[str, ...]]:
    """Return the tokens that occur, by kind."""
    found = {token for text in corpus() for token in text}
    return {kind: tuple(sorted(token for token in found if kind_of(token) == kind)) for kind in range(len(KINDS))}


def kind_of(token: str) -> int | None:
    """Return the number of the first pattern that a token matches."""
    return next((number for number, pattern in enumerate(KINDS) if re.fullmatch(pattern, token)), None)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw a ruleset with a few tokens replaced by others, mostly of their kind, dropped or doubled."""
    tokens = list(draw(st.sampled_from(corpus())))
    for _ in range(draw(st.integers(1, 6))):
        position = draw(st.integers(0, len(tokens) - 1))
        kind = kind_of(tokens[position])
        action = draw(st.sampled_from(("like", "like", "like", "like", "any", "drop", "double")))
        if action == "like" and kind is not None and words()[kind]:
            tokens[position] = draw(st.sampled_from(words()[kind]))
        elif action == "any":
            tokens[position] = draw(st.sampled_from(words()[draw(st.integers(0, len(KINDS) - 1))]))
        elif action == "drop":
            tokens[position] = " "
        elif action == "double":
            tokens[position] = f"{tokens[position]} {tokens[position]}"
    return "".join(tokens)


@settings(max_examples=400, deadline=None)
@given(mutated())
@example("")
@example("entity a { b enum { }")
def test_checking_any_text_ends_with_a_ruleset_or_with_placed_errors(text: str) -> None:
    loaded = load_text(text)
    ruleset, problems = check(loaded)
    diagnostics = [*loaded.diagnostics, *problems]
    assert (ruleset is None) == any(d.severity is Severity.ERROR for d in diagnostics)
    for diagnostic in diagnostics:
        assert diagnostic.message and "\n" not in diagnostic.message
        spans = [diagnostic.span, *(label.span for label in diagnostic.related), *(edit.span for edit in diagnostic.edits)]
        for span in spans:
            assert span is not None
            assert 0 <= span.start <= span.end <= len(loaded.sources[span.path].text)


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_checking_twice_gives_the_same(text: str) -> None:
    loaded = load_text(text)
    assert check(loaded) == check(loaded)
