"""A placement into plain words: where a record stands, why, what the CRM claims, and what it still needs."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules.runtime.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules.outline import Lifecycle, Outline
    from revrules.runtime.results import Blocker, NextStage, Placement, Seen

LONGEST_VALUE = 80
OWN_CONDITION = "when"
"""What a placement calls the condition of the way itself (grammar/language.md, section 9)."""


def in_words(ruleset: Outline, placement: Placement, key: str | None) -> str:
    """Return ``placement`` of the record ``key`` as a few paragraphs; names of criteria and fields as the ruleset has them."""
    lifecycle = next(one for one in ruleset.lifecycles if one.name == placement.lifecycle)
    teller = _Teller(ruleset, lifecycle)
    faults = placement.problems
    parts = [
        teller.standing(placement, key),
        teller.claim(placement),
        teller.deadline(placement),
        *(teller.way(placement.stage, stage) for stage in placement.next),
        _listed("Rules broken", (teller.violation(*violation[:4]) for violation in placement.violations)),
        _listed("Rules that cannot be judged", placement.unknown_rules),
        _listed("Values that are none", (f"{p.field}: {shown(p.value)} is {p.reason}" for p in faults if p.value is not None)),
        _listed("Required, but missing", (p.field for p in faults if p.value is None)),
        _listed("Missing, and could change the answer", placement.missing),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def shown(value: object) -> str:
    """Return a value as people write it; text in quotes, so that its ends can be seen.

    >>> [shown(value) for value in (None, True, 1200, 0.5, "GTX Pro")]
    ['missing', 'yes', '1,200', '0.5', '"GTX Pro"']
    """
    match value:
        case None:
            return "missing"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case Decimal():
            return f"{value.normalize():,f}"
        case datetime.datetime():
            return value.isoformat(sep=" ", timespec="minutes").replace("+00:00", " UTC")
        case datetime.date() | datetime.timedelta() | float():
            return str(value)
        case str():
            text = " ".join(value.split())
            return f'"{text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"}"'
        case list() | tuple():
            return f"{len(value)} records"
        case dict():
            return "a record"
        case _:
            return str(value)


class _Teller:
    """Knows the names that people use: labels of stages and teams."""

    def __init__(self, ruleset: Outline, lifecycle: Lifecycle) -> None:
        self._stages = {stage.name: stage.label for stage in lifecycle.stages}
        self._teams = dict(ruleset.teams)
        self._outcomes = {stage.name: stage.outcome for stage in lifecycle.stages if stage.outcome}
        self._conditions = {(source, target): words for source, target, words in lifecycle.conditions}
        self._numbers = ruleset.numbers
        self._entity = ruleset.entity(lifecycle.entity).label

    def standing(self, placement: Placement, key: str | None) -> str:
        who = f"{self._entity} {key}" if key is not None else f"This {self._entity.lower()}"
        if placement.stage is None:
            return f"{who} is in no stage: not even the entry criteria are met."
        outcome = f", which is {self._outcomes[placement.stage]}" if placement.stage in self._outcomes else ""
        owned = f" It belongs to {self._named(placement.owners)}." if placement.owners else ""
        way = ""
        if len(placement.path) > 1:
            way = f" It got there by way of {', '.join(map(self._stage, placement.path[:-1]))}."
        sure = "" if placement.certain else " That is not certain: missing data could change it."
        return f"{who} is in {self._stage(placement.stage)}{outcome}.{way}{owned}{sure}"

    def claim(self, placement: Placement) -> str:
        if placement.verdict is None:
            return ""
        said = self._stage(placement.declared) if placement.declared is not None else ""
        match placement.verdict:
            case Verdict.UNDECLARED:
                return "The CRM claims no stage for it."
            case Verdict.IN_STAGE:
                return f"The CRM says {said}, and the evidence supports that."
            case Verdict.AHEAD:
                return f"The CRM says {said}: that is ahead of the evidence."
            case Verdict.BEHIND:
                return f"The CRM says {said}: the evidence supports more than that."
            case Verdict.ELSEWHERE:
                return f"The CRM says {said}: that is another branch than the one the evidence supports."
            case Verdict.NOWHERE:
                return f"The CRM says {said}, but the evidence supports no stage at all." if said else ""
            case Verdict.CANNOT_TELL:
                return f"The CRM says {said}. Whether that is right cannot be told: too much is missing."

    def deadline(self, placement: Placement) -> str:
        if placement.due is None:
            return ""
        verb = "should have left this stage by" if placement.overdue else "should leave this stage by"
        return f"It {verb} {shown(placement.due)}."

    def way(self, source: str | None, stage: NextStage) -> str:
        """Return what stands between the record in ``source`` and one next stage."""
        to = "To be lost as" if stage.outcome == "lost" else "To reach"
        head = f"{to} {self._stage(stage.stage)}{f' ({self._named(stage.owners)})' if stage.owners else ''}"
        if not stage.unmet and not stage.unknown:
            return f"{head}: nothing is in the way."
        condition = self._conditions.get((source or "", stage.stage))
        lines = [self._blocker(blocker, "is not met", condition) for blocker in stage.unmet]
        lines += [self._blocker(blocker, "cannot be judged", condition) for blocker in stage.unknown]
        return "\n".join([f"{head}:", *lines])

    def violation(self, rule: str, level: str, message: str, owners: Sequence[str]) -> str:
        return f"{message or rule} ({rule}, {level}{f', {self._named(owners)}' if owners else ''})"

    def _blocker(self, blocker: Blocker, state: str, condition: str | None) -> str:
        name = blocker.criterion
        if name == OWN_CONDITION and condition is not None:
            name = f"the way's own condition{f' ({condition})' if condition else ''}"
        seen = ", ".join(f"{seen.name} is {self._seen(seen)}" for seen in blocker.seen)
        needs = f"; missing: {', '.join(blocker.missing)}" if blocker.missing else ""
        doc = f"\n      {' '.join(blocker.doc.split())}" if blocker.doc else ""
        return f"  - {name} {state}" + (f": {seen}" if seen else "") + needs + doc

    def _seen(self, seen: Seen) -> str:
        """Return a value; the range of a count or score, which is text in a placement, as it is."""
        is_number = seen.name.startswith("count(") or seen.name.rpartition(".")[2] in self._numbers
        return seen.value if isinstance(seen.value, str) and is_number else shown(seen.value)

    def _stage(self, name: str | None) -> str:
        return self._stages.get(name or "", name or "")

    def _named(self, teams: Iterable[str]) -> str:
        return " and ".join(self._teams.get(team, team) for team in teams)


def _listed(title: str, items: Iterable[str]) -> str:
    found = list(items)
    return "\n".join([f"{title}:", *(f"  - {item}" for item in found)]) if found else ""
