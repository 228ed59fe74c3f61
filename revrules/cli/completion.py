"""The name of a shell into the script that completes revrules' commands, options, paths and codes there."""

from __future__ import annotations

import click

WHERE = """\
Print the script that completes commands in your shell.

\b
bash:  revrules completion bash > ~/.local/share/bash-completion/completions/revrules
zsh:   revrules completion zsh > ~/.zfunc/_revrules      (a folder of $fpath)
fish:  revrules completion fish > ~/.config/fish/completions/revrules.fish

Open a new shell afterwards.
"""


@click.command("completion", help=WHERE)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script."""
    from click.shell_completion import ShellComplete, get_completion_class

    from revrules.cli.group import COMPLETE_VARIABLE

    kind = get_completion_class(shell)
    assert kind is not None, "click knows these three shells"
    root = ctx.find_root().command
    # The class's own `source` would start a shell to look at its version; the script is the same.
    click.echo(ShellComplete.source(kind(root, {}, "revrules", COMPLETE_VARIABLE)))
