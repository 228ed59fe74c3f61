"""The IR into Python text: one module for a lifecycle or for a value, made of our own names and checked constants only.

A lifecycle has answers of three kinds: ``stage`` and ``unmet`` of a record whose values have their types, ``place`` (and
``advance``) of a raw one. What depends on the as-of instant alone is worked out once, in ``bind``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.python import reader
from revrules.backends.python.code import NOTHING
from revrules.backends.python.expressions import nullable, truth
from revrules.backends.python.graph import Graph
from revrules.backends.python.module import Module
from revrules.backends.python.placement import PlaceWalk, write_advance
from revrules.backends.python.scope import Scope, is_boolean
from revrules.backends.python.walk import StageWalk, UnmetWalk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules import ir


def generate(ruleset: ir.Ruleset) -> str:
    """Return the modules of all lifecycles, one after another, for reading."""
    return "\n\n".join(generate_lifecycle(ruleset, lifecycle.name) for lifecycle in ruleset.lifecycles)


def generate_lifecycle(ruleset: ir.Ruleset, lifecycle: str) -> str:
    """Return the module of one lifecycle: ``bind(now)`` gives the functions ``stage``, ``unmet``, ``place`` and ``advance``."""
    declared = ruleset.lifecycle(lifecycle)
    module = Module(ruleset)
    graph = Graph(declared)
    StageWalk(module, graph, "stage").write()
    UnmetWalk(module, graph, "unmet").write()
    place = PlaceWalk(module, graph)
    place.write()
    write_advance(module, place.finish, graph)
    head = [f"LIFECYCLE = {declared.name!r}", f"ENTITY = {declared.entity!r}"]
    return module.text(head, "stage, unmet, place, advance")


def generate_value(ruleset: ir.Ruleset, definition: str) -> str:
    """Return the module of one definition: ``bind(now)`` gives a function of a raw record, whose answer is None for missing."""
    module = Module(ruleset)
    found = module.definitions[definition]
    scope = Scope(module)
    name, _ = reader.reader_constant(module, found.entity)
    made = truth(scope, found.expr, NOTHING) if is_boolean(found.expr) else nullable(scope, found.expr, NOTHING)
    read = f"record, _ = {module.use('read_record', 'records')}({name}, record)"
    module.define("value", "record", [read, "memo = {}", f"return {made.text}"])
    return module.text([], "value")


def generate_values(ruleset: ir.Ruleset, exprs: Sequence[ir.Expr]) -> str:
    """Return a module of expressions about records of one entity: ``bind(now)`` gives a function of a typed record for each."""
    module = Module(ruleset)
    names = [f"expr{number}" for number in range(len(exprs))]
    for name, expr in zip(names, exprs, strict=True):
        scope = Scope(module)
        made = truth(scope, expr, NOTHING) if is_boolean(expr) else nullable(scope, expr, NOTHING)
        module.define(name, "record", ["memo = {}", f"return {made.text}"])
    return module.text([], f"({''.join(f'{name}, ' for name in names)})")
