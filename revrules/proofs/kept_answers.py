"""Digests of questions into the answers that they had in earlier runs, kept in the user's private cache.

A proof holds on any day; other answers count on the day on which they were found, because witnesses lie near it. What cannot be
read, or was written by another prover, counts as nothing.
"""

from __future__ import annotations

import hashlib
import marshal
import pickle
from functools import cache as once
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from revrules import __version__, cache
from revrules.backends.smt.answers import Answer, Verdict, Witness

if TYPE_CHECKING:
    import datetime

MOST_ANSWERS = 20_000
MOST_BYTES = 4_000_000
LONGEST_WITNESS = 20_000
"""Bytes: an answer whose witness is larger is not kept."""

Entry: TypeAlias = tuple[str, tuple[int, ...], str, bytes, int]
"""Verdict, core, reason, witness (packed, or nothing), the day on which it counts (an ordinal; 0: any)."""


class KeptAnswers:
    """The answers kept under one name. Read when the first is asked for, written by ``save``."""

    def __init__(self, name: str) -> None:
        """Make the answers kept under ``name``: those of all rulesets of that name. Under no name nothing is kept."""
        self._name = name
        self._kept: dict[bytes, Entry] | None = None
        self._used: dict[bytes, Entry] = {}
        self._changed = False

    def recall(self, digest: bytes, today: datetime.date) -> Answer | None:
        """Return what was answered to the question, None where that is not known or another day's.

        A witness has still to be replayed before it counts: the reference may have changed.
        """
        entry = self._entries().get(digest)
        answer = None if entry is None else _answer(entry, today.toordinal())
        if entry is not None and answer is not None:
            self._used[digest] = entry
        return answer

    def keep(self, digest: bytes, answer: Answer, today: datetime.date) -> None:
        """Take in an answer found on ``today``."""
        packed = b"" if answer.witness is None else _packed(answer.witness)
        if len(packed) <= LONGEST_WITNESS:
            day = 0 if answer.verdict is Verdict.IMPOSSIBLE else today.toordinal()
            self._used[digest] = (answer.verdict.value, answer.core, answer.reason, packed, day)
            self._changed = True

    def save(self) -> None:
        """Write what was taken in beside what others have written meanwhile; beyond the bounds the longest unused goes."""
        if not self._changed or not self._name:
            return
        merged = {digest: entry for digest, entry in _read(self._name).items() if digest not in self._used} | self._used
        cache.write(_key(self._name), marshal.dumps((_stamp(), _bounded(merged))))
        self._changed = False

    def _entries(self) -> dict[bytes, Entry]:
        if self._kept is None:
            self._kept = _read(self._name)
        return self._kept


def _read(name: str) -> dict[bytes, Entry]:
    content = cache.read(_key(name)) if name else None
    if content is None:
        return {}
    try:
        stamp, entries = marshal.loads(content)  # our own: the cache reads only what this user alone can write
    except (ValueError, EOFError, TypeError):
        return {}
    return entries if stamp == _stamp() and isinstance(entries, dict) else {}


def _answer(entry: Entry, today: int) -> Answer | None:
    try:
        verdict, core, reason, packed, day = entry
        witness = pickle.loads(packed) if packed else None
        found = Answer(Verdict(verdict), witness, core, reason)
    except (ValueError, TypeError, EOFError, AttributeError, ImportError, IndexError, KeyError, pickle.UnpicklingError):
        return None
    fits = isinstance(witness, Witness) == (found.verdict is Verdict.POSSIBLE)
    return found if fits and day in (0, today) else None


def _packed(witness: Witness) -> bytes:
    return pickle.dumps(witness, protocol=5)


def _bounded(entries: dict[bytes, Entry]) -> dict[bytes, Entry]:
    """Return the last of ``entries``, as many as may be kept."""
    left = MOST_BYTES
    last: list[tuple[bytes, Entry]] = []
    for digest, entry in reversed(entries.items()):
        left -= 80 + len(entry[2]) + len(entry[3])
        if left < 0 or len(last) == MOST_ANSWERS:
            break
        last.append((digest, entry))
    return dict(reversed(last))


def _key(name: str) -> str:
    return f"answers {__version__} {name}"


@once
def _stamp() -> str:
    """Return what tells this prover, with its limits and its z3, from one that might answer otherwise."""
    here = Path(__file__).parent.parent
    rooms = (here, here / "backends" / "smt", here / "proofs", here / "reference", here / "runtime")
    files = sorted(file for room in rooms for file in room.glob("*.py"))
    ours = "".join(f"{file} {file.stat().st_mtime_ns}\n" for file in files)
    return " ".join((hashlib.sha256(ours.encode(errors="surrogatepass")).hexdigest(), *_solver()))


def _solver() -> tuple[str, ...]:
    """Return the version of z3, without importing it."""
    found = find_spec("z3")
    if found is None or found.origin is None:
        return ()
    packages = Path(found.origin).parent.parent
    return tuple(sorted(path.name for path in packages.glob("z3_solver-*.dist-info"))) or (found.origin,)
