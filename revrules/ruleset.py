"""A compiled ruleset into the objects that users hold: ``Ruleset``, its ``Lifecycle`` objects and its values.

Everything here is immutable, safe to share between threads, free of I/O once loaded, and can be pickled. The modules that
compile are imported when they are needed, so that a ruleset that was compiled before starts fast.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, overload

from revrules.backends.program import Program, ValueProgram, compiled
from revrules.kept import Kept, keep, recall
from revrules.runtime.lifecycles import Lifecycle, Mode, Unmet, instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from types import CodeType

    from revrules.compiler import Compiled
    from revrules.diagnostics import Diagnostic
    from revrules.ir import Ruleset as Meaning
    from revrules.outline import Outline
    from revrules.runtime.lifecycles import Record
    from revrules.tables.arrow import ArrowStream, PlacedStream
    from revrules.tables.engine import Engine
    from revrules.tables.summary import Summary

__all__ = ["Lifecycle", "Mode", "Ruleset", "RulesetError", "Unmet", "ValueOf", "from_compiled", "load", "load_cached", "loads"]


class RulesetError(ValueError):
    """A ruleset could not be compiled. ``str()`` of it is the readable report; ``diagnostics`` are the findings as values."""

    def __init__(self, report: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(report)
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type[RulesetError], tuple[str, tuple[Diagnostic, ...]]]:
        return RulesetError, (str(self), self.diagnostics)


def load(path: str | Path) -> Ruleset:
    """Return the ruleset at ``path``: a ``.rev`` file, a folder that holds one, or a compiled artifact (``.json``).

    Raises ``RulesetError`` when it cannot be compiled.
    """
    path = Path(path)
    if path.suffix == ".json":
        return _from_artifact(path)
    from revrules.compiler import compile_path

    return from_compiled(compile_path(path))


def _from_artifact(path: Path) -> Ruleset:
    from revrules.artifact import ArtifactError
    from revrules.artifact import load as load_artifact

    try:
        return Ruleset(load_artifact(path.read_bytes()))
    except OSError as error:
        raise RulesetError(f"cannot read `{path}`: {error.strerror or error}") from error
    except ArtifactError as error:
        raise RulesetError(f"`{path}` is no ruleset: {error}") from error


def load_cached(path: str | Path) -> Ruleset:
    """Return the ruleset at ``path`` as ``load`` does, without compiling again what has not changed since the last time.

    What was compiled is kept in a folder that only this user can write (``revrules.cache``); every file that the ruleset was
    made of is compared with what it was then.
    """
    path = Path(path)
    if path.suffix == ".json":
        return _from_artifact(path)
    kept = recall(path)
    if kept is not None:
        return Ruleset(kept)
    from revrules.compiler import compile_path

    compilation = compile_path(path)
    ruleset = from_compiled(compilation)
    keep(path, ruleset.ir, tuple(compilation.sources))
    return ruleset


def loads(text: str, files: Mapping[str, str] | None = None) -> Ruleset:
    """Return the ruleset that ``text`` holds; it imports nothing. Raises ``RulesetError`` when it cannot be compiled.

    ``files`` are the texts of the lists, holidays and decision tables that it names.

    >>> rules = loads('''
    ... team sales "Sales"
    ... entity deal key id { id text required  amount money 0..  signed boolean }
    ... lifecycle deals of deal {
    ...   stage open { entry owner sales requires { worth: amount > 0 } }
    ...   stage done { owner sales from open requires { signed: signed } won }
    ... }
    ... ''')
    >>> place = rules.lifecycle("deals")
    >>> placement = place({"id": "D-1", "amount": 1200, "signed": False})
    >>> placement.stage
    'open'
    >>> [(next.stage, [b.criterion for b in next.unmet]) for next in placement.next]
    [('done', ['signed'])]
    """
    from revrules.compiler import compile_text

    return from_compiled(compile_text(text, files=files))


def from_compiled(compiled: Compiled) -> Ruleset:
    """Return the ruleset of a compilation; raises ``RulesetError`` when errors stand in the way."""
    if compiled.ruleset is None or compiled.errors:
        from revrules.render import render

        report = render(list(compiled.errors), compiled.sources, style="full", color=False)
        raise RulesetError(report.rstrip("\n") or "the ruleset cannot be compiled", compiled.errors)
    return Ruleset(compiled.ruleset)


class Ruleset:
    """A compiled ruleset: its lifecycles, its values, the schemas of its records and results. ``ir`` is what it means."""

    __slots__ = ("_kept", "_lifecycles", "_meaning", "_outline", "entities", "lifecycles", "name")

    name: str
    lifecycles: tuple[str, ...]
    """The names of its lifecycles, in the order of the files."""
    entities: tuple[str, ...]
    """The names of its entities, in the order of the files."""
    _kept: Kept | None
    _meaning: Meaning | None
    _outline: Outline | None
    _lifecycles: dict[str, Lifecycle]

    def __init__(self, ruleset: Meaning | Kept) -> None:
        kept = ruleset if isinstance(ruleset, Kept) else None
        self._fix("_kept", kept)
        self._fix("_meaning", None if kept is ruleset else ruleset)
        self._fix("_outline", None)
        self._fix("_lifecycles", {})
        self._fix("name", ruleset.name)
        self._fix("lifecycles", kept.lifecycles if kept else tuple(found.name for found in self.ir.lifecycles))
        self._fix("entities", kept.entities if kept else tuple(found.name for found in self.ir.entities))

    def _fix(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a ruleset cannot be changed")

    def __repr__(self) -> str:
        return f"<revrules.Ruleset {self.name}: {', '.join(self.lifecycles) or 'no lifecycle'}>"

    def __reduce__(self) -> tuple[type[Ruleset], tuple[Meaning]]:
        return Ruleset, (self.ir,)

    @property
    def ir(self) -> Meaning:
        """What the ruleset means: the intermediate representation that every interpretation reads."""
        if self._meaning is not None:
            return self._meaning
        assert self._kept is not None, "a ruleset has its meaning, or knows where it is kept"
        meaning = self._kept.meaning()
        self._fix("_meaning", meaning)
        return meaning

    @property
    def outline(self) -> Outline:
        """What a run over data asks besides the lifecycles: names, columns, stages. Cheaper to load than ``ir``."""
        if self._outline is None:
            from revrules.outline import outline

            self._fix("_outline", self._kept.outline() if self._kept is not None else outline(self.ir))
            assert self._outline is not None, "it was made just now"
        return self._outline

    def lifecycle(self, name: str | None = None) -> Lifecycle:
        """Return a lifecycle, compiled at the first call; without ``name`` the only one. Raises ``KeyError``."""
        chosen = _chosen("lifecycle", name, self.lifecycles)
        known = self._lifecycles
        if chosen not in known:
            known[chosen] = Program(self._code(chosen)).as_lifecycle((_lifecycle_of, (self, chosen)))
        return known[chosen]

    def _code(self, lifecycle: str) -> CodeType:
        if self._kept is not None:
            return self._kept.code(lifecycle)
        from revrules.backends.python import generate_lifecycle

        return compiled(generate_lifecycle(self.ir, lifecycle))

    @overload
    def evaluate_table(
        self,
        data: str | Path | ArrowStream,
        out: str | Path,
        *,
        lifecycle: str | None = None,
        related: Mapping[str, str | Path] | None = None,
        as_of: datetime | None = None,
        columns: Sequence[str] | None = None,
        keep: bool = False,
        engine: Engine = "auto",
        memory_limit: str | None = None,
        threads: int | None = None,
        ordered: bool = True,
        summary: bool = True,
    ) -> Summary: ...

    @overload
    def evaluate_table(
        self,
        data: str | Path | ArrowStream,
        out: None = None,
        *,
        lifecycle: str | None = None,
        related: Mapping[str, str | Path] | None = None,
        as_of: datetime | None = None,
        columns: Sequence[str] | None = None,
        keep: bool = False,
        engine: Engine = "auto",
        memory_limit: str | None = None,
        threads: int | None = None,
        ordered: bool = True,
        summary: bool = True,
    ) -> PlacedStream: ...

    def evaluate_table(
        self,
        data: str | Path | ArrowStream,
        out: str | Path | None = None,
        *,
        lifecycle: str | None = None,
        related: Mapping[str, str | Path] | None = None,
        as_of: datetime | None = None,
        columns: Sequence[str] | None = None,
        keep: bool = False,
        engine: Engine = "auto",
        memory_limit: str | None = None,
        threads: int | None = None,
        ordered: bool = True,
        summary: bool = True,
    ) -> Summary | PlacedStream:
        """Place every record of ``data`` and write the answers to ``out``; see ``revrules.tables.evaluate_table``.

        Without ``out`` the answers come back as an Arrow stream (``__arrow_c_stream__``) with ``summary`` and ``issues``. DuckDB,
        where it places the records, keeps to ``memory_limit`` (such as `2GB`) and ``threads``; without ``ordered`` they may come
        out in another order, which takes less memory.
        """
        from revrules.tables import evaluate_table, placed_stream
        from revrules.tables.database import Limits

        limits = Limits(memory_limit, threads, ordered)
        if out is None:
            return placed_stream(
                self, data, lifecycle=lifecycle, related=related, as_of=as_of, columns=columns, keep=keep, limits=limits,
                summary=summary,
            )  # fmt: skip
        return evaluate_table(
            self, data, out, lifecycle=lifecycle, related=related, as_of=as_of, columns=columns, keep=keep, engine=engine,
            limits=limits, summary=summary,
        )  # fmt: skip

    def value(self, name: str, entity: str | None = None, team: str | None = None) -> ValueOf:
        """Return a definition, classification or score as a function of a record. Raises ``KeyError``.

        Of a classification that collects it is a dict: for each output whether it is contained, None where that is unknown.
        """
        from revrules.reads import collecting

        found: dict[str, list[str]] = {}
        for definition in self.ir.definitions:
            if entity in (None, definition.entity) and team in (None, definition.team):
                if definition.name == name:
                    found[definition.id] = []
                elif definition.name.startswith(f"{name} contains ") and collecting(definition):
                    found.setdefault(collecting(definition), []).append(definition.id)
        if len(found) != 1:
            raise KeyError(_not_found("definition", name, tuple(found or (d.id for d in self.ir.definitions))))
        ((id_, parts),) = found.items()
        return ValueOf(self, id_, tuple(parts))

    def json_schema(self, entity: str | None = None) -> dict[str, object]:
        """Return the JSON Schema of the records of ``entity`` (without it, of the only entity). Raises ``KeyError``."""
        from revrules.record_schema import record_schema

        return record_schema(self.ir, _chosen("entity", entity, self.entities))

    def result_schema(self, lifecycle: str | None = None) -> dict[str, object]:
        """Return the JSON Schema of placements in ``lifecycle`` (without it, the only one), as ``Placement.as_json`` gives them.

        Raises ``KeyError``.
        """
        from revrules.record_schema import result_schema

        return result_schema(self.ir, _chosen("lifecycle", lifecycle, self.lifecycles))


def _chosen(kind: str, name: str | None, candidates: tuple[str, ...]) -> str:
    """Return ``name``, or without one the only candidate; raises ``KeyError``."""
    chosen = candidates[0] if name is None and len(candidates) == 1 else name
    if chosen not in candidates:
        raise KeyError(_not_found(kind, name, candidates))
    return chosen


def _not_found(kind: str, name: str | None, candidates: tuple[str, ...]) -> str:
    """Return the message for a name that is not there, or not the only one."""
    have = ", ".join(f"`{candidate}`" for candidate in candidates) or "none"
    return f"say which {kind} is meant; there is: {have}" if name is None else f"no {kind} is just `{name}`; there is: {have}"


def _lifecycle_of(ruleset: Ruleset, name: str) -> Lifecycle:
    """Rebuild a pickled lifecycle from its ruleset."""
    return ruleset.lifecycle(name)


class ValueOf:
    """A definition as a function: ``value(record, as_of=…)`` is its value for a record, None where that is missing.

    For each of ``parts``, where there are some: the definitions of a classification that collects.
    """

    __slots__ = ("_parts", "_programs", "_ruleset", "id")

    id: str

    def __init__(self, ruleset: Ruleset, id_: str, parts: tuple[str, ...] = ()) -> None:
        from revrules.backends.python import generate_value

        self._ruleset = ruleset
        self._parts = parts
        self._programs = [ValueProgram(generate_value(ruleset.ir, part)) for part in parts or (id_,)]
        self.id = id_

    def __repr__(self) -> str:
        return f"<revrules value {self.id}>"

    def __reduce__(self) -> tuple[type[ValueOf], tuple[Ruleset, str, tuple[str, ...]]]:
        return ValueOf, (self._ruleset, self.id, self._parts)

    def __call__(self, record: Record, *, as_of: datetime | None = None) -> object:
        """Return the value for ``record``."""
        now = instant(as_of)
        values = [program.bind(now)(record) for program in self._programs]
        if not self._parts:
            return values[0]
        return {part.partition(" contains ")[2]: value for part, value in zip(self._parts, values, strict=True)}
