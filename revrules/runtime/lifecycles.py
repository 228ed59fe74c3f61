"""The functions of a generated lifecycle into one object: callable, thread-safe, with the as-of instant taken care of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from revrules.runtime.results import Placement

    Record: TypeAlias = Mapping[str, object]
    ShortAnswer: TypeAlias = tuple[str | None, tuple[tuple[str, tuple[str, ...]], ...]]

Mode = Literal["evidence", "advance"]
"""Where placement starts: at the entry stages, or at the stage that the record declares."""

FIRST_YEAR, LAST_YEAR = 1000, 9000
"""The years in which an as-of instant may lie: windows around it stay inside the calendar."""


class Unmet(NamedTuple):
    """The short answer: the stage (None: nowhere), and for each next stage the names of the criteria that are not met."""

    stage: str | None
    next: tuple[tuple[str, tuple[str, ...]], ...]


class Bound(NamedTuple):
    """The functions of a lifecycle as of one instant, without any wrapping. ``stage`` and ``unmet`` take typed records."""

    stage: Callable[[Record], str | None]
    unmet: Callable[[Record], ShortAnswer]
    place: Callable[[Record], Placement]
    advance: Callable[[Record], Placement]

    def in_mode(self, mode: Mode) -> Callable[[Record], Placement]:
        """Return ``place`` or ``advance``; raises ``ValueError`` for what is no mode."""
        if mode == "evidence":
            return self.place
        if mode == "advance":
            return self.advance
        raise ValueError(f'mode is "evidence" or "advance", not {mode!r}')


class Lifecycle:
    """A lifecycle, ready to place records. Call it for the whole answer, ``stage`` and ``unmet`` for the quick ones.

    ``as_of`` is the instant of every judgement, an aware datetime; None means the current time. The first record after a
    change of ``as_of`` pays for what depends on it; ``at`` makes that plain.
    """

    __slots__ = ("_bind", "_bound", "_rebuild", "entity", "name")

    def __init__(
        self,
        name: str,
        entity: str,
        bind: Callable[[datetime], tuple[object, ...]],
        rebuild: tuple[Callable[..., Lifecycle], tuple[object, ...]],
    ) -> None:
        self.name = name
        self.entity = entity
        self._bind = bind
        self._rebuild = rebuild
        self._bound: tuple[datetime, Bound] | None = None

    def __repr__(self) -> str:
        return f"<revrules.Lifecycle {self.name} of {self.entity}>"

    def __reduce__(self) -> tuple[Callable[..., Lifecycle], tuple[object, ...]]:
        return self._rebuild

    def __call__(self, record: Record, *, as_of: datetime | None = None, mode: Mode = "evidence") -> Placement:
        """Return where ``record`` stands, and why. Values may be raw: they are read, and what is no value is reported.

        In the mode ``advance`` placement starts at the stage that the record declares: where may it go from there?
        """
        return self.at(as_of).in_mode(mode)(record)

    def stage(self, record: Record, as_of: datetime | None = None) -> str | None:
        """Return the stage that the evidence supports, None for nowhere. Values must have their types already."""
        return self.at(as_of).stage(record)

    def unmet(self, record: Record, as_of: datetime | None = None) -> Unmet:
        """Return the stage, and the criteria not met of each next stage. Values must have their types already."""
        return Unmet(*self.at(as_of).unmet(record))

    def place_many(
        self, records: Iterable[Record], *, as_of: datetime | None = None, mode: Mode = "evidence"
    ) -> Iterator[Placement]:
        """Return an iterator over the placements of ``records``, all as of one instant."""
        return map(self.at(as_of).in_mode(mode), records)

    def at(self, as_of: datetime | None = None) -> Bound:
        """Return the functions ``stage``, ``unmet``, ``place`` and ``advance`` as of one instant: the fastest way."""
        bound = self._bound
        if bound is not None and as_of is bound[0]:
            return bound[1]
        moment = instant(as_of)
        if bound is None or moment != bound[0]:
            bound = (moment if as_of is None else as_of, Bound._make(self._bind(moment)))
            self._bound = bound
        return bound[1]


def instant(as_of: datetime | None) -> datetime:
    """Return ``as_of`` in UTC, the current time for None.

    Raises ``TypeError`` for what is no datetime, ``ValueError`` for one without a time zone or out of all reason.
    """
    if as_of is None:
        return datetime.now(UTC)
    if not isinstance(as_of, datetime):
        raise TypeError(f"as_of is a datetime with a time zone, not {type(as_of).__name__}")
    if as_of.utcoffset() is None:
        raise ValueError(f"as_of needs a time zone: {as_of.isoformat()} is not one instant; add tzinfo, such as datetime.UTC")
    if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise ValueError(f"as_of lies between the years {FIRST_YEAR} and {LAST_YEAR}, not in {as_of.year}")
    return as_of.astimezone(UTC)
