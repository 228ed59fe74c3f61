"""The text of a file into its declarations without parsing: what is equal there means the same."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules import syntax
from revrules.compiler import compile_loaded
from revrules.diff.sketch import Sketches, folded, reached
from revrules.diff.terms import fingerprint, terms
from revrules.loading import load_text
from revrules.parse import parse
from revrules.source import Source

if TYPE_CHECKING:
    from revrules.diff.sketch import Piece

ROOT = Path(__file__).parent.parent
FILES = sorted(path for folder in ("rulesets", "examples") for path in (ROOT / folder).rglob("*.rev"))
DECLARED = (syntax.Define, syntax.Score, syntax.Classify, syntax.Rule, syntax.Lifecycle)
RULES = """team sales "Sales"
entity account key id { id text required  size integer 0..  score integer 0..100  kind enum { a, b } }
list lands { "DE", "FR" }
define big of account { owner sales means size >= 100 }
define good of account { owner sales means big and score >= 50 and kind in { a } }
classify band of account, first match { low when score < 20  high when good  otherwise middle }
score fit of account 0..100 { +50 when big  +20 when band = high }
rule known of account, warn { when good require size is known }
assert every account has size >= 0 because "it is a number }"
define lone of account { means size is known } # the end }
lifecycle revenue of account {
  stage lead { entry owner sales requires { there: size is known } }
  stage mql { owner sales from lead requires all of { good: good   points: fit >= 50 } }
}
example "a big one" of account as of 2026-01-01 { given { id = "A"  size = 200  score = 70  kind = a } expect stage mql }
"""


def pieces(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a text that can be told apart."""
    sketch = Sketches().of(text)
    assert sketch is not None
    return sketch.pieces


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_every_declaration_that_counts_by_its_name_is_found(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    file, _ = parse(Source(path.name, text))
    expected = sorted(each.name.text for each in file.declarations if isinstance(each, DECLARED))
    assert sorted(piece.name for piece in pieces(text) if piece.name is not None) == expected
    imports = [each.path.value for each in file.declarations if isinstance(each, syntax.Import)]
    sketch = Sketches().of(text)
    assert sketch is not None
    assert list(sketch.imports) == imports


def test_comments_and_layout_are_no_difference() -> None:
    sketches = Sketches()
    first = sketches.of(RULES)
    assert first is not None
    assert sketches.of("# a word\n" + RULES.replace(" {", "   # why {}\n  {") + "\n\n# the end") == first
    assert sketches.of(RULES.replace("size >= 100", "size>= 100")) != first
    assert sketches.of(RULES.replace(">= 100", ">= 101")) != first


@pytest.mark.parametrize(
    "text", ['define a of b { means c = "x }', "define a of b { means c = 'x' }", "define a of b {", "} define", "a `b"]
)
def test_what_only_the_parser_can_tell_is_left_to_it(text: str) -> None:
    assert Sketches().of(text) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("assert every a has size > 1 define big of a { means size > 1 }", [None]),
        ('classify band of a, first match from "t.csv"\ndefine big of a { means size > 1 }', [None]),
        ('classify band of a, first match from "t.csv" { gives band }\ndefine big of a { means size > 1 }', ["band", "big"]),
        ("team a\ndefine big of a { means size > 1 }", [None, "big"]),
        ("for team a define big of a { means size > 1 }", [None]),
        ("define `the big` of a { means size > 1 }define é of a{ means size > 1 }", ["the big", "é"]),
        ("assert every a has kind in { x }\n  and size > 1\nscore fit of a { +1 when size > 1 }", [None, None]),
    ],
)
def test_a_declaration_counts_by_its_name_only_where_it_stands_alone(text: str, names: list[str | None]) -> None:
    assert [piece.name for piece in pieces(text)] == names


def test_a_definition_that_only_a_table_names_counts() -> None:
    text = 'classify band of a, first match from "t.csv"  { gives band }\nscore fit_points of a { +1 when size > 1 }'
    names = {piece.name for piece in reached(pieces(text), ("band",), folded("Fit (points);band\n>= 1;low\n"))}
    assert names == {"band", "fit_points"}
    assert {piece.name for piece in reached(pieces(text), ("band",), "")} == {"band"}


def test_where_all_that_a_name_can_rest_on_is_written_alike_it_means_the_same() -> None:
    """Words of a ruleset are changed at random: equal sketches must not hide another meaning."""
    source = random.Random(7)
    words = [match.span() for match in re.finditer(r'"[^"\n]*"|[\w.]+|[<>=]+|[{},]', RULES)]
    whole = compile_loaded(load_text(RULES)).ruleset
    assert whole is not None
    sketches = Sketches()
    compiled = skipped = 0
    for _ in range(1_200):
        (start, end), (other, last) = source.choice(words), source.choice(words)
        word = source.choice([RULES[other:last], "", "100", "51"])
        text = RULES[:start] + word + RULES[end:]
        sketch, first = sketches.of(text), sketches.of(RULES)
        changed = compile_loaded(load_text(text))
        if sketch is None or first is None or changed.ruleset is None or list(changed.errors):
            continue
        compiled += 1
        for term in terms(whole):
            if reached(sketch.pieces, term.names, "") == reached(first.pieces, term.names, ""):
                skipped += 1
                assert fingerprint(changed.ruleset, term) == fingerprint(whole, term), (term, text)
    assert compiled > 40
    assert skipped > 400
