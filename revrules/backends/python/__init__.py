"""The IR into Python text: one module for a lifecycle or for a value, made of our own names and checked constants only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.python.graph import Graph
from revrules.backends.python.module import Module
from revrules.backends.python.placement import PlaceWalk, write_advance
from revrules.backends.python.walk import StageWalk, UnmetWalk

if TYPE_CHECKING:
    from revrules import ir


def generate_lifecycle(ruleset: ir.Ruleset, lifecycle: str) -> str:
    """Return the module of one lifecycle: ``bind(now)`` gives the functions ``stage``, ``unmet``, ``place`` and ``advance``."""
    declared = next(found for found in ruleset.lifecycles if found.name == lifecycle)
    module = Module(ruleset)
    graph = Graph(declared)
    StageWalk(module, graph, "stage").write()
    UnmetWalk(module, graph, "unmet").write()
    place = PlaceWalk(module, graph)
    place.write()
    write_advance(module, place.finish, graph)
    head = [f"LIFECYCLE = {declared.name!r}", f"ENTITY = {declared.entity!r}"]
    return module.text(head, "stage, unmet, place, advance")
