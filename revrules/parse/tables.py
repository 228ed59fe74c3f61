"""LALR tables as plain data into what the machine runs on; the data are kept between runs."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from revrules import cache as kept
from revrules.resources import resource

if TYPE_CHECKING:
    from collections.abc import Mapping

END = "$END"
"""The terminal that stands after the last token."""


class Yields(IntEnum):
    """What a rule makes of its parts."""

    SAME = 0
    """The one part that it keeps."""
    MANY = 1
    """Its parts, to be spliced into the rule around it."""
    NODE = 2
    """What the builder of its name returns."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One production: pop ``size`` entries, make a value, go on with the symbol ``origin``.

    ``plan`` lists the parts that are kept, by index; -1 stands for an optional part that was left out.
    """

    origin: str
    size: int
    yields: Yields
    name: str
    plan: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """Take the token, read as ``terminal``, and go to ``state``."""

    terminal: str
    state: int


@dataclass(frozen=True, slots=True)
class Terminal:
    """A kind of token and its regular expression; ``word`` when it is one of the readings of a word."""

    name: str
    pattern: str
    word: bool


Action = Rule | Shift


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """For each state the actions by terminal and the next state by symbol; the terminals stand in the order of preference.

    ``chosen`` remembers for each state what the readings of a token led to, where that does not depend on the stack below.
    """

    terminals: tuple[Terminal, ...]
    actions: tuple[Mapping[str, Action], ...]
    gotos: tuple[Mapping[str, int], ...]
    start: int
    end: int
    chosen: tuple[dict[tuple[str, ...], Action], ...]


class TableData(TypedDict):
    """The tables as JSON. An action is a state to shift to, or ``-1 - n`` for the rule ``n``."""

    terminals: list[tuple[str, str, bool]]
    rules: list[tuple[str, int, int, str, list[int]]]
    actions: list[dict[str, int]]
    gotos: list[dict[str, int]]
    start: int
    end: int


@cache
def lalr_tables() -> Tables:
    """Return the tables of ``grammar/revrules.lark``: those of the wheel, or of the cache, else built, which takes 0.3 s."""
    path = resource("grammar", "revrules.lark")
    beside = path.with_name("tables.json")
    if beside.is_file():
        return _load(json.loads(beside.read_bytes()))
    name = _signature(path)
    stored = kept.read(name)
    if stored is None:
        stored = shipped(path)
        kept.write(name, stored)
    return _load(json.loads(stored))


def shipped(grammar: Path) -> bytes:
    """Return the tables of the grammar at ``grammar`` as they are kept and as a wheel ships them: JSON of ``TableData``."""
    from revrules.parse.grammar import compile_grammar

    return json.dumps(compile_grammar(grammar.read_text(encoding="utf-8")), separators=(",", ":")).encode()


def _signature(grammar: Path) -> str:
    """A name that changes with the grammar, with the code that compiles it, with lark, and with Python."""
    lark = find_spec("lark")
    assert lark is not None and lark.origin is not None, "lark is a dependency"
    files = (Path(__file__), Path(__file__).with_name("grammar.py"), Path(lark.origin))
    marks = [f"{file} {file.stat().st_mtime_ns} {file.stat().st_size}" for file in files]
    digest = hashlib.sha256(grammar.read_bytes()).hexdigest()
    return "\n".join(["grammar tables", digest, sys.version, *marks])


def _load(data: TableData) -> Tables:
    rules = [Rule(origin, size, Yields(yields), name, tuple(plan)) for origin, size, yields, name, plan in data["rules"]]
    return Tables(
        terminals=tuple(Terminal(*row) for row in data["terminals"]),
        actions=tuple(
            {terminal: rules[-1 - n] if n < 0 else Shift(terminal, n) for terminal, n in row.items()} for row in data["actions"]
        ),
        gotos=tuple(data["gotos"]),
        start=data["start"],
        end=data["end"],
        chosen=tuple({} for _ in data["actions"]),
    )
