"""A model of Z3 into the record that it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.smt.terms import decode, number_in
from revrules.types import Scalar

if TYPE_CHECKING:
    import z3

    from revrules.backends.smt.holders import Holder
    from revrules.backends.smt.texts import Texts

MOST_COPIES = 1_000
"""Of one related record in a witness."""


def record_in(model: z3.ModelRef, holder: Holder, texts: Texts) -> dict[str, object] | None:
    """Return the known values of the record that ``holder`` is in ``model``; None where it would be too long to read."""
    record: dict[str, object] = {}
    for name, term in holder.fields.items():
        if number_in(model, term.known):
            record[name] = value_in(model, holder, name, texts)
    for name, one in holder.ones.items():
        if number_in(model, one.present):
            record[name] = record_in(model, one, texts)
    for name, collection in holder.many.items():
        found: list[dict[str, object] | None] = []
        for element, times in collection.elements:
            copies = int(number_in(model, times))
            found += [record_in(model, element, texts) if copies <= MOST_COPIES else None] * min(copies, MOST_COPIES)
        if found:
            record[name] = None if None in found else found
    return None if None in record.values() else record


def value_in(model: z3.ModelRef, holder: Holder, name: str, texts: Texts) -> object:
    """Return the value of a field, which is known."""
    declared = holder.entity.field(name)
    assert declared is not None, "the holder made the field from its declaration"
    number = number_in(model, holder.fields[name].term)
    return texts.text(model, int(number)) if declared.type is Scalar.TEXT else decode(number, declared.type)
