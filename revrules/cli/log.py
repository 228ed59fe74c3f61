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

    from revrules.diff.past import Version
    from revrules.diff.terms import Term

NEAR = 3


@click.command("log")
@click.argument("term", metavar="TERM")
@click.argument("path", metavar="[PATH]", required=False, default=".")
@click.option("--until", metavar="REVISION", default="HEAD", help="The newest commit to look at.  [default: HEAD]")
@click.option("--since", callback=options.day, metavar="DATE", help="Look at commits from this day on.")
@options.as_of_day
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show it.  [default: text]")
@options.quiet
def command(
    term: str,
    path: str,
    until: str,
    since: datetime.date | None,
    as_of: datetime.date | None,
    output_format: str,
    quiet: bool,
) -> None:
    """Say which commits changed what a word, score, rule, stage or lifecycle means.

    TERM is its name (`qualified`, `qualified for sales`, `account.fit`, `revenue.mql`), PATH a ruleset or its folder in a git
    repository. The newest commit comes first. Commits that only word it otherwise are proved to mean the same, and left out. A
    merge counts as one commit.

    Exit code: 0 the history was read, 2 there is no such name, or no history.
    """
    from revrules.diff.history import history
    from revrules.diff.past import Past
    from revrules.render.changes.history import as_json, as_text, summary
    from revrules.revisions import Repository, RevisionError

    try:
        with Repository.around(Path(path)) as repository:
            past = Past(repository, repository.inside(Path(path)))
            start = repository.resolve(until)
            moment = None if since is None else _beginning(since)
            chosen, versions = _chosen(past.versions(start, moment), term, path)
            found = history(past, versions, chosen, as_of or options.this_day())
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


def _chosen(versions: Iterator[Version], text: str, path: str) -> tuple[Term, Iterator[Version]]:
    """Return what ``text`` names in the newest version that has it, and all versions."""
    from revrules.diff.terms import named

    seen: list[Version] = []
    for version in versions:
        seen.append(version)
        found = () if version.ruleset is None else named(version.ruleset, text)
        if len(found) > 1:
            titles = " or ".join(f"`{each.title}`{f' (the {each.kind})' if each.title == text else ''}" for each in found)
            raise UserError(f"`{text}` is more than one thing; say {titles}")
        if found:
            return found[0], chain(seen, versions)
    raise UserError(_unknown(seen, text, path))


def _unknown(seen: list[Version], text: str, path: str) -> str:
    """Return why nothing is called ``text``, and what comes near."""
    from difflib import get_close_matches

    from revrules.diff.terms import terms

    if not seen:
        return f"{path}: no commit has touched a ruleset here"
    newest = next((each.ruleset for each in seen if each.ruleset is not None), None)
    if newest is None:
        reason = next((each.error for each in seen if each.error is not None), None)
        raise UserError(
            f"{path}: no commit holds a ruleset that can be read{f'; the newest: {reason.message}' if reason else ''}"
        )
    known = {name: None for term in terms(newest) for name in (term.said, term.title)}
    near = get_close_matches(text, known, NEAR)
    hint = f"; did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else ""
    return f"no version has a word, rule, stage or lifecycle `{text}`{hint}"
