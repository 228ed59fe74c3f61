"""The versions of a ruleset into the commits that changed the meaning of one thing: commits that only reword are proved to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from revrules.diff.changes import Kind, What
from revrules.diff.terms import deciding_stages, earlier, fingerprint, only, thing
from revrules.diff.versions import difference
from revrules.revisions import Revision

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from revrules.diagnostics import Diagnostic
    from revrules.diff.changes import Change, Shape
    from revrules.diff.past import Past, Version
    from revrules.diff.terms import Term
    from revrules.diff.versions import Difference
    from revrules.ir import Ruleset
    from revrules.revisions import Commit

WORDS = (What.DEFINITION, What.SCORE, What.CLASSIFICATION)
STAGES = (What.STAGE, What.GATE)


@dataclass(frozen=True, slots=True)
class Event:
    """What a commit did to the meaning of a thing, called ``term`` from then on and ``before`` until then.

    ``change`` is what became of it as a whole (None where only something else that is declared of it is another), ``causes`` what
    says something else than before, ``shape`` what is declared otherwise. ``first``: nothing older is known of it, so ``kind`` is
    new.
    """

    commit: Commit
    kind: Kind
    term: Term
    before: Term
    change: Change | None = None
    causes: tuple[Change, ...] = ()
    shape: tuple[Shape, ...] = ()
    since: Commit | None = None
    """The commit whose version it was compared with."""
    brought: tuple[Event, ...] = ()
    """Of a merge that was looked into: what changed it on the sides that were merged, newest first."""

    @property
    def renamed(self) -> bool:
        """Whether it got another name."""
        return self.term != self.before


@dataclass(frozen=True, slots=True)
class Broken:
    """A commit whose version has no meaning, and the first reason."""

    commit: Commit
    reason: Diagnostic


@dataclass(frozen=True, slots=True)
class History:
    """The events of a thing, newest first; how many commits touched the ruleset, touched what it says, were proved the same."""

    term: Term
    events: tuple[Event, ...]
    broken: tuple[Broken, ...]
    commits: int
    touched: int
    proved: int

    @property
    def changed(self) -> int:
        """How many commits changed its meaning; not the one from which it is known."""
        return sum(event.kind is not Kind.SAME and event.since is not None for event in self.events)


def history(past: Past, versions: Iterable[Version], term: Term, today: datetime.date) -> History:
    """Return what became of ``term``, as the newest version that has it calls it, along ``versions`` of ``past``."""
    events: list[Event] = []
    broken: list[Broken] = []
    commits = touched = proved = 0
    newer: Version | None = None
    called = term
    past.look_at(term.names)
    for version in versions:
        commits += 1
        if version.error is not None:
            broken.append(Broken(version.commit, version.error))
            continue
        if newer is not None and newer.ruleset is not version.ruleset:
            before = earlier(called, version.ruleset, newer.ruleset) if version.ruleset and newer.ruleset else called
            event = _event((version, newer), (before, called), today)
            touched += event is not None
            proved += event is not None and event.kind is Kind.SAME
            if event is not None and (event.kind is not Kind.SAME or event.renamed):
                events.append(event)
            called = before
            past.look_at(called.names)
        newer = version
    if newer is not None and _has(newer.ruleset, called):
        events.append(Event(newer.commit, Kind.NEW, called, called))
        touched += 1
    return History(term, tuple(events), tuple(broken), commits, touched, proved)


def into_merges(past: Past, found: History, today: datetime.date) -> History:
    """Return a history in which merges that changed the meaning say which commits of their sides did. Raises RevisionError."""
    events = []
    for event in found.events:
        first, *others = event.commit.parents or ("",)
        sides = [_side(past, event.term, (first, other), today) for other in others if event.since is not None]
        events.append(replace(event, brought=tuple(each for side in sides for each in side)))
    return replace(found, events=tuple(events))


def _side(past: Past, term: Term, parents: tuple[str, str], today: datetime.date) -> tuple[Event, ...]:
    """Return the events of the commits that only the second parent of a merge reaches."""
    first, other = (Revision(parent, parent) for parent in parents)
    states = list(past.states(other, beyond=first))
    start = states[-1].commit.parents if states else ()
    before = past.at(Revision(start[0], start[0]), states[-1].path) if start else None
    along = history(past, map(past.version, [*states, *([before] if before else [])]), term, today)
    return tuple(event for event in into_merges(past, along, today).events if event.since is not None)


def _has(ruleset: Ruleset | None, term: Term) -> bool:
    return ruleset is not None and thing(ruleset, term) is not None


def _event(pair: tuple[Version, Version], terms: tuple[Term, Term], today: datetime.date) -> Event | None:
    """Return what the newer of two versions made of a thing, None where nothing that it rests on is written otherwise."""
    older, newer = pair
    before, term = terms
    plain = Event(newer.commit, Kind.SAME, term, before, since=older.commit)
    there, here = _has(older.ruleset, before), _has(newer.ruleset, term)
    if not (there and here):
        return None if there == here else Event(newer.commit, Kind.NEW if here else Kind.GONE, term, before, since=older.commit)
    assert older.ruleset is not None and newer.ruleset is not None, "what has a thing is there"
    if fingerprint(older.ruleset, before) == fingerprint(newer.ruleset, term):
        return plain if before != term else _reworded(pair, terms, plain)
    stages = deciding_stages(older.ruleset, before) | deciding_stages(newer.ruleset, term)
    found = difference(only(older.ruleset, before, stages), only(newer.ruleset, term, stages), today)
    return _told(plain, found)


def _reworded(pair: tuple[Version, Version], terms: tuple[Term, Term], plain: Event) -> Event | None:
    """Return ``plain`` where the thing itself is written otherwise."""
    older, newer = pair
    assert older.ruleset is not None and newer.ruleset is not None, "both have the thing"
    return plain if thing(older.ruleset, terms[0]) != thing(newer.ruleset, terms[1]) else None


def _told(plain: Event, found: Difference) -> Event:
    """Return the event of what was found in two versions that hold nothing besides."""
    own = [change for change in found.changed if _is(change, plain.term)]
    causes = tuple(change for change in found.changed if not change.inherited and change.what is not What.MEMBER)
    shape = tuple(each for each in found.shape if not each.aside and _concerns(each, plain.term))
    whole = next(iter(own), None)
    kinds = {change.kind for change in own}
    kind = next(iter(kinds)) if len(kinds) == 1 else _of_several(kinds, whole)
    if kind is Kind.SAME and shape:
        kind = Kind.CHANGED
    return Event(plain.commit, kind, plain.term, plain.before, whole, causes if own else (), shape, plain.since)


def _of_several(kinds: set[Kind], whole: Change | None) -> Kind:
    """Return the kind of a stage by its records, of a lifecycle by all of its stages."""
    if whole is None:
        return Kind.SAME
    return whole.kind if whole.what is What.STAGE and len(kinds) < 3 else Kind.CHANGED


def _is(change: Change, term: Term) -> bool:
    match term.kind:
        case "word":
            return change.what in WORDS and (change.name, change.of) == (term.said, "")
        case "rule":
            return change.what is What.RULE and change.name == term.name
        case "stage":
            return change.what in STAGES and change.name == term.name
        case _:
            return change.what in (*STAGES, What.WAY)


def _concerns(shape: Shape, term: Term) -> bool:
    """Return whether something that is declared otherwise is declared of ``term``, or of a stage of it."""
    if term.kind == "lifecycle":
        return shape.name == term.name or shape.name.startswith(f"{term.name}: ")
    if term.kind == "stage":
        _, _, rest = shape.name.partition(": ")
        return term.name in rest.split(" → ")
    return shape.what == "level" and shape.name == term.name
