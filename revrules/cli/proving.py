"""What was asked for about proofs into questions to the prover; what these showed into examples in a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import click

from revrules.cli.output import atomic_writer
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping, Sequence

    from revrules.compiler import Compiled
    from revrules.diagnostics import Diagnostic
    from revrules.ir import Ruleset
    from revrules.proofs.questions import Questions

ENDING = ".rev"
PATIENCE = 1.0
"""Seconds before something is said about questions that are being answered."""
BETWEEN = 0.2
"""Seconds until the next time."""
CLEAR = f"\r{'':40}\r"


class Asking:
    """Makes the questions about a ruleset, with real records where ``data`` names some, and keeps their answers in the end.

    A context manager: what was answered before Ctrl-C is kept, too.
    """

    def __init__(self, data: Sequence[str]) -> None:
        self._data = data
        self._made: list[Questions] = []
        self._next = monotonic() + PATIENCE
        self._told = False

    def __call__(self, ruleset: Ruleset, today: datetime.date) -> Questions:
        from revrules.proofs.questions import Questions

        questions = Questions(ruleset, today)
        self._made.append(questions)
        if sys.stderr is not None and sys.stderr.isatty():
            questions.watch(self._tell)
        if self._data:
            from revrules.cli.records import data_errors
            from revrules.tables.real import real_records

            with data_errors():
                questions.prefer(real_records(ruleset, _named(ruleset, self._data)))
        return questions

    def __enter__(self) -> Asking:
        return self

    def _tell(self, answered: int) -> None:
        """Say on a terminal how far it is, where it takes longer than a moment."""
        if monotonic() > self._next:
            self._next = monotonic() + BETWEEN
            self._told = True
            click.echo(f"\r{answered:,} questions answered …", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._told:
            click.echo(CLEAR, nl=False, err=True)
        for questions in self._made:
            questions.save()


def _named(ruleset: Ruleset, data: Sequence[str]) -> dict[str, str]:
    """Return the files by relation or entity; one without a name holds the records that the lifecycles are about."""
    tables: dict[str, str] = {}
    for text in data:
        name, equals, path = text.partition("=")
        if not equals or os.path.exists(text):  # noqa: PTH110 - pathlib costs start-up time
            name, path = _only_entity(ruleset, text), text
        tables[name.strip()] = path
    return tables


def _only_entity(ruleset: Ruleset, path: str) -> str:
    about = {lifecycle.entity for lifecycle in ruleset.lifecycles} or {entity.name for entity in ruleset.entities}
    if len(about) != 1:
        raise click.UsageError(f"say what is in `{path}`: --data NAME={path}, where NAME is one of {', '.join(sorted(about))}.")
    return about.pop()


# --- examples ----------------------------------------------------------------------------------------------------


class Saved(NamedTuple):
    """How many examples were written, and how many stood there already."""

    new: int
    old: int


def spare_what_cannot_be_saved(path: str | None, rulesets: int) -> None:
    """Raise ``UserError`` where no examples can be written to ``path``."""
    if path is None:
        return
    if not path.endswith(ENDING):
        raise UserError(f"{path}: examples are a part of a ruleset; name a file that ends in `{ENDING}`")
    if rulesets > 1:
        raise UserError(f"examples of {rulesets} rulesets do not belong in one file; check one ruleset with --save-examples")


def save_examples(path: str, compiled: Compiled, diagnostics: Sequence[Diagnostic]) -> Saved:
    """Add an example for each of ``diagnostics`` that shows a record to the end of the file at ``path``; none twice."""
    try:
        before = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        before = ""
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: this is not UTF-8 text; nothing was written") from error
    from revrules.proofs.spelling import text

    titles = {example.title for example in compiled.ruleset.examples} if compiled.ruleset else set()
    blocks: list[str] = []
    old = 0
    for title, block in _blocks(compiled, diagnostics):
        if title in titles or f"example {text(title)} of " in before:
            old += 1
            continue
        titles.add(title)
        blocks.append(block)
    if blocks:
        with atomic_writer(path) as stream:
            stream.write("\n".join(filter(None, [before and f"{before.rstrip()}\n", *blocks])))
    return Saved(len(blocks), old)


def _blocks(compiled: Compiled, diagnostics: Sequence[Diagnostic]) -> Iterator[tuple[str, str]]:
    """Yield a title and an example for each diagnostic that shows a record."""
    from revrules.proofs.expectations import what_holds
    from revrules.proofs.witnesses import as_example
    from revrules.render.full import where

    ruleset, questions = compiled.ruleset, compiled.questions
    if ruleset is None or questions is None:
        return
    for diagnostic in diagnostics:
        witness = questions.shown.get(diagnostic.witness)
        if witness is None:
            continue
        place = f" at {where(diagnostic.span, compiled.sources)}" if diagnostic.span else ""
        comments = (
            f"{diagnostic.code} {diagnostic.name}{place}",
            "Expected is what the ruleset says now. Where that is not what you mean, expect what you do.",
        )
        title = " ".join(diagnostic.message.split())
        block = as_example(ruleset, witness, title, what_holds(ruleset, witness, diagnostic.subjects), comments)
        if block is not None:
            yield title, block


def how_to_run(path: str, compiled: Compiled) -> str:
    """Return what is to be done so that the examples in ``path`` run; nothing where they run already."""
    if any(os.path.realpath(source) == os.path.realpath(path) for source in compiled.sources):
        return ""
    entry: Mapping[str, object] = compiled.sources
    folder = os.path.dirname(next(iter(entry), ""))  # noqa: PTH120 - as the user names it
    return f'; `import "{os.path.relpath(path, folder or ".").replace(os.sep, "/")}"` makes them a part of the ruleset'
