"""Generated Python text into the functions that it defines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import CodeType

    from revrules.runtime.results import Placement

    Record = Mapping[str, object]
    ShortAnswer = tuple[str | None, tuple[tuple[str, tuple[str, ...]], ...]]


class Bound(NamedTuple):
    """The functions of a lifecycle as of one instant, without any wrapping. ``stage`` and ``unmet`` take typed records."""

    stage: Callable[[Record], str | None]
    unmet: Callable[[Record], ShortAnswer]
    place: Callable[[Record], Placement]
    advance: Callable[[Record], Placement]


class Program:
    """The generated code of one lifecycle. Its module defines ``LIFECYCLE``, ``ENTITY`` and ``bind(now)``."""

    __slots__ = ("_bind", "entity", "lifecycle", "source")

    def __init__(self, code: CodeType, source: str = "") -> None:
        names: dict[str, object] = {"__name__": "revrules_generated"}
        exec(code, names)  # our own text: every name and literal in it was made by backends.python
        self.lifecycle = str(names["LIFECYCLE"])
        self.entity = str(names["ENTITY"])
        self.source = source
        self._bind: Callable[[datetime], tuple[object, ...]] = names["bind"]  # type: ignore[assignment]  # made by us

    @classmethod
    def from_source(cls, source: str) -> Program:
        """Return the program that ``source``, made by ``backends.python``, defines."""
        return cls(compile(source, "<revrules>", "exec", dont_inherit=True), source)

    def bind(self, now: datetime) -> Bound:
        """Return the functions as of ``now`` (aware, UTC)."""
        return Bound._make(self._bind(now))


class ValueProgram:
    """The generated code of one definition. Its module defines ``bind(now)``, which returns a function of a record."""

    __slots__ = ("_bind",)

    def __init__(self, source: str) -> None:
        names: dict[str, object] = {"__name__": "revrules_generated"}
        exec(compile(source, "<revrules>", "exec", dont_inherit=True), names)  # our own text, as above
        self._bind: Callable[[datetime], Callable[[Record], object]] = names["bind"]  # type: ignore[assignment]  # made by us

    def bind(self, now: datetime) -> Callable[[Record], object]:
        """Return the value as a function of a raw record, as of ``now`` (aware, UTC)."""
        return self._bind(now)
