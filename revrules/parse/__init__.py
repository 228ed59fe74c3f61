"""A source into its syntax tree: lexer, LALR machine, builders, recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import syntax
from revrules.parse import criteria, declarations, expressions, records
from revrules.parse.leaves import LEAVES
from revrules.parse.lexer import lex
from revrules.parse.machine import Halt, Machine
from revrules.parse.site import Site
from revrules.parse.tables import lalr_tables
from revrules.problems import syntax as problems
from revrules.source import Span

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic
    from revrules.source import Source

_BUILDERS = {**expressions.BUILDERS, **criteria.BUILDERS, **declarations.BUILDERS, **records.BUILDERS}


def parse(source: Source) -> tuple[syntax.File, list[Diagnostic]]:
    """Return the syntax tree of ``source``, as far as it could be read, and what is wrong with it. Never raises."""
    lexed = lex(source)
    site = Site(source.path, lexed.docs, lexed.problems)
    machine = Machine(lalr_tables(), _BUILDERS, LEAVES, site, lexed.tokens)
    if machine.run() is not Halt.DONE:
        token = machine.tokens[machine.position]
        site.problems.append(problems.unexpected(Span(source.path, token.start, token.end), token.text))
        return syntax.File((), span=Span(source.path, 0, len(source.text))), site.problems
    assert isinstance(machine.result, syntax.File), "the start of the grammar is a file"
    return machine.result, site.problems
