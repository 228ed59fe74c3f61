"""A ruleset into a picture of one of its lifecycles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli.output import atomic_writer, spare_ruleset, use_color
from revrules.cli.rulesets import targets
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    from revrules.compiler import Compiled
    from revrules.ir import Lifecycle, Ruleset

STANDARD_INPUT = "<stdin>"
FORMATS = ("mermaid", "dot", "svg")
SUFFIXES = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid"}


@click.command("graph")
@click.argument("path", default=".", type=click.Path(), metavar="[PATH]")
@click.option("--lifecycle", metavar="NAME", help="Which lifecycle to draw, where there are several.")
@click.option(
    "--format",
    "style",
    type=click.Choice(FORMATS),
    help="The kind of picture.  [default: what the output file's name says, else mermaid]",
)
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it.  [default: standard output]")
@click.pass_context
def command(ctx: click.Context, path: str, lifecycle: str | None, style: str | None, output: str) -> None:
    """Draw a lifecycle: its stages, ways and owning teams.

    PATH is a ruleset or the folder that holds one (the current folder without it); `-` reads one from standard input.
    Teams are lanes, hand-offs between them stand out, ways back are dashed.
    Exit code: 0 drawn, 1 the ruleset has errors, 2 there is nothing to draw.
    """
    from revrules.pictures import Style, draw

    spare_ruleset(path, output)
    compiled = _compiled(path)
    if compiled.ruleset is None:
        _show_errors(compiled)
        ctx.exit(1)
    chosen = _chosen(compiled.ruleset, lifecycle)
    kind = style or SUFFIXES.get(Path(output).suffix.lower(), "mermaid")
    text = draw(compiled.ruleset, chosen, Style(kind))
    with atomic_writer(output) as stream:
        stream.write(text)


def _compiled(path: str) -> Compiled:
    from revrules.compiler import compile_path, compile_text

    if path != "-":
        return compile_path(_only(path))
    try:
        return compile_text(sys.stdin.buffer.read().decode("utf-8-sig"), path=STANDARD_INPUT)
    except UnicodeDecodeError as error:
        raise UserError(f"{STANDARD_INPUT}: this is not UTF-8 text (byte {error.start + 1})") from error


def _only(path: str) -> Path:
    from revrules.loading import ENTRY

    if (Path(path) / ENTRY).is_file():
        return Path(path)
    found = targets((path,))
    if len(found) > 1:
        raise UserError(f"{path}: there are several rulesets: {', '.join(f'`{each.path}`' for each in found[:8])}; name one")
    return found[0].path


def _chosen(ruleset: Ruleset, name: str | None) -> Lifecycle:
    """Return the lifecycle called ``name``, or the only one; raises ``UserError`` that says which there are."""
    known = ", ".join(f"`{lifecycle.name}`" for lifecycle in ruleset.lifecycles)
    if not known:
        raise UserError(f"ruleset `{ruleset.name}` has no lifecycle, so there is nothing to draw")
    if name is None and len(ruleset.lifecycles) > 1:
        raise UserError(f"ruleset `{ruleset.name}` has several lifecycles: {known}; choose one with --lifecycle NAME")
    found = next((lifecycle for lifecycle in ruleset.lifecycles if name in (None, lifecycle.name)), None)
    if found is None:
        raise UserError(f"ruleset `{ruleset.name}` has no lifecycle `{name}`; there is {known}")
    return found


def _show_errors(compiled: Compiled) -> None:
    from revrules.render import render

    click.echo(render(compiled.diagnostics, compiled.sources, style="full", color=use_color()), nl=False, err=True)
