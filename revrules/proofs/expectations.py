"""A witness into what the ruleset says of it now, as an example would expect it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.ir import DefinitionKind
from revrules.proofs.spelling import Member, can_be_given, spelled, written
from revrules.reads import definition_name
from revrules.reference import evaluate, place
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from revrules.backends.smt.answers import Witness
    from revrules.ir import Definition, Ruleset


def what_holds(ruleset: Ruleset, witness: Witness, subjects: Collection[str]) -> Iterator[str]:
    """Yield where ``ruleset`` places ``witness`` in each lifecycle of its entity, then the values of definitions in ``subjects``.

    Each is written as after the word expect. ``subjects`` are names or ids of definitions; other names mean nothing here.
    """
    lifecycles = [lifecycle for lifecycle in ruleset.lifecycles if lifecycle.entity == witness.entity]
    for lifecycle in lifecycles:
        stage = place(ruleset, lifecycle, witness.record, witness.as_of).stage
        of = f" of {written(lifecycle.name)}" if len(lifecycles) > 1 else ""
        yield f"stage {'none' if stage is None else written(stage)}{of}"
    for definition in ruleset.definitions:
        named = {definition.name, definition.id, definition_name(definition.id)} & {*subjects}
        if named and definition.entity == witness.entity and not definition.name.startswith("\0"):
            yield from _value(ruleset, definition, witness)


def _value(ruleset: Ruleset, definition: Definition, witness: Witness) -> Iterator[str]:
    found = evaluate(ruleset, definition.id, witness.record, witness.as_of)
    name = written(definition.name, "=") + (f" for {written(definition.team)}" if definition.team else "")
    if definition.kind is DefinitionKind.DEFINE and definition.type is Scalar.BOOLEAN:
        yield f"{name} is {'unknown' if found is None else spelled(found)}"
    elif found is None:
        yield f"{name} is missing"
    elif isinstance(definition.type, EnumType) and isinstance(found, str):
        yield f"{name} = {spelled(Member(found))}"
    elif can_be_given(found):
        yield f"{name} = {spelled(found)}"
