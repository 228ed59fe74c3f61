"""Problems of files, REV201 to REV211."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity

if TYPE_CHECKING:
    from revrules.source import Span

_E = Severity.ERROR

MISSING_FILE = Problem("REV201", "missing-file", _E, "a file that is named does not exist")
UNREADABLE_FILE = Problem("REV202", "unreadable-file", _E, "a file cannot be read, or is no ordinary file")
NOT_UTF8 = Problem("REV203", "not-utf8", _E, "a file is not text in UTF-8")
EMPTY_FILE = Problem("REV204", "empty-file", _E, "a ruleset declares nothing")
FILE_TOO_LARGE = Problem("REV205", "file-too-large", _E, "a file is larger than 16 MiB")
TOO_MANY_FILES = Problem("REV206", "too-many-files", _E, "a ruleset has more than 1,000 files or 32 MiB of text")
OUTSIDE_FOLDER = Problem("REV207", "outside-folder", _E, "a file lies outside the ruleset's folder")
IMPORT_CYCLE = Problem("REV208", "import-cycle", _E, "files import each other in a circle")
NO_OTHER_FILES = Problem("REV209", "no-other-files", _E, "a ruleset given as a text names a file")
WHICH_RULESET = Problem("REV210", "which-ruleset", _E, "a folder does not say which file is the ruleset")
BAD_LINE = Problem("REV211", "bad-line", _E, "a line of a list or holiday file cannot be used")


def missing_file(span: Span | None, path: str) -> Diagnostic:
    """A file that a command, an import or a list names does not exist."""
    return Diagnostic(MISSING_FILE, f"there is no file `{path}`", span, label="named here" if span else "")


def unreadable_file(span: Span | None, path: str, reason: str) -> Diagnostic:
    """A file exists but cannot be read; ``reason`` is a clause such as "it is a folder"."""
    return Diagnostic(UNREADABLE_FILE, f"`{path}` cannot be read: {reason}", span)


def not_utf8(span: Span, place: tuple[str, int, int], guess: str) -> Diagnostic:
    """A file is no UTF-8; ``place`` is (path, line, byte offset), ``guess`` the encoding that it looks like, or empty."""
    path, line, offset = place
    looks = f"; it looks like {guess}" if guess else ""
    message = f"`{path}` is not text in UTF-8: line {line}, byte {offset}{looks}"
    return Diagnostic(NOT_UTF8, message, span, label="cannot be read from here on", help=("save the file as UTF-8",))


def empty_file(span: Span | None, path: str) -> Diagnostic:
    """The ruleset has no declaration at all."""
    return Diagnostic(
        EMPTY_FILE, f"`{path}` declares nothing", span, help=("`revrules init` writes a first ruleset to start from",)
    )


def file_too_large(span: Span | None, path: str) -> Diagnostic:
    """A file is over the limit."""
    return Diagnostic(FILE_TOO_LARGE, f"`{path}` is larger than 16 MiB, the most that a file may hold", span)


def too_many_files(span: Span) -> Diagnostic:
    """The ruleset has too many files, or too much text in them."""
    message = "a ruleset has at most 1,000 files and 32 MiB of text, and this import is one too many"
    return Diagnostic(TOO_MANY_FILES, message, span)


def outside_folder(span: Span, path: str, root: str) -> Diagnostic:
    """An import or list file leads out of the ruleset's folder."""
    return Diagnostic(
        OUTSIDE_FOLDER,
        f"`{path}` lies outside the ruleset's folder `{root}`",
        span,
        help=("move the file into that folder, and name it relative to this file",),
    )


def foreign_path(span: Span, path: str) -> Diagnostic:
    """An import or list file is named in a way that does not work on every machine."""
    return Diagnostic(
        OUTSIDE_FOLDER, f"`{path}` is not a path relative to this file", span, help=('write it as in "teams/sales.rev"',)
    )


def import_cycle(span: Span, chain: tuple[str, ...]) -> Diagnostic:
    """Files import each other; ``chain`` begins and ends with the same file."""
    return Diagnostic(
        IMPORT_CYCLE,
        f"this import closes a circle: {' → '.join(chain)}",
        span,
        help=("all files of a ruleset share one space of names: one file that imports the others is enough",),
    )


def no_other_files(span: Span, path: str) -> Diagnostic:
    """A text without a place in a folder names another file."""
    return Diagnostic(NO_OTHER_FILES, f"this ruleset is a text without a folder, so it cannot read `{path}`", span)


def no_ruleset(path: str) -> Diagnostic:
    """A folder holds no ruleset."""
    return Diagnostic(WHICH_RULESET, f"there is no `.rev` file in `{path}`", help=("`revrules init` writes a first ruleset",))


def which_ruleset(path: str, candidates: tuple[str, ...]) -> Diagnostic:
    """A folder holds several rulesets."""
    shown = f"{', '.join(candidates[:8])}{', …' if len(candidates) > 8 else ''}"
    return Diagnostic(
        WHICH_RULESET,
        f"`{path}` holds {len(candidates)} rulesets, and none is named `rules.rev`",
        help=(f"name one of them: {shown}" if candidates else "name the file to start from",),
    )


def bad_holiday(span: Span, text: str) -> Diagnostic:
    """A line of a holiday file is no date."""
    return Diagnostic(BAD_LINE, f"`{text}` is not a date as in 2026-12-25", span)


def too_many_items(span: Span) -> Diagnostic:
    """A list is over the limit."""
    return Diagnostic(BAD_LINE, "a list has at most 1,000,000 items", span, label="one too many")
