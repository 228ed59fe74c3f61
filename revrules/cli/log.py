"""A word, score, rule, stage or lifecycle into the commits that changed what it means."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli import options
from revrules.cli.output import use_color
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from revrules.diff.past import Past, State, Version
    from revrules.diff.terms import Term

NEAR = 3


@click.command("log")
@click.argument("term", metavar="TERM")
@click.argument("path", metavar="[PATH]", required=False, default=".")
@click.option("--until", metavar="REVISION", default="HEAD", help="The newest commit to look at.  [default: HEAD]")
@click.option("--since", callback=options.day, metavar="DATE", help="Look at commits from this day on.")
@click.option("--all-parents", is_flag=True, help="Of a merge that changed the meaning, show the commits that it brought.")
@options.as_of_day
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show it.  [default: text]")
@options.quiet
def command(
    term: str,
    path: str,
    until: str,
    since: datetime.date | None,
    all_parents: bool,
    as_of: datetime.date | None,
    output_format: str,
    quiet: bool,
) -> None:
    """Say which commits changed what a word, score, rule, stage or lifecycle means.

    TERM is its name (`qualified`, `qualified for sales`, `account.fit`, `revenue.mql`), PATH a ruleset or its folder in a git
    repository. The newest commit comes first. Commits that only word it otherwise are proved to mean the same, and left out.

    Commits are those along first parents, so that a merge counts as one commit, which brought all that came with it.

    Exit code: 0 the history was read, 2 there is no such name, or no history.
    """
    from revrules.diff.history import history, into_merges
    from revrules.diff.past import Past
    from revrules.render.changes.history import as_json, as_text, summary
    from revrules.revisions import Repository, RevisionError

    try:
        with Repository.around(Path(path)) as repository:
            past = Past(repository, repository.inside(Path(path)))
            start = repository.resolve(until)
            moment = None if since is None else _beginning(since)
            chosen, versions = _chosen(past, past.states(start, moment), term, path)
            found = history(past, versions, chosen, as_of or options.this_day())
            if all_parents:
                found = into_merges(past, found, as_of or options.this_day())
            shallow = repository.shallow
    except RevisionError as error:
        from revrules.cli.records import show

        show([error.diagnostic])
        raise click.exceptions.Exit(2) from error
    click.echo(as_json(found) if output_format == "json" else as_text(found, color=use_color()), nl=False)
    if not quiet:
        click.echo(summary(found, past, shallow=shallow, limited=since is not None), err=True)


def _beginning(day: datetime.date) -> datetime.datetime:
    from datetime import datetime, time

    return datetime.combine(day, time()).astimezone()


def _chosen(past: Past, states: Iterator[State], text: str, path: str) -> tuple[Term, Iterator[Version]]:
    """Return what ``text`` names in the newest version that has it, and all versions."""
    from revrules.diff.terms import named

    seen: list[State] = []
    newest: Version | None = None
    for state in states:
        seen.append(state)
        if newest is not None and newest.ruleset is not None and not past.may_name(state, text):
            continue
        version = past.version(state)
        newest = version if newest is None or newest.ruleset is None else newest
        found = () if version.ruleset is None else named(version.ruleset, text)
        if len(found) > 1:
            titles = " or ".join(f"`{each.title}`{f' (the {each.kind})' if each.title == text else ''}" for each in found)
            raise UserError(f"`{text}` is more than one thing; say {titles}")
        if found:
            return found[0], map(past.version, chain(seen, states))
    raise UserError(_unknown(past, (seen[0], newest) if newest is not None else None, text, path))


def _unknown(past: Past, newest: tuple[State, Version] | None, text: str, path: str) -> str:
    """Return why nothing is called ``text``, and what comes near."""
    from difflib import get_close_matches

    from revrules.diff.past import reason
    from revrules.diff.terms import terms

    if newest is None:
        return f"{path}: no commit has touched a ruleset here"
    state, version = newest
    if version.ruleset is None:
        why = "" if version.error is None else f"; the newest: {reason(version.error)}"
        there = [f"`{each}`" for each in past.elsewhere(state) if each != state.path]
        hint = f"; there is a ruleset at {' and '.join(there[:NEAR])}" if there else ""
        return f"{path}: no commit holds a ruleset that can be read{why}{hint}"
    known = {name: None for term in terms(version.ruleset) for name in (term.said, term.title)}
    near = get_close_matches(text, known, NEAR)
    hint = f"; did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else ""
    return f"no version has a word, rule, stage or lifecycle `{text}`{hint}"
