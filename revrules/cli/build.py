"""A ruleset into files that other programs run: a compiled artifact, a module without dependencies."""

from __future__ import annotations

import os

import click


@click.command("build")
@click.argument("ruleset", metavar="RULESET")
@click.option("--artifact", metavar="FILE", help="Where to write the compiled ruleset, as JSON with a content hash.")
@click.option("--module", metavar="FILE", help="Where to write a Python module that needs nothing but Python.")
@click.option("--lifecycle", "lifecycles", metavar="NAME", multiple=True, help="A lifecycle for the module.  [default: all]")
def command(ruleset: str, artifact: str | None, module: str | None, lifecycles: tuple[str, ...]) -> None:
    """Write a ruleset as one file that other programs can run.

    The artifact is loaded with revrules.load("rules.json"), without the grammar. The module is imported as it is, also where
    revrules cannot be installed. Both give the same answers as the ruleset.
    """
    from revrules.cli.records import load_ruleset

    if artifact is None and module is None:
        raise click.UsageError("nothing to write; give --artifact FILE, --module FILE or both.")
    from revrules.cli.output import spare_ruleset

    spare_ruleset(ruleset, artifact, module)
    if artifact is not None and module is not None and os.path.realpath(artifact) == os.path.realpath(module):
        raise click.UsageError("the artifact and the module need a file each.")
    rules = load_ruleset(ruleset)
    for name in lifecycles:
        if name not in rules.lifecycles:
            known = ", ".join(f"`{each}`" for each in rules.lifecycles) or "none"
            raise click.UsageError(f"there is no lifecycle `{name}`; this ruleset has {known}.")
    if module is not None and not rules.lifecycles:
        raise click.UsageError("a module holds lifecycles, and this ruleset has none; --artifact writes it as it is.")
    if artifact is not None:
        from revrules.artifact import dump

        _write(artifact, dump(rules.ir))
    if module is not None:
        from revrules.standalone import standalone

        _write(module, standalone(rules.ir, lifecycles).encode())


def _write(path: str, content: bytes) -> None:
    """Write the whole file or nothing, and say so."""
    from revrules.cli.output import atomic_path

    with atomic_path(path) as beside:
        beside.write_bytes(content)
    click.echo(f"wrote {path}", err=True)
