"""Edits of the text of a ruleset that keep its meaning: laid out otherwise, or with some declarations in another file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from revrules import syntax
from revrules.compiler import compile_path
from revrules.format import format_source
from revrules.parse import parse
from revrules.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from revrules import ir

ENTRY = "rules.rev"
MOVED = "moved_declarations.rev"
STAYING = (syntax.Header, syntax.Import, syntax.FileOwner)


def texts_of(folder: Path) -> dict[str, str]:
    """Return the files of a ruleset by their path in its folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.suffix in (".rev", ".csv", ".txt"))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def compiled(texts: Mapping[str, str]) -> ir.Ruleset:
    """Return what a ruleset in some files means."""
    with TemporaryDirectory() as folder:
        for path, text in texts.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(text, encoding="utf-8")
        found = compile_path(Path(folder))
    assert found.ruleset is not None, [(each.message, each.span) for each in found.diagnostics]
    return found.ruleset


def reformatted(texts: Mapping[str, str], r: Random) -> dict[str, str]:
    """Return the files laid out at random: line ends become spaces or more line ends, with remarks; some are formatted again."""
    return {path: _laid_out(path, text, r) if path.endswith(".rev") else text for path, text in texts.items()}


def _laid_out(path: str, text: str, r: Random) -> str:
    lines = []
    for line in text.splitlines():
        lines.append(line)
        if "#" in line:
            lines.append("\n")
        else:
            lines.append(r.choice(("\n", "\n", " ", "  \n\n", "\n    ", "  # as agreed\n")))
    mangled = "".join(lines)
    if r.random() < 0.5:
        return mangled
    formatted, problems = format_source(Source(path, mangled))
    assert formatted is not None, problems
    return formatted


def moved(texts: Mapping[str, str], r: Random) -> dict[str, str] | None:
    """Return the files with some declarations of the entry file in a new one, which it imports; None where there are none."""
    text = texts[ENTRY]
    file, problems = parse(Source(ENTRY, text))
    assert not problems, problems
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    spots = [_lines_of(each, starts, lines) for each in file.declarations if not isinstance(each, STAYING)]
    taken = sorted(r.sample(spots, r.randint(1, len(spots)))) if spots else []
    if not taken or any(one[1] > other[0] for one, other in pairwise(taken)):
        return None
    gone = {number for first, end in taken for number in range(first, end)}
    owners = [text[each.span.start : each.span.end] + "\n" for each in file.declarations if isinstance(each, syntax.FileOwner)]
    rest = "".join(line for number, line in enumerate(lines) if number not in gone)
    r.shuffle(taken)
    there = "".join("".join(lines[first:end]) for first, end in taken)
    return {**texts, ENTRY: f'{rest}\nimport "{MOVED}"\n', MOVED: "".join(owners) + there}


def _lines_of(declaration: syntax.Declaration, starts: list[int], lines: list[str]) -> tuple[int, int]:
    """Return the first line of a declaration, its documentation counted in, and the line after it."""
    assert declaration.span is not None, "what was parsed has a place"
    first = max(number for number, start in enumerate(starts) if start <= declaration.span.start)
    end = min(number for number, start in enumerate(starts) if start >= declaration.span.end)
    while first and lines[first - 1].startswith("##"):
        first -= 1
    return first, end
