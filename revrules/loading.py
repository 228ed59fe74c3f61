"""Turn a path into the texts and syntax trees of a ruleset; nothing outside the ruleset's folder is opened."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from revrules import syntax
from revrules.diagnostics import Diagnostic, in_order
from revrules.files import DISK, Kind, NotAFileError, TooLargeError
from revrules.parse import parse
from revrules.problems import names as problems
from revrules.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import PurePath

    from revrules.files import Files

MAX_BYTES = 16 * 1024 * 1024
MAX_FILES = 1_000
MAX_CHARACTERS = 32 * 1024 * 1024
"""Of all files of a ruleset together."""
ENTRY = "rules.rev"
Reading: TypeAlias = "Callable[[Source], tuple[syntax.File, list[Diagnostic]]]"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ruleset's files: syntax trees with imports first, every text by display path, what was wrong so far.

    ``name`` serves a ruleset that does not name itself. ``attached`` leads from (display path of the file that says so, the
    path as written there) to the display path of a list or holiday file that was read.
    """

    name: str
    entry: str
    files: tuple[syntax.File, ...]
    sources: Mapping[str, Source]
    attached: Mapping[tuple[str, str], str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def load(path: PurePath, files: Files = DISK, reading: Reading = parse) -> Loaded:
    """Load the ruleset at ``path``: an entry file, or a folder that holds one. Never raises for what is there.

    ``files`` is where the path leads: the disk, or a revision in a repository. ``reading`` is ``parse``, or one that remembers.
    """
    entry, problem = _entry(path, files)
    if problem is not None:
        return Loaded(path.name, files.shown(path), (), {}, diagnostics=(problem,))
    loader = _Loader(entry, files, reading)
    loader.read_all()
    return loader.loaded()


def load_text(text: str, path: str = "<text>", files: Mapping[str, str] | None = None) -> Loaded:
    """Load a ruleset that is one text; of lists, holidays and tables it can name ``files``: their texts by name."""
    source = Source(path, _normalised(text))
    file, diagnostics = parse(source)
    found = list(diagnostics)
    beside = {name: Source(name, _normalised(content)) for name, content in (files or {}).items()}
    named = {mention.value: mention for mention in _mentions(file, imports=False) if mention.value in beside}
    found += [problems.no_other_files(m.span, m.value) for m in _mentions(file) if named.get(m.value) is None]
    if not file.declarations and not found:
        found.append(problems.empty_file(Span(path, 0, 0), path))
    name = re.sub(r"\W+", "_", Path(path).stem).strip("_") or "ruleset"
    attached = {(path, name): name for name in named}
    return Loaded(name, path, (file,), {**beside, path: source}, attached, tuple(in_order(found)))


def find_rulesets(path: Path) -> list[Path]:
    """Return the entry files at or under ``path``, in order.

    Each ``rules.rev`` is one. In folders that have none, nor stand under one that does, so is each file that no other imports.
    """
    return [Path(found) for found in find_entries(path, DISK)]


def find_entries(path: PurePath, files: Files) -> list[PurePath]:
    """Return what ``find_rulesets`` does, of any place."""
    if files.kind(path) is not Kind.FOLDER:
        return [path]
    found = list(files.below(path, ".rev"))
    imported = _imported(found, files)
    homes = {file.parent for file in found if file.name == ENTRY}
    return [
        file
        for file in found
        if file.name == ENTRY or (files.real(file) not in imported and homes.isdisjoint((file.parent, *file.parent.parents)))
    ]


# --- which file --------------------------------------------------------------------------------------------------


def _entry(path: PurePath, files: Files) -> tuple[PurePath, Diagnostic | None]:
    """Return the file to start from, or the problem that stands in the way."""
    shown = files.shown(path)
    match files.kind(path):
        case FileNotFoundError() | NotADirectoryError():
            return path, problems.missing_file(None, shown)
        case OSError() | ValueError() as error:
            return path, problems.unreadable_file(None, shown, _reason(error))
        case Kind.FILE | Kind.OTHER:
            return path, None
    if files.kind(path / ENTRY) is Kind.FILE:
        return path / ENTRY, None
    children = files.children(path)
    if isinstance(children, OSError):
        return path, problems.unreadable_file(None, shown, _reason(children))
    found = [file for file in children if file.suffix == ".rev" and files.kind(file) is Kind.FILE]
    imported = _imported(found, files) if 1 < len(found) <= MAX_FILES else set()
    entries = [file for file in found if files.real(file) not in imported]
    if len(entries) == 1:
        return entries[0], None
    if not found:
        return path, problems.no_ruleset(shown)
    return path, problems.which_ruleset(shown, tuple(files.shown(file) for file in entries or found))


_IMPORT = re.compile(r'^[ \t]*import[ \t]+"([^"\n]+)"', re.MULTILINE)


def _imported(paths: list[PurePath], files: Files) -> set[PurePath]:
    """Return the files that those at ``paths`` import, as far as a glance at their text tells."""
    found = set()
    for path in paths:
        content = files.read(path, MAX_BYTES)
        if isinstance(content, bytes):
            for written in _IMPORT.findall(content.decode("utf-8", "replace")):
                found.add(files.real(path.parent / written))
    return found


# --- all files of one ruleset ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A file whose imports are being followed."""

    path: PurePath
    file: syntax.File
    imports: Iterator[syntax.Import]


class _Loader:
    """Reads the files of one ruleset, each once, imports first."""

    def __init__(self, entry: PurePath, place: Files, reading: Reading) -> None:
        self.place = place
        self.reading = reading
        self.entry = entry
        self.root = place.real(entry.parent)
        self.files: list[syntax.File] = []
        self.sources: dict[str, Source] = {}
        self.attached: dict[tuple[str, str], str] = {}
        self.diagnostics: list[Diagnostic] = []
        self.seen: dict[PurePath, str] = {}
        self.stack: list[_Open] = []
        self.following: dict[PurePath, None] = {}

    def loaded(self) -> Loaded:
        """Return what was read."""
        stem = self.place.folder_name(self.entry.parent) if self.entry.name == ENTRY else self.entry.stem
        name = re.sub(r"\W+", "_", stem).strip("_") or "ruleset"
        return Loaded(
            name, self.place.shown(self.entry), tuple(self.files), self.sources, self.attached, tuple(in_order(self.diagnostics))
        )

    def read_all(self) -> None:
        """Follow the imports, depth first, without recursion."""
        self.enter(self.entry, None)
        while self.stack:
            top = self.stack[-1]
            following = next(top.imports, None)
            if following is None:
                self.stack.pop()
                self.following.popitem()
                self.files.append(top.file)
                self.attach(top)
            else:
                self.follow(top, following)
        if self.files and not any(file.declarations for file in self.files) and not self.diagnostics:
            path = self.place.shown(self.entry)
            self.diagnostics.append(problems.empty_file(Span(path, 0, 0), path))

    def follow(self, importer: _Open, statement: syntax.Import) -> None:
        """Enter the file that an import names, if it was not read before."""
        target = self.inside(importer.path, statement.path)
        if target is None:
            return
        real = self.place.real(target)
        if real in self.following:
            chain = [self.seen[file] for file in self.following]
            circle = (*chain[chain.index(self.seen[real]) :], self.seen[real])
            self.diagnostics.append(problems.import_cycle(statement.span, circle))
        elif real in self.seen:
            return
        elif self.is_full():
            self.diagnostics.append(problems.too_many_files(statement.path.span))
        else:
            self.enter(target, statement.path.span)

    def is_full(self) -> bool:
        """Return whether the ruleset has as many files or as much text as it may have."""
        many = len(self.sources) >= MAX_FILES or len(self.seen) >= MAX_FILES
        return many or sum(len(source.text) for source in self.sources.values()) > MAX_CHARACTERS

    def enter(self, path: PurePath, span: Span | None) -> None:
        """Read and parse one file, and begin to follow its imports."""
        shown, real = self.place.shown(path), self.place.real(path)
        self.seen[real] = shown
        source = self.read(path, span)
        if source is None:
            return
        file, diagnostics = self.reading(source)
        self.diagnostics += diagnostics
        imports = iter([d for d in file.declarations if isinstance(d, syntax.Import)])
        self.stack.append(_Open(path, file, imports))
        self.following[real] = None

    def attach(self, opened: _Open) -> None:
        """Read the list and holiday files that a file names."""
        for mention in _mentions(opened.file, imports=False):
            target = self.inside(opened.path, mention)
            if target is None:
                continue
            shown = self.place.shown(target)
            if shown not in self.sources and self.is_full():
                self.diagnostics.append(problems.too_many_files(mention.span))
                continue
            if shown not in self.sources and self.read(target, mention.span) is None:
                continue
            self.attached[opened.file.span.path, mention.value] = shown

    def inside(self, importer: PurePath, mention: syntax.Text) -> PurePath | None:
        """Return the path that a file names, or None (and report it) where it leads out of the ruleset's folder."""
        written = mention.value
        if Path(written).is_absolute() or "\\" in written or "\0" in written or re.match(r"[A-Za-z]:", written) or not written:
            self.diagnostics.append(problems.foreign_path(mention.span, written))
            return None
        joined = self.place.beside(importer, written)
        real = self.place.real(joined)
        if not real.is_relative_to(self.root):
            self.diagnostics.append(problems.outside_folder(mention.span, written, self.place.shown(self.entry.parent)))
            return None
        return joined

    def read(self, path: PurePath, span: Span | None) -> Source | None:
        """Read one file as text, or report why not."""
        shown = self.place.shown(path)
        content = self.place.read(path, MAX_BYTES)
        if isinstance(content, bytes):
            return self.decode(content, shown)
        match content:
            case FileNotFoundError() | NotADirectoryError():
                self.diagnostics.append(problems.missing_file(span, shown))
            case TooLargeError():
                self.diagnostics.append(problems.file_too_large(span, shown))
            case _:
                self.diagnostics.append(problems.unreadable_file(span, shown, _reason(content)))
        return None

    def decode(self, content: bytes, shown: str) -> Source | None:
        """Return the text of a file, or report where it stops being UTF-8."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            start = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        else:
            if "\0" not in text[:1000] or not _encoding(content):
                self.sources[shown] = Source(shown, _normalised(text))
                return self.sources[shown]
            start = content.index(b"\0")
        before = _normalised(content[:start].decode("utf-8-sig", "replace"))
        whole = Source(shown, _normalised(content[: start + 200].decode("utf-8-sig", "replace")).replace("\0", "�"))
        self.sources[shown] = whole
        place = (shown, before.count("\n") + 1, start)
        self.diagnostics.append(problems.not_utf8(Span(shown, len(before), len(before) + 1), place, _encoding(content)))
        return None


def _mentions(file: syntax.File, *, imports: bool = True) -> Iterator[syntax.Text]:
    """Yield the paths that a file names, with their places."""
    for declaration in file.declarations:
        match declaration:
            case syntax.Import(path=path) if imports:
                yield path
            case syntax.ListDecl(path=syntax.Text() as path):
                yield path
            case syntax.Calendar(holidays_path=syntax.Text() as path):
                yield path
            case syntax.Classify(table=syntax.TableSource(path=path)):
                yield path
            case _:
                pass


# --- one file ----------------------------------------------------------------------------------------------------


def _reason(error: OSError | ValueError) -> str:
    """Return in words why a file could not be read."""
    if isinstance(error, NotAFileError):
        return str(error)
    if isinstance(error, PermissionError):
        return "permission denied"
    return (getattr(error, "strerror", None) or str(error)).lower()


def _encoding(content: bytes) -> str:
    """Return the name of the encoding that bytes look like, or nothing."""
    head = content[:1000]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or (head.count(0) > len(head) // 4 and b"\0\0" not in head):
        return "UTF-16"
    control = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
    if control or b"\0" in content:
        return ""
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "Windows-1252"


def _normalised(text: str) -> str:
    """Return the text without a byte order mark, line ends as ``\\n``."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
