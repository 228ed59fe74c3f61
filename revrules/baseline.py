"""A file of accepted findings, and today's findings, into those that are new, and what became of the accepted ones.

A finding is accepted by its code, its place (the declaration, not the line) and the meaning of what it is about. So moving and
rewording accept it still, and another threshold does not. A finding about several things alike (three definitions that nothing
uses) is accepted thing by thing: a fourth one is new, the three are not.
"""

from __future__ import annotations

import datetime
import json
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from revrules.declarations import Declarations
from revrules.diagnostics import Severity
from revrules.problems.baselines import acceptance_ended, accepted_gone, accepted_in_part, unreadable_baseline
from revrules.problems.ownership import UNUSED_DEFINITION, UNUSED_FIELD, UNUSED_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from revrules.diagnostics import Diagnostic
    from revrules.ir import Ruleset

VERSION = 1
HEAD = """\
# Findings that are accepted: `revrules check --baseline` does not fail for these. Written by `revrules check --write-baseline`,
# which keeps the lines `until = 2027-01-31` (accepted up to that day) and `because = "..."` that you add.
"""
Key = tuple[str, str, str, str]
"""Ruleset, code, place, meaning."""
SEVERAL = (UNUSED_DEFINITION, UNUSED_NAME, UNUSED_FIELD)
"""Findings about several things alike, each of which could be one by itself."""
NEEDED = ("ruleset", "code", "place", "meaning")


class BaselineError(ValueError):
    """A baseline cannot be read; ``diagnostic`` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted finding: what makes it the same, what it said, until when (None: without end) and why it is accepted."""

    key: Key
    name: str = ""
    message: str = ""
    until: datetime.date | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Accepted findings and the file that they stand in."""

    path: str
    accepted: tuple[Accepted, ...] = ()


def read_baseline(path: Path) -> Baseline:
    """Return the baseline in a file. Raises ``BaselineError`` for one that is none, or that cannot be read."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _unreadable(
            path, "there is no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, f"this is not TOML: {str(error)[:1].lower()}{str(error)[1:]}") from error
    if table.get("version", VERSION) != VERSION:
        raise _unreadable(path, f"it has version {table['version']}, and this program knows version {VERSION}")
    entries = table.get("accepted", [])
    if not isinstance(entries, list):
        raise _unreadable(path, "`accepted` is a list of tables, `[[accepted]]`")
    return Baseline(str(path), tuple(_entry(path, number, entry) for number, entry in enumerate(entries, 1)))


def accepted_today(ruleset: Ruleset | None, diagnostics: Iterable[Diagnostic]) -> tuple[Accepted, ...]:
    """Return the findings about one ruleset as accepted ones. An error that keeps it from having a meaning cannot be accepted."""
    if ruleset is None:
        return ()
    declared = Declarations(ruleset)
    return tuple(
        Accepted(key, each.name, _message(each, key))
        for each in diagnostics if is_acceptable(each)
        for key in _keys(ruleset, declared, each)
    )  # fmt: skip


def new_findings(
    baseline: Baseline,
    ruleset: Ruleset | None,
    diagnostics: Sequence[Diagnostic],
    today: datetime.date,
    *,
    complete: bool = True,
) -> list[Diagnostic]:
    """Return the findings about one ruleset that ``baseline`` does not accept, and what became of those that it accepts.

    An entry accepts one finding, or one thing of a finding about several. One whose day has passed accepts none, which is told
    beside the finding, and so is what is accepted of a finding of which the rest is new. An entry that fits nothing is told, too,
    where the diagnostics are ``complete``: without proofs nobody knows whether a finding by proof is gone.
    """
    if ruleset is None:
        return list(diagnostics)
    declared = Declarations(ruleset)
    own = [entry for entry in baseline.accepted if entry.key[0] == ruleset.name]
    waiting = Counter(entry.key for entry in own)
    ended = {entry.key: entry.until for entry in own if entry.until is not None and entry.until < today}
    found: list[Diagnostic] = []
    new: set[tuple[str, str]] = set()
    for each in diagnostics:
        keys = _keys(ruleset, declared, each) if is_acceptable(each) else ()
        fitting = [key for key in keys if waiting[key]]
        waiting.subtract(fitting)
        overdue = [key for key in fitting if key in ended]
        unknown = [key for key in keys if key not in fitting]
        new.update(key[1:3] for key in unknown)
        if unknown or overdue or not keys:
            found.append(each)
        if fitting and unknown:
            found.append(
                accepted_in_part(baseline.path, each.code, *(tuple(key[2] for key in some) for some in (fitting, unknown)))
            )
        found += [acceptance_ended(baseline.path, each.code, key[2], ended[key]) for key in overdue]
    messages = {entry.key: entry.message for entry in own}
    left = [key for key, count in waiting.items() for _ in range(count)] if complete else []
    return found + [accepted_gone(baseline.path, key[1], key[2], messages[key], changed=key[1:3] in new) for key in left]


def written(entries: Iterable[Accepted], before: Baseline | None = None) -> str:
    """Return the text of a baseline: sorted, one entry after the other, with the dates and reasons of ``before``."""
    kept = {entry.key: entry for entry in before.accepted} if before else {}
    lines = [HEAD, f"version = {VERSION}\n"]
    for entry in sorted(entries, key=lambda each: (each.key[:3], each.message, each.key)):
        earlier = kept.get(entry.key)
        if earlier is not None:
            entry = replace(entry, until=earlier.until, because=earlier.because)
        lines.append("\n" + "".join(f"{line}\n" for line in _lines(entry)))
    return "".join(lines)


def _lines(entry: Accepted) -> Iterator[str]:
    ruleset, code, place, meaning = entry.key
    yield "[[accepted]]"
    for name, value in (("ruleset", ruleset), ("code", code), ("name", entry.name), ("place", place), ("meaning", meaning)):
        yield f"{name} = {_text(value)}"
    yield f"message = {_text(entry.message)}"
    if entry.until is not None:
        yield f"until = {entry.until.isoformat()}"
    if entry.because:
        yield f"because = {_text(entry.because)}"


def _text(value: str) -> str:
    """Return a text as TOML writes it: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _entry(path: Path, number: int, entry: object) -> Accepted:
    if not isinstance(entry, dict):
        raise _unreadable(path, "`accepted` is a list of tables, `[[accepted]]`")
    for name in NEEDED:
        if not isinstance(entry.get(name), str):
            raise _unreadable(path, f"entry {number} has no `{name}`, or one that is no text")
    unknown = sorted(entry.keys() - {*NEEDED, "name", "message", "until", "because"})
    if unknown:
        raise _unreadable(path, f"entry {number} has `{unknown[0]}`, which means nothing there")
    until = entry.get("until")
    if until is not None and (not isinstance(until, datetime.date) or isinstance(until, datetime.datetime)):
        raise _unreadable(path, f"`until` of entry {number} is a date without quotes, such as 2027-01-31")
    texts = {name: entry.get(name, "") for name in ("name", "message", "because")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise _unreadable(path, f"entry {number}: `name`, `message` and `because` are texts")
    key = (entry["ruleset"], entry["code"].upper(), entry["place"], entry["meaning"])
    return Accepted(key, texts["name"], texts["message"], until, texts["because"])


def is_acceptable(diagnostic: Diagnostic) -> bool:
    """Return whether a finding leaves the ruleset its meaning: any but errors, of which those by proof (REV5xx) do."""
    return diagnostic.problem.severity is not Severity.ERROR or diagnostic.code.startswith("REV5")


def _keys(ruleset: Ruleset, declared: Declarations, diagnostic: Diagnostic) -> tuple[Key, ...]:
    """Return what makes a finding the same: one key, or one for each of several things alike."""
    places = declared.each(diagnostic) if diagnostic.problem in SEVERAL else []
    return tuple((ruleset.name, diagnostic.code, *place) for place in places or [declared.about(diagnostic)])


def _message(diagnostic: Diagnostic, key: Key) -> str:
    return f"{key[2]}: one of the {diagnostic.problem.summary}" if diagnostic.problem in SEVERAL else diagnostic.message


def _unreadable(path: Path, why: str) -> BaselineError:
    return BaselineError(unreadable_baseline(str(path), why))
