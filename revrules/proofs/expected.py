"""A record into what an example expects of it now: a value, a placement, broken rules; as claims and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from revrules import ir
from revrules.proofs.spelling import Member, can_be_given, spelled, written
from revrules.rows import is_ranged
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules.runtime.results import Placement

MOST_NAMES = 6
"""Blockers or missing fields that an example names; beyond that nobody would read them."""


class Expected(NamedTuple):
    """A claim, and its text as it stands after the word expect."""

    claim: ir.Expectation
    text: str


def value_claim(definition: ir.Definition, found: ir.Value | None) -> Expected:
    """Return the claim that ``definition`` has the value ``found`` (None: missing or unknown)."""
    name = definition_as_written(definition.id)
    asked = ir.Ref(definition.id, definition.type, ranged=is_ranged(definition.expr))
    if definition.type is Scalar.BOOLEAN:
        state = "unknown" if found is None else str(found).lower()
        return Expected(ir.Expectation("value", expr=asked, state=state), f"{name} is {state}")
    if found is None:
        return Expected(ir.Expectation("value", expr=asked, state="missing"), f"{name} is missing")
    if not can_be_given(found):
        return Expected(ir.Expectation("value", expr=asked, state="known"), f"{name} is known")
    shown = spelled(Member(found) if isinstance(definition.type, EnumType) else found)
    return Expected(ir.Expectation("value", expr=asked, value=found), f"{name} = {shown}")


def definition_as_written(id_: str) -> str:
    """Return the name of a definition as an example writes it: `qualified for sales`, `territories contains emea`."""
    collection, _, member = id_.split(".", 1)[1].partition(" contains ")
    if member:
        return f"{written(collection)} contains {written(member)}"
    name, _, team = id_.split(".", 1)[1].partition(" for ")
    return f"{written(name)} for {written(team)}" if team else written(name)


def placement_claims(ruleset: ir.Ruleset, placement: Placement, *, closely: bool = False) -> list[Expected]:
    """Return the claims about where a record stands and what blocks it; ``closely``: the verdict and missing fields, too."""
    lifecycle = ruleset.lifecycle(placement.lifecycle)
    own = [each.name for each in ruleset.lifecycles if each.entity == lifecycle.entity]
    of = f" of {written(lifecycle.name)}" if len(own) > 1 else ""
    stage = () if placement.stage is None else (placement.stage,)
    shown = "none" if placement.stage is None else written(placement.stage)
    found = [Expected(ir.Expectation("stage", stage, lifecycle.name), f"stage {shown}{of}")]
    blocking = tuple(dict.fromkeys(blocker.criterion for blocker in placement.blockers))
    if 0 < len(blocking) <= MOST_NAMES:
        found.append(Expected(ir.Expectation("blocked by", blocking, lifecycle.name), f"blocked by {_list(blocking)}{of}"))
    verdict = placement.verdict.value if placement.verdict is not None and placement.declared else None
    if verdict is not None:
        found.append(Expected(ir.Expectation("verdict", (verdict,), lifecycle.name), f"verdict {verdict}{of}"))
    if closely and lifecycle.name == own[0] and len(placement.missing) <= MOST_NAMES:
        found.append(Expected(ir.Expectation("missing", placement.missing), f"missing {_list(placement.missing) or 'none'}"))
    return found


def rules_claim(placement: Placement) -> Expected:
    """Return the claim which rules and assertions a record breaks: exactly these."""
    broken = tuple(dict.fromkeys(violation.rule for violation in placement.violations))
    return Expected(ir.Expectation("violates", broken), f"violates {_list(broken) or 'none'}")


def _list(names: Iterable[str]) -> str:
    return ", ".join(".".join(map(written, name.split("."))) for name in names)


def given(record: Mapping[str, object]) -> tuple[tuple[str, ir.Given], ...]:
    """Return a nested record as an example gives it."""
    return tuple((name, _given(value)) for name, value in record.items())


def _given(value: object) -> ir.Given:
    match value:
        case dict():
            return given(value)
        case list():
            return [given(each) for each in value]
        case Member():
            return str(value)
        case _:
            return cast("ir.Value | None", value)
