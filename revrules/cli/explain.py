"""A code into the page that explains it; no code into the list of all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from revrules.cli.output import use_color
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from revrules.problems import catalogue

    items = [item for p in catalogue().values() for item in ((p.code, p.summary), (p.name, p.summary))]
    wanted = incomplete.lower()
    return [CompletionItem(word, help=summary) for word, summary in items if word.lower().startswith(wanted)]


@click.command("explain")
@click.argument("finding", required=False, metavar="[CODE|NAME]", shell_complete=_complete)
def command(finding: str | None) -> None:
    """Explain a finding: what it means and how to mend it.

    CODE is as in `REV403`, NAME as in `no-owner`; without either, all findings are listed.
    """
    from revrules.pages import find, page
    from revrules.problems import catalogue

    problems = catalogue()
    if finding is None:
        width = max(len(each.name) for each in problems.values())
        for each in problems.values():
            click.echo(f"{each.code}  {each.severity.value:<7}  {each.name:<{width}}  {each.summary}")
        return
    problem = find(finding, problems)
    if problem is None:
        raise UserError(_unknown(finding, [*problems, *(p.name for p in problems.values())]))
    found = page(problem.code)
    if found is None:
        click.echo(f"{problem.code} {problem.name} ({problem.severity}): {problem.summary}")
        return
    _show(found.text)


def _unknown(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word.upper(), known, 3) or get_close_matches(word.lower(), known, 3)
    hint = f"did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else "`revrules explain` lists them all"
    return f"there is no finding `{word}`; {hint}"


def _show(text: str) -> None:
    """Print Markdown: laid out on a terminal with colours, as it stands elsewhere."""
    if not (use_color() and sys.stdout is not None and sys.stdout.isatty()):
        click.echo(text.rstrip("\n"))
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    console.print(Markdown(text), width=min(console.width, 100))
