"""A code or a name of a problem into the page that explains it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from revrules.diagnostics import Problem

FOLDER = Path(__file__).parent / "explain"


@dataclass(frozen=True, slots=True)
class Page:
    """What ``revrules explain`` shows: Markdown, its first line ``# CODE name``."""

    code: str
    text: str

    @property
    def first_paragraph(self) -> str:
        """The words after the heading, up to the first blank line, as one line."""
        body = self.text.split("\n", 1)[1].strip() if "\n" in self.text else ""
        return " ".join(body.split("\n\n", 1)[0].split())


def page(code: str) -> Page | None:
    """Return the page of the problem with this code, None if there is none."""
    path = FOLDER / f"{code}.md"
    return Page(code, path.read_text(encoding="utf-8")) if path.is_file() else None


def written_codes() -> list[str]:
    """Return the codes that have a page, in order."""
    return sorted(path.stem for path in FOLDER.glob("REV*.md"))


def find(word: str, problems: dict[str, Problem]) -> Problem | None:
    """Return the problem that ``word`` names: its code or its name, in any case."""
    by_name = {problem.name: problem for problem in problems.values()}
    return problems.get(word.upper()) or by_name.get(word.lower())
