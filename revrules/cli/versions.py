"""What the command line names as a version, a path or a revision of git, into a compiled ruleset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.compiler import Compiled
    from revrules.diagnostics import Diagnostic
    from revrules.ir import Ruleset
    from revrules.source import Source

WORK_TREE = "the working tree"


class Version(NamedTuple):
    """One version of a ruleset and what to call it."""

    name: str
    ruleset: Ruleset
    sources: Mapping[str, Source] = {}


def two_versions(old: str | None, new: str | None, path: str) -> tuple[Version, Version]:
    """Return the versions to compare: a path or a revision each; by default HEAD and what is on the disk at ``path``.

    Shows what is wrong with one that cannot be compiled and ends with exit code 2: nothing can be compared.
    """
    return version(old or "HEAD", path), version(new, path) if new is not None else _on_disk(path, WORK_TREE)


def version(text: str, path: str) -> Version:
    """Return the version that ``text`` names: what is at that path of the disk, or the ruleset at ``path`` at that revision."""
    if Path(text).exists():
        return _on_disk(text, text)
    from revrules.compiler import compile_tree
    from revrules.revisions import Repository, RevisionError

    try:
        with Repository.around(Path(path)) as repository:
            found = repository.resolve(text)
            inner = found.path if found.path is not None else repository.inside(Path(path))
            return _version(text, compile_tree(repository.tree(found), inner))
    except RevisionError as error:
        _refuse([error.diagnostic])


def _on_disk(path: str, name: str) -> Version:
    from revrules.compiler import compile_path

    return _version(name, compile_path(Path(path)))


def _version(name: str, compiled: Compiled) -> Version:
    if compiled.ruleset is None or compiled.errors:
        _refuse(list(compiled.errors), compiled)
    return Version(name, compiled.ruleset, compiled.sources)


def _refuse(diagnostics: list[Diagnostic], compiled: Compiled | None = None) -> NoReturn:
    from revrules.cli.output import use_color
    from revrules.render import render

    sources = {} if compiled is None else compiled.sources
    click.echo(render(diagnostics, sources, style="full", color=use_color(err=True)), err=True, nl=False)
    raise click.exceptions.Exit(2)
