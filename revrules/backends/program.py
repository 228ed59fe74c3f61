"""Generated Python text into the functions that it defines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.runtime.lifecycles import Bound, Lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import CodeType

    Record = Mapping[str, object]


class Program:
    """The generated code of one lifecycle. Its module defines ``LIFECYCLE``, ``ENTITY`` and ``bind(now)``."""

    __slots__ = ("_bind", "entity", "lifecycle")

    def __init__(self, code: CodeType) -> None:
        names: dict[str, object] = {"__name__": "revrules_generated"}
        exec(code, names)  # our own text: every name and literal in it was made by backends.python
        self.lifecycle = str(names["LIFECYCLE"])
        self.entity = str(names["ENTITY"])
        self._bind: Callable[[datetime], tuple[object, ...]] = names["bind"]  # type: ignore[assignment]  # made by us

    @classmethod
    def from_source(cls, source: str) -> Program:
        """Return the program that ``source``, made by ``backends.python``, defines."""
        return cls(compiled(source))

    def bind(self, now: datetime) -> Bound:
        """Return the functions as of ``now`` (aware, UTC)."""
        return Bound._make(self._bind(now))

    def as_lifecycle(self, rebuild: tuple[Callable[..., Lifecycle], tuple[object, ...]]) -> Lifecycle:
        """Return the lifecycle as users hold it; ``rebuild`` is what a pickle of it keeps."""
        return Lifecycle(self.lifecycle, self.entity, self._bind, rebuild)


class ValueProgram:
    """The generated code of one definition. Its module defines ``bind(now)``, which returns a function of a record."""

    __slots__ = ("_bind",)

    def __init__(self, source: str) -> None:
        names: dict[str, object] = {"__name__": "revrules_generated"}
        exec(compiled(source), names)  # our own text, as above
        self._bind: Callable[[datetime], Callable[[Record], object]] = names["bind"]  # type: ignore[assignment]  # made by us

    def bind(self, now: datetime) -> Callable[[Record], object]:
        """Return the value as a function of a raw record, as of ``now`` (aware, UTC)."""
        return self._bind(now)


class ValuesProgram:
    """The generated code of several expressions. Its module defines ``bind(now)``: a function of a typed record for each."""

    __slots__ = ("_bind",)

    def __init__(self, source: str) -> None:
        names: dict[str, object] = {"__name__": "revrules_generated"}
        exec(compiled(source), names)  # our own text, as above
        self._bind: Callable[[datetime], tuple[Callable[[Record], object], ...]] = names["bind"]  # type: ignore[assignment]  # made by us

    def bind(self, now: datetime) -> tuple[Callable[[Record], object], ...]:
        """Return the values as functions of a typed record, as of ``now`` (aware, UTC)."""
        return self._bind(now)


def compiled(source: str) -> CodeType:
    """Return the code of a generated module."""
    return compile(source, "<revrules>", "exec", dont_inherit=True, optimize=0)
