"""Two rulesets, or two teams of one, into how their words and stages lie to each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli import options, records
from revrules.cli.output import spare_ruleset, use_color
from revrules.cli.regions import Counted, Data, count, data_options
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    from revrules.ir import Ruleset
    from revrules.proofs.alignment import Alignment, Names


@click.command("align")
@click.argument("ruleset", metavar="A")
@click.argument("other", metavar="[B]", required=False)
@click.option("--teams", metavar="ONE,OTHER", help="Compare what these teams mean: ONE in A, OTHER in B (or both in A).")
@click.option("--map", "mapped", multiple=True, metavar="THEIRS=OURS", help="What B calls THEIRS is what A calls OURS: any name.")
@data_options
@options.as_of_day
@click.option(
    "--output-format", type=click.Choice(["text", "markdown", "json"]), default="text", help="How to show it.  [default: text]"
)
@options.quiet
@click.pass_context
def command(
    ctx: click.Context,
    ruleset: str,
    other: str | None,
    teams: str | None,
    mapped: tuple[str, ...],
    data: tuple[str, ...],
    entity: str | None,
    list_path: str | None,
    rejects_path: str | None,
    input_format: str | None,
    encoding: str | None,
    delimiter: str | None,
    as_of: datetime.date | None,
    output_format: str,
    quiet: bool,
) -> None:
    """Compare what two rulesets, or two teams, mean by the same words.

    A and B are rulesets or folders that hold one. Every word, rule and stage that both have is compared for every possible
    record: the same, wider, narrower, overlapping or disjoint is proved, and a record shows each difference. --data says how
    many real records lie on which side.

    Exit code: 0 everything is proved to be the same, 1 something differs or is undecided, 2 nothing could be compared.
    """
    chosen = _teams(teams)
    if other is None and chosen is None:
        raise click.UsageError("name a second ruleset, or two teams of this one: --teams marketing,sales.")
    spare_ruleset(ruleset, list_path, rejects_path)
    first = _load(ruleset)
    second = first if other is None else _load(other)
    for team, whose, path in zip(chosen or (), (first, second), (ruleset, other or ruleset), strict=False):
        _must_have(team, whose, path)
    names = _names(mapped)
    found = _aligned(
        first, second, names, as_of or options.this_day(), chosen or _sides(first, second, ruleset, other or ruleset), chosen
    )
    _must_be_used(names, second)
    counted = Counted()
    if data:
        how = records.reading(input_format, encoding, delimiter)
        counted = count(first, second, found, Data(data, entity, as_of, how, list_path, rejects_path))
    elif list_path or rejects_path:
        raise click.UsageError("--list and --rejects are about the records of --data FILE.")
    click.echo(_shown(found, counted, output_format), nl=False)
    if not quiet:
        _tell(found, counted)
    ctx.exit(0 if found.same else 1)


def _aligned(
    first: Ruleset,
    second: Ruleset,
    names: Names,
    today: datetime.date,
    sides: tuple[str, str],
    teams: tuple[str, str] | None,
) -> Alignment:
    from revrules.proofs.alignment import align, align_teams

    if teams is not None and first is second:
        return align_teams(first, today, teams)
    return align(first, second, names, today, sides=sides, teams=teams)


def _load(path: str) -> Ruleset:
    """Return the ruleset at ``path``; shows what is wrong with it and ends with exit code 2: nothing can be compared."""
    from revrules.ruleset import RulesetError, load_cached

    try:
        return load_cached(path).ir
    except RulesetError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(2) from error


def _teams(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise click.UsageError(f"`{text}` does not name two teams; write --teams marketing,sales.")
    return names[0], names[1]


def _must_have(team: str, ruleset: Ruleset, path: str) -> None:
    known = [each.name for each in ruleset.teams]
    if team not in known:
        raise UserError(f"{path}: there is no team `{team}`{_near(team, known)}")


def _near(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    listed = list(known)
    near = get_close_matches(name, listed, 2)
    if near:
        return f"; did you mean {' or '.join(f'`{each}`' for each in near)}?"
    return f"; there is {', '.join(f'`{each}`' for each in listed[:8])}" if listed else ""


def _names(mapped: Sequence[str]) -> Names:
    from revrules.proofs.alignment import Names

    given: dict[str, str] = {}
    for text in mapped:
        theirs, equals, ours = (part.strip() for part in text.partition("="))
        if not (theirs and equals and ours):
            raise click.UsageError(f"`{text}` maps no name; write --map THEIRS=OURS, for instance --map sql=qualified.")
        given[theirs] = ours
    return Names(given)


def _must_be_used(names: Names, second: Ruleset) -> None:
    """Raise ``UserError`` for a name that was mapped and led nowhere: it would change nothing, in silence."""
    from revrules.proofs.alignment import names_of

    for theirs, ours in names.given.items():
        if theirs not in names.used:
            known = names_of(second)
            if theirs.rpartition(".")[2] in known or theirs in known:
                raise UserError(
                    f"--map {theirs}={ours}: A has nothing of that kind that is called `{ours}`, or it has a partner already"
                )
            raise UserError(f"--map {theirs}={ours}: B has nothing that is called `{theirs}`{_near(theirs, known)}")


def _sides(first: Ruleset, second: Ruleset, path: str, other: str) -> tuple[str, str]:
    """Return names for the two: those of the rulesets, of the files, of the folders, whatever tells them apart."""

    stems = Path(path).resolve().stem, Path(other).resolve().stem
    choices = ((first.name, second.name), stems, (path, other))
    return next((pair for pair in choices if pair[0] != pair[1] and all(pair)), ("A", "B"))


def _shown(found: Alignment, counted: Counted, style: str) -> str:
    from revrules.render import alignment

    if style == "json":
        return alignment.as_json(found, counted.account, counted.positions)
    if style == "markdown":
        return alignment.as_markdown(found, counted.account, counted.positions)
    return alignment.as_text(found, counted.account, counted.positions, color=use_color())


def _tell(found: Alignment, counted: Counted) -> None:
    """Write what was compared and how, and what became of the rows, to standard error."""
    from revrules.render.alignment import summary

    click.echo(f"\n{summary(found)}", err=True)
    counted.tell()
