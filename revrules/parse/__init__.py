"""A source into its syntax tree: lexer, LALR machine, builders, recovery."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from revrules import syntax
from revrules.diagnostics import in_order
from revrules.parse.builders import BUILDERS
from revrules.parse.leaves import LEAVES
from revrules.parse.lexer import lex
from revrules.parse.machine import DEEPEST, Halt, Machine
from revrules.parse.oddities import AT_MOST
from revrules.parse.recover import give_up, leave_declaration, recover
from revrules.parse.site import Site
from revrules.parse.tables import lalr_tables
from revrules.problems import syntax as problems
from revrules.source import Span

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic
    from revrules.source import Source


MOST_CHARACTERS = 4 * 1024 * 1024
_SAMPLE = 65_536


def parse(source: Source) -> tuple[syntax.File, list[Diagnostic]]:
    """Return the syntax tree of ``source``, as far as it could be read, and what is wrong with it. Never raises."""
    refusal = _refusal(source)
    if refusal is not None:
        return syntax.File((), span=Span(source.path, 0, len(source.text))), [refusal]
    lexed = lex(source)
    site = Site(source.path, source.text, lexed.docs, lexed.problems)
    machine = Machine(lalr_tables(), BUILDERS, LEAVES, site, lexed.tokens)
    floor = 0
    while (halt := machine.run()) is not Halt.DONE:
        place = machine.tokens[machine.position]
        if len(site.problems) >= AT_MOST:
            site.problems.append(problems.too_many_mistakes(site.span(place.start, place.end), AT_MOST))
            give_up(machine)
        elif halt is Halt.TOO_DEEP:
            site.problems.append(problems.too_deep(site.span(place.start, place.end), DEEPEST))
            floor = leave_declaration(machine)
        else:
            floor = recover(machine, floor)
    assert isinstance(machine.result, syntax.File), "the start of the grammar is a file"
    return machine.result, in_order(_without_echoes(source, site.problems))


def _without_echoes(source: Source, found: list[Diagnostic]) -> list[Diagnostic]:
    """Where a quote is missing, everything else on the line reads wrongly: only the quote is reported."""
    lines = {source.place(d.span.start).line for d in found if d.problem is problems.UNCLOSED_TEXT and d.span}
    if not lines:
        return found
    return [d for d in found if d.problem not in problems.ECHOES or not d.span or source.place(d.span.start).line not in lines]


def _refusal(source: Source) -> Diagnostic | None:
    """Why ``source`` is not read at all, if it is not."""
    text = source.text
    nul = text.find("\0")
    if nul >= 0:
        return problems.not_a_ruleset(Span(source.path, nul, nul + 1))
    strange = [match.start() for match in _NO_TEXT.finditer(text[:_SAMPLE])]
    if len(strange) > 10 and len(strange) * 50 > len(text[:_SAMPLE]):
        return problems.not_a_ruleset(Span(source.path, strange[0], strange[0] + 1))
    if len(text) > MOST_CHARACTERS:
        return problems.too_large(Span(source.path, 0, 0), MOST_CHARACTERS)
    return None


_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")
