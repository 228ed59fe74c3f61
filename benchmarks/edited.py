"""Generated edits of rulesets: how many that keep the meaning are proved to, how many others get a decided direction.

    python benchmarks/edited.py [--edits 5000] [--seed 1] [--update]

Half of the edits keep the meaning (``tests/properties/edits.py``), half are mistakes of one place (``revrules.proofs.mutants``);
half of each are made to random rulesets, half to those of the repository. A mistake may happen to mean the same; it is then
attacked with random records, and one that shows a difference counts as wrong.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "properties"))

from edits import preserving  # type: ignore[import-not-found]  # noqa: E402 - of the property tests, which mypy does not see
from strategies import Maker  # type: ignore[import-not-found]  # noqa: E402 - as above
from test_edits import contradictions  # type: ignore[import-not-found]  # noqa: E402 - as above

from revrules.compiler import compile_path  # noqa: E402
from revrules.diff import Kind, difference  # noqa: E402
from revrules.proofs.mutants import mutants  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules import ir

TODAY = datetime.date(2026, 11, 21)
RULESETS = ("rulesets/hubspot_lifecycle", "rulesets/salesforce_opportunity", "examples/quickstart/mended", "tests/rulesets/telco")
BEGIN, END = "<!-- edits -->", "<!-- /edits -->"


def main() -> None:
    """Make the edits, compare, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--update", action="store_true", help="write the table into benchmarks/README.md")
    given = parser.parse_args()
    table = "\n".join(report(given.edits, given.seed))
    print(table)
    if given.update:
        page = ROOT / "benchmarks" / "README.md"
        text = page.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN, 1)
        page.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def report(count: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table."""
    tally: Counter[tuple[str, str]] = Counter()
    started, slowest = time.process_time(), 0.0
    for number, (sort, kind, old, new, r) in enumerate(edits(count, seed)):
        begun = time.process_time()
        found = difference(old, new, TODAY)
        slowest = max(slowest, time.process_time() - begun)
        tally[sort, came_of(sort, old, new, found, r)] += 1
        if number % 100 == 99:
            print(f"{number + 1} edits, {dict(tally)}", file=sys.stderr)
        del kind
    seconds = time.process_time() - started
    yield "| what | edits |"
    yield "|---|---|"
    for sort in ("preserving", "changing"):
        total = sum(each for (of, _), each in tally.items() if of == sort)
        yield f"| {sort} edits | {total} |"
        yield from (
            f"| … {told} | {each} ({100 * each / total:.2f} %) |" for (of, told), each in sorted(tally.items()) if of == sort
        )
    yield f"| CPU seconds in all, for the slowest comparison | {seconds:.0f}, {slowest:.1f} |"


def edits(count: int, seed: int) -> Iterator[tuple[str, str, ir.Ruleset, ir.Ruleset, Random]]:
    """Yield ``count`` edits: whether they keep the meaning, their kind, the ruleset before and after."""
    own = [compile_path(ROOT / path).ruleset for path in RULESETS]
    made, number = 0, seed * 1_000_000
    while made < count:
        number += 1
        r = Random(number)
        old = Maker(r).ruleset() if made % 2 else own[made // 2 % len(own)]
        assert old is not None, "the repository's rulesets compile"
        if made % 4 < 2:
            edit = preserving(old, r)
            if edit is not None:
                made += 1
                yield "preserving", edit.kind, old, edit.ruleset, r
        else:
            every = list(mutants(old))
            made += 1
            if every:
                mutant = r.choice(every)
                yield "changing", mutant.words, old, mutant.change.ruleset, r


def came_of(sort: str, old: ir.Ruleset, new: ir.Ruleset, found: object, r: Random) -> str:
    """Return what came of one edit, in words."""
    from revrules.diff import Difference

    assert isinstance(found, Difference)
    undecided = any(change.kind is Kind.UNDECIDED for change in found.changes)
    if sort == "preserving":
        return "proved the same" if found.same else "undecided" if undecided else "WRONG: said to change"
    if next(contradictions(old, new, found, r), None) is not None:
        return "WRONG: a record contradicts it"
    if undecided:
        return "undecided somewhere"
    return "proved to mean the same after all" if found.same else "given a direction, all of it"


if __name__ == "__main__":
    main()
