"""The installed packages into a report of versions, to be sent along with a question or a bug."""

from __future__ import annotations

from typing import TypedDict

import click

from revrules.cli.options import output_format

LIBRARIES = ("click", "duckdb", "lark", "networkx", "pydantic", "rich")


class Versions(TypedDict):
    """The report; ``libraries`` has None for one that is not installed."""

    revrules: str
    python: str
    platform: str
    libraries: dict[str, str | None]


@click.command("version")
@output_format("full", "json")
def command(output_format: str) -> None:
    """Show the version of revrules and of what it runs on."""
    found = _versions()
    if output_format == "json":
        import json

        click.echo(json.dumps(found, indent=2))
        return
    click.echo(f"revrules {found['revrules']}")
    click.echo(f"Python {found['python']} on {found['platform']}")
    for name, number in found["libraries"].items():
        click.echo(f"  {name:<10} {number or 'not installed'}")


def _versions() -> Versions:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from revrules import __version__

    libraries: dict[str, str | None] = {}
    for name in LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            libraries[name] = None
    return {
        "revrules": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "libraries": libraries,
    }
