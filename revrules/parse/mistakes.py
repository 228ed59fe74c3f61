"""The commonest mistakes, recognised where the machine is stuck, into repairs with words of their own."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from revrules.parse import vocabulary
from revrules.parse.lexer import Token, readings_of
from revrules.parse.view import Repair, invented
from revrules.problems import syntax as problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.parse.view import View

_NOTHING = frozenset(["null", "nil", "none", "empty", "blank", "undefined", "unset"])
_SEPARATORS = {"|": ("COMMA", ","), ",": ("VBAR", "|"), "/": ("VBAR", "|")}
_LONGEST_WINDOW = 12
_IN_EXPRESSION = frozenset(["NOT", "IF", "TRUTH", "CLOCK", "TALLY", "TOTAL", "PICK", "_EVERY", "_START", "_DATE_WORD"])


def _reworded(view: View, at: int, word: str) -> Token:
    """The token ``at`` as if ``word`` had been written in its place; names are no reading of it."""
    tokens = view.machine.tokens
    readings = readings_of(word, tokens[min(at + 1, len(tokens) - 1)].text)
    return Token(tuple(r for r in readings if r not in vocabulary.NAMES), word, tokens[at].start, tokens[at].end)


def is_nothing(view: View) -> Repair | None:
    """``x is null``, ``x is not empty``, ``x is not missing``."""
    before = view.previous
    if before is None or before.text != "is":
        return None
    word, drop, meant = view.token.text.lower(), 1, "missing"
    if word == "not":
        word, drop, meant = view.ahead(1).text.lower(), 2, "known"
    if word in ("missing", "known") and drop == 2:
        meant = "known" if word == "missing" else "missing"
    elif word not in _NOTHING:
        return None
    insert = (_reworded(view, view.at, meant),)
    written = view.machine.site.span(before.start, view.ahead(drop - 1).end)
    if view.reach(view.at, drop, insert) < 0:
        return None
    if word in _NOTHING:
        return Repair(problems.is_null(written, f"is {'not ' * (drop - 1)}{word}", f"is {meant}"), view.at, drop, insert)
    return Repair(problems.other_spelling(written, f"is not {word}", f"is {meant}"), view.at, drop, insert)


def is_for_equals(view: View) -> Repair | None:
    """``stage is customer``, ``x is not 5``: ``is`` only asks for known and missing."""
    before = view.previous
    if before is None or before.text != "is" or view.previous_reading != "IS":
        return None
    negated = view.token.text == "not"
    op = "!=" if negated else "="
    insert = (
        Token(("EQUAL", "COMPARE"), op, before.start, before.end)
        if not negated
        else Token(("COMPARE",), op, before.start, before.end),
    )
    if not view.leads_on(view.at - 1, 2 if negated else 1, insert):
        return None
    span = view.span(before, view.token) if negated else view.span(before)
    written = "is not" if negated else "is"
    return Repair(problems.other_spelling(span, written, op), view.at - 1, 2 if negated else 1, insert)


def capitals(view: View) -> Repair | None:
    """``AND``, ``Or``, ``Stage``: the words of the language are written small."""
    for at, token in ((view.at, view.token), (view.at - 1, view.previous)):
        if token is None or not token.text.isalpha() or token.text == token.text.lower():
            continue
        word = token.text.lower()
        insert = (_reworded(view, at, word),)
        if insert[0].readings and view.leads_on(at, 1, insert, 0 if at == view.at and token.text.isupper() else 1):
            return Repair(problems.other_spelling(view.span(token), token.text, word), at, 1, insert)
    return None


def set_in_parentheses(view: View) -> Repair | None:
    """``x in ("a", "b")``, ``x in ["a"]``."""
    tokens = view.machine.tokens
    start = view.at
    if view.token.text != "[":
        while start > view.floor and tokens[start].text != "(":
            start -= 1
    if start <= view.floor or tokens[start].text not in ("(", "[") or tokens[start - 1].text != "in":
        return None
    close = {"(": ")", "[": "]"}[tokens[start].text]
    end = next((n for n in range(start, min(start + 1_000, len(tokens))) if tokens[n].text == close), None)
    if end is None:
        return None
    first, last = tokens[start], tokens[end]
    insert = (
        Token(("LBRACE",), "{", first.start, first.end),
        *tokens[start + 1 : end],
        Token(("RBRACE",), "}", last.start, last.end),
    )
    if view.reach(start, end - start + 1, insert) < 0:
        return None
    problem = problems.other_brackets(view.span(first), view.span(last), f"{first.text} … {close}")
    return Repair(problem, start, end - start + 1, insert)


def calendar_afterwards(view: View) -> Repair | None:
    """``within 2 business hours after seen_at on office``."""
    name = view.ahead(1)
    if view.token.text != "on" or "NAME" not in name.readings:
        return None
    tokens = view.machine.tokens
    window = range(view.at - 2, max(view.at - _LONGEST_WINDOW, view.floor), -1)
    business = next((at for at in window if tokens[at].text == "business"), None)
    if business is None or not view.leads_on(view.at, 2, (), 1):
        return None
    meant = f"{tokens[business - 1].text} business {tokens[business + 1].text} on {name.text}"
    return Repair(problems.calendar_afterwards(view.span(view.token, name), meant), view.at, 2)


def chained_comparison(view: View) -> Repair | None:
    """``1 < x < 5``."""
    if "COMPARE" not in view.token.readings or not view.accepts("AND"):
        return None
    insert = (invented("AND", view.token.start), invented("NAME", view.token.start))
    if view.reach(view.at, 0, insert) < 1:
        return None
    return Repair(problems.chained_comparison(view.span(view.token)), view.at, 0, insert)


def criterion_without_colon(view: View) -> Repair | None:
    """``{ reachable domain is known }`` and ``{ domain is known }``."""
    if not view.accepts("CRITERION_NAME"):
        return None
    token = view.token
    if "NAME" in token.readings and not _IN_EXPRESSION & set(token.readings):
        named = (Token(("CRITERION_NAME",), token.text, token.start, token.end), invented("COLON", token.end))
        if view.leads_on(view.at, 1, named):
            return Repair(problems.missing_colon(view.span(token), token.text), view.at, 1, named)
    unnamed = (invented("CRITERION_NAME", token.start), invented("COLON", token.start))
    if view.reach(view.at, 0, unnamed) < 1 or not view.leads_on(view.at, 0, unnamed, 1):
        return None
    return Repair(problems.criterion_without_name(view.span(token)), view.at, 0, unnamed)


def colon_after_clause(view: View) -> Repair | None:
    """``owner: marketing``."""
    before = view.previous
    if view.token.text not in (":", "=") or before is None or view.previous_reading in vocabulary.NAMES:
        return None
    if before.text not in vocabulary.PLACES or not view.leads_on(view.at, 1, (), 1):
        return None
    return Repair(problems.colon_after_clause(view.span(view.token), before.text, view.token.text), view.at, 1)


def group_without_of(view: View) -> Repair | None:
    """``all { … }``, ``any { … }``."""
    before = view.previous
    if view.token.text != "{" or before is None or before.text not in ("all", "any"):
        return None
    reading = "_ALL_OF" if before.text == "all" else "_ANY_OF"
    insert = (Token((reading,), before.text, before.start, before.end), invented("OF", before.end))
    if not view.leads_on(view.at - 1, 1, insert):
        return None
    return Repair(problems.other_spelling(view.span(before), before.text, f"{before.text} of"), view.at - 1, 1, insert)


def empty_braces(view: View) -> Repair | None:
    """``requires { }``, ``enum { }``."""
    before = view.previous
    if before is None or before.text + view.token.text not in ("{}", "()", "[]"):
        return None
    place = view.token.start
    for content in (("NAME",), ("CRITERION_NAME", "COLON", "NAME")):
        insert = tuple(invented(terminal, place) for terminal in content)
        if view.leads_on(view.at, 0, insert, 1):
            wanted = "a criterion such as `reachable: domain is known`" if len(content) > 1 else "something"
            return Repair(problems.empty_braces(view.span(before, view.token), wanted), view.at, 0, insert)
    return None


def separator(view: View) -> Repair | None:
    """``missing when "NA" | "x"``, ``as "A", "B"``: commas part values, `|` parts the spellings of one."""
    reading, meant = _SEPARATORS.get(view.token.text, ("", ""))
    if not reading or not view.accepts(reading):
        return None
    insert = (Token((reading,), meant, view.token.start, view.token.end),)
    if not view.leads_on(view.at, 1, insert, 1):
        return None
    return Repair(problems.other_spelling(view.span(view.token), view.token.text, meant), view.at, 1, insert)


def comma(view: View) -> Repair | None:
    """A comma where none belongs, or none between the items of a list."""
    token = view.token
    if token.text in (",", ";") and view.leads_on(view.at, 1, ()):
        return Repair(problems.extra_comma(view.span(token)), view.at, 1)
    before = view.previous
    is_quoted_name = "TEXT" in token.readings and "NAME" in view.accepted
    if before is not None and before.text == "," and not is_quoted_name and view.leads_on(view.at - 1, 1, ()):
        return Repair(problems.extra_comma(view.span(before)), view.at - 1, 1)
    if view.accepts("COMMA"):
        insert = (invented("COMMA", token.start),)
        if view.reach(view.at, 0, insert) >= 2 and token.text not in ("{", "("):
            return Repair(problems.missing_comma(view.span(token), token.text), view.at, 0, insert)
    return None


def missing_unit(view: View) -> Repair | None:
    """``within last 30``, ``30d``."""
    before = view.previous
    if view.previous_reading != "INT" or before is None or not view.accepts("UNIT") or view.accepts("AND"):
        return None
    insert = (invented("UNIT", view.token.start),)
    glued = view.token.start == before.end and "NAME" in view.token.readings
    for drop in (1, 0) if glued else (0, 1):
        if view.leads_on(view.at, drop, insert, 1) and (drop == 0 or "NAME" in view.token.readings):
            last = view.token if drop else before
            written = view.machine.site.span(before.start, last.end)
            return Repair(problems.missing_unit(written, before.text), view.at, drop, insert)
    return None


def misspelled(view: View) -> Repair | None:
    """``stagee``, ``requires_all``, ``integr``: nearly a word that could stand here."""
    before = view.previous
    candidates = [(view.at, view.token, view.accepted, 2)]
    if before is not None and view.previous_reading in ("NAME", "FIELD_NAME", "BRANCH_NAME"):
        candidates.append((view.at - 1, before, view.accepted_before(), 1))
    for at, token, accepted, least in candidates:
        if "NAME" not in token.readings or token.text.startswith("`"):
            continue
        words = [word for word in vocabulary.words_of(accepted) if word != token.text]
        surely = get_close_matches(token.text.lower(), words, n=1, cutoff=0.85)
        for word in get_close_matches(token.text.lower(), words, n=4, cutoff=0.72):
            insert = (_reworded(view, at, word),)
            if view.leads_on(at, 1, insert, 1 if word in surely else least):
                return Repair(problems.misspelled(view.span(token), token.text, word), at, 1, insert)
    return None


def word_as_name(view: View) -> Repair | None:
    """A word of the language where a name was meant."""
    before = view.previous
    if before is None or view.previous_reading in vocabulary.NAMES or "NAME" not in before.readings:
        return None
    if view.token.text in ("}", ")", "]"):  # what was to follow the word is left out
        return None
    insert = (Token(("NAME",), before.text, before.start, before.end),)
    if not view.leads_on(view.at - 1, 1, insert):
        return None
    return Repair(problems.word_as_name(view.span(before), before.text), view.at - 1, 1, insert)


def name_left_out(view: View) -> Repair | None:
    """``owner`` with nothing after it: the next clause's word was read as the name."""
    before = view.previous
    if before is None or view.previous_reading != "NAME" or before.readings == ("NAME",) or before.text.startswith("`"):
        return None
    insert = (invented("NAME", before.start), Token(tuple(r for r in before.readings if r != "NAME"), *before[1:]))
    if view.at - 1 <= view.floor or not view.leads_on(view.at - 1, 1, insert):
        return None
    clause = view.machine.tokens[view.at - 2]
    if vocabulary.NAMES.issuperset(before.readings):
        phrase = vocabulary.expected(view.accepted_before())[0]
        return Repair(problems.left_out(view.span(before), before.text, phrase), view.at - 1, 1, insert)
    return Repair(problems.name_left_out(view.span(clause), clause.text, before.text), view.at - 1, 1, insert)


FIRST: tuple[Callable[[View], Repair | None], ...] = (
    is_nothing,
    capitals,
    set_in_parentheses,
    calendar_afterwards,
    separator,
)
MISTAKES: tuple[Callable[[View], Repair | None], ...] = (
    misspelled,
    is_for_equals,
    chained_comparison,
    colon_after_clause,
    missing_unit,
    empty_braces,
    group_without_of,
    criterion_without_colon,
    name_left_out,
    word_as_name,
    comma,
)
"""Those that are tried first, and the others, in the order in which they are tried."""
