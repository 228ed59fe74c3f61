"""Reports about files, and their pages taken apart: elements, ids, links and texts."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from revrules.report import Collector
from revrules.tables.run import Job, Run

if TYPE_CHECKING:
    from revrules.report import Report
    from revrules.ruleset import Ruleset

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

VOID = {"meta", "link", "br", "img", "input", "hr", "rect", "path", "line", "circle"}
"""Elements without an end; those of SVG are written with a slash."""


def report_of(rules: Ruleset, data: str, lifecycle: str | None = None) -> Report:
    """Place a file and return the report about it."""
    collector, job = Collector(), Job(data, lifecycle=lifecycle, as_of=NOON)
    with Run(rules, job, collector.hear_issue) as run:
        for _ in collector.listening(run.placed(), run.table.unit):
            pass
        return collector.report(rules.ir, run.summary(), job, NOON, run.table.unit)


class Page(HTMLParser):
    """A page: ``tags`` in order, ``ids``, the targets of links, texts by section, rows of tables by section; must nest well."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: dict[str, str] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self._open: list[str] = []
        self._sections: list[str] = [""]
        self._cell: list[str] | None = None
        self.feed(text)
        self.close()
        assert self._open == [], f"left open: {self._open}"
        assert len(self.ids) == len(set(self.ids)), "ids are unique"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag not in VOID:
            self._open.append(tag)
        if tag == "section":
            self._sections.append(str(given["id"]))
        if tag == "tr":
            self.rows.setdefault(self._sections[-1], []).append([])
        if tag in ("td", "th"):
            self._cell = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes another element"
        if tag == "section":
            self._sections.pop()
        if tag in ("td", "th") and self._cell is not None:
            self.rows[self._sections[-1]][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            return
        section = self._sections[-1]
        self.texts[section] = self.texts.get(section, "") + data
        if self._cell is not None:
            self._cell.append(data)

    def text(self, section: str) -> str:
        """Return the words of a section, one blank between them."""
        return " ".join(self.texts.get(section, "").split())

    def names(self) -> set[str]:
        """Return the names of all elements."""
        return {tag for tag, _ in self.tags}

    def all_text(self) -> str:
        """Return the words of the whole page."""
        return " ".join(self.text(section) for section in self.texts)
