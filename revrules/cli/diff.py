"""Two versions of a ruleset into what the change means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from revrules.cli import options
from revrules.cli.impact import FailOn, count, data_options, too_many, with_records
from revrules.cli.output import use_color

if TYPE_CHECKING:
    import datetime

    from revrules.cli.impact import Options as DataOptions
    from revrules.cli.versions import Version
    from revrules.diff import Difference
    from revrules.impact import Account

FAILURES = ("changed", "tightened", "loosened", "undecided", "never")


@click.command("diff")
@click.argument("old", metavar="[OLD]", required=False)
@click.argument("new", metavar="[NEW]", required=False)
@click.option("--ruleset", "path", default=".", metavar="PATH", help="Where the ruleset is, for revisions of git.  [default: .]")
@options.as_of_day
@click.option(
    "--fail-on",
    type=FailOn(FAILURES),
    default="changed",
    help="What ends with exit code 1: any change of meaning, something (perhaps) stricter or looser, something undecided, "
    "nothing, or more than N records that move.",
)
@click.option(
    "--output-format",
    type=click.Choice(["text", "markdown", "json", "html", "github"]),
    default="text",
    help="How to show it.  [default: text]",
)
@options.quiet
@click.pass_context
@data_options
def command(
    ctx: click.Context,
    old: str | None,
    new: str | None,
    path: str,
    as_of: datetime.date | None,
    fail_on: str,
    output_format: str,
    quiet: bool,
    data: DataOptions,
) -> None:
    """Say what a change means: what became stricter or looser, with a record.

    OLD and NEW are each a path or a revision of git (`main`, `HEAD~3`, `v1:rules/`); without NEW, OLD is compared with the
    working tree, without OLD it is HEAD. What is only worded, ordered or placed otherwise is proved to be the same. The work
    tree is never touched. With --data, what the change does to real records: who moves where, and which clause moves them.

    Exit code: 0 no change in meaning (or none that --fail-on names), 1 a change, 2 nothing could be compared.
    """
    from revrules.cli.versions import two_versions
    from revrules.diff import difference

    before, after = two_versions(old, new, path)
    found = difference(before.ruleset, after.ruleset, as_of or options.this_day())
    counted = count(found, data, as_of)
    text = _shown(found, (before, after), output_format, None if counted is None else counted.account)
    click.echo(text if counted is None else with_records(text, counted.account, output_format), nl=False)
    if not quiet:
        click.echo("\n".join((_summary(found), *(() if counted is None else counted.told))), err=True)
    moved = too_many(fail_on, None if counted is None else counted.account)
    ctx.exit(1 if (_fails(found, fail_on) if moved is None else moved) else 0)


def _shown(found: Difference, versions: tuple[Version, Version], output_format: str, account: Account | None) -> str:
    from revrules.render.changes import as_html, as_json, as_markdown, as_text, for_github

    old, new = versions
    names = old.name, new.name
    match output_format:
        case "json":
            return as_json(found, names)
        case "markdown":
            return as_markdown(found, names, account)
        case "html":
            return as_html(found, names)
        case "github":
            return for_github(found, new.sources)
        case _:
            return as_text(found, names, color=use_color())


def _fails(found: Difference, fail_on: str) -> bool:
    if fail_on == "changed":
        return not found.same
    kinds = {fail_on, "changed", "undecided"} if fail_on in ("tightened", "loosened") else {fail_on}
    return any(change.kind.value in kinds for change in found.changed)


def _summary(found: Difference) -> str:
    counts = found.counts
    kinds: dict[str, int] = {}
    for change in found.changes:
        kinds[change.kind.value] = kinds.get(change.kind.value, 0) + 1
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    asked = f"{counts.asked} questions, {counts.undecided} undecided" if counts.asked else "no question needed"
    return re.sub(r"\s+", " ", f"{len(found.changes)} compared: {told or 'nothing'}; {asked}")
