"""A compiled ruleset into the objects that users hold: ``Ruleset``, its ``Lifecycle`` objects and its values.

Everything here is immutable, safe to share between threads, free of I/O once loaded, and can be pickled. The modules that
compile are imported when they are needed, so that a ruleset that was compiled before starts fast.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from revrules.backends.program import Bound, Program, ValueProgram

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from revrules.compiler import Compiled
    from revrules.diagnostics import Diagnostic
    from revrules.ir import Ruleset as Meaning
    from revrules.runtime.results import Placement

    Record = Mapping[str, object]
    Mode = Literal["evidence", "advance"]


class RulesetError(ValueError):
    """A ruleset could not be compiled. ``str()`` of it is the readable report; ``diagnostics`` are the findings as values."""

    def __init__(self, report: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(report)
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type[RulesetError], tuple[str, tuple[Diagnostic, ...]]]:
        return RulesetError, (str(self), self.diagnostics)


class Unmet(NamedTuple):
    """The short answer: the stage (None: nowhere), and for each next stage the names of the criteria that are not met."""

    stage: str | None
    next: tuple[tuple[str, tuple[str, ...]], ...]


def load(path: str | Path) -> Ruleset:
    """Return the ruleset at ``path``: a ``.rev`` file, a folder that holds one, or a compiled artifact (``.json``).

    Raises ``RulesetError`` when it cannot be compiled.
    """
    path = Path(path)
    if path.suffix == ".json":
        from revrules.artifact import load as load_artifact

        try:
            data = path.read_bytes()
        except OSError as error:
            raise RulesetError(f"cannot read `{path}`: {error.strerror or error}") from error
        return Ruleset(load_artifact(data))
    from revrules.compiler import compile_path

    return from_compiled(compile_path(path))


def loads(text: str) -> Ruleset:
    """Return the ruleset that ``text`` holds; it imports nothing. Raises ``RulesetError`` when it cannot be compiled.

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

    return from_compiled(compile_text(text))


def from_compiled(compiled: Compiled) -> Ruleset:
    """Return the ruleset of a compilation; raises ``RulesetError`` when errors stand in the way."""
    if compiled.ruleset is None or compiled.errors:
        from revrules.render import render

        report = render(list(compiled.errors), compiled.sources, style="full", color=False)
        raise RulesetError(report.rstrip("\n") or "the ruleset cannot be compiled", compiled.errors)
    return Ruleset(compiled.ruleset)


class Ruleset:
    """A compiled ruleset: its lifecycles, its values, the schemas of its records and results. ``ir`` is what it means."""

    __slots__ = ("_lifecycles", "ir")

    ir: Meaning

    def __init__(self, ruleset: Meaning) -> None:
        object.__setattr__(self, "ir", ruleset)
        object.__setattr__(self, "_lifecycles", {})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a ruleset cannot be changed")

    def __repr__(self) -> str:
        return f"<revrules.Ruleset {self.name}: {', '.join(self.lifecycles) or 'no lifecycle'}>"

    def __reduce__(self) -> tuple[type[Ruleset], tuple[Meaning]]:
        return Ruleset, (self.ir,)

    @property
    def name(self) -> str:
        """The ruleset's name."""
        return self.ir.name

    @property
    def lifecycles(self) -> tuple[str, ...]:
        """The names of its lifecycles, in the order of the files."""
        return tuple(lifecycle.name for lifecycle in self.ir.lifecycles)

    @property
    def entities(self) -> tuple[str, ...]:
        """The names of its entities, in the order of the files."""
        return tuple(entity.name for entity in self.ir.entities)

    def lifecycle(self, name: str | None = None) -> Lifecycle:
        """Return a lifecycle, compiled at the first call; without ``name`` the only one. Raises ``KeyError``."""
        chosen = self.lifecycles[0] if name is None and len(self.lifecycles) == 1 else name
        if chosen not in self.lifecycles:
            raise KeyError(_not_found("lifecycle", name, self.lifecycles))
        known: dict[str, Lifecycle] = self._lifecycles  # type: ignore[attr-defined]  # a slot, set once
        if chosen not in known:
            from revrules.backends.python import generate_lifecycle

            program = Program.from_source(generate_lifecycle(self.ir, chosen))
            known[chosen] = Lifecycle(program, self)
        return known[chosen]

    def value(self, name: str, entity: str | None = None, team: str | None = None) -> ValueOf:
        """Return a definition, classification or score as a function of a record. Raises ``KeyError``."""
        wanted = [d for d in self.ir.definitions if d.name == name and entity in (None, d.entity) and team in (None, d.team)]
        if len(wanted) != 1:
            raise KeyError(_not_found("definition", name, tuple(d.id for d in wanted or self.ir.definitions)))
        return ValueOf(self, wanted[0].id)

    def json_schema(self, entity: str | None = None) -> dict[str, object]:
        """Return the JSON Schema of the records of ``entity`` (without it, of the only entity). Raises ``KeyError``."""
        from revrules.record_schema import record_schema

        chosen = self.entities[0] if entity is None and len(self.entities) == 1 else entity
        if chosen not in self.entities:
            raise KeyError(_not_found("entity", entity, self.entities))
        return record_schema(self.ir, chosen)

    def result_schema(self, lifecycle: str | None = None) -> dict[str, object]:
        """Return the JSON Schema of the placements in ``lifecycle``, written as JSON (``revrules.record_schema.to_json``)."""
        from revrules.record_schema import result_schema

        chosen = self.lifecycles[0] if lifecycle is None and len(self.lifecycles) == 1 else lifecycle
        if chosen not in self.lifecycles:
            raise KeyError(_not_found("lifecycle", lifecycle, self.lifecycles))
        return result_schema(self.ir, chosen)


def _not_found(kind: str, name: str | None, candidates: tuple[str, ...]) -> str:
    """Return the message for a name that is not there, or not the only one."""
    have = ", ".join(f"`{candidate}`" for candidate in candidates) or "none"
    return f"say which {kind} is meant; there is: {have}" if name is None else f"no {kind} is just `{name}`; there is: {have}"


class Lifecycle:
    """A lifecycle, ready to place records. Call it for the whole answer, ``stage`` and ``unmet`` for the quick ones.

    ``as_of`` is the instant of every judgement, an aware datetime; None means the current time. The first record after a
    change of ``as_of`` pays for what depends on it; ``at`` makes that plain.
    """

    __slots__ = ("_bound", "_program", "_ruleset", "entity", "name")

    name: str
    entity: str

    def __init__(self, program: Program, ruleset: Ruleset | None = None) -> None:
        self._program = program
        self._ruleset = ruleset
        self._bound: tuple[datetime, Bound] | None = None
        self.name = program.lifecycle
        self.entity = program.entity

    def __repr__(self) -> str:
        return f"<revrules.Lifecycle {self.name} of {self.entity}>"

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        if self._ruleset is not None:
            return _lifecycle_of, (self._ruleset, self.name)
        return _lifecycle_from_source, (self._program.source,)

    def __call__(self, record: Record, *, as_of: datetime | None = None, mode: Mode = "evidence") -> Placement:
        """Return where ``record`` stands, and why. Values may be raw: they are read, and what is no value is reported.

        In the mode ``advance`` placement starts at the stage that the record declares: where may it go from there?
        """
        bound = self.at(as_of)
        if mode == "evidence":
            return bound.place(record)
        if mode != "advance":
            raise ValueError(f'mode is "evidence" or "advance", not {mode!r}')
        return bound.advance(record)

    def stage(self, record: Record, as_of: datetime | None = None) -> str | None:
        """Return the stage that the evidence supports, None for nowhere. Values must have their types already."""
        return self.at(as_of).stage(record)

    def unmet(self, record: Record, as_of: datetime | None = None) -> Unmet:
        """Return the stage, and the criteria not met of each next stage. Values must have their types already."""
        return Unmet(*self.at(as_of).unmet(record))

    def place_many(
        self, records: Iterable[Record], *, as_of: datetime | None = None, mode: Mode = "evidence"
    ) -> Iterator[Placement]:
        """Yield the placement of each record, all as of one instant."""
        bound = self.at(as_of)
        if mode not in ("evidence", "advance"):
            raise ValueError(f'mode is "evidence" or "advance", not {mode!r}')
        return map(bound.place if mode == "evidence" else bound.advance, records)

    def at(self, as_of: datetime | None = None) -> Bound:
        """Return the functions ``stage``, ``unmet``, ``place`` and ``advance`` as of one instant: the fastest way."""
        bound = self._bound
        if bound is not None and as_of is bound[0]:
            return bound[1]
        moment = instant(as_of)
        if bound is None or moment != bound[0]:
            bound = (moment if as_of is None else as_of, self._program.bind(moment))
            self._bound = bound
        return bound[1]


def instant(as_of: datetime | None) -> datetime:
    """Return ``as_of`` in UTC, the current time for None. Raises ``ValueError`` for a datetime without a time zone."""
    if as_of is None:
        return datetime.now(UTC)
    if not isinstance(as_of, datetime):
        raise TypeError(f"as_of is a datetime with a time zone, not {type(as_of).__name__}")
    if as_of.utcoffset() is None:
        raise ValueError(f"as_of needs a time zone: {as_of.isoformat()} could be any of 24 hours; add tzinfo, for instance UTC")
    return as_of.astimezone(UTC)


def _lifecycle_of(ruleset: Ruleset, name: str) -> Lifecycle:
    """Rebuild a pickled lifecycle from its ruleset."""
    return ruleset.lifecycle(name)


def _lifecycle_from_source(source: str) -> Lifecycle:
    """Rebuild a pickled lifecycle from its generated text."""
    return Lifecycle(Program.from_source(source))


class ValueOf:
    """A definition as a function: ``value(record, as_of=…)`` is its value for a record, None where that is missing."""

    __slots__ = ("_bound", "_program", "_ruleset", "id")

    id: str

    def __init__(self, ruleset: Ruleset, id_: str) -> None:
        from revrules.backends.python import generate_value

        self._ruleset = ruleset
        self._program = ValueProgram(generate_value(ruleset.ir, id_))
        self.id = id_

    def __repr__(self) -> str:
        return f"<revrules value {self.id}>"

    def __reduce__(self) -> tuple[type[ValueOf], tuple[Ruleset, str]]:
        return ValueOf, (self._ruleset, self.id)

    def __call__(self, record: Record, *, as_of: datetime | None = None) -> object:
        """Return the value for ``record``."""
        return self._program.bind(instant(as_of))(record)
