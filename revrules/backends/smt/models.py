"""A model of Z3 into the record that it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.smt.holders import MOST_COPIES
from revrules.backends.smt.terms import decode, number_in
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Container

    import z3

    from revrules.backends.smt.holders import Collection, Holder
    from revrules.backends.smt.texts import Texts


def record_in(
    model: z3.ModelRef, holder: Holder, texts: Texts, reads: Container[tuple[str, str]] | None = None
) -> dict[str, object] | None:
    """Return the known values of the record that ``holder`` is in ``model``; None where it would be too long to read.

    ``reads`` are the fields and relations that matter, each with the name of its holder; all that were lowered without it.
    """
    record: dict[str, object] = {}
    for name, term in holder.fields.items():
        if (reads is None or (holder.name, name) in reads) and number_in(model, term.known):
            record[name] = value_in(model, holder, name, texts)
    for name, one in holder.ones.items():
        if (reads is None or (holder.name, name) in reads) and number_in(model, one.present):
            record[name] = record_in(model, one, texts, reads)
    for name, collection in holder.many.items():
        if reads is None or (holder.name, name) in reads:
            found = _records_in(model, collection, texts, reads)
            if found:
                record[name] = None if None in found else found
    return None if None in record.values() else record


def _records_in(
    model: z3.ModelRef, collection: Collection, texts: Texts, reads: Container[tuple[str, str]] | None
) -> list[dict[str, object] | None]:
    found: list[dict[str, object] | None] = []
    for element, times in collection.elements:
        copies = int(number_in(model, times))
        if copies > MOST_COPIES:
            return [None]
        if copies:
            found += [record_in(model, element, texts, reads)] * copies
    return found


def value_in(model: z3.ModelRef, holder: Holder, name: str, texts: Texts) -> object:
    """Return the value of a field, which is known."""
    declared = holder.entity.field(name)
    assert declared is not None, "the holder made the field from its declaration"
    number = number_in(model, holder.fields[name].term)
    return texts.text(model, int(number)) if declared.type is Scalar.TEXT else decode(number, declared.type)
