"""Patterns: the same answers as Python's ``re`` on what both can say, in linear time, with clear words for the rest."""

from __future__ import annotations

import pickle
import re
import time
from random import Random

import pytest

from revrules.runtime import patterns
from revrules.runtime.patterns import PatternError, compile_pattern, matches

MARKS = ("a", "b", "c", ".", "[a-c]", "[^ab]", "\\.", "A", "é", "É", "[b-]", "[^a-z]", "\\\\", "-")
REPEATS = ("*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}")


def random_pattern(r: Random, depth: int) -> str:
    """Return a pattern of our subset."""
    chance = r.random()
    if depth == 0 or chance < 0.35:
        return r.choice(MARKS)
    if chance < 0.6:
        return random_pattern(r, depth - 1) + random_pattern(r, depth - 1)
    if chance < 0.75:
        return f"({random_pattern(r, depth - 1)}|{r.choice(('', random_pattern(r, depth - 1)))})"
    return f"({random_pattern(r, depth - 1)}){r.choice(REPEATS)}"


def as_python(pattern: str, any_case: bool) -> re.Pattern[str]:
    """Return the pattern for Python's engine, where only LF is a line end."""
    dots = re.sub(r"\\.|\.", lambda found: "[^\n\r]" if found[0] == "." else found[0], pattern)
    return re.compile(dots, re.IGNORECASE if any_case else 0)


def test_patterns_match_what_the_same_python_expressions_match() -> None:
    r = Random(7)
    for _ in range(3_000):
        pattern, any_case = random_pattern(r, r.randint(0, 3)), r.random() < 0.3
        ours, theirs = compile_pattern(pattern, any_case=any_case), as_python(pattern, any_case)
        for _ in range(8):
            text = "".join(r.choice("abcABé.É-\\\n\rx😀") for _ in range(r.randint(0, 7)))
            assert matches(ours, text) is bool(theirs.fullmatch(text)), (pattern, any_case, text)


def test_matching_is_linear_where_backtracking_explodes() -> None:
    pattern = compile_pattern("(a|a)*(a*)*b")
    start = time.process_time()
    assert not matches(pattern, "a" * 100_000)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("pattern", "position", "reason"),
    [
        ("a(b", 1, "this ( is never closed; write \\( for the character"),
        ("a)", 1, "this ) closes nothing; write \\) for the character"),
        ("[a", 0, "this [ is never closed; write \\[ for the character"),
        ("[]", 0, "an empty set; write \\] for the character"),
        ("[a[]", 2, "inside a set write \\[ for the character"),
        ("[z-a]", 1, "a range goes from the smaller character to the larger: a-z"),
        ("x]", 1, "this ] closes nothing; write \\] for the character"),
        ("*", 0, "nothing stands before * that it could repeat; write \\* for the character"),
        ("a**", 2, "one repetition after another; put the first one into ( )"),
        ("a*?", 2, "one repetition after another; put the first one into ( )"),
        ("a{2,1}", 1, "the larger count stands second: {1,2}"),
        ("a{x}", 1, "after { stands a count, as in {3}, {3,} or {3,5}; write \\{ for the character"),
        ("^a", 0, "the whole text has to match anyway; leave ^ out, or write \\^ for the character"),
        ("(?:a)", 0, "groups are plain: write ( … ) without ?"),
        ("\\d", 0, "\\d means different things on different engines; write [0-9]"),
        ("\\q", 0, "\\q means different things on different engines; write q alone"),
        ("a\\", 1, "after \\ stands the mark that is meant; write \\\\ for the character"),
        ("(" * 101 + ")" * 101, 100, "more than 100 groups inside one another"),
    ],
)
def test_a_text_that_is_no_pattern_is_told_where_and_what_would_be_right(pattern: str, position: int, reason: str) -> None:
    with pytest.raises(PatternError) as told:
        compile_pattern(pattern)
    assert (told.value.position, told.value.reason) == (position, reason)


@pytest.mark.parametrize(
    "pattern",
    [
        "a{1001}",
        "(a{0,1000}){0,1000}",
        ".*a.{12}",
        "(.{0,300}a){5}",
        "((((){1000}){1000}){1000}){1000}",
        "(((a{99}){99}){99}){99}",
    ],
)
def test_a_pattern_that_needs_too_many_states_is_refused_quickly(pattern: str) -> None:
    start = time.process_time()
    with pytest.raises(PatternError, match="needs more than 1,000 states"):
        compile_pattern(pattern)
    assert time.process_time() - start < 3


def test_a_pattern_may_need_just_the_states_that_are_allowed() -> None:
    assert len(compile_pattern("a{999}").moves) == patterns.MOST_STATES
    with pytest.raises(PatternError):
        compile_pattern("a{1000}")


def test_a_pattern_can_be_pickled_and_written_as_python() -> None:
    pattern = compile_pattern("[A-Z]{2}-[0-9]+|é.*", any_case=True)
    assert pickle.loads(pickle.dumps(pattern)) == pattern
    assert eval(repr(pattern), {"Pattern": patterns.Pattern}) == pattern


def test_random_texts_never_make_the_compiler_fail_otherwise() -> None:
    r = Random(11)
    for _ in range(5_000):
        text = "".join(r.choice("ab()[]{}|*+?.\\^$-,01é") for _ in range(r.randint(0, 12)))
        try:
            matches(compile_pattern(text), "ab")
        except PatternError as problem:
            assert 0 <= problem.position <= len(text), text
