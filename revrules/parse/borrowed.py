"""Words and marks that other languages, spreadsheets and CRMs have, into repairs that say how it is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.parse import vocabulary
from revrules.parse.lexer import Token, readings_of
from revrules.parse.tables import END
from revrules.parse.view import Repair, invented
from revrules.problems import syntax as problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.parse.view import View
    from revrules.source import Span

_MARKS = {
    "..": ("RANGE", "__ANON_0"), ">=": ("COMPARE",), "<=": ("COMPARE",), "=": ("EQUAL", "COMPARE"),
    "{": ("LBRACE",), "}": ("RBRACE",),
}  # fmt: skip
_TYPES = {
    **dict.fromkeys(("string", "str", "varchar", "char", "email", "phone", "url", "uuid"), "text"),
    **dict.fromkeys(("int", "bigint", "long", "count"), "integer"),
    **dict.fromkeys(("float", "double", "decimal", "numeric", "real", "percent"), "number"),
    **dict.fromkeys(("currency", "amount", "price"), "money"),
    **dict.fromkeys(("timestamp", "time"), "datetime"),
    **dict.fromkeys(("bool", "checkbox", "flag"), "boolean"),
    **dict.fromkeys(("picklist", "select", "dropdown", "choice"), "enum"),
    "lookup": "one",
}
_DECLARATIONS = {
    **dict.fromkeys(("definition", "def", "metric", "let"), "define"),
    **dict.fromkeys(("include", "use"), "import"),
    **dict.fromkeys(("table", "object", "model", "record"), "entity"),
    **dict.fromkeys(("pipeline", "funnel", "process", "workflow"), "lifecycle"),
    **dict.fromkeys(("segment", "case"), "classify"),
    **dict.fromkeys(("policy", "validation"), "rule"),
    "scoring": "score",
    "test": "example",
}
_CLAUSES = {
    **dict.fromkeys(("format", "formatted"), "in"),
    **dict.fromkeys(("column", "heading", "label", "header"), "as"),
    **dict.fromkeys(("mandatory", "notnull"), "required"),
    **dict.fromkeys(("else", "default", "other", "others"), "otherwise"),
    "source": "from",
}
_OPERATORS = {
    **dict.fromkeys(("like", "ilike", "includes", "include", "has"), "contains"),
    **dict.fromkeys(("startswith", "starts_with", "beginswith", "begins"), "starts with"),
    **dict.fromkeys(("endswith", "ends_with"), "ends with"),
    **dict.fromkeys(("equals", "equal", "eq"), "="),
    **dict.fromkeys(("gt", "gte", "above", "over"), ">="),
    **dict.fromkeys(("lt", "lte", "below", "under"), "<="),
    "regex": "matches",
}
_AGES = {"older": "more", "newer": "less", "younger": "less", "longer": "more", "earlier": "more"}
_STATES = ("known", "missing")


def _phrase(words: str, at: Token, follower: str) -> tuple[Token, ...]:
    """Return the tokens of ``words`` as if they had been written in the place of ``at``; names are no reading of them."""
    found = words.split()
    tokens = []
    for word, after in zip(found, [*found[1:], follower], strict=True):
        readings = _MARKS.get(word) or tuple(r for r in readings_of(word, after) if r not in vocabulary.NAMES)
        tokens.append(Token(readings, word, at.start, at.end))
    return tuple(tokens)


def _written(view: View, first: Token, last: Token) -> tuple[Span, str]:
    site = view.machine.site
    return site.span(first.start, last.end), " ".join(site.text[first.start : last.end].split())


def _same_line(view: View, first: Token, second: Token) -> bool:
    return "\n" not in view.machine.site.text[first.end : second.start]


def _in_place(view: View, table: dict[str, str], *, least: int = 1) -> Repair | None:
    """A word of ``table`` where the machine is stuck, or read as a name just before, that leads on as the word beside it."""
    for at, token in ((view.at, view.token), (view.at - 1, view.previous)):
        meant = table.get(token.text.lower()) if token is not None and "NAME" in token.readings else None
        if token is None or meant is None:
            continue
        insert = _phrase(meant, token, view.machine.tokens[min(at + 1, len(view.machine.tokens) - 1)].text)
        if view.leads_on(at, 1, insert, least):
            return Repair(problems.other_spelling(view.span(token), token.text, meant), at, 1, insert)
    return None


def borrowed_word(view: View) -> Repair | None:
    """``string``, ``int``; ``format "%d"``; ``else x``; ``if`` for ``when``."""
    if view.token.text == "if" and view.accepts("WHEN"):
        return Repair(problems.other_spelling(view.span(view.token), "if", "when"), view.at, 1, _phrase("when", view.token, ""))
    if view.accepts("SIMPLE_TYPE"):
        return _in_place(view, _TYPES, least=0)
    return _in_place(view, _CLAUSES, least=2)


def borrowed_declaration(view: View) -> Repair | None:
    """``def``, ``include``, ``table``: at the start of a line, outside everything."""
    is_outside = view.accepts("ENTITY") and view.accepts("DEFINE") and view.machine.site.column(view.token.start) == 0
    return _in_place(view, _DECLARATIONS, least=2) if is_outside else None


def other_comment(view: View) -> Repair | None:
    """``// …``, ``/* … */``, ``-- …``."""
    for at, token in ((view.at, view.token), (view.at - 1, view.previous)):
        after = view.machine.tokens[min(at + 1, len(view.machine.tokens) - 1)]
        if token is None or token.text + after.text not in ("//", "/*", "--") or token.end != after.start:
            continue
        text = view.machine.site.text
        is_block = after.text == "*" and "*/" in text[after.end :]
        end = text.find("*/", after.end) + 2 if is_block else text.find("\n", after.end)
        drop = sum(1 for one in view.machine.tokens[at:-1] if end < 0 or one.start < end)
        if view.reach(at, drop, ()) >= 1:
            return Repair(problems.other_comment(view.span(token, after), token.text + after.text), at, drop)
    return None


def borrowed_operator(view: View) -> Repair | None:
    """``x like "a"``, ``x between 1 and 5``, ``x older than 30 days``, and any other word between two values of a line."""
    before, token = view.previous, view.token
    if token.text == "between" and before is not None and before.text == "is":
        return _between(view, with_is=True)
    if before is None or "NAME" not in token.readings or not view.accepts("COMPARE") or not _same_line(view, before, token):
        return None
    word = token.text.lower()
    if word in _STATES and view.accepts("IS"):
        missing = problems.left_out(view.span(token), token.text, "`is`")
        return Repair(missing, view.at, 0, _phrase("is", token, token.text))
    if word == "between":
        return _between(view)
    if word in _AGES:
        return _age(view)
    if word in _OPERATORS and (repair := _in_place(view, _OPERATORS)) is not None:
        return repair
    if token.readings != ("NAME",) or view.ahead(1).text in (":", "}"):
        return None
    drop = _rest_of_line(view)
    if not view.leads_on(view.at, drop, (), 1):
        return None
    return Repair(problems.unexpected(view.span(token), token.text, vocabulary.expected(view.accepted)), view.at, drop)


def _rest_of_line(view: View) -> int:
    """Return how many tokens stand from here to the end of the line, or of what is open."""
    depth = count = 0
    last = view.token
    for token in view.machine.tokens[view.at :]:
        if token.readings[0] is END or (count and not _same_line(view, last, token)):
            break
        depth += (token.text in ("{", "(", "[")) - (token.text in ("}", ")", "]"))
        if depth < 0:
            break
        count += 1
        last = token
    return count


def _between(view: View, *, with_is: bool = False) -> Repair | None:
    """``x between 1 and 5``, ``x is between 1 and 5``."""
    middle = next((n for n in range(1, 6) if view.ahead(n).text == "and"), None)
    if middle is None:
        return None
    start = view.at - with_is
    first = view.machine.tokens[start]
    low = view.machine.tokens[view.at + 1 : view.at + middle]
    insert = (*_phrase("in", first, ""), *low, *_phrase("..", view.ahead(middle), ""))
    if not low or view.reach(start, middle + 1 + with_is, insert) < 1:
        return None
    span, written = _written(view, first, view.ahead(middle + 1))
    ends = view.machine.site.text[low[0].start : low[-1].end], view.ahead(middle + 1).text
    return Repair(problems.other_spelling(span, written, f"in {ends[0]}..{ends[1]}"), start, middle + 1 + with_is, insert)


def _age(view: View) -> Repair | None:
    """``x older than 30 days``."""
    unit = next((n for n in range(1, 6) if "UNIT" in view.ahead(n).readings), None)
    if unit is None or view.ahead(1).text != "than":
        return None
    word = _AGES[view.token.text.lower()]
    amount = view.machine.tokens[view.at + 1 : view.at + unit + 1]
    insert = (*_phrase(word, view.token, "than"), *amount, *_phrase("ago", amount[-1], ""))
    if not view.leads_on(view.at, unit + 1, insert, 1):
        return None
    span, written = _written(view, view.token, amount[-1])
    return Repair(
        problems.other_spelling(span, written, f"{word}{written[len(view.token.text) :]} ago"), view.at, unit + 1, insert
    )


def in_last(view: View) -> Repair | None:
    """``d in last 30 days``."""
    tokens, at = view.machine.tokens, view.at
    if at - 2 < view.floor or tokens[at - 2].text != "in" or tokens[at - 1].text not in ("last", "next"):
        return None
    word = tokens[at - 1].text
    insert = (*_phrase("within", tokens[at - 2], word), *_phrase(word, tokens[at - 1], "within"))
    if "INT" not in view.token.readings or not view.leads_on(at - 2, 2, insert):
        return None
    span, written = _written(view, tokens[at - 2], tokens[at - 1])
    return Repair(problems.other_spelling(span, written, f"within {word}"), at - 2, 2, insert)


def window_without_end(view: View) -> Repair | None:
    """``d within 30 days``."""
    tokens, at = view.machine.tokens, view.at
    if at - 3 < view.floor or tokens[at - 3].text != "within" or not view.accepts("RELATION"):
        return None
    insert = _phrase("last", tokens[at - 2], "30")
    if view.previous_reading != "UNIT" or not view.leads_on(at - 2, 0, insert, 1):
        return None
    span, written = _written(view, tokens[at - 3], tokens[at - 1])
    return Repair(problems.window_without_end(span, written, written.removeprefix("within ")), at - 2, 0, insert)


def ago_after_comparison(view: View) -> Repair | None:
    """``d < 30 days ago``."""
    if view.token.text != "ago" or view.previous_reading != "UNIT" or view.at - 2 < view.floor:
        return None
    _, length = _written(view, view.machine.tokens[view.at - 2], view.machine.tokens[view.at - 1])
    return Repair(problems.compared_with_ago(view.span(view.token), length), view.at, 1)


def at_least_number(view: View) -> Repair | None:
    """``x at least 5``: of numbers, that is a comparison."""
    tokens, at = view.machine.tokens, view.at
    if at - 3 < view.floor or not view.accepts("UNIT") or tokens[at - 1].end == view.token.start:
        return None
    sign = {("at", "least"): ">=", ("at", "most"): "<="}.get((tokens[at - 3].text, tokens[at - 2].text))
    if sign is None or "INT" not in tokens[at - 1].readings:
        return None
    insert = (*_phrase(sign, tokens[at - 3], ""), tokens[at - 1])
    if not view.leads_on(at - 3, 3, insert, 1):
        return None
    span, written = _written(view, tokens[at - 3], tokens[at - 1])
    return Repair(problems.other_spelling(span, written, f"{sign} {tokens[at - 1].text}"), at - 3, 3, insert)


def grouped_number(view: View) -> Repair | None:
    """``1,000``."""
    before, after = view.previous, view.ahead(1)
    if before is None or view.previous_reading != "INT" or view.token.text != "," or "INT" not in after.readings:
        return None
    if before.end != view.token.start or after.start != view.token.end or len(after.text) != 3:
        return None
    plain = before.text + after.text
    insert = (Token(before.readings, plain, before.start, after.end),)
    if not view.leads_on(view.at - 1, 3, insert, 1):
        return None
    span, written = _written(view, before, after)
    return Repair(problems.other_spelling(span, written, plain), view.at - 1, 3, insert)


def word_after_number(view: View) -> Repair | None:
    """``1000 EUR``, ``5k``."""
    before = view.previous
    if before is None or view.previous_reading not in ("INT", "DECIMAL") or view.token.readings != ("NAME",):
        return None
    if not view.accepts("AND") or view.ahead(1).text == ":" or not _same_line(view, before, view.token):
        return None
    if not view.leads_on(view.at, 1, (), 1):
        return None
    span, written = _written(view, before, view.token)
    return Repair(problems.word_after_number(span, written, before.text), view.at, 1)


def other_range(view: View) -> Repair | None:
    """``0-100``, ``monday to friday``, ``09:00-17:00``."""
    before = view.previous
    if before is None or view.token.text not in ("-", "to", "–"):
        return None
    insert = _phrase("..", view.token, "")
    if not view.leads_on(view.at, 1, insert, 2):
        return None
    span, written = _written(view, before, view.ahead(1))
    return Repair(problems.other_spelling(span, written, f"{before.text}..{view.ahead(1).text}"), view.at, 1, insert)


def text_without_clause(view: View) -> Repair | None:
    """``deal_id text "Deal ID"``, ``created date "%d.%m.%Y"``: the word before the text is left out."""
    for at, token in ((view.at, view.token), (view.at - 1, view.previous)):
        if token is None or "TEXT" not in token.readings:
            continue
        word = "in" if "%" in token.text or "1" in token.text else "as"
        insert = _phrase(word, token, token.text)
        if view.leads_on(at, 0, insert, 1):
            return Repair(problems.left_out(view.span(token), token.text, f"`{word}`"), at, 0, insert)
    return None


def other_brackets(view: View) -> Repair | None:
    """``enum [ a, b ]``, ``all of [ … ]``."""
    if view.token.text not in ("[", "(") or not view.accepts("LBRACE"):
        return None
    close = {"[": "]", "(": ")"}[view.token.text]
    tokens = view.machine.tokens
    end = next((n for n in range(view.at, min(view.at + 1_000, len(tokens))) if tokens[n].text == close), None)
    if end is None:
        return None
    insert = (*_phrase("{", view.token, ""), *tokens[view.at + 1 : end], *_phrase("}", tokens[end], ""))
    if view.reach(view.at, end - view.at + 1, insert) < 0:
        return None
    problem = problems.other_brackets(view.span(view.token), view.span(tokens[end]), f"{view.token.text} … {close}")
    return Repair(problem, view.at, end - view.at + 1, insert)


def clause_left_out(view: View) -> Repair | None:
    """``all of { … }`` without the ``means`` or ``requires`` before it."""
    if view.token.text not in ("all", "any", "at") or view.ahead(1).text not in ("of", "least"):
        return None
    for word in ("means", "requires", "require"):
        insert = _phrase(word, view.token, view.token.text)
        if insert[0].readings and view.leads_on(view.at, 0, insert):
            return Repair(problems.left_out(view.span(view.token), view.token.text, f"`{word}`"), view.at, 0, insert)
    return None


def mode_left_out(view: View) -> Repair | None:
    """``classify x of y {``, ``rule x of y {``: how it is read, or how much it weighs."""
    if view.token.text not in ("{", "from") or view.accepted != {"COMMA"}:
        return None
    start = view.token.start
    for content, wanted in (
        (("COMMA", "FIRST", "MATCH"), "`, first match` or `, exactly one`"),
        (("COMMA", "NAME"), "a level, as in `, warn`,"),
    ):
        insert = tuple(invented(terminal, start) for terminal in content)
        if view.leads_on(view.at, 0, insert, 1):
            return Repair(problems.left_out(view.span(view.token), view.token.text, wanted), view.at, 0, insert)
    return None


BORROWED: tuple[Callable[[View], Repair | None], ...] = (
    other_comment,
    borrowed_declaration,
    borrowed_word,
    in_last,
    window_without_end,
    ago_after_comparison,
    at_least_number,
    borrowed_operator,
    grouped_number,
    word_after_number,
    other_range,
    text_without_clause,
    other_brackets,
    clause_left_out,
    mode_left_out,
)
"""In the order in which they are tried."""
