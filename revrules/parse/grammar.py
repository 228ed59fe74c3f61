"""A grammar in Lark's notation into LALR tables (the one door to lark)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lark import Lark
from lark.grammar import Terminal
from lark.parsers.lalr_analysis import Shift

from revrules.parse.tables import TableData, Yields

if TYPE_CHECKING:
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

_WORDLIKE = re.compile(r"(?:\(\?!\w+\\b\))?(?:\(\?:)*(?:[a-z]|\[\^\\W\\d\])")
"""How the regular expression of a terminal starts whose tokens are words."""


def compile_grammar(grammar: str) -> TableData:
    """Return the tables of ``grammar``, whose start is the rule ``file``."""
    parser = Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=True, start="file")
    table = parser.parser.parser._parse_table
    rules = list(parser.rules)
    numbers = {rule: -1 - n for n, rule in enumerate(rules)}
    transparent = _transparent(rules)
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    symbols = {rule.origin.name for rule in rules}
    for state in range(len(table.states)):
        row = table.states[state]
        entries = {name: target if kind is Shift else numbers[target] for name, (kind, target) in row.items()}
        actions.append({name: entry for name, entry in entries.items() if name not in symbols})
        gotos.append({name: entry for name, entry in entries.items() if name in symbols})
    return TableData(
        terminals=[(t.name, t.pattern.to_regexp(), _is_word(t)) for t in sorted(parser.terminals, key=_preference)],
        rules=[_rule(rule, transparent) for rule in rules],
        actions=actions,
        gotos=gotos,
        start=table.start_states["file"],
        end=table.end_states["file"],
    )


def _preference(terminal: TerminalDef) -> tuple[int, bool, int, str]:
    """The order in which the readings of a token are tried: priority, plain words before patterns, longer before shorter."""
    is_pattern = terminal.pattern.type != "str"
    return (-terminal.priority, is_pattern, -len(terminal.pattern.value), terminal.name)


def _is_word(terminal: TerminalDef) -> bool:
    return _WORDLIKE.match(terminal.pattern.to_regexp()) is not None


def _rule(rule: Rule, transparent: set[str]) -> tuple[str, int, int, str, list[int]]:
    origin = str(rule.origin.name)
    plan = _plan(rule)
    name = str(rule.alias or origin)
    same = len(plan) == 1 and plan[0] >= 0 and not rule.alias and (rule.options.expand1 or origin in transparent)
    yields = Yields.SAME if same else Yields.MANY if origin.startswith("_") else Yields.NODE
    return origin, len(rule.expansion), yields.value, name, plan


def _plan(rule: Rule) -> list[int]:
    """The indexes of the parts that are kept, with -1 for each optional part that this production leaves out."""
    absent = rule.options.empty_indices or (False,) * len(rule.expansion)
    plan: list[int] = []
    index = 0
    for is_absent in absent:
        if is_absent:
            plan.append(-1)
            continue
        symbol = rule.expansion[index]
        if not (isinstance(symbol, Terminal) and symbol.filter_out):
            plan.append(index)
        index += 1
    return plan


def _transparent(rules: list[Rule]) -> set[str]:
    """The symbols with ``_`` whose every production keeps exactly one part that is one value: they stand for that value."""
    found = {str(rule.origin.name) for rule in rules if str(rule.origin.name).startswith("_")}
    while True:
        kept = {name for name in found if all(_keeps_one(rule, found) for rule in rules if str(rule.origin.name) == name)}
        if kept == found:
            return found
        found = kept


def _keeps_one(rule: Rule, transparent: set[str]) -> bool:
    plan = _plan(rule)
    if len(plan) != 1 or plan[0] < 0:
        return False
    symbol = rule.expansion[plan[0]]
    return bool(symbol.is_term) or not str(symbol.name).startswith("_") or str(symbol.name) in transparent
