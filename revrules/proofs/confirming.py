"""Examples as text into those that the ruleset, with that text beside its files, reads and passes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from revrules.check import check
from revrules.examples import run_examples
from revrules.parse import parse
from revrules.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.loading import Loaded
    from revrules.proofs.missing_examples import Written

BESIDE = "<new examples>"


def confirmed(loaded: Loaded, written: Sequence[Written]) -> list[Written]:
    """Return the examples of ``written`` that compile with the files of ``loaded`` and come out as they expect.

    All of them do, unless there is a mistake in how they were made: then those that do not are left out.
    """
    passed = _passed(loaded, "\n".join(each.text for each in written))
    if passed is None:
        return [each for each in written if _passed(loaded, each.text)]
    return [each for each in written if each.example.title in passed]


def _passed(loaded: Loaded, text: str) -> set[str] | None:
    """Return the titles of the examples in ``text`` that pass, None where something in it cannot be read."""
    source = Source(BESIDE, text)
    file, problems = parse(source)
    beside = replace(loaded, files=(*loaded.files, file), sources={**loaded.sources, BESIDE: source})
    ruleset = None if problems else check(beside)[0]
    if ruleset is None:
        return None
    own = tuple(example for example in ruleset.examples if example.span is not None and example.span.path == BESIDE)
    return {result.example.title for result in run_examples(replace(ruleset, examples=own)) if result.passed}
