"""An exception that nobody handled into one line for the user and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO

import click

from revrules import __version__

INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell reports for a program whose reader went away (128 + SIGPIPE)."""

WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EFBIG: "the file would be larger than allowed here",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the disk is read-only",
    errno.ENOENT: "there is no such file or folder",
    errno.EISDIR: "that is a folder, not a file",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EMFILE: "too many open files",
    errno.EIO: "the disk or device reports an error",
}


class UserError(click.ClickException):
    """Something that the user can mend and that has no place in a ruleset; shown as one line, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Write the message to standard error."""
        from revrules.render.cells import harmless

        click.echo(f"{click.style('error', fg='red', bold=True)}: {harmless(self.format_message())}", err=True)


def report(error: BaseException, *, debug: bool) -> int:
    """Tell the user about ``error`` on standard error and return the exit code. Never raises, even with closed streams."""
    if isinstance(error, BrokenPipeError):
        silence(sys.stdout, sys.stderr)
        return BROKEN_PIPE
    try:
        return _tell(error, debug=debug)
    except OSError:
        silence(sys.stderr)
        return 2
    finally:
        _drain()


def _tell(error: BaseException, *, debug: bool) -> int:
    match error:
        case KeyboardInterrupt() | click.Abort() | EOFError():
            click.echo("\nstopped", err=True)
            return INTERRUPTED
        case click.UsageError() | UserError():
            error.show()
        case click.ClickException():
            UserError(error.format_message()).show()
        case _:
            if debug:
                import traceback

                click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
            words = in_words(error) if isinstance(error, OSError) and error.errno else _bug(error, debug=debug)
            UserError(words).show()
    return 2


def in_words(error: OSError) -> str:
    """Return what the system refused, with the path where it is known."""
    reason = WORDS.get(error.errno or 0) or (error.strerror or str(error)).lower()
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "the output"
    return f"{place}: {reason}"


def _bug(error: BaseException, *, debug: bool) -> str:
    what = " ".join(str(error).split())
    details = "" if debug else " REVRULES_DEBUG=1 shows the details to send along."
    return (
        f"internal error: {type(error).__name__}{': ' if what else ''}{what[:200]}\n"
        f"This is a bug in revrules {__version__} (Python {sys.version.split()[0]}), not a mistake of yours. "
        f"Please report it with the command that you ran.{details}"
    )


def _drain() -> None:
    """Flush what is left; where that fails, drop it, so that the interpreter does not complain while it ends."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        silence(sys.stdout)


def silence(*streams: TextIO | None) -> None:
    """Point the streams' file descriptors at nothing: what they still hold is dropped without a complaint."""
    for stream in streams:
        try:
            number = stream.fileno() if stream is not None else -1
        except (OSError, ValueError):  # a stand-in without a descriptor
            continue
        if number < 0:
            continue
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, number)
        os.close(nothing)
