"""What an evaluation returns: immutable values, cheap to make. Standard library only: this file is part of standalone modules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime


class Verdict(StrEnum):
    """How the declared stage lies to the stage that the evidence supports (grammar/language.md, section 9)."""

    UNDECLARED = "undeclared"
    IN_STAGE = "in_stage"
    AHEAD = "ahead"
    BEHIND = "behind"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"
    CANNOT_TELL = "cannot_tell"


class Seen(NamedTuple):
    """A value that a criterion looked at: how the ruleset names it, and the value (None: missing)."""

    name: str
    value: object


class Blocker(NamedTuple):
    """A criterion that is not met: false (unmet), or unknown.

    ``seen`` are the values that it looked at. ``missing`` lists the missing fields on which an unknown criterion depends (related
    ones as `meetings.held_at`); it is empty for an unmet one. ``doc`` is what the ruleset says of the criterion.
    """

    criterion: str
    seen: tuple[Seen, ...]
    missing: tuple[str, ...]
    doc: str


class NextStage(NamedTuple):
    """A stage that follows, with what stands in the way; ``unmet`` and ``unknown`` empty: the way is open.

    ``outcome`` is "won" or "lost" for a stage that ends the lifecycle so: nobody waits to meet the criteria of a lost one.
    """

    stage: str
    owners: tuple[str, ...]
    unmet: tuple[Blocker, ...]
    unknown: tuple[Blocker, ...]
    outcome: str | None = None


class Violation(NamedTuple):
    """A rule or an assertion that the record breaks. ``level``: observe, warn, block, or assert."""

    rule: str
    level: str
    message: str
    owners: tuple[str, ...]


class DataProblem(NamedTuple):
    """A value that is none: ``reason`` is a clause such as "not a date" or "outside 0..100"."""

    field: str
    value: object
    reason: str


class Placement(NamedTuple):
    """Where a record stands in a lifecycle, and why.

    ``stage`` is None for a record that is nowhere; ``path`` are the stages passed, ``owners`` the teams that own the last.
    ``declared`` and ``verdict`` are None where nothing is tracked. ``certain``: no missing field could change the stage.
    ``missing``: the fields that could. ``unknown_rules``: rules and assertions that cannot be judged. ``due``: when the record
    should have left the stage, where that is known.
    """

    lifecycle: str
    stage: str | None
    path: tuple[str, ...]
    certain: bool
    declared: str | None
    verdict: Verdict | None
    owners: tuple[str, ...]
    next: tuple[NextStage, ...]
    missing: tuple[str, ...]
    violations: tuple[Violation, ...]
    unknown_rules: tuple[str, ...]
    problems: tuple[DataProblem, ...]
    due: datetime.datetime | datetime.date | None
    overdue: bool

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """The criteria, unmet or unknown, that keep the record from its next stages, those of lost stages aside."""
        return tuple(b for way in self.next if way.outcome != "lost" for b in (*way.unmet, *way.unknown))

    def as_json(self) -> dict[str, object]:
        """Return it as JSON holds it: what ``json.dumps`` takes and ``Ruleset.result_schema`` describes.

        Moments become ISO 8601, amounts of money exact text.
        """
        return {name: _plain(value) for name, value in self._asdict().items()}


def _plain(value: object) -> object:
    """Return a part of a placement as JSON holds it.

    >>> _plain(Seen("arr", Decimal("1200.5000")))
    {'name': 'arr', 'value': '1200.5000'}
    """
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if isfinite(value) else repr(value)
        case str() | Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case timedelta():
            return f"PT{value / timedelta(seconds=1):.6f}".rstrip("0").rstrip(".") + "S"
        case tuple() if hasattr(value, "_asdict"):
            return {name: _plain(part) for name, part in value._asdict().items()}
        case tuple() | list():
            return [_plain(part) for part in value]
        case _:
            return repr(value)
