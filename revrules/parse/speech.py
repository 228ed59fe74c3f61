"""Groups, names and questions worded as in speech (`both { … }`, `Mail Address:`, `max(visits.at)`), into repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.parse.lexer import Token
from revrules.parse.view import Repair, invented
from revrules.problems import syntax as problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.parse.view import View

_GROUPS = {
    **dict.fromkeys(("both", "each", "every", "all", "and"), "all"),
    **dict.fromkeys(("either", "one", "some", "any", "or"), "any"),
}
_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
_COMPARISONS = {
    **dict.fromkeys(("greater", "more", "higher", "bigger", "larger", "above", "over"), ">"),
    **dict.fromkeys(("less", "lower", "smaller", "fewer", "below", "under"), "<"),
    **dict.fromkeys(("equal", "equals"), "="),
}
_LONGEST_NAME = 6


def _written(view: View, first: Token, last: Token) -> str:
    return " ".join(view.machine.site.text[first.start : last.end].split())


def group_in_speech(view: View) -> Repair | None:
    """``both { … }``, ``one of { … }``, ``2 of { … }``, ``at least two of { … }``."""
    tokens = view.machine.tokens
    for at in range(max(view.at - 2, view.floor), view.at + 1):
        first = tokens[at]
        end = next((n for n in range(at + 1, min(at + 5, len(tokens))) if tokens[n].text == "{"), None)
        if end is None or any(one.text not in ("of", "least", *_NUMBERS) for one in tokens[at + 1 : end]):
            continue
        words = [one.text for one in tokens[at:end]]
        number = next((_NUMBERS.get(word, word) for word in words if word in _NUMBERS or word.isdigit()), "")
        place = (first.start, tokens[end - 1].end)
        if number and (words[0] in ("at", "atleast") or words[0].isdigit()):
            readings: tuple[tuple[str, str], ...] = (("_AT_LEAST_OF", "at"), ("LEAST", "least"), ("INT", number), ("OF", "of"))
        elif len(words) <= 2 and words[1:] in ([], ["of"]) and words[0] in _GROUPS:
            word = _GROUPS[words[0]]
            readings = ((f"_{word.upper()}_OF", word), ("OF", "of"))
        else:
            continue
        insert = tuple(Token((reading,), text, *place) for reading, text in readings)
        meant = " ".join(text for _, text in readings)
        if meant != " ".join(words) and view.leads_on(at, end - at, insert):
            span = view.span(first, tokens[end - 1])
            return Repair(problems.other_spelling(span, " ".join(words), meant), at, end - at, insert)
    return None


def name_of_words(view: View) -> Repair | None:
    """``Mail Address: …``, ``"Mail Address": …``, ``1: …``: the name of a criterion is one word."""
    if not view.accepts("CRITERION_NAME"):
        return None
    count = next((n for n in range(1, _LONGEST_NAME) if view.ahead(n).text == ":"), None)
    if count is None or (count == 1 and view.token.readings[0] not in ("TEXT", "INT")):
        return None
    if any("NAME" not in view.ahead(n).readings and view.ahead(n).readings[0] not in ("TEXT", "INT") for n in range(count)):
        return None
    last = view.ahead(count - 1)
    insert = (Token(("CRITERION_NAME",), "_", view.token.start, last.end),)
    if "\n" in view.machine.site.text[view.token.start : last.end] or not view.leads_on(view.at, count, insert):
        return None
    return Repair(problems.name_of_words(view.span(view.token, last), _written(view, view.token, last)), view.at, count, insert)


def comparison_in_words(view: View) -> Repair | None:
    """``x is greater than 5``, ``x is equal to 5``."""
    before = view.previous
    meant = _COMPARISONS.get(view.token.text)
    if meant is None or before is None or before.text != "is":
        return None
    drop = 3 if view.ahead(1).text in ("than", "to") else 2
    insert = (Token(("EQUAL", "COMPARE") if meant == "=" else ("COMPARE",), meant, before.start, view.ahead(drop - 2).end),)
    if not view.leads_on(view.at - 1, drop, insert):
        return None
    last = view.ahead(drop - 2)
    return Repair(
        problems.other_spelling(view.span(before, last), _written(view, before, last), meant), view.at - 1, drop, insert
    )


def clock_with_brackets(view: View) -> Repair | None:
    """``today()``."""
    before = view.previous
    if view.token.text != "(" or view.ahead(1).text != ")" or view.previous_reading != "CLOCK" or before is None:
        return None
    span = view.span(before, view.ahead(1))
    return Repair(problems.other_spelling(span, f"{before.text}()", before.text), view.at, 2)


def aggregate_of_path(view: View) -> Repair | None:
    """``max(visits.at)``, ``latest(visits)``, ``every(visits where c)``."""
    if view.token.text != ")":
        return None
    tokens = view.machine.tokens
    start = next((n for n in range(view.at - 1, max(view.at - 12, view.floor), -1) if tokens[n].text == "("), None)
    if start is None:
        return None
    word = tokens[start - 1].text
    inside = tokens[start + 1 : view.at]
    if word == "every" and view.accepts("HAVE"):
        insert = tuple(invented(terminal, view.token.start) for terminal in ("HAVE", "NAME"))
        return Repair(problems.every_without_have(view.span(view.token)), view.at, 0, insert)
    if word not in ("sum", "min", "max", "latest", "earliest") or not all(
        one.text == "." or "NAME" in one.readings for one in inside
    ):
        return None
    relation = "".join(one.text for one in (inside[:-2] if len(inside) > 2 else inside))
    value = inside[-1].text if len(inside) > 2 else "…"
    meant = f"{word}({value} of {relation}{' by …' if word in ('latest', 'earliest') else ''})"
    terminals = ["OF", "NAME"] + (["BY", "NAME"] if word in ("latest", "earliest") else [])
    insert = tuple(invented(terminal, view.token.start) for terminal in terminals)
    if not view.leads_on(view.at, 0, insert, 1):
        return None
    span = view.span(tokens[start - 1], view.token)
    return Repair(problems.other_aggregate(span, _written(view, tokens[start - 1], view.token), meant), view.at, 0, insert)


def points_without_when(view: View) -> Repair | None:
    """``+20 if business``, ``+20: business``, ``+20 business``: a line of points says when."""
    tokens = view.machine.tokens
    for at in (view.at, view.at - 2):
        if at < view.floor or tokens[at].text not in ("+", "-") or not view.machine.site.starts_line(tokens[at].start):
            continue
        number, after = tokens[at + 1], tokens[min(at + 2, len(tokens) - 1)]
        drop = 3 if after.text in ("if", ":", "points") else 2
        if "INT" not in number.readings or after.text in ("when", "per"):
            continue
        follower = tokens[min(at + drop, len(tokens) - 1)]
        if after.text == "points" and follower.text in ("when", "per"):
            meant: tuple[Token, ...] = ()
        else:
            meant = (Token(("WHEN",), "when", after.start, after.end),)
        sign = Token(("POINT_SIGN",), tokens[at].text, tokens[at].start, tokens[at].end)
        insert = (sign, Token(("INT",), number.text, number.start, number.end), *meant)
        if view.leads_on(at, drop, insert, 1):
            line = f"{sign.text}{number.text} when …"
            return Repair(problems.points_without_when(view.span(sign, after), line), at, drop, insert)
    return None


SPEECH: tuple[Callable[[View], Repair | None], ...] = (
    group_in_speech,
    name_of_words,
    comparison_in_words,
    clock_with_brackets,
    aggregate_of_path,
    points_without_when,
)
"""In the order in which they are tried."""
