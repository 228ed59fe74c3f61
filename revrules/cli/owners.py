"""A ruleset into a CODEOWNERS file: who has to review which of its files."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMES = re.compile(r"@[\w.-]+(?:/[\w.-]+)*|[^\s@]+@[^\s@]+")
"""What a code host knows: an account, a team of an organisation, an address."""


@click.command("owners")
@click.argument("path", metavar="[PATH]", default=".")
@click.option("--map", "given", metavar="TEAM=@NAME", multiple=True, help="What the code host calls a team: sales=@acme/sales.")
@click.option("--output", "-o", "target", metavar="FILE", help="Write the section into this file, and keep its other lines.")
def command(path: str, given: tuple[str, ...], target: str | None) -> None:
    """Write a CODEOWNERS file: which teams own which files of a ruleset.

    A file is owned by the teams that own what is declared in it (definitions, rules, stages, fields), a list or table by those
    whose definitions read it, all else by the steward. Paths are seen from the top of the repository. A team that --map does not
    name is written as @team.
    """
    from revrules.cli.output import atomic_writer
    from revrules.code_owners import SectionError, code_owners, with_section

    names = _names(given)
    section = code_owners(_all_owners(path, names), names)
    if target is None:
        click.echo(section, nl=False)
        return
    if target.endswith(".rev"):
        raise UserError(f"{target}: this is the name of a ruleset; a code host reads CODEOWNERS, .github/CODEOWNERS or the like")
    before = Path(target).read_text(encoding="utf-8") if Path(target).exists() else ""
    try:
        text = with_section(before, section)
    except SectionError as error:
        raise UserError(f"{target}: {error}") from error
    with atomic_writer(target) as stream:
        stream.write(text)
    click.echo(f"{'wrote' if text != before else 'nothing to change in'} {target}", err=True)


def _names(given: Sequence[str]) -> dict[str, str]:
    names = {}
    for each in given:
        team, equals, name = each.partition("=")
        if not equals or not team.strip() or not NAMES.fullmatch(name.strip()):
            raise click.UsageError(f"--map {each!r} is not TEAM=@NAME, such as sales=@acme/sales.")
        names[team.strip()] = name.strip()
    return names


def _all_owners(path: str, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the owners of every file of the rulesets at ``path``, by the path from the top of the repository."""
    from revrules.cli.rulesets import targets
    from revrules.code_owners import file_owners
    from revrules.compiler import compile_path

    found: dict[str, tuple[str, ...]] = {}
    teams: set[str] = set()
    for target in targets([path]):
        compiled = compile_path(target.path)
        if compiled.ruleset is None:
            raise UserError(f"{target.path} has errors: `revrules check` tells them")
        teams |= {team.name for team in compiled.ruleset.teams}
        for name, owners in file_owners(compiled.ruleset, compiled.sources).items():
            where = _from_top(Path(name))
            found[where] = tuple(dict.fromkeys((*found.get(where, ()), *owners)))
    unknown = sorted(names.keys() - teams)
    if unknown:
        raise click.UsageError(f"--map names `{unknown[0]}`; the teams are {', '.join(f'`{team}`' for team in sorted(teams))}.")
    return found


def _from_top(path: Path) -> str:
    """Return the path from the top of the repository that holds it, else from the current folder."""
    full = Path(os.path.realpath(path))
    top = next((folder for folder in full.parents if (folder / ".git").exists()), Path(os.path.realpath(".")))
    return Path(os.path.relpath(full, top)).as_posix()
