"""Rulesets into the standard layout, file by file."""

from __future__ import annotations

import os
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli import options
from revrules.cli.output import atomic_writer, use_color
from revrules.cli.rulesets import SUFFIX, must_exist, real, settings
from revrules.cli.trouble import UserError, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.source import Source

STANDARD_INPUT = "<stdin>"


class Outcome(Enum):
    """What became of a file."""

    CHANGED = "changed"
    SAME = "same"
    MISTAKES = "mistakes"
    UNREADABLE = "unreadable"


@click.command("fmt")
@options.ruleset_paths
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; list the files that would change, and fail if there are any."
)
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show what would change, and fail if anything would.")
@options.quiet
@click.pass_context
def command(ctx: click.Context, paths: tuple[str, ...], only_check: bool, show_diff: bool, quiet: bool) -> None:
    """Lay rulesets out in the standard way.

    PATHS are files or folders (the current folder without any); `-` reads from standard input and writes to standard output.
    Comments stay. Lines end in LF and files in one line end, whatever they had before. A file with mistakes in its
    grammar is left as it is; each file is replaced whole or not at all.
    """
    write = not (only_check or show_diff)
    outcomes = [_input(write, show_diff)] if paths == ("-",) else [_file(path, write, show_diff) for path in _files(paths)]
    if not quiet:
        click.echo(_summary(outcomes, write), err=True)
    failed = Outcome.MISTAKES in outcomes or (Outcome.CHANGED in outcomes and not write)
    ctx.exit(2 if Outcome.UNREADABLE in outcomes else int(failed))


def _files(paths: tuple[str, ...]) -> list[Path]:
    """Return every ruleset file at or under ``paths``, each once; hidden folders and excluded files left out."""
    found: dict[str, Path] = {}
    for given in [Path(path) for path in paths or ["."]]:
        must_exist(given)
        if not given.is_dir():
            found.setdefault(real(given), given)
            continue
        config = settings(given)
        for path in sorted(_under(given)):
            if not config.excludes(path):
                found.setdefault(real(path), path)
    if not found:
        raise UserError(f"no file that ends in `{SUFFIX}` in {', '.join(f'`{path}`' for path in paths or ['.'])}")
    return list(found.values())


def _under(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(here) / name for name in names if name.endswith(SUFFIX))


def _input(write: bool, show_diff: bool) -> Outcome:
    """Format standard input; a text with mistakes gives no output, so that an editor keeps what it has."""
    outcome, _, text = _formatted(STANDARD_INPUT, sys.stdin.buffer.read(), show_diff)
    if text is not None and write:
        with atomic_writer("-") as stream:
            stream.write(text)
    return outcome


def _file(path: Path, write: bool, show_diff: bool) -> Outcome:
    try:
        content = path.read_bytes() if path.is_file() else None
    except OSError as error:
        click.echo(f"error: {in_words(error)}", err=True)
        return Outcome.UNREADABLE
    if content is None:
        click.echo(f"error: {path}: this is no ordinary file", err=True)
        return Outcome.UNREADABLE
    outcome, shown, text = _formatted(str(path), content, show_diff)
    if outcome is Outcome.CHANGED and text is not None:
        if write:
            with atomic_writer(path) as stream:
                stream.write(text)
            click.echo(f"formatted {shown}", err=True)
        elif not show_diff:
            click.echo(shown)
    return outcome


def _formatted(shown: str, content: bytes, show_diff: bool) -> tuple[Outcome, str, str | None]:
    """Return what the file called ``shown`` needs, that name, and its text in the standard layout; report its mistakes."""
    from revrules.format import format_source
    from revrules.render import render
    from revrules.source import Source

    try:
        before = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        click.echo(f"error: {shown}: this is not UTF-8 text (byte {error.start + 1}); save it as UTF-8", err=True)
        return Outcome.UNREADABLE, shown, None
    source = Source(shown, before.replace("\r\n", "\n").replace("\r", "\n"))
    text, diagnostics = format_source(source)
    if text is None:
        click.echo(render(diagnostics, {shown: source}, style="full", color=use_color(err=True)), err=True, nl=False)
        return Outcome.MISTAKES, shown, None
    _must_mean_the_same(source, text)
    if text.encode() == content:
        return Outcome.SAME, shown, text
    if show_diff:
        _show_difference(shown, source.text, text)
    return Outcome.CHANGED, shown, text


def _must_mean_the_same(source: Source, text: str) -> None:
    """Hold back a layout that would change a ruleset's meaning: better an internal error than a damaged file."""
    from revrules.parse import parse
    from revrules.source import Source

    assert parse(source)[0] == parse(Source(source.path, text))[0], f"the formatted {source.path} reads as the file did before"


def _show_difference(shown: str, before: str, after: str) -> None:
    from difflib import unified_diff

    lines = unified_diff(before.splitlines(), after.splitlines(), shown, f"{shown} (formatted)", lineterm="")
    colors = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        click.echo(click.style(line, fg=colors[line[0]]) if line[0] in colors else line, color=use_color())


def _summary(outcomes: list[Outcome], write: bool) -> str:
    words = {
        Outcome.CHANGED: "formatted" if write else "would change",
        Outcome.SAME: "already well laid out",
        Outcome.MISTAKES: "with mistakes, left alone",
        Outcome.UNREADABLE: "unreadable",
    }
    counted = [(outcomes.count(outcome), text) for outcome, text in words.items() if outcome in outcomes]
    return ", ".join(f"{count} file{'' if count == 1 else 's'} {text}" for count, text in counted)
