"""A machine that is stuck into one that can go on: one problem for one mistake, and as little as possible left out."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from revrules.parse import vocabulary
from revrules.parse.borrowed import BORROWED
from revrules.parse.lexer import Token
from revrules.parse.machine import Hole, Many
from revrules.parse.mistakes import FIRST, MISTAKES
from revrules.parse.speech import SPEECH
from revrules.parse.tables import END
from revrules.parse.view import Repair, View, ahead, invented, take
from revrules.problems import syntax as problems

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic
    from revrules.parse.machine import Entry, Machine

_CLOSERS = ("RBRACE", "RPAR", "RSQB")
_OPENING = {"}": "{", ")": "(", "]": "["}
_ENOUGH = 3
"""A repair without words of its own must lead so far."""
_FEW = 4
"""Where more terminals can stand, none of the words among them is taken as left out."""


def recover(machine: Machine, floor: int) -> int:
    """Report why ``machine`` is stuck and mend it. Returns the first token that a later repair may go back to.

    The repairs are tried in this order: the commonest mistakes, each with words of its own; a missing closing mark; one
    token more, less or other; going on at the next clause, closing mark or declaration.
    """
    machine.has_holes = True
    view = View(machine, floor)
    structural = (_missing_closer, _value_left_out, _extra_closer, _wrong_place, _one_token)
    for repair in (mistake(view) for mistake in (*FIRST, *SPEECH, *BORROWED, *MISTAKES, *structural)):
        if repair is not None:
            _apply(machine, repair)
            return floor
    machine.site.problems.append(_unexpected(view))
    _go_on_at_next_clause(machine)
    return machine.position


def leave_declaration(machine: Machine) -> int:
    """Go on at the next declaration that starts a line, whatever is open. Returns the first token that may be gone back to."""
    machine.has_holes = True
    entry = machine.stack
    while entry[2] is not None and entry[2][2] is not None:
        entry = entry[2]
    _cut(machine, entry if isinstance(entry[1], Many) else _bottom(machine), _next_declaration(machine))
    return machine.position


def give_up(machine: Machine) -> None:
    """Go on at the end of the file."""
    machine.has_holes = True
    del machine.tokens[machine.position : -1]
    leave_declaration(machine)


def _apply(machine: Machine, repair: Repair) -> None:
    machine.site.problems.append(repair.problem)
    if repair.at < machine.position:
        machine.stack = machine.history[repair.at]
        del machine.history[repair.at :], machine.readings[repair.at :]
    machine.tokens[repair.at : repair.at + repair.drop] = repair.insert
    machine.position = repair.at
    machine.rewind()


def _missing_closer(view: View) -> Repair | None:
    """A brace, bracket or parenthesis that is open, and with whose closing (or two, three closings) all goes on."""
    stack: Entry | None = view.machine.stack
    insert: list[Token] = []
    while stack is not None and len(insert) < 4:
        terminal = next((c for c in _CLOSERS if view.machine.after(stack, c) is not None), None)
        if terminal is None or (not insert and _is_balanced(view, vocabulary.MARKS[terminal])):
            return None
        insert.append(invented(terminal, view.token.start))
        stack = view.machine.after(stack, terminal)
        if stack is not None and ahead(view.machine, stack, view.at) >= _ENOUGH:
            opening = _opening(view, vocabulary.MARKS[insert[0].readings[0]])
            if opening is None:
                return None
            where = view.span(view.token)
            return Repair(problems.unclosed(view.span(opening), opening.text, where), view.at, 0, tuple(insert))
    return None


def _is_balanced(view: View, closer: str) -> bool:
    """Whether the declaration around the mistake has as many closing marks of this kind as opening ones."""
    tokens, site = view.machine.tokens, view.machine.site

    def starts(n: int) -> bool:
        return tokens[n].text in vocabulary.DECLARATIONS and site.column(tokens[n].start) == 0

    first = next((n for n in range(min(view.at, len(tokens) - 1), -1, -1) if n < view.at and starts(n)), 0)
    last = next((n for n in range(view.at, len(tokens)) if starts(n)), len(tokens))
    texts = [token.text for token in tokens[first:last] if token.start < token.end]
    return texts.count(_OPENING[closer]) <= texts.count(closer)


def _opening(view: View, closer: str) -> Token | None:
    """The opening mark that is not closed. Indentation tells where a closing brace stands for that of an outer block."""
    indent = view.machine.site.indent
    open_marks: list[Token] = []
    doubtful: Token | None = None
    for token in view.machine.tokens[: view.at]:
        if token.start == token.end:
            continue
        if token.text in ("{", "(", "["):
            open_marks.append(token)
        elif token.text in _OPENING and open_marks:
            opening = open_marks.pop()
            if token.text == "}" and indent(token.start) < indent(opening.start) and doubtful is None:
                doubtful = opening
        if not open_marks:
            doubtful = None
    if doubtful is not None and closer == "}":
        return doubtful
    return next((token for token in reversed(open_marks) if token.text == _OPENING[closer]), None)


def _value_left_out(view: View) -> Repair | None:
    """A closing mark or the next clause where a name, number or text was still to come."""
    if not _is_firm(view.token) and view.token.readings[0] is not END:
        return None
    for terminal in ("NAME", "INT", "TEXT", "DATE", "UNIT"):
        insert = (invented(terminal, view.token.start),)
        if terminal in view.accepted and view.leads_on(view.at, 0, insert, _ENOUGH):
            phrase = vocabulary.expected(view.accepted)[0]
            return Repair(_left_out(view, phrase), view.at, 0, insert)
    return None


def _extra_closer(view: View) -> Repair | None:
    """A closing mark where nothing is open, or another is."""
    token = view.token
    if token.text not in _OPENING:
        return None
    accepted = [vocabulary.MARKS[c] for c in _CLOSERS if c in view.accepted]
    if accepted and token.text not in accepted:
        insert = (Token(tuple(c for c in _CLOSERS if c in view.accepted), accepted[0], token.start, token.end),)
        if view.leads_on(view.at, 1, insert, 1) and view.reach(view.at, 1, insert) >= view.reach(view.at, 1, ()):
            return Repair(problems.other_closer(view.span(token), token.text, accepted[0]), view.at, 1, insert)
    if view.leads_on(view.at, 1, (), 1):
        return Repair(problems.nothing_to_close(view.span(token), token.text), view.at, 1)
    return None


def _wrong_place(view: View) -> Repair | None:
    """A clause of a lifecycle after a closing brace too many: take the brace back."""
    machine, at = view.machine, view.at
    place = vocabulary.PLACES.get(view.token.text)
    if place is None or at - 1 < view.floor or machine.tokens[at - 1].text != "}":
        return None
    if view.leads_on(at - 1, 1, (), _ENOUGH):
        return Repair(problems.nothing_to_close(view.span(machine.tokens[at - 1]), "}"), at - 1, 1)
    return None


def _one_token(view: View) -> Repair | None:
    """One token more, less or other, whichever leads furthest."""
    place = view.token.start
    best: tuple[int, int, Repair] | None = None
    problem = _unexpected(view)
    options: list[tuple[int, Repair]] = [(1, Repair(problem, view.at, 1))]
    for terminal in sorted(view.accepted):
        if terminal in _CLOSERS and _is_balanced(view, vocabulary.MARKS[terminal]):
            continue
        if terminal is END or (vocabulary.spellings(terminal) and len(view.accepted) > _FEW):
            continue
        new = (invented(terminal, place),)
        options.append((0, Repair(_missing(view, terminal), view.at, 0, new)))
        options.append((2, Repair(problem, view.at, 1, new)))
    options += [(1, repair) for repair in _opening_left_out(view)]
    for cost, repair in options:
        reach = view.reach(repair.at, repair.drop, repair.insert)
        reach -= 1 if repair.drop else 0
        if reach >= _ENOUGH and (best is None or (reach, -cost) > best[:2]):
            best = (reach, -cost, repair)
    return best[2] if best else None


def _opening_left_out(view: View) -> list[Repair]:
    """An opening mark before the token before: what stands after it was read as something else."""
    before = view.previous
    if before is None:
        return []
    return [
        Repair(
            problems.left_out(view.span(before), before.text, f"`{vocabulary.MARKS[terminal]}`"),
            view.at - 1,
            0,
            (invented(terminal, before.start),),
        )
        for terminal in ("LBRACE", "LPAR", "LSQB")
    ]


def _missing(view: View, terminal: str) -> Diagnostic:
    """The problem of a token that was left out: only what it is, where that is all that could stand here."""
    phrases = vocabulary.expected(view.accepted)
    missing = vocabulary.expected(frozenset([terminal]))
    if missing and (len(phrases) <= 2 or terminal in vocabulary.MARKS):
        return _left_out(view, phrases[0] if len(phrases) == 1 else missing[0])
    return _unexpected(view)


def _left_out(view: View, phrase: str) -> Diagnostic:
    """``phrase`` is missing: after the word before, where that is the end of a line, else before the token."""
    before = view.previous
    if before is not None and "\n" in view.machine.site.text[before.end : view.token.start]:
        return problems.left_out_after(view.span(before), before.text, phrase)
    return problems.left_out(view.span(view.token), view.token.text, phrase)


def _unexpected(view: View) -> Diagnostic:
    token = view.token
    if "NAME" in token.readings:
        near = get_close_matches(token.text.lower(), vocabulary.words_of(view.accepted), n=1, cutoff=0.72)
        if near and near[0] != token.text:
            return problems.misspelled(view.span(token), token.text, near[0])
    written = "" if token.readings[0] is END else token.text
    place = vocabulary.PLACES.get(token.text)
    if place is not None and written and token.readings != ("NAME",) and "an expression" not in place:
        blocked = not any(reading in view.accepted for reading in token.readings)
        starts = vocabulary.expected(view.accepted)
        if (blocked and "RBRACE" in view.accepted) or view.accepts("TEAM"):
            return problems.wrong_place(view.span(token), written, place, starts)
    if "TEXT" in token.readings and "NAME" in view.accepted and "TEXT" not in view.accepted:
        return problems.name_in_quotes(view.span(token), written, vocabulary.expected(view.accepted))
    before = view.previous
    joined = ""
    if before is not None and token.readings == ("NAME",) and view.previous_reading in vocabulary.NAMES:
        is_apart = view.machine.site.text[before.end : token.start].strip(" ")
        joined = "" if is_apart or "COMPARE" in view.accepted else f"{before.text}_{token.text}"
    return problems.unexpected(view.span(token), written, vocabulary.expected(view.accepted), joined=joined)


def _go_on_at_next_clause(machine: Machine) -> None:
    """Leave out what cannot be read, up to the next token at which something that is open can go on."""
    tokens = machine.tokens
    depth = 0
    for at in range(machine.position, len(tokens)):
        token = tokens[at]
        is_last = token.readings[0] is END
        starts_line = machine.site.column(token.start) == 0 and token.text in vocabulary.DECLARATIONS
        if starts_line or is_last:
            depth = 0
        if depth == 0 and (at > machine.position or is_last or _is_firm(token)):
            base = _where_it_can_stand(machine, at, may_leave=starts_line or is_last or token.text in _OPENING)
            if base is not None:
                _cut(machine, base, at)
                return
        if token.text in ("{", "(", "["):
            depth += 1
        elif token.text in _OPENING and depth:
            depth -= 1
    _cut(machine, _bottom(machine), len(tokens) - 1)


def _is_firm(token: Token) -> bool:
    """Whether ``token`` starts a clause or declaration, or closes something: a place to go on at."""
    return token.text in _OPENING or any(reading not in ("NAME",) and _firm(reading) for reading in token.readings)


_LOOSE = frozenset(
    [
        "NAME",
        "TEXT",
        "INT",
        "DECIMAL",
        "PERCENT",
        "DATE",
        "DATETIME",
        "TIME",
        "COMPARE",
        "EQUAL",
        "PLUS",
        "MINUS",
        "_FINDING_DASH",
        "TIMES",
        "DIVIDED",
        "COMMA",
        "COLON",
        "DOT",
        "RANGE",
        "VBAR",
        "LBRACE",
        "LPAR",
        "LSQB",
        "GIVEN_NAME",
        "AND",
        "OR",
        "NOT",
        "IN",
        "IS",
        "OF",
        "TO",
        "UP",
        "BY",
        "AS",
        "ON",
        "WHERE",
        "IF",
        "THEN",
        "ELSE",
        "TRUTH",
        "CLOCK",
        "STATE",
        "UNIT",
        "__ANON_0",
    ]
)


def _firm(reading: str) -> bool:
    return reading not in _LOOSE


def _where_it_can_stand(machine: Machine, at: int, *, may_leave: bool) -> Entry | None:
    """The topmost entry of the stack on which the token ``at`` can stand, in a firm reading, and something after it.

    Only where it ``may_leave`` is the block that is open now left without its closing brace.
    """
    token = machine.tokens[at]
    readings = (END,) if token.readings[0] is END else tuple(r for r in token.readings if _firm(r))
    if not readings:
        return None
    entry: Entry | None = machine.stack
    firm = token._replace(readings=readings)
    while entry is not None:
        after = take(machine, entry, firm)
        is_file = entry[2] is None or entry[2][2] is None
        if is_file and token.text in vocabulary.DECLARATIONS and not machine.site.starts_line(token.start):
            return None
        if after is not None and (readings[0] is END or ahead(machine, after, at + 1) >= 1):
            return entry
        if not may_leave and isinstance(entry[1], Token) and entry[1].text == "{":
            return None
        entry = entry[2]
    return None


def _cut(machine: Machine, base: Entry, at: int) -> None:
    """Leave out the tokens up to ``at`` and the stack above ``base``; a value at its top is not whole, so it is a hole."""
    state, value, below, depth, start = base
    line_start = machine.site.starts_line(machine.tokens[machine.position].start)
    whole = value is None or isinstance(value, (Many, Token)) or (base is machine.stack and line_start)
    del machine.tokens[machine.position : at]
    machine.stack = (state, value if whole else Hole.HOLE, below, depth, start)
    machine.rewind()


def _bottom(machine: Machine) -> Entry:
    entry = machine.stack
    while entry[2] is not None:
        entry = entry[2]
    return entry


def _next_declaration(machine: Machine) -> int:
    """The next token that starts a declaration at the start of a line; the end where there is none."""
    tokens = machine.tokens
    for at in range(machine.position, len(tokens)):
        if tokens[at].readings[0] is END or (
            machine.site.column(tokens[at].start) == 0 and tokens[at].text in vocabulary.DECLARATIONS
        ):
            return at
    return len(tokens) - 1
