"""The terminals of the grammar into words for people, and back."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from revrules.parse.tables import END, lalr_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = frozenset(["NAME", "CRITERION_NAME", "FIELD_NAME", "BRANCH_NAME", "GIVEN_NAME"])
MARKS = {
    "LBRACE": "{", "RBRACE": "}", "LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "COMMA": ",", "COLON": ":", "DOT": ".",
    "EQUAL": "=", "TIMES": "*", "DIVIDED": "/", "PLUS": "+", "MINUS": "-", "VBAR": "|", "RANGE": "..", "__ANON_0": "..",
}  # fmt: skip
DECLARATIONS = (
    "ruleset", "import", "team", "system", "list", "enum", "ordered", "calendar",
    "entity", "define", "classify", "score", "rule", "lifecycle",
    "assert", "example", "allow", "for",
)  # fmt: skip
PLACES = {
    "stage": "a lifecycle", "tracks": "a lifecycle",
    "entry": "a stage", "requires": "a stage", "stamped": "a stage", "leave": "a stage", "probability": "a stage",
    "forecast": "a stage", "won": "a stage", "lost": "a stage", "back": "a stage", "from": "a stage or a field",
    "means": "a definition (`define`)", "otherwise": "a classification (`classify`)", "base": "a score",
    "gives": "a classification from a table", "column": "a classification from a table",
    "ignore": "a classification from a table",
    "require": "a rule", "message": "a rule", "given": "an example", "expect": "an example", "steward": "the header (`ruleset`)",
    "currency": "the header (`ruleset`)", "review": "the header (`ruleset`)", "fiscal": "the header (`ruleset`)",
    "title": "the header (`ruleset`)", "timezone": "the header (`ruleset`) or a calendar", "holidays": "a calendar",
    "days": "a calendar", "hours": "a calendar", "owner": "a field, definition, classification, score, rule or stage",
    "was": "the head of a declaration, after the name and the label",
    **dict.fromkeys(DECLARATIONS, "the file itself, outside other declarations"),
}  # fmt: skip
"""Where each clause belongs."""

_KINDS = {
    "CRITERION_NAME": "a criterion (`name: condition`)",
    "TEXT": 'a text in `"`',
    "UNIT": "a unit such as `days`",
    "DATE": "a date such as `2026-11-21`",
    "DATETIME": "a date such as `2026-11-21`",
    "TIME": "a time such as `09:00`",
    "SIMPLE_TYPE": "a type such as `text` or `integer`",
    "COMPARE": "a comparison such as `=` or `>=`",
    "POINT_SIGN": "a line such as `+10 when …`",
    "QUANTIFIER": "`every`, `no` or `some`",
    "RELATION": "`after`, `before` or `of`",
    "BEFORE_OR_AFTER": "`after` or `before`",
    "LEAST_OR_MOST": "`least` or `most`",
    "MORE_OR_LESS": "`more than` or `less than`",
    "ONE_OR_MANY": "`one` or `many`",
    "STATE": "`true`, `false`, `unknown`, `known` or `missing`",
    "PERIOD": "a period such as `this quarter`",
    "_FOR_TEAM": "`for team`",
    END: "the end of the file",
    **dict.fromkeys(("NAME", "FIELD_NAME", "BRANCH_NAME", "GIVEN_NAME"), "a name"),
    **dict.fromkeys(("INT", "DECIMAL", "PERCENT"), "a number"),
    **dict.fromkeys(("TRUTH",), "`true` or `false`"),
    **dict.fromkeys(("_ALL_OF", "_ANY_OF", "_AT_LEAST_OF"), "a group such as `all of { … }`"),
}
_DECLARING = frozenset(name.upper() for name in DECLARATIONS) | {"_FOR_TEAM"}
_STARTS_VALUE = frozenset(["NAME", "LPAR", "CLOCK"])
_OF_VALUES = frozenset(
    [
        "NAME",
        "INT",
        "DECIMAL",
        "PERCENT",
        "TEXT",
        "TRUTH",
        "DATE",
        "DATETIME",
        "CLOCK",
        "TALLY",
        "TOTAL",
        "PICK",
        "_EVERY",
        "_START",
        "_DATE_WORD",
        "LPAR",
        "MINUS",
        "NOT",
        "IF",
    ]
)
_CONTINUES = frozenset(
    [
        "COMPARE",
        "IN",
        "IS",
        "NOT",
        "CONTAINS",
        "STARTS",
        "ENDS",
        "MATCHES",
        "WITHIN",
        "MORE_OR_LESS",
        "AT",
        "AND",
        "OR",
        "_OR_ELSE",
        "PLUS",
        "MINUS",
        "TIMES",
        "DIVIDED",
        "DOT",
        "RANGE",
        "FOR",
        "LPAR",
        "_ANY_CASE",
    ]
)


_CLAUSES = (
    "requires", "owner", "from", "means", "when", "require", "tracks", "stage", "given", "expect", "title", "steward", "days",
    "hours", "as", "in", "gives", "column", "ignore",
    "otherwise", "base", "message", "required", "entry", "won", "lost", "stamped", "leave", "probability",
    "forecast", "back", "currency", "timezone", "review", "fiscal", "holidays", "missing",
)  # fmt: skip
"""Words that start a clause, the likelier ones first."""


def expected(accepted: frozenset[str]) -> list[str]:
    """Return at most five phrases that say what can stand where ``accepted`` can, the likeliest first."""
    rest = set(accepted)
    phrases = [f"`{word}`" for word in ("then", "have", "ago", "because", "known") if word.upper() in rest]
    if rest >= _STARTS_VALUE:
        phrases.append("a condition" if "NOT" in rest else "a value")
        rest -= _OF_VALUES
    if "AND" in rest:
        phrases.append("an operator such as `=`, `in` or `and`" if "COMPARE" in rest else "`and` or `or`")
        rest -= _CONTINUES | {"UNIT", "BUSINESS"}
    phrases += [f"`{MARKS[name]}`" for name in ("RBRACE", "RPAR", "RSQB") if name in rest]
    if len(rest & _DECLARING) > 5:
        phrases.append("a declaration such as `team`, `entity`, `define` or `lifecycle`")
        rest -= _DECLARING
    clauses = [word for word in _CLAUSES if word.upper() in rest]
    if len(clauses) > 2:
        phrases.append(f"a clause such as `{clauses[0]}` or `{clauses[1]}`")
        rest -= {word.upper() for word in _CLAUSES} | {"ALLOW"}
    phrases += [_KINDS[name] for name in sorted(rest) if name in _KINDS]
    phrases += [f"`{MARKS[name]}`" for name in sorted(rest) if name in MARKS]
    phrases += [f"`{word}`" for name in sorted(rest) if name not in _KINDS for word in spellings(name)[:1]]
    return list(dict.fromkeys(phrases))[:5]


@cache
def spellings(terminal: str) -> tuple[str, ...]:
    """Return the words that ``terminal`` stands for; none for terminals with many texts."""
    pattern = next((t.pattern for t in lalr_tables().terminals if t.name == terminal and t.word), "")
    head = re.match(r"(?:\(\?:)?([a-z]+(?:\|[a-z]+)*)\)?(s\?)?", pattern)
    if head is None or terminal in NAMES:
        return ()
    words = head[1].split("|")
    return tuple(words + [word + "s" for word in words] if head[2] else words)


def words_of(accepted: Iterable[str]) -> list[str]:
    """Return the words of the language among the terminals ``accepted``."""
    return sorted({word for terminal in accepted for word in spellings(terminal)})
