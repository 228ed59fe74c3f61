"""The canonical layout: what it looks like, that it keeps every word and comment, that formatting twice is formatting once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from revrules.format import format_source
from revrules.parse import parse
from revrules.source import Source

ROOT = Path(__file__).resolve().parent.parent
DEFINITION = (ROOT / "grammar" / "language.md").read_text(encoding="utf-8")
RULESETS = sorted(file for folder in ("rulesets", "examples", "tests", "benchmarks") for file in (ROOT / folder).rglob("*.rev"))
TEXTS = [pytest.param(path.read_text(encoding="utf-8"), id=str(path.relative_to(ROOT))) for path in RULESETS]
TEXTS += [
    pytest.param(text, id=f"language.md {n}") for n, text in enumerate(re.findall(r"```rev\n(.*?)```", DEFINITION, re.DOTALL))
]


def formatted(text: str) -> str:
    result, problems = format_source(Source("rules.rev", text))
    assert problems == []
    assert result is not None
    return result


def comments(text: str) -> list[str]:
    """Return the comments of ``text`` (of texts in quotes none of these tests holds a ``#``)."""
    return [comment.rstrip() for comment in re.findall(r'^(?:[^"#\n]|"(?:[^"\\\n]|\\.)*")*(#.*)$', text, re.MULTILINE)]


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("text", TEXTS)
def test_every_ruleset_keeps_its_tree_and_words_and_comments(text: str) -> None:
    result = formatted(text)
    assert parse(Source("rules.rev", result)) == parse(Source("rules.rev", text))
    assert words(result) == words(text)
    assert comments(result) == comments(text)


@pytest.mark.parametrize("text", TEXTS)
def test_formatting_twice_is_formatting_once(text: str) -> None:
    result = formatted(text)
    assert formatted(result) == result


@pytest.mark.parametrize("text", TEXTS)
def test_a_ruleset_on_few_lines_is_laid_out_like_any_other(text: str) -> None:
    squeezed = re.sub(r"\n(?!\s*#)\s*", " ", re.sub(r"^\s*#.*\n|  #[^\"\n]*$", "", text, flags=re.MULTILINE))
    result = formatted(squeezed)
    assert formatted(result) == result
    assert parse(Source("rules.rev", result)) == parse(Source("rules.rev", squeezed))


def test_blocks_are_indented_and_what_belongs_together_stands_in_columns() -> None:
    assert formatted(
        """ruleset   acme{title "A" steward revops
        }
team sales "Sales"
team marketing "Marketing"
entity account key id{
id text required from crm
  employees   integer 1..   as "Employees"|"Staff" from crm owner marketing
}
define big of account { means all of { size: employees>=100
paying: -arr*2 < least( 1,2 ) and employees in 1 .. 5000 } }
score fit of account 0..100 { + 40 when employees in { 1,2 , 3 }
- 5 per count( meetings ) up to 20 }
"""
    ) == (
        """ruleset acme {
  title    "A"
  steward  revops
}

team sales     "Sales"
team marketing "Marketing"

entity account key id {
  id         text required                         from crm
  employees  integer 1.. as "Employees" | "Staff"  from crm  owner marketing
}

define big of account {
  means all of {
    size:    employees >= 100
    paying:  -arr * 2 < least(1, 2) and employees in 1..5000
  }
}

score fit of account 0..100 {
  +40 when employees in { 1, 2, 3 }
  -5 per count(meetings) up to 20
}
"""
    )


def test_a_short_group_stays_on_its_line_and_a_tall_one_stays_tall() -> None:
    short = "define a of e { means all of { x: b is known   y: c > 1 } }\n"
    tall = "define a of e {\n  means all of {\n    x:  b is known\n    y:  c > 1\n  }\n}\n"
    assert formatted(short) == short
    assert formatted(tall) == tall


def test_a_group_that_is_too_long_for_its_line_is_opened() -> None:
    long = "define a of e { means all of { x: " + " and ".join(f"condition_{n} is known" for n in range(4)) + "   y: c > 1 } }\n"
    assert formatted(long).startswith("define a of e {\n  means all of {\n    x:  condition_0 is known and ")


def test_a_line_that_is_too_long_is_wrapped_before_a_word_that_joins() -> None:
    result = formatted("define a of e { means " + " and ".join(f"condition_{n} is known" for n in range(12)) + " }\n")
    lines = result.splitlines()
    assert all(len(line) <= 120 for line in lines)
    assert all(line.startswith("      and ") for line in lines[2:-1])


def test_at_most_one_blank_line_stays() -> None:
    assert formatted("\n\nteam a\n\n\n\nteam b\nteam c\n\n\n") == "team a\n\nteam b\nteam c\n"


def test_comments_stay_where_they_are() -> None:
    text = """# at the start

## Documentation.
lifecycle r of account {  # after a brace
  # before a clause
  tracks claimed  # after a clause

  stage lead {
    entry
    requires all of {
      # before a criterion
      a: b is known  # after a criterion
      # before the end
    }
    # at the end of a block
  }
}

list l {
  "a",  # one
  # two
  "b"
}
# at the end
"""
    result = formatted(text)
    assert comments(result) == comments(text)
    for line in (
        "lifecycle r of account {  # after a brace",
        "  tracks claimed  # after a clause",
        "    # at the end of a block",
        '  "a",  # one',
    ):
        assert line in result.splitlines()
    assert result.endswith("}\n# at the end\n")
    assert formatted(result) == result


def test_a_comment_in_the_middle_of_a_condition_stays_there() -> None:
    result = formatted("define a of e {\n  means b is known and # why\n c > 1 # because\n}\n")
    assert result == "define a of e {\n  means b is known and  # why\n      c > 1  # because\n}\n"
    assert formatted(result) == result


def test_quoted_names_parentheses_and_spellings_stay() -> None:
    text = 'define `for` of e { means (`in` = 1_000) and x = 20% and t = "a\\u{20AC}" }\n'
    assert formatted(text) == text


def test_an_empty_file_stays_empty() -> None:
    assert formatted("") == ""
    assert formatted("\n \n") == ""
    assert formatted("# only a comment") == "# only a comment\n"


def test_a_file_with_a_syntax_error_is_refused() -> None:
    text, problems = format_source(Source("rules.rev", "team"))
    assert text is None
    assert len(problems) == 1
