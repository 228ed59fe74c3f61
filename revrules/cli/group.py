"""The table of commands into a click group that imports a command only when it is called."""

from __future__ import annotations

import io
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from revrules.cli.main import COMMANDS, help_text

if TYPE_CHECKING:
    from types import FrameType

ONE_LINERS = {name: line for commands in COMMANDS.values() for name, line in commands.items()}
COMPLETE_VARIABLE = "_REVRULES_COMPLETE"
TERMINATED = 128 + signal.SIGTERM


def run(words: list[str]) -> int:
    """Run the command that ``words`` name and return its exit code; whatever goes wrong is raised."""
    _prepare_process()
    if instruction := os.environ.get(COMPLETE_VARIABLE):
        from click.shell_completion import shell_complete

        return shell_complete(group, {}, "revrules", COMPLETE_VARIABLE, instruction)
    if not words:
        click.echo(help_text(), err=True, nl=False)
        return 2
    try:
        with group.make_context("revrules", list(words), auto_envvar_prefix="REVRULES") as ctx:
            group.invoke(ctx)
    except click.exceptions.Exit as done:
        return done.exit_code
    return 0


def _prepare_process() -> None:
    """Let a termination clean up like Ctrl-C does, and let no character that a terminal lacks stop the output."""

    def terminate(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    signal.signal(signal.SIGTERM, terminate)
    out = sys.__stdout__
    if out is not None and out is sys.stdout and isinstance(out.buffer, io.RawIOBase):
        # PYTHONUNBUFFERED: a raw stream drops in silence what a full disk or a closed pipe does not take.
        whole = io.BufferedWriter(io.FileIO(out.fileno(), "w", closefd=False))
        sys.stdout = io.TextIOWrapper(whole, encoding=out.encoding, line_buffering=out.isatty())
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            # A file name may hold bytes that are no text: they go out as they came in.
            stream.reconfigure(errors="surrogateescape" if stream.encoding.lower() == "utf-8" else "backslashreplace")


class LazyGroup(click.Group):
    """A group whose commands are modules of this package, each with a click command named ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        return list(ONE_LINERS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command and add the options that every command has."""
        if cmd_name not in ONE_LINERS:
            return None
        command = import_module(f"revrules.cli.{cmd_name}").command
        assert isinstance(command, click.Command), f"revrules.cli.{cmd_name}.command is a click command"
        present = {parameter.name for parameter in command.params}
        command.params += [option for option in _common_options() if option.name not in present]
        command.context_settings.setdefault("help_option_names", ["-h", "--help"])
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which names come near."""
        name = args[0]
        if name not in ONE_LINERS and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(name, ONE_LINERS, 3)
            hint = f"did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else f"there are {', '.join(ONE_LINERS)}."
            ctx.fail(f"There is no command `{name}`; {hint}")
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """Return the same help that ``main`` shows without click."""
        return help_text().rstrip("\n")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        """Complete names out of the table, so that no command is imported."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=line) for name, line in ONE_LINERS.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def _common_options() -> list[click.Option]:
    """Return new options that the group and every command have; an option left out inherits the group's."""
    return [
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            expose_value=False,
            callback=_set_color,
            help="Colour the output; auto: on a terminal only.",
        ),
        click.Option(["--debug"], is_flag=True, expose_value=False, help="Show the details of an internal error."),
    ]


def _set_color(ctx: click.Context, _parameter: click.Parameter, choice: str | None) -> None:
    if choice is None and ctx.parent is not None:
        return
    ctx.color = {"always": True, "never": False}.get(choice or "auto", _color_by_environment())


def _color_by_environment() -> bool | None:
    """Return what the environment wants (https://no-color.org), None for: look whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from revrules import __version__

        click.echo(f"revrules {__version__}")
        ctx.exit()


group = LazyGroup(
    name="revrules",
    params=[
        *_common_options(),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help="Show the version and exit.",
        ),
    ],
    context_settings={"help_option_names": ["-h", "--help"]},
)
"""The command ``revrules``."""
