"""Mistakes are found at their place, in words that help, and the rest of the file is read; nothing makes the parser fail."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from revrules import syntax
from revrules.format import format_source
from revrules.parse import parse
from revrules.source import Source

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic

GOOD = """entity account key id {
  id text required
  n integer
}
lifecycle r of account {
  tracks id
  stage lead {
    entry
    owner marketing
    requires all of { reachable: id is known  big: n > 5 }
  }
  stage customer {
    owner sales
    from lead
    won
  }
}
team sales "Sales"
"""


def problems(text: str) -> list[Diagnostic]:
    return parse(Source("rules.rev", text))[1]


def only_problem(text: str) -> Diagnostic:
    found = problems(text)
    assert len(found) == 1, [problem.message for problem in found]
    return found[0]


def shown(text: str, problem: Diagnostic) -> str:
    assert problem.span is not None
    return text[problem.span.start : problem.span.end]


@pytest.mark.parametrize(
    ("before", "after", "place", "message"),
    [
        ("    entry\n", "    entri\n", "entri", "`entri` cannot stand here: did you mean `entry`?"),
        ("owner sales", "owner", "owner", "a name is missing after `owner`: `from` is a word of the language"),
        ("stage lead {", "stage {", "{", "a name is missing before `{`"),
        ("stage lead {", "stage lead", "lead", "`{` is missing after `lead`"),
        ("n > 5", "n >", "big", None),
        ("n > 5", "if n > 5", "}", "`}` cannot stand here: expected `then` or `and` or `or`"),
        ("id text required", "id txt", "txt", "`txt` cannot stand here: did you mean `text`?"),
        ("team sales", "teams sales", "teams", "`teams` cannot stand here: did you mean `team`?"),
        ("won\n", "won\n    means n > 5\n", "means", None),
    ],
)
def test_a_message_says_what_would_be_right(before: str, after: str, place: str, message: str | None) -> None:
    assert before in GOOD
    text = GOOD.replace(before, after, 1)
    problem = only_problem(text)
    if message is not None:
        assert problem.message == message
        assert shown(text, problem) == place


def test_a_missing_brace_is_shown_where_it_was_opened() -> None:
    text = GOOD.replace("    won\n  }\n", "    won\n", 1)
    problem = only_problem(text)
    assert problem.code == "REV102"
    assert text[: problem.span.start].endswith("stage customer ")  # type: ignore[union-attr]  # it has a place


def test_a_repeated_clause_names_both_places() -> None:
    text = GOOD.replace("    won\n", "    won\n    owner finance\n", 1)
    problem = only_problem(text)
    assert shown(text, problem) == "owner finance"
    assert [text[label.span.start : label.span.end] for label in problem.related] == ["owner sales"]


def test_an_edit_of_a_problem_mends_it() -> None:
    for good, bad in (
        ("n > 5", "n == 5"),
        ("all of", "All of"),
        ("id is known", "id is not null"),
        ("n integer", "n integr"),
        ("entry", "entri"),
    ):
        text = GOOD.replace(good, bad, 1)
        (edit,) = only_problem(text).edits
        assert problems(text[: edit.span.start] + edit.replacement + text[edit.span.end :]) == []


def test_what_is_right_around_a_mistake_is_read() -> None:
    file, found = parse(Source("rules.rev", GOOD.replace("n > 5", "n >", 1)))
    assert len(found) == 1
    lifecycle = file.declarations[1]
    assert isinstance(lifecycle, syntax.Lifecycle)
    assert [stage.name.text for stage in lifecycle.stages] == ["lead", "customer"]
    requires = lifecycle.stages[0].requires
    assert isinstance(requires, syntax.CriteriaGroup)
    assert [member.name.text for member in requires.members if member.name] == ["reachable"]


def test_ten_mistakes_are_ten_errors() -> None:
    block = GOOD.replace("n > 5", "n > > 5", 1)
    assert [problem.code for problem in problems(block * 10)] == ["REV101"] * 10


# --- limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 10_000 + "n > 5" + ")" * 10_000,
        "(" * 10_000,
        "not " * 10_000 + "n > 5",
        "- " * 10_000 + "n > 5",
        "if n > 5 then " * 10_000 + "n > 5",
        "all of { a: " * 10_000,
        "least(" * 10_000,
        " + ".join(["n"] * 10_000) + " > 5",
    ],
    ids=["parentheses", "open parentheses", "not", "minus", "if", "groups", "calls", "sum"],
)
def test_nesting_has_a_limit_with_one_clean_error(condition: str) -> None:
    started = time.perf_counter()
    found = problems(f"define d of account {{\n means {condition}\n}}\n{GOOD}")
    assert [problem.code for problem in found] == ["REV120"]
    assert time.perf_counter() - started < 5


def test_a_hundred_levels_are_allowed() -> None:
    assert problems("define d of account { means " + "(" * 98 + "n > 5" + ")" * 98 + " }") == []


@pytest.mark.parametrize("seed", range(3))
def test_five_megabytes_of_random_bytes_are_refused_quickly(seed: int) -> None:
    text = random.Random(seed).randbytes(5_000_000).decode("utf-8", "replace")
    started = time.perf_counter()
    assert [problem.code for problem in problems(text)] == ["REV122"]
    assert time.perf_counter() - started < 10


def test_text_that_is_no_ruleset_gives_a_bounded_number_of_problems() -> None:
    started = time.perf_counter()
    found = problems("\n".join(f"team team {{ stage '{n}' == && ;" for n in range(100_000)))
    assert len(found) <= 110
    assert "REV123" in {problem.code for problem in found}
    assert time.perf_counter() - started < 20


def test_a_file_has_a_largest_size() -> None:
    assert [problem.code for problem in problems("#" * (4 * 1024 * 1024 + 1))] == ["REV121"]


def test_a_number_has_a_largest_length() -> None:
    assert [problem.code for problem in problems(f"define d of account {{ means n > {'9' * 5_000} }}")] == ["REV124"]


def test_ten_thousand_lines_are_read_in_time() -> None:
    text = "".join(GOOD.replace("account", f"account_{n}") for n in range(560))
    assert text.count("\n") > 10_000
    started = time.perf_counter()
    assert problems(text) == []
    assert time.perf_counter() - started < 3


def test_a_file_with_a_mistake_is_refused_by_the_formatter() -> None:
    text, found = format_source(Source("rules.rev", GOOD.replace("n > 5", "n == 5", 1)))
    assert text is None
    assert [problem.code for problem in found] == ["REV106"]
