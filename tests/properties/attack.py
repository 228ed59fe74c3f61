"""A question that the prover calls impossible into records that come ever closer to it: a search for its counterexample."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from brute_force import Space, Trial, scope_of, strange_texts
from near_values import Near

from revrules import ir
from revrules.backends.smt import MET, NOT_MET, NOT_UNMET, UNMET, Want
from revrules.readers import record_spec
from revrules.reference.expressions import truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from brute_force import Oracle, Raw

OPPOSITE = {MET: UNMET, UNMET: MET, NOT_MET: NOT_UNMET, NOT_UNMET: NOT_MET}


def attack(oracle: Oracle, wants: Sequence[Want], r: Random, tries: int, starts: Sequence[Trial] = ()) -> Trial | None:
    """Return a record of which all is so, or None where ``tries`` changes of near misses found none."""
    parts = tuple(part for want in wants for part in apart(want))
    conditions = [part.condition for part in parts]
    spec = record_spec(oracle.ruleset, oracle.entity)
    near = Near.to(oracle.ruleset, conditions)
    space = Space.of(spec, near, strange_texts(oracle.ruleset, conditions, spec))

    def met(trial: Trial) -> int:
        scope = scope_of(oracle.ruleset, oracle.reader, trial)
        return sum(truth(part.condition, scope) in part.states for part in parts)

    first = [*starts, *nearest(oracle, wants, r)]
    crowd = sorted(((met(trial), -n, trial) for n, trial in enumerate(first)), reverse=True)[:3]
    for each in range(tries):
        if crowd[0][0] == len(parts):
            break
        place = r.randrange(len(crowd))
        tried = change(space, crowd[place][2], r)
        score = met(tried)
        if score >= crowd[place][0]:
            crowd[place] = (score, each + 1, tried)
            crowd.sort(reverse=True)
    return next((trial for _, _, trial in crowd if fulfils(oracle, wants, trial)), None)


def fulfils(oracle: Oracle, wants: Sequence[Want], trial: Trial) -> bool:
    """Return whether all is so of a record."""
    scope = scope_of(oracle.ruleset, oracle.reader, trial)
    return all(truth(want.condition, scope) in want.states for want in wants)


def nearest(oracle: Oracle, wants: Sequence[Want], r: Random) -> Iterator[Trial]:
    """Yield records tried before of which all but one is so, and some others."""
    everything = (1 << len(oracle.trials)) - 1
    for left_out in range(len(wants)):
        found = everything
        for n, want in enumerate(wants):
            found &= oracle.where(want) if n != left_out else everything
        if found:
            yield oracle.trials[found.bit_length() - 1]
    yield from r.sample(oracle.trials, min(2, len(oracle.trials)))


def apart(want: Want) -> Iterator[Want]:
    """Yield what a want says part by part: all operands of an ``and`` that is to be met, and so on."""
    match want.condition:
        case ir.Not(operand) if want.states in OPPOSITE:
            yield from apart(Want(operand, OPPOSITE[want.states]))
        case ir.And(operands) if want.states in (MET, NOT_UNMET):
            for operand in operands:
                yield from apart(Want(operand, want.states))
        case ir.Or(operands) if want.states in (UNMET, NOT_MET):
            for operand in operands:
                yield from apart(Want(operand, want.states))
        case _:
            yield want


def change(space: Space, trial: Trial, r: Random) -> Trial:
    """Return a record that differs from another in one place, or the same at another instant."""
    if r.random() < 0.06:
        return Trial(trial.record, space.near.instant(r))
    return Trial(changed(space, trial.record, r, trial), trial.as_of)


def changed(space: Space, record: Raw, r: Random, trial: Trial) -> Raw:
    """Return ``record`` with one field, list or related record changed."""
    record = dict(record)
    places = len(space.fields) + 2 * len(space.relations)
    place = r.randrange(places) if places else -1
    if 0 <= place < len(space.fields):
        one, values = space.fields[place]
        if r.random() < 0.2:
            record.pop(one.name, None)
        else:
            record[one.name] = r.choice(values) if values else space.near.value(r, one, trial.as_of)
    elif place >= 0:
        name, many, inner = space.relations[(place - len(space.fields)) // 2]
        if not many:
            old = cast("Raw | None", record.get(name))
            record[name] = inner.some(r, trial.as_of) if old is None else changed(inner, old, r, trial)
            if old is not None and r.random() < 0.1:
                del record[name]
            return record
        rows = list(cast("list[Raw]", record.get(name) or []))
        spot = r.randrange(len(rows)) if rows else 0
        match r.choice(("new", "again", "drop", "change", "change")) if rows else "new":
            case "new":
                rows.append(inner.some(r, trial.as_of))
            case "again":
                rows.append(rows[spot])
            case "drop":
                del rows[spot]
            case _:
                rows[spot] = changed(inner, rows[spot], r, trial)
        record[name] = rows
    return record
